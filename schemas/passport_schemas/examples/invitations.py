"""Invitations."""

from passport_schemas.examples import family

_TOKEN = "Zk8wR3nT6yU1iO5pA9sD2fG7hJ4kL0zX3cV6bN1mQ8w"  # noqa: S105 - made up

INVITE = {
    "parent": {
        "summary": "A parent, by the custodian's social worker",
        "value": {
            "name": "Helen Fairweather",
            "email": "helen@fairweather.example",
            "passport_id": family.PASSPORT,
        },
    },
    "staff": {
        "summary": "A colleague, by the organisation's administrator",
        "value": {
            "name": "Priya Nair",
            "email": "p.nair@tollandbridge.example",
            "organisation_id": family.RECEIVING_SCHOOL,
            "role": "designated_teacher",
        },
    },
}

INVITATION = {
    "id": family.INVITATION,
    "link": f"https://passport.example/invitation#{_TOKEN}",
    "token": _TOKEN,
    "expires_at": "2026-12-01T09:15:02.311840Z",
}

ACCEPT = {"token": _TOKEN, "password": "marigold teapot lighthouse"}
