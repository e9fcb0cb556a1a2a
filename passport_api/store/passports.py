"""Passports, their parents, and the blind indexes of their current identifiers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, exists, func, insert, select, union
from sqlalchemy.exc import IntegrityError

from passport_api.domain.ids import AccountId, OrganisationId, PassportId
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class PassportRecord:
    """A passport as kept."""

    passport_id: PassportId
    custodian_id: OrganisationId
    wrapping_key_id: str
    wrapped_key: bytes
    sealed_child: bytes
    requires_both_parents: bool
    created_at: datetime


@dataclass(frozen=True, slots=True)
class ParentRow:
    """A parent of a passport, with their sealed identity."""

    account_id: AccountId
    sealed_identity: bytes
    ended: bool


class IdentifierTaken(Exception):
    """The custodian already holds a passport with one of these identifiers."""


NOT_ERASED = and_(
    m.Passport.sealed_child.is_not(None),
    ~exists().where(m.Erasure.passport_id == m.Passport.id, m.Erasure.confirmed_at.is_not(None)),
)
"""What holds of a passport beside its data key, which an old one put back into the database does not bring back.

The child's identity stands in the passport's own row: whoever waited on that row while the passport was being erased
sees what became of it, where PostgreSQL would still show the data key that was there when the waiting began.
"""

_PASSPORT = (
    select(
        m.Passport.id,
        m.Passport.custodian_id,
        m.DataKey.wrapping_key_id,
        m.DataKey.wrapped_key,
        m.Passport.sealed_child,
        m.Passport.requires_both_parents,
        m.Passport.created_at,
    )
    .join(m.DataKey, m.DataKey.passport_id == m.Passport.id)
    .where(NOT_ERASED)
)
"""Only what can still be opened: a passport without its data key was erased, and is as if it had never been."""

_THIS = _PASSPORT.where(m.Passport.id == bindparam("passport_id"))
_HELD = _THIS.with_for_update(key_share=True, of=m.Passport)
_PARENT = (m.Parent.account_id, m.Account.sealed_identity, m.Parent.ended_at)
_IN_ORDER = (m.Parent.started_at, m.Parent.account_id)
_PARENTS = (
    select(*_PARENT)
    .join(m.Account, m.Account.id == m.Parent.account_id)
    .where(m.Parent.passport_id == bindparam("passport_id"))
    .order_by(*_IN_ORDER)
)
_WITH_PARENTS = (
    _THIS.add_columns(*_PARENT)
    .outerjoin(m.Parent, m.Parent.passport_id == m.Passport.id)
    .outerjoin(m.Account, m.Account.id == m.Parent.account_id)
    .order_by(*_IN_ORDER)
)


def find(uow: UnitOfWork, passport_id: PassportId) -> PassportRecord | None:
    """The passport with this id, if there is one, held until the transaction ends.

    The row is locked so that two changes to one passport (two parents agreeing at once) take turns.
    """
    row = uow.connection.execute(_HELD, {"passport_id": passport_id}).one_or_none()
    return None if row is None else _record(row)


def with_parents(uow: UnitOfWork, passport_id: PassportId) -> tuple[PassportRecord | None, list[ParentRow]]:
    """The passport with this id and its parents, former ones too, in one query and without holding it."""
    rows: Sequence[AnyRow] = uow.connection.execute(_WITH_PARENTS, {"passport_id": passport_id}).all()
    parents = [ParentRow(AccountId(row[7]), row[8], row[9] is not None) for row in rows if row[7] is not None]
    return (_record(rows[0]) if rows else None), parents


def custodian_of(uow: UnitOfWork, passport_id: PassportId) -> OrganisationId:
    """Who holds a passport that there is, without holding its row."""
    query = select(m.Passport.custodian_id).where(m.Passport.id == passport_id)
    return OrganisationId(uow.connection.execute(query).scalar_one())


def parents_of(uow: UnitOfWork, passport_id: PassportId) -> list[ParentRow]:
    """The parents of a passport, former ones too."""
    rows = uow.connection.execute(_PARENTS, {"passport_id": passport_id})
    return [ParentRow(AccountId(row[0]), row[1], row[2] is not None) for row in rows]


def responsible_for(
    uow: UnitOfWork,
    account_id: AccountId,
    custodians: tuple[OrganisationId, ...],
    after: PassportId | None,
    limit: int,
) -> list[PassportRecord]:
    """The passports that a person is a parent on, or whose custodian they work for, newest first."""
    as_parent = select(m.Parent.passport_id.label("id")).where(
        m.Parent.account_id == account_id, m.Parent.ended_at.is_(None)
    )
    # Of erased passports nothing may count towards a page: one cut short by them would seem the last.
    as_custodian = select(m.Passport.id.label("id")).where(m.Passport.custodian_id.in_(custodians), NOT_ERASED)
    if after is not None:
        as_parent = as_parent.where(m.Parent.passport_id < after)
        as_custodian = as_custodian.where(m.Passport.id < after)
    # Each half walks its own index and stops at the limit: a page costs the same however many passports there are.
    halves = (
        as_parent.order_by(m.Parent.passport_id.desc()).limit(limit).subquery(),
        as_custodian.order_by(m.Passport.id.desc()).limit(limit).subquery(),
    )
    mine = union(*(select(half.c.id) for half in halves)).subquery()
    query = _PASSPORT.join(mine, mine.c.id == m.Passport.id).order_by(m.Passport.id.desc()).limit(limit)
    return [_record(row) for row in uow.connection.execute(query)]


def of_custodian(
    uow: UnitOfWork, custodian_id: OrganisationId, after: PassportId | None, limit: int
) -> list[PassportRecord]:
    """The passports that a custodian holds, oldest first, without holding them."""
    query = _PASSPORT.where(m.Passport.custodian_id == custodian_id).order_by(m.Passport.id).limit(limit)
    if after is not None:
        query = query.where(m.Passport.id > after)
    return [_record(row) for row in uow.connection.execute(query)]


def count_of_custodian(uow: UnitOfWork, custodian_id: OrganisationId) -> int:
    """How many passports a custodian holds."""
    query = select(func.count()).select_from(m.Passport).where(m.Passport.custodian_id == custodian_id, NOT_ERASED)
    return uow.connection.execute(query).scalar_one()


def among(uow: UnitOfWork, passport_ids: Collection[PassportId]) -> dict[PassportId, PassportRecord]:
    """Of some passports those that there are, by their ids, without holding them."""
    found = uow.connection.execute(_PASSPORT.where(m.Passport.id.in_(passport_ids)))
    return {record.passport_id: record for record in map(_record, found)}


def add(uow: UnitOfWork, passport: PassportRecord, created_by: AccountId, identifiers: dict[str, bytes]) -> None:
    """Keep a new passport with the blind indexes of its identifiers.

    Raises:
        IdentifierTaken: this custodian holds one of them already.
    """
    uow.connection.execute(
        insert(m.Passport).values(
            id=passport.passport_id,
            custodian_id=passport.custodian_id,
            sealed_child=passport.sealed_child,
            requires_both_parents=passport.requires_both_parents,
            created_at=passport.created_at,
            created_by=created_by,
        )
    )
    uow.connection.execute(
        insert(m.DataKey).values(
            passport_id=passport.passport_id,
            wrapping_key_id=passport.wrapping_key_id,
            wrapped_key=passport.wrapped_key,
        )
    )
    try:
        for kind, value_index in identifiers.items():
            uow.connection.execute(
                insert(m.PassportIdentifier).values(
                    passport_id=passport.passport_id,
                    kind=kind,
                    custodian_id=passport.custodian_id,
                    value_index=value_index,
                )
            )
    except IntegrityError as error:
        raise IdentifierTaken from error


def add_parent(uow: UnitOfWork, passport_id: PassportId, account_id: AccountId, at: datetime) -> None:
    """Make an account a parent of a passport."""
    uow.connection.execute(
        insert(m.Parent).values(passport_id=passport_id, account_id=account_id, started_at=at, ended_at=None)
    )


def _record(row: AnyRow) -> PassportRecord:
    return PassportRecord(PassportId(row[0]), OrganisationId(row[1]), row[2], row[3], row[4], row[5], row[6])
