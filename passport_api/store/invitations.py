"""Invitations, found by the digest of their one-time token."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from passport_api.domain.ids import AccountId, InvitationId, OrganisationId, PassportId
from passport_api.domain.invitations import InvitationFacts
from passport_api.domain.roles import Role
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class InvitationRecord:
    """An invitation as kept: to a passport as a parent, or to an organisation with a role."""

    invitation_id: InvitationId
    token_digest: bytes
    sealed_invitee: bytes
    passport_id: PassportId | None
    organisation_id: OrganisationId | None
    role: Role | None
    invited_by: AccountId | None
    created_at: datetime
    expires_at: datetime
    accepted_at: datetime | None = None
    failed_attempts: int = 0

    def facts(self) -> InvitationFacts:
        """What decides whether it can be accepted."""
        return InvitationFacts(self.expires_at, self.accepted_at, self.failed_attempts)


def add(uow: UnitOfWork, invitation: InvitationRecord) -> None:
    """Keep a new invitation."""
    uow.connection.execute(
        insert(m.Invitation).values(
            id=invitation.invitation_id,
            token_digest=invitation.token_digest,
            sealed_invitee=invitation.sealed_invitee,
            passport_id=invitation.passport_id,
            organisation_id=invitation.organisation_id,
            role=None if invitation.role is None else invitation.role.value,
            invited_by=invitation.invited_by,
            created_at=invitation.created_at,
            expires_at=invitation.expires_at,
            accepted_at=None,
            failed_attempts=0,
        )
    )


def by_token(uow: UnitOfWork, token_digest: bytes) -> InvitationRecord | None:
    """The invitation that a token opens, if there is one."""
    row = uow.connection.execute(
        select(
            m.Invitation.id,
            m.Invitation.sealed_invitee,
            m.Invitation.passport_id,
            m.Invitation.organisation_id,
            m.Invitation.role,
            m.Invitation.invited_by,
            m.Invitation.created_at,
            m.Invitation.expires_at,
            m.Invitation.accepted_at,
            m.Invitation.failed_attempts,
        ).where(m.Invitation.token_digest == token_digest)
    ).one_or_none()
    if row is None:
        return None
    return InvitationRecord(
        invitation_id=InvitationId(row.id),
        token_digest=token_digest,
        sealed_invitee=row.sealed_invitee,
        passport_id=None if row.passport_id is None else PassportId(row.passport_id),
        organisation_id=None if row.organisation_id is None else OrganisationId(row.organisation_id),
        role=None if row.role is None else Role(row.role),
        invited_by=None if row.invited_by is None else AccountId(row.invited_by),
        created_at=row.created_at,
        expires_at=row.expires_at,
        accepted_at=row.accepted_at,
        failed_attempts=row.failed_attempts,
    )


def accept(uow: UnitOfWork, invitation_id: InvitationId, at: datetime) -> bool:
    """Mark an invitation accepted; False when somebody was first."""
    accepted = uow.connection.execute(
        update(m.Invitation)
        .where(m.Invitation.id == invitation_id, m.Invitation.accepted_at.is_(None))
        .values(accepted_at=at)
    )
    return accepted.rowcount == 1


def take_attempt(uow: UnitOfWork, invitation_id: InvitationId, most: int) -> bool:
    """Count an attempt at an invitation's password; False when it has been accepted or there were as many as may be."""
    taken = uow.connection.execute(
        update(m.Invitation)
        .where(
            m.Invitation.id == invitation_id,
            m.Invitation.accepted_at.is_(None),
            m.Invitation.failed_attempts < most,
        )
        .values(failed_attempts=m.Invitation.failed_attempts + 1)
    )
    return taken.rowcount == 1
