"""Statements, sealed: versions are appended; one that another took the place of, or that was withdrawn, has ended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, func, insert, or_, select, update

from passport_api.domain.ids import AccountId, ChallengeId, PassportId, StatementId
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.challenges import STANDS_BESIDE
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class SealedStatement:
    """One version of a statement, as kept."""

    statement_id: StatementId
    version: int
    sealed: bytes


@dataclass(frozen=True, slots=True)
class VersionRecord:
    """One version of a statement, with what is kept beside its content.

    Attributes:
        version_id: the id of this version, where it is spoken of as something that ended.
        ended_at: since when it does not stand; None for the version that does.
    """

    passport_id: PassportId
    statement: SealedStatement
    version_id: UUID
    recorded_at: datetime
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class StandingChallenge:
    """A challenge that stands beside a statement."""

    challenge_id: ChallengeId
    sealed: bytes
    is_open: bool
    made_at: datetime
    made_by: AccountId


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands of a passport's statements, and what has changed about them since some instant.

    Attributes:
        statements: the version that stands of each statement that has one, oldest statement first.
        written: the statements whose standing version was written since.
        ended: the versions that stood then and do not now.
        challenges: what stands beside a statement: each a challenge's id and its sealed words, oldest first.
        withheld: the statements that views leave out while a challenge is open.
    """

    statements: list[SealedStatement]
    written: frozenset[StatementId]
    ended: list[SealedStatement]
    challenges: dict[StatementId, list[StandingChallenge]]
    withheld: frozenset[StatementId]


# The instants are compared in the database: to read one for every row would cost as much as the rows themselves.
_OF_PASSPORT = (
    select(
        m.Statement.id,
        m.Statement.version,
        m.Statement.sealed_statement,
        m.Statement.ended_at.is_(None),
        m.Statement.recorded_at > bindparam("since"),
        m.Challenge.id,
        m.Challenge.sealed_challenge,
        m.Challenge.finding.is_(None),
        m.Challenge.withheld_at.is_not(None),
    )
    .outerjoin(m.Challenge, (m.Challenge.statement_id == m.Statement.id) & STANDS_BESIDE)
    .where(
        m.Statement.passport_id == bindparam("passport_id"),
        or_(m.Statement.ended_at.is_(None), m.Statement.ended_at > bindparam("since")),
    )
    .order_by(m.Statement.id, m.Statement.version, m.Challenge.id)
)
_VERSION = select(
    m.Statement.passport_id,
    m.Statement.id,
    m.Statement.version,
    m.Statement.sealed_statement,
    m.Statement.version_id,
    m.Statement.recorded_at,
    m.Statement.ended_at,
)


def standing(uow: UnitOfWork, passport_id: PassportId, since: datetime | None = None) -> Standing:
    """What stands of a passport's statements now.

    Args:
        uow: the transaction.
        passport_id: whose.
        since: from when on it is of interest which have ended; None for never.
    """
    rows: Sequence[AnyRow] = uow.connection.execute(_OF_PASSPORT, {"passport_id": passport_id, "since": since}).all()
    newest = {row[0]: row for row in rows if row[3]}
    challenged = [row for row in rows if row[3] and row[5] is not None]
    made = _made(uow, [row[5] for row in challenged]) if challenged else {}
    challenges: dict[StatementId, list[StandingChallenge]] = {}
    for row in challenged:
        challenges.setdefault(StatementId(row[0]), []).append(
            StandingChallenge(ChallengeId(row[5]), row[6], row[7], *made[row[5]])
        )
    return Standing(
        [SealedStatement(StatementId(row[0]), row[1], row[2]) for row in newest.values()],
        frozenset(StatementId(row[0]) for row in newest.values() if row[4]),
        [SealedStatement(StatementId(row[0]), row[1], row[2]) for row in rows if not row[3] and not row[4]],
        challenges,
        frozenset(StatementId(row[0]) for row in challenged if row[7] and row[8]),
    )


def _made(uow: UnitOfWork, challenge_ids: list[UUID]) -> dict[UUID, tuple[datetime, AccountId]]:
    """When some challenges were made, and by whom: asked apart, for most views have none and every row would pay."""
    query = select(m.Challenge.id, m.Challenge.made_at, m.Challenge.made_by).where(m.Challenge.id.in_(challenge_ids))
    return {row[0]: (row[1], AccountId(row[2])) for row in uow.connection.execute(query)}


def page_of(uow: UnitOfWork, passport_id: PassportId, after: StatementId | None, limit: int) -> list[VersionRecord]:
    """The newest version of some of a passport's statements, whether it stands or not, oldest statement first.

    Args:
        uow: the transaction.
        passport_id: whose.
        after: the statement after which to begin; None for the first.
        limit: how many at most.
    """
    some = (
        select(m.Statement.id, func.max(m.Statement.version).label("version"))
        .where(m.Statement.passport_id == passport_id)
        .group_by(m.Statement.id)
        .order_by(m.Statement.id)
        .limit(limit)
    )
    if after is not None:
        some = some.where(m.Statement.id > after)
    newest = some.subquery()
    query = _VERSION.join(newest, (m.Statement.id == newest.c.id) & (m.Statement.version == newest.c.version)).order_by(
        m.Statement.id
    )
    return _records(uow, query)


def versions_of(uow: UnitOfWork, statement_id: StatementId) -> list[VersionRecord]:
    """Every version of a statement, oldest first; none when there is no such statement."""
    return _records(uow, _VERSION.where(m.Statement.id == statement_id).order_by(m.Statement.version))


def newest_of(uow: UnitOfWork, statement_ids: Collection[StatementId]) -> dict[StatementId, VersionRecord]:
    """The newest version of each of some statements, whether it stands or not."""
    query = _VERSION.where(m.Statement.id.in_(statement_ids)).order_by(m.Statement.id, m.Statement.version)
    return {record.statement.statement_id: record for record in _records(uow, query)}


def add(
    uow: UnitOfWork,
    passport_id: PassportId,
    statement: SealedStatement,
    version_id: UUID,
    recorded_by: AccountId,
    at: datetime,
    *,
    stands: bool = True,
) -> VersionRecord:
    """Keep a version of a statement.

    Args:
        uow: the transaction.
        passport_id: whose.
        statement: what was sealed.
        version_id: a new id, this version's alone.
        recorded_by: who wrote it.
        at: when.
        stands: whether it does; one that withdraws the statement has ended as it begins.
    """
    ended_at = None if stands else at
    uow.connection.execute(
        insert(m.Statement).values(
            id=statement.statement_id,
            version=statement.version,
            passport_id=passport_id,
            sealed_statement=statement.sealed,
            recorded_at=at,
            recorded_by=recorded_by,
            version_id=version_id,
            ended_at=ended_at,
        )
    )
    return VersionRecord(passport_id, statement, version_id, at, ended_at)


def end(uow: UnitOfWork, version_id: UUID, at: datetime) -> None:
    """Let a version stand no longer."""
    uow.connection.execute(
        update(m.Statement)
        .where(m.Statement.version_id == version_id, m.Statement.ended_at.is_(None))
        .values(ended_at=at)
    )


def _records(uow: UnitOfWork, query: Select[*tuple[Any, ...]]) -> list[VersionRecord]:
    return [
        VersionRecord(PassportId(row[0]), SealedStatement(StatementId(row[1]), row[2], row[3]), row[4], row[5], row[6])
        for row in uow.connection.execute(query)
    ]
