"""Passports."""

from passport_schemas.examples import family

_CHILD = {
    **family.CHILD,
    "date_of_birth": "2015-10-09",
    "nhs_number": "9990162743",
    "upn": "G998990120017",
    "circumstances": ["previously_looked_after"],
}

CREATE = {"child": _CHILD, "requires_both_parents": True}

PASSPORT = {
    "id": family.PASSPORT,
    "custodian": {"id": family.SENDING_AUTHORITY, "name": "Ellerford County Council"},
    "child": _CHILD,
    "requires_both_parents": True,
    "parents": [
        {"id": family.PARENT, "name": "Helen Fairweather"},
        {"id": family.SECOND_PARENT, "name": "Marcus Fairweather"},
    ],
    "created_at": "2026-11-10T10:21:37.604215Z",
}

CREATED = {**PASSPORT, "parents": []}

PASSPORTS = {
    "items": [
        {
            "id": family.PASSPORT,
            "custodian_id": family.SENDING_AUTHORITY,
            "child_name": family.CHILD["name"],
            "relation": "parent",
            "created_at": PASSPORT["created_at"],
        }
    ],
    "next": None,
}
