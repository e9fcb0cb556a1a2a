"""Accounts: found by blind index or by session, never by plaintext."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from passport_api.domain.ids import AccountId, OrganisationId, SessionId
from passport_api.domain.people import Membership
from passport_api.domain.roles import Role
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class AccountRecord:
    """An account as kept: who it is, sealed, and the hash of its password."""

    account_id: AccountId
    sealed_identity: bytes
    password_hash: str


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account, and every role it holds or held."""

    sealed_identity: bytes
    memberships: tuple[Membership, ...]


class AddressTaken(Exception):
    """Somebody has an account with this address already."""


_ACCOUNT = select(m.Account.id, m.Account.sealed_identity, m.Account.password_hash)

SIGNED_IN = (
    m.Account.sealed_identity,
    m.Membership.organisation_id,
    m.Organisation.name,
    m.Membership.role,
    m.Membership.ended_at,
)
_KNOWN = (
    select(*SIGNED_IN)
    .select_from(m.Account)
    .outerjoin(m.Membership, m.Membership.account_id == m.Account.id)
    .outerjoin(m.Organisation, m.Organisation.id == m.Membership.organisation_id)
    .where(m.Account.id == bindparam("account_id"))
    .order_by(m.Membership.id)
)
_SIGNED_IN = _KNOWN.join(
    m.Session, (m.Session.account_id == m.Account.id) & (m.Session.id == bindparam("session_id"))
).where(m.Session.ended_at.is_(None))


def by_email(uow: UnitOfWork, email_index: bytes) -> AccountRecord | None:
    """The account with this address, if there is one."""
    row = uow.connection.execute(_ACCOUNT.where(m.Account.email_index == email_index)).one_or_none()
    return None if row is None else AccountRecord(AccountId(row[0]), row[1], row[2])


def by_id(uow: UnitOfWork, account_id: AccountId) -> AccountRecord | None:
    """The account with this id, if there is one."""
    row = uow.connection.execute(_ACCOUNT.where(m.Account.id == account_id)).one_or_none()
    return None if row is None else AccountRecord(AccountId(row[0]), row[1], row[2])


def signed_in(uow: UnitOfWork, account_id: AccountId, session_id: SessionId) -> SignedIn | None:
    """The account behind a session that has not ended, with its memberships; None when there is no such thing."""
    rows: Sequence[AnyRow] = uow.connection.execute(
        _SIGNED_IN, {"account_id": account_id, "session_id": session_id}
    ).all()
    return signed_in_from([tuple(row) for row in rows]) if rows else None


def known(uow: UnitOfWork, account_id: AccountId) -> SignedIn | None:
    """An account with its memberships, whether it is signed in or not; None when there is no such thing."""
    rows: Sequence[AnyRow] = uow.connection.execute(_KNOWN, {"account_id": account_id}).all()
    return signed_in_from([tuple(row) for row in rows]) if rows else None


def signed_in_from(rows: Sequence[tuple[Any, ...]]) -> SignedIn:
    """Read an account and its memberships from a row for each, with the columns of `SIGNED_IN`."""
    memberships = tuple(
        Membership(OrganisationId(organisation_id), name, Role(role), ended=ended_at is not None)
        for _, organisation_id, name, role, ended_at in rows
        if organisation_id is not None
    )
    return SignedIn(rows[0][0], memberships)


def add(uow: UnitOfWork, account: AccountRecord, email_index: bytes, at: datetime) -> None:
    """Keep a new account.

    Raises:
        AddressTaken: there is an account with this address.
    """
    try:
        uow.connection.execute(
            insert(m.Account).values(
                id=account.account_id,
                email_index=email_index,
                sealed_identity=account.sealed_identity,
                password_hash=account.password_hash,
                created_at=at,
            )
        )
    except IntegrityError as error:
        raise AddressTaken from error
