"""Correction notices."""

from passport_schemas.examples import family
from passport_schemas.examples.statements import KEPT

SCHOOL = {"id": family.RECEIVING_SCHOOL, "name": "Tolland Bridge School"}

OPEN = {
    "status": "open",
    "issued_at": "2026-12-01T09:12:30.448120Z",
    "chases": 0,
    "acknowledged_at": None,
    "copies": None,
}

_NOTICE = {
    "id": family.CORRECTION_NOTICE,
    "statement_id": family.STATEMENT,
    "correction": "replaced",
    "versions": [{"version": 1, "hash": KEPT["hash"]}],
    "organisation": SCHOOL,
    "told_by": None,
    **OPEN,
}

NOTICES = {"items": [_NOTICE], "next": None}

ANSWER = {"copies": "amended", "passed_on_to": [family.RECEIVING_AUTHORITY]}

ANSWERED = {
    **_NOTICE,
    "status": "acknowledged",
    "acknowledged_at": "2026-12-02T10:40:11.120554Z",
    "copies": "amended",
}
