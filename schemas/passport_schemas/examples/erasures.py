"""Erasures."""

from typing import Any

from passport_schemas.examples import family

PROPOSE = {"ground": "retention_ended"}

_PROPOSED: dict[str, Any] = {
    "id": family.ERASURE,
    "passport_id": family.PASSPORT,
    "custodian_id": family.SENDING_AUTHORITY,
    "ground": "retention_ended",
    "status": "open",
    "proposed_by": {"id": family.SOCIAL_WORKER, "name": "Farah Siddiqui"},
    "proposed_at": "2040-09-10T09:30:07.220914Z",
    "open_until": "2040-09-24T09:30:07.220914Z",
    "confirmed_by": None,
    "confirmed_at": None,
    "withdrawn_at": None,
}

PROPOSED = {**_PROPOSED, "record": None}

WITHDRAWN = {**PROPOSED, "status": "withdrawn", "withdrawn_at": "2040-09-11T15:12:40.005118Z"}

_CONFIRMED_AT = "2040-09-12T10:04:33.871205Z"

CONFIRMED = {
    **_PROPOSED,
    "status": "confirmed",
    "confirmed_by": {"id": family.MANAGER, "name": "Graham Okafor"},
    "confirmed_at": _CONFIRMED_AT,
    "record": {
        "entry": 90412,
        "at": _CONFIRMED_AT,
        "action": "passport.erased",
        "outcome": "allowed",
        "reason": None,
        "purpose": "retention_ended",
        "consent_id": None,
        "actor": {"name": "Graham Okafor", "role": "manager", "organisation": "Ellerford County Council"},
        "subject": family.SOCIAL_WORKER_ACTING,
        "detail": f"passport {family.PASSPORT}",
        "sections": [],
        "statements": [],
    },
}

ERASURES = {"items": [_PROPOSED], "next": None}
