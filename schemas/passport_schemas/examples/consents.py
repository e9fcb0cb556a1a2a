"""Consents and previews."""

from passport_schemas.examples import family
from passport_schemas.examples.statements import SECTIONS

_SCOPE = {"about_me": "need_to_know", "regulation": "restricted", "transition_plan": "need_to_know"}
_WORDS = (
    "Tell them what helps me. Ms Nair can know my story so I don't have to say it. Leave out the part about where I "
    "come from, I want to tell people that myself when I know them."
)

GIVE = {
    "recipient_id": family.RECEIVING_SCHOOL,
    "purpose": "phase_transfer",
    "scope": _SCOPE,
    "valid_until": "2028-07-31",
    "transition_id": family.TRANSITION,
    "child_view": {"asked": True, "words": _WORDS},
}

CONSENT = {
    "id": family.CONSENT,
    "passport_id": family.PASSPORT,
    **GIVE,
    "valid_from": "2026-11-10T10:31:05.118260Z",
    "valid_until": "2028-07-31T23:00:00Z",
    "status": "active",
    "standing": "in_force",
    "approvals": 2,
    "approvals_needed": 2,
    "proposed_at": "2026-11-10T10:31:05.118260Z",
}

GIVEN = {**CONSENT, "status": "pending", "standing": "awaiting_parent", "approvals": 1}

REVOKED = {**CONSENT, "status": "revoked", "standing": "revoked"}

CONSENTS = {"items": [CONSENT], "next": None}

PREVIEW_SCOPE = {"scope": _SCOPE, "role": "designated_teacher"}

PREVIEW = {
    "role": "designated_teacher",
    "child": family.CHILD,
    "sections": SECTIONS,
    "being_reviewed": False,
    "stopped": [],
}
