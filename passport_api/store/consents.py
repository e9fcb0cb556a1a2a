"""Consents: sealed terms, the facts that decide about them, and the ways they end."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from passport_api.domain.consents import ConsentFacts
from passport_api.domain.ids import AccountId, ConsentId, OrganisationId, PassportId, TransitionId
from passport_api.domain.transitions import TransitionState
from passport_api.store import _models as m
from passport_api.store._pages import newest_first
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class ConsentRecord:
    """A consent as kept: its facts, and its terms sealed."""

    facts: ConsentFacts
    purpose: str
    transition_id: TransitionId | None
    sealed_terms: bytes
    proposed_by: AccountId
    proposed_at: datetime


class AlreadyApproved(Exception):
    """This parent has agreed before."""


APPROVALS = (
    select(func.count())
    .select_from(m.ConsentApproval)
    .where(m.ConsentApproval.consent_id == m.Consent.id)
    .correlate(m.Consent)
    .scalar_subquery()
)
CANCELLED = m.Transition.state == literal(TransitionState.CANCELLED.value)

FACTS = (
    m.Consent.id,
    m.Consent.passport_id,
    m.Consent.recipient_id,
    m.Consent.valid_from,
    m.Consent.valid_until,
    APPROVALS,
    m.Consent.approvals_needed,
    m.Consent.revoked_at,
    m.Consent.superseded_at,
    CANCELLED,
)
"""The columns that `facts_from` reads, for queries that also reach the consent's transition."""

_CONSENT = select(
    *FACTS,
    m.Consent.purpose,
    m.Consent.transition_id,
    m.Consent.sealed_terms,
    m.Consent.proposed_by,
    m.Consent.proposed_at,
).outerjoin(m.Transition, m.Transition.id == m.Consent.transition_id)


def find(uow: UnitOfWork, consent_id: ConsentId) -> ConsentRecord | None:
    """The consent with this id, if there is one."""
    row = uow.connection.execute(_CONSENT.where(m.Consent.id == consent_id)).one_or_none()
    return None if row is None else _record(row)


def of_passport(uow: UnitOfWork, passport_id: PassportId, after: ConsentId | None, limit: int) -> list[ConsentRecord]:
    """A passport's consents, newest first."""
    query = _CONSENT.where(m.Consent.passport_id == passport_id)
    return [_record(row) for row in newest_first(uow, query, m.Consent.id, after, limit)]


def for_recipients(
    uow: UnitOfWork, recipients: tuple[OrganisationId, ...], at: datetime, after: ConsentId | None, limit: int
) -> list[ConsentRecord]:
    """The consents in force at an instant that name one of these organisations, newest first."""
    query = _CONSENT.where(
        m.Consent.recipient_id.in_(recipients),
        m.Consent.valid_from <= at,
        m.Consent.valid_until > at,
        m.Consent.revoked_at.is_(None),
        or_(m.Consent.superseded_at.is_(None), m.Consent.superseded_at > at),
        or_(m.Transition.state.is_(None), m.Transition.state != TransitionState.CANCELLED.value),
        m.Consent.approvals_needed <= APPROVALS,
    )
    return [_record(row) for row in newest_first(uow, query, m.Consent.id, after, limit)]


def add(uow: UnitOfWork, consent: ConsentRecord) -> None:
    """Keep a new consent."""
    facts = consent.facts
    uow.connection.execute(
        insert(m.Consent).values(
            id=facts.consent_id,
            passport_id=facts.passport_id,
            recipient_id=facts.recipient_id,
            transition_id=consent.transition_id,
            purpose=consent.purpose,
            sealed_terms=consent.sealed_terms,
            valid_from=facts.valid_from,
            valid_until=facts.valid_until,
            approvals_needed=facts.approvals_needed,
            proposed_by=consent.proposed_by,
            proposed_at=consent.proposed_at,
        )
    )


def approve(uow: UnitOfWork, consent_id: ConsentId, account_id: AccountId, at: datetime) -> None:
    """Keep a parent's agreement.

    Raises:
        AlreadyApproved: this parent has agreed before.
    """
    try:
        uow.connection.execute(
            insert(m.ConsentApproval).values(consent_id=consent_id, account_id=account_id, given_at=at)
        )
    except IntegrityError as error:
        raise AlreadyApproved from error


def revoke(uow: UnitOfWork, consent_id: ConsentId, account_id: AccountId, at: datetime) -> None:
    """End a consent because a parent said so."""
    uow.connection.execute(
        update(m.Consent)
        .where(m.Consent.id == consent_id, m.Consent.revoked_at.is_(None))
        .values(revoked_at=at, revoked_by=account_id)
    )


def supersede_others(uow: UnitOfWork, newer: ConsentRecord, at: datetime) -> list[ConsentId]:
    """End the consents that a newer one replaces: same passport, recipient and purpose, not ended before `at`.

    The passport is held, so whichever is agreed last is the newer, whatever the clocks of two nodes made of its id.
    """
    others = (
        m.Consent.passport_id == newer.facts.passport_id,
        m.Consent.recipient_id == newer.facts.recipient_id,
        m.Consent.purpose == newer.purpose,
        m.Consent.id != newer.facts.consent_id,
        m.Consent.revoked_at.is_(None),
        or_(m.Consent.superseded_at.is_(None), m.Consent.superseded_at > at),
    )
    found = [ConsentId(row[0]) for row in uow.connection.execute(select(m.Consent.id).where(*others))]
    if found:
        uow.connection.execute(
            update(m.Consent)
            .where(m.Consent.id.in_(found))
            .values(superseded_at=at, superseded_by=newer.facts.consent_id)
        )
    return found


def facts_from(row: AnyRow) -> ConsentFacts:
    """The facts in a row that begins with `FACTS`."""
    return ConsentFacts(
        consent_id=ConsentId(row[0]),
        passport_id=PassportId(row[1]),
        recipient_id=OrganisationId(row[2]),
        valid_from=row[3],
        valid_until=row[4],
        approvals=row[5],
        approvals_needed=row[6],
        revoked_at=row[7],
        superseded_at=row[8],
        transition_cancelled=bool(row[9]),
    )


def _record(row: AnyRow) -> ConsentRecord:
    return ConsentRecord(
        facts=facts_from(row),
        purpose=row[10],
        transition_id=None if row[11] is None else TransitionId(row[11]),
        sealed_terms=row[12],
        proposed_by=AccountId(row[13]),
        proposed_at=row[14],
    )
