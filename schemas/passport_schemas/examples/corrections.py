"""Corrections, and where what they correct went."""

from typing import Any

from passport_schemas.examples import family
from passport_schemas.examples.correction_notices import OPEN, SCHOOL
from passport_schemas.examples.statements import CORRECTED as _VERSION
from passport_schemas.examples.statements import WRITE

_REPLACEMENT = {**WRITE, "text": _VERSION["text"]}

CORRECT: dict[str, Any] = {
    "replaced": {
        "value": {"reason": "Tam says that asking the time is only asking the time.", "replacement": _REPLACEMENT}
    },
    "withdrawn": {"value": {"reason": "Nobody at the school ever saw this.", "replacement": None}},
}

CORRECTED = {"statement": {**_VERSION, "findings": []}, "told": [family.RECEIVING_SCHOOL]}

RECIPIENTS = {
    "items": [
        {
            "organisation": SCHOOL,
            "reader": family.TEACHER_ACTING,
            "version": 1,
            "opened_at": "2026-11-16T08:05:51.742209Z",
            "log_entry": 128,
            "consent_id": family.CONSENT,
            "correction": OPEN,
        }
    ],
    "next": None,
}
