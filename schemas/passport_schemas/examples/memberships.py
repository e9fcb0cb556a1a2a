"""Staff of an organisation."""

from passport_schemas.examples import family

_TEACHER = {
    "id": family.TEACHERS_MEMBERSHIP,
    "account_id": family.DESIGNATED_TEACHER,
    "name": "Priya Nair",
    "email": "p.nair@tollandbridge.example",
    "role": "designated_teacher",
    "started_at": "2026-09-01T08:02:11.024519Z",
    "ended_at": None,
}

MEMBERS = {"items": [_TEACHER], "next": None}

CHANGE = {"role": "designated_safeguarding_lead"}

CHANGED = {
    **_TEACHER,
    "id": family.TEACHERS_NEW_MEMBERSHIP,
    "role": "designated_safeguarding_lead",
    "started_at": "2027-01-11T08:30:40.118204Z",
}

ENDED = {**_TEACHER, "ended_at": "2027-07-23T16:00:09.482113Z"}
