"""Challenges."""

from typing import Any

from passport_schemas.examples import family
from passport_schemas.examples.corrections import CORRECT

CHALLENGE: dict[str, Any] = {
    "words": "I ask what the time is because I like to know what comes next. It does not mean that I am worried.",
    "for_young_person": True,
    "view_id": None,
}

MADE: dict[str, Any] = {
    "id": family.CHALLENGE,
    "statement_id": family.STATEMENT,
    "version": 1,
    "challenger": "young_person",
    "words": CHALLENGE["words"],
    "made_at": "2026-11-30T16:20:05.330817Z",
    "due_on": "2026-12-30",
    "status": "open",
    "withheld": False,
    "resolved_at": None,
    "reasons": None,
}

WITHHELD = {**MADE, "withheld": True}

CHALLENGES = {"items": [MADE], "next": None}

WAITING = {
    "items": [
        {
            "id": family.CHALLENGE,
            "passport_id": family.PASSPORT,
            "statement_id": family.STATEMENT,
            "made_at": MADE["made_at"],
            "due_on": MADE["due_on"],
            "status": "open",
            "withheld": False,
        }
    ],
    "next": None,
}

_WHY_UPHELD = "Tam knows best what asking the time means. We have taken it out."
_WHY_NOT = "Two teachers saw the same on several days. Tam's words stay beside it."

RESOLVE = {
    "upheld": {
        "value": {"finding": "upheld", "reasons": _WHY_UPHELD, "correction": CORRECT["replaced"]["value"]},
    },
    "not upheld": {"value": {"finding": "not_upheld", "reasons": _WHY_NOT, "correction": None}},
}

RESOLVED = {**MADE, "status": "upheld", "resolved_at": "2026-12-01T09:12:30.448120Z", "reasons": _WHY_UPHELD}
