"""What opening a view needs to know, in one query; and what readers have said of views."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, insert, select

from passport_api.domain.access_log import VIEW_OPENED, Outcome
from passport_api.domain.consents import ConsentFacts
from passport_api.domain.ids import AccountId, ConsentId
from passport_api.store import _models as m
from passport_api.store.consents import FACTS, facts_from
from passport_api.store.database import UnitOfWork
from passport_api.store.log import Mark
from passport_api.store.passports import NOT_ERASED


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A consent with the passport it opens, as they stood at an epoch of the log.

    Attributes:
        opened_before: when the reader last opened it; None for never.
    """

    consent: ConsentFacts
    purpose: str
    sealed_terms: bytes
    sealed_child: bytes
    wrapping_key_id: str
    wrapped_key: bytes
    opened_before: datetime | None


_OPENED_BEFORE = (
    select(m.Decision.at)
    .where(
        m.Decision.consent_id == bindparam("consent_id"),
        m.Decision.decided_by == bindparam("account_id"),
        m.Decision.action == VIEW_OPENED,
        m.Decision.outcome == Outcome.ALLOWED.value,
    )
    .order_by(m.Decision.position.desc())
    .limit(1)
    .scalar_subquery()
)
_RELEASE = (
    select(
        *FACTS,
        m.Consent.purpose,
        m.Consent.sealed_terms,
        m.Passport.sealed_child,
        m.DataKey.wrapping_key_id,
        m.DataKey.wrapped_key,
        m.LogHead.epoch,
        m.LogHead.newest_at,
        _OPENED_BEFORE,
    )
    .select_from(m.LogHead)
    .outerjoin(m.Consent, m.Consent.id == bindparam("consent_id"))
    .outerjoin(m.Passport, and_(m.Passport.id == m.Consent.passport_id, NOT_ERASED))
    .outerjoin(m.DataKey, m.DataKey.passport_id == m.Passport.id)
    .outerjoin(m.Transition, m.Transition.id == m.Consent.transition_id)
)


def release_facts(uow: UnitOfWork, consent_id: ConsentId, account_id: AccountId) -> tuple[Mark, ReleaseFacts | None]:
    """How far the log has come, and what decides about opening a view and what it opens, if there is such a consent.

    Args:
        uow: the transaction.
        consent_id: the view's.
        account_id: who would open it: of interest is when they last did.
    """
    row = uow.connection.execute(_RELEASE, {"consent_id": consent_id, "account_id": account_id}).one()
    mark = Mark(row[15], row[16])
    if row[0] is None or row[14] is None:  # no such consent, or the passport was erased
        return mark, None
    return mark, ReleaseFacts(facts_from(row), row[10], row[11], row[12], row[13], row[14], row[17])


def first_opened(uow: UnitOfWork, consents: Iterable[ConsentId], account_id: AccountId) -> dict[ConsentId, datetime]:
    """When a reader first opened each of these views."""
    query = (
        select(m.Decision.consent_id, func.min(m.Decision.at).label("at"))
        .where(
            m.Decision.consent_id.in_(list(consents)),
            m.Decision.decided_by == account_id,
            m.Decision.action == VIEW_OPENED,
            m.Decision.outcome == Outcome.ALLOWED.value,
        )
        .group_by(m.Decision.consent_id)
    )
    return {ConsentId(row.consent_id): row.at for row in uow.connection.execute(query)}


def acknowledged(uow: UnitOfWork, consents: Iterable[ConsentId], account_id: AccountId) -> dict[ConsentId, datetime]:
    """When a reader acknowledged each of these views."""
    query = select(m.Acknowledgement.consent_id, m.Acknowledgement.given_at).where(
        m.Acknowledgement.consent_id.in_(list(consents)), m.Acknowledgement.account_id == account_id
    )
    return {ConsentId(row.consent_id): row.given_at for row in uow.connection.execute(query)}


def acknowledge(uow: UnitOfWork, consent_id: ConsentId, account_id: AccountId, at: datetime) -> None:
    """Keep a reader's word that they have read a view."""
    uow.connection.execute(insert(m.Acknowledgement).values(consent_id=consent_id, account_id=account_id, given_at=at))
