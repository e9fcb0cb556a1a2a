"""Transitions."""

from passport_schemas.examples import family

RECORD = {
    "kind": "phase_transfer",
    "from_id": family.PRIMARY_SCHOOL,
    "to_id": family.RECEIVING_SCHOOL,
    "planned_date": "2027-09-01",
}

RECORDED = {
    "id": family.TRANSITION,
    "passport_id": family.PASSPORT,
    **RECORD,
    "to_authority_id": family.RECEIVING_AUTHORITY,
    "state": "planned",
    "version": 1,
    "recorded_at": "2026-11-10T10:24:19.237018Z",
    "changed_at": "2026-11-10T10:24:19.237018Z",
}

TRANSITION = {**RECORDED, "state": "acknowledged", "version": 3, "changed_at": "2026-11-17T08:12:44.901337Z"}

TRANSITIONS = {"items": [TRANSITION], "next": None}

CHANGE = {
    "postpone": {"summary": "The move comes later", "value": {"planned_date": "2027-09-06"}},
    "cancel": {"summary": "The move does not come", "value": {"state": "cancelled"}},
}

CHANGED = {
    **TRANSITION,
    "planned_date": "2027-09-06",
    "version": 4,
    "changed_at": "2027-06-30T14:05:58.660104Z",
}
