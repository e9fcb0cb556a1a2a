"""Memberships: who holds which role where, since when and until when."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update

from passport_api.domain.ids import AccountId, MembershipId, OrganisationId
from passport_api.domain.roles import Role
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class MembershipRecord:
    """One role that an account holds, or held, in an organisation."""

    membership_id: MembershipId
    account_id: AccountId
    organisation_id: OrganisationId
    role: Role
    started_at: datetime
    ended_at: datetime | None = None
    sealed_identity: bytes = b""


_MEMBERSHIP = select(
    m.Membership.id,
    m.Membership.account_id,
    m.Membership.organisation_id,
    m.Membership.role,
    m.Membership.started_at,
    m.Membership.ended_at,
    m.Account.sealed_identity,
).join(m.Account, m.Account.id == m.Membership.account_id)


def find(uow: UnitOfWork, membership_id: MembershipId) -> MembershipRecord | None:
    """The membership with this id, if there is one."""
    row = uow.connection.execute(_MEMBERSHIP.where(m.Membership.id == membership_id)).one_or_none()
    return None if row is None else _record(row)


def of_organisation(
    uow: UnitOfWork, organisation_id: OrganisationId, after: MembershipId | None, limit: int
) -> list[MembershipRecord]:
    """An organisation's memberships, ended ones too, oldest first."""
    query = _MEMBERSHIP.where(m.Membership.organisation_id == organisation_id).order_by(m.Membership.id).limit(limit)
    if after is not None:
        query = query.where(m.Membership.id > after)
    return [_record(row) for row in uow.connection.execute(query)]


def is_held(uow: UnitOfWork, account_id: AccountId, organisation_id: OrganisationId, role: Role) -> bool:
    """Whether an account has a role in an organisation now."""
    query = select(m.Membership.id).where(
        m.Membership.account_id == account_id,
        m.Membership.organisation_id == organisation_id,
        m.Membership.role == role.value,
        m.Membership.ended_at.is_(None),
    )
    return uow.connection.execute(query).first() is not None


def holding_any(uow: UnitOfWork, organisation_id: OrganisationId, roles: Collection[Role]) -> list[AccountId]:
    """The accounts that hold one of these roles in an organisation now, each once."""
    query = (
        select(m.Membership.account_id)
        .where(
            m.Membership.organisation_id == organisation_id,
            m.Membership.role.in_([role.value for role in roles]),
            m.Membership.ended_at.is_(None),
        )
        .distinct()
        .order_by(m.Membership.account_id)
    )
    return [AccountId(row[0]) for row in uow.connection.execute(query)]


def count_current(uow: UnitOfWork, organisation_id: OrganisationId, role: Role) -> int:
    """How many people hold a role in an organisation now."""
    query = select(func.count()).where(
        m.Membership.organisation_id == organisation_id,
        m.Membership.role == role.value,
        m.Membership.ended_at.is_(None),
    )
    return uow.connection.execute(query).scalar_one()


def add(uow: UnitOfWork, membership: MembershipRecord) -> None:
    """Keep a new membership."""
    uow.connection.execute(
        insert(m.Membership).values(
            id=membership.membership_id,
            account_id=membership.account_id,
            organisation_id=membership.organisation_id,
            role=membership.role.value,
            started_at=membership.started_at,
            ended_at=None,
        )
    )


def end(uow: UnitOfWork, membership_id: MembershipId, at: datetime) -> bool:
    """End a membership; False when it had ended already."""
    ended = uow.connection.execute(
        update(m.Membership)
        .where(m.Membership.id == membership_id, m.Membership.ended_at.is_(None))
        .values(ended_at=at)
    )
    return ended.rowcount == 1


def _record(row: AnyRow) -> MembershipRecord:
    return MembershipRecord(
        MembershipId(row[0]), AccountId(row[1]), OrganisationId(row[2]), Role(row[3]), row[4], row[5], row[6]
    )
