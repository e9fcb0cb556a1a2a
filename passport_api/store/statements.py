"""Statements, sealed: versions are appended and the newest stands."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select

from passport_api.domain.ids import AccountId, PassportId, StatementId
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """One version of a statement, as kept."""

    statement_id: StatementId
    version: int
    sealed: bytes


_OF_PASSPORT = (
    select(m.Statement.id, m.Statement.version, m.Statement.sealed_statement)
    .where(m.Statement.passport_id == bindparam("passport_id"))
    .order_by(m.Statement.id, m.Statement.version)
)


def current(uow: UnitOfWork, passport_id: PassportId) -> list[SealedStatement]:
    """The newest version of every statement of a passport, oldest statement first."""
    rows = uow.connection.execute(_OF_PASSPORT, {"passport_id": passport_id})
    newest = {row[0]: SealedStatement(StatementId(row[0]), row[1], row[2]) for row in rows}
    return list(newest.values())


def page_of(uow: UnitOfWork, passport_id: PassportId, after: StatementId | None, limit: int) -> list[SealedStatement]:
    """The newest version of some of a passport's statements, oldest statement first.

    Args:
        uow: the transaction.
        passport_id: whose.
        after: the statement after which to begin; None for the first.
        limit: how many at most.
    """
    standing = (
        select(m.Statement.id, func.max(m.Statement.version).label("version"))
        .where(m.Statement.passport_id == passport_id)
        .group_by(m.Statement.id)
        .order_by(m.Statement.id)
        .limit(limit)
    )
    if after is not None:
        standing = standing.where(m.Statement.id > after)
    newest = standing.subquery()
    query = (
        select(m.Statement.id, m.Statement.version, m.Statement.sealed_statement)
        .join(newest, (m.Statement.id == newest.c.id) & (m.Statement.version == newest.c.version))
        .order_by(m.Statement.id)
    )
    return [SealedStatement(StatementId(row[0]), row[1], row[2]) for row in uow.connection.execute(query)]


def add(
    uow: UnitOfWork, passport_id: PassportId, statement: SealedStatement, recorded_by: AccountId, at: datetime
) -> None:
    """Keep a version of a statement."""
    uow.connection.execute(
        insert(m.Statement).values(
            id=statement.statement_id,
            version=statement.version,
            passport_id=passport_id,
            sealed_statement=statement.sealed,
            recorded_at=at,
            recorded_by=recorded_by,
        )
    )
