"""The access log and the decision register."""

from passport_schemas.examples import family

_SHOWN = [
    {"id": family.CHILDS_STATEMENT, "version": 1},
    {"id": family.STATEMENT, "version": 1},
    {"id": family.OPINION, "version": 2},
]

ACCESS_LOG = {
    "items": [
        {
            "entry": 131,
            "at": "2026-11-16T08:40:12.006418Z",
            "action": "view.opened",
            "outcome": "denied",
            "reason": "role_sees_no_content",
            "purpose": "phase_transfer",
            "consent_id": family.CONSENT,
            "actor": {"name": "Kevin Sallow", "role": "org_admin", "organisation": "Tolland Bridge School"},
            "subject": None,
            "detail": None,
            "sections": [],
            "statements": [],
        },
        {
            "entry": 128,
            "at": "2026-11-16T08:05:51.742209Z",
            "action": "view.opened",
            "outcome": "allowed",
            "reason": None,
            "purpose": "phase_transfer",
            "consent_id": family.CONSENT,
            "actor": family.TEACHER_ACTING,
            "subject": None,
            "detail": None,
            "sections": ["about_me", "regulation"],
            "statements": _SHOWN,
        },
    ],
    "next": f"/v1/passports/{family.PASSPORT}/access-log?limit=2&cursor=k3dQm1x2WzEyOF0",
}

DECISIONS = {
    "items": [
        {
            "entry": 128,
            "at": "2026-11-16T08:05:51.742209Z",
            "action": "view.opened",
            "outcome": "allowed",
            "reason": None,
            "basis": "consent",
            "agreement": "given",
            "agreement_note": None,
            "consent_id": family.CONSENT,
            "recipient_id": family.RECEIVING_SCHOOL,
            "purpose": "phase_transfer",
            "decided_by": family.DESIGNATED_TEACHER,
        }
    ],
    "next": None,
}
