"""Invitations: a one-time link that expires, works once, and bounds the guesses made at it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from passport_api.domain.errors import InvalidField
from passport_api.domain.roles import ROLES_IN, OrganisationKind, Role

LIFETIME = timedelta(days=7)
"""How long a link works."""

MAX_ATTEMPTS = 5
"""Wrong passwords for an existing account before the link is spent."""


class InvitationStatus(StrEnum):
    """What an invitation is worth at a moment."""

    OPEN = "open"
    ACCEPTED = "accepted"
    EXPIRED = "expired"
    SPENT = "spent"


@dataclass(frozen=True, slots=True)
class InvitationFacts:
    """What decides about an invitation."""

    expires_at: datetime
    accepted_at: datetime | None
    failed_attempts: int


def invitation_status(invitation: InvitationFacts, at: datetime) -> InvitationStatus:
    """Whether an invitation can still be accepted at an instant, and if not, why."""
    if invitation.accepted_at is not None:
        return InvitationStatus.ACCEPTED
    if invitation.failed_attempts >= MAX_ATTEMPTS:
        return InvitationStatus.SPENT
    if at >= invitation.expires_at:
        return InvitationStatus.EXPIRED
    return InvitationStatus.OPEN


def check_role(role: Role, kind: OrganisationKind) -> None:
    """Hold a role against the kind of organisation that gives it.

    Raises:
        InvalidField: this kind of organisation has no such role.
    """
    if role not in ROLES_IN[kind]:
        raise InvalidField("/role", "This kind of organisation does not have this role.")
