"""Challenges, sealed; and whether views leave out what is challenged."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, or_, select, update

from passport_api.domain.challenges import ChallengeFacts, Finding
from passport_api.domain.ids import AccountId, ChallengeId, OrganisationId, PassportId, StatementId
from passport_api.store import _models as m
from passport_api.store._pages import newest_first
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork
from passport_api.store.passports import NOT_ERASED


@dataclass(frozen=True, slots=True)
class ChallengeRecord:
    """A challenge as kept."""

    facts: ChallengeFacts
    made_by: AccountId
    sealed: bytes
    sealed_reasons: bytes | None = None


_CHALLENGE = (
    select(
        m.Challenge.id,
        m.Challenge.passport_id,
        m.Challenge.statement_id,
        m.Challenge.version,
        m.Challenge.made_at,
        m.Challenge.withheld_at,
        m.Challenge.resolved_at,
        m.Challenge.finding,
        m.Challenge.made_by,
        m.Challenge.sealed_challenge,
        m.Challenge.sealed_reasons,
    )
    .join(m.Passport, m.Passport.id == m.Challenge.passport_id)
    .where(NOT_ERASED)
)
STANDS_BESIDE = or_(m.Challenge.finding.is_(None), m.Challenge.finding == Finding.NOT_UPHELD.value)
"""Of a challenge that views show beside its statement: it is open, or was not upheld. If upheld, it did its work."""


def add(uow: UnitOfWork, challenge: ChallengeRecord) -> None:
    """Keep a new challenge."""
    facts = challenge.facts
    uow.connection.execute(
        insert(m.Challenge).values(
            id=facts.challenge_id,
            passport_id=facts.passport_id,
            statement_id=facts.statement_id,
            version=facts.version,
            sealed_challenge=challenge.sealed,
            made_by=challenge.made_by,
            made_at=facts.made_at,
        )
    )


def find(uow: UnitOfWork, challenge_id: ChallengeId) -> ChallengeRecord | None:
    """The challenge with this id, if there is one about a passport that was not erased."""
    row = uow.connection.execute(_CHALLENGE.where(m.Challenge.id == challenge_id)).one_or_none()
    return None if row is None else _record(row)


def of_statement(
    uow: UnitOfWork, statement_id: StatementId, after: ChallengeId | None, limit: int
) -> list[ChallengeRecord]:
    """A statement's challenges, newest first."""
    query = _CHALLENGE.where(m.Challenge.statement_id == statement_id)
    return [_record(row) for row in newest_first(uow, query, m.Challenge.id, after, limit)]


def of_custodian(
    uow: UnitOfWork, custodian_id: OrganisationId, after: ChallengeId | None, limit: int
) -> list[ChallengeRecord]:
    """The challenges that wait for a custodian to resolve them, newest first."""
    query = _CHALLENGE.where(m.Passport.custodian_id == custodian_id, m.Challenge.finding.is_(None))
    return [_record(row) for row in newest_first(uow, query, m.Challenge.id, after, limit)]


def withhold(uow: UnitOfWork, challenge_id: ChallengeId, since: datetime | None) -> None:
    """Have views leave out what is challenged from an instant on, or show it again."""
    uow.connection.execute(update(m.Challenge).where(m.Challenge.id == challenge_id).values(withheld_at=since))


def resolve(
    uow: UnitOfWork, challenge_id: ChallengeId, finding: Finding, sealed_reasons: bytes, by: AccountId, at: datetime
) -> None:
    """Keep what a challenge came to."""
    values = {"finding": finding.value, "sealed_reasons": sealed_reasons, "resolved_by": by, "resolved_at": at}
    uow.connection.execute(update(m.Challenge).where(m.Challenge.id == challenge_id).values(values))


def _record(row: AnyRow) -> ChallengeRecord:
    facts = ChallengeFacts(
        challenge_id=ChallengeId(row[0]),
        passport_id=PassportId(row[1]),
        statement_id=StatementId(row[2]),
        version=row[3],
        made_at=row[4],
        withheld_at=row[5],
        resolved_at=row[6],
        finding=None if row[7] is None else Finding(row[7]),
    )
    return ChallengeRecord(facts, AccountId(row[8]), row[9], row[10])
