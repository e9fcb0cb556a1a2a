"""Searches: a sentence that should not have been written, hunted down and mended."""

from typing import Any

from passport_schemas.examples import family
from passport_schemas.examples.statements import KEPT

MAKE = {
    "phrase": "the first signs",
    "reason": "A sentence was copied from record to record that says what a child is, not what happened.",
}

_BY = {"id": family.SOCIAL_WORKER, "name": family.SOCIAL_WORKER_ACTING["name"]}

MADE: dict[str, Any] = {
    "id": family.SEARCH,
    "organisation_id": family.SENDING_AUTHORITY,
    **MAKE,
    "status": "waiting",
    "progress": {"looked_at": 0, "of": 412, "unreadable": 0},
    "hits": 0,
    "made_by": _BY,
    "made_at": "2026-12-01T09:30:12.118206Z",
    "ended_at": None,
}

FINISHED = {
    **MADE,
    "status": "finished",
    "progress": {"looked_at": 412, "of": 412, "unreadable": 0},
    "hits": 7,
    "ended_at": "2026-12-01T09:30:14.402871Z",
}

CANCELLED = {**MADE, "status": "cancelled", "ended_at": "2026-12-01T09:30:13.700015Z"}

SEARCHES = {"items": [FINISHED], "next": None}

HITS = {
    "items": [
        {
            "passport_id": family.PASSPORT,
            "found_in_version": 1,
            "corrected_since": False,
            "outcome": None,
            "statement": KEPT,
            "places": [{"start": 0, "end": 15}],
        }
    ],
    "next": None,
}

_WHY = "It said what a child is; it should have said what happened."

CORRECT: dict[str, Any] = {
    "replaced": {"value": {"reason": _WHY, "instead": "what adults have noticed", "statements": None}},
    "withdrawn": {"value": {"reason": _WHY, "instead": None, "statements": [family.STATEMENT]}},
}

CORRECTING: dict[str, Any] = {
    "id": "019add70-5c12-7e40-8f31-b0c1d2e3f422",
    "search_id": family.SEARCH,
    "reason": _WHY,
    "instead": "what adults have noticed",
    "status": "waiting",
    "progress": {"done": 0, "of": 7},
    "corrected": 0,
    "made_by": _BY,
    "made_at": "2026-12-01T09:41:50.001473Z",
    "ended_at": None,
}

CORRECTIONS = {
    "items": [
        {
            **CORRECTING,
            "status": "finished",
            "progress": {"done": 7, "of": 7},
            "corrected": 6,
            "ended_at": "2026-12-01T09:41:51.220914Z",
        }
    ],
    "next": None,
}
