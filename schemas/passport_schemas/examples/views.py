"""Views."""

from passport_schemas.examples import family
from passport_schemas.examples.statements import SECTIONS

_OPENED_AT = "2026-11-16T08:05:51.742209Z"
_ACKNOWLEDGED_AT = "2026-11-17T08:12:44.901337Z"

INBOX = {
    "items": [
        {
            "id": family.CONSENT,
            "purpose": "phase_transfer",
            "recipient_id": family.RECEIVING_SCHOOL,
            "transition_id": family.TRANSITION,
            "planned_date": "2027-09-01",
            "shared_at": "2026-11-10T10:31:05.118260Z",
            "valid_until": "2028-07-31T23:00:00Z",
            "first_opened_at": _OPENED_AT,
            "acknowledged_at": None,
        }
    ],
    "next": None,
}

VIEW = {
    "id": family.CONSENT,
    "purpose": "phase_transfer",
    "role": "designated_teacher",
    "child": family.CHILD,
    "valid_until": "2028-07-31T23:00:00Z",
    "sections": SECTIONS,
    "being_reviewed": False,
    "changes": {"since": None, "new": [], "corrected": [], "no_longer_shown": []},
    "log_entry": 128,
}

ACKNOWLEDGEMENT = {"id": family.CONSENT, "acknowledged_at": _ACKNOWLEDGED_AT}
