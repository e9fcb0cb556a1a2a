"""What opening a view needs to know, in one query; and what readers have said of views."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, bindparam, func, insert, select

from passport_api.domain.access_log import VIEW_OPENED, Outcome
from passport_api.domain.consents import ConsentFacts
from passport_api.domain.ids import AccountId, ConsentId, SessionId
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.accounts import SIGNED_IN, SignedIn, signed_in_from
from passport_api.store.consents import FACTS, facts_from
from passport_api.store.database import UnitOfWork
from passport_api.store.log import Mark
from passport_api.store.passports import NOT_ERASED
from passport_api.store.protected_lists import SealedList


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """A consent with the passport it opens, as they stood at an epoch of the log.

    Attributes:
        opened_before: when the reader last opened it; None for never.
        protected: the passport's protected list; None where there is none.
    """

    consent: ConsentFacts
    purpose: str
    sealed_terms: bytes
    sealed_child: bytes
    wrapping_key_id: str
    wrapped_key: bytes
    opened_before: datetime | None
    protected: SealedList | None


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
        m.ProtectedList.version,
        m.ProtectedList.sealed_list,
    )
    .select_from(m.LogHead)
    .outerjoin(m.Consent, m.Consent.id == bindparam("consent_id"))
    .outerjoin(m.Passport, and_(m.Passport.id == m.Consent.passport_id, NOT_ERASED))
    .outerjoin(m.DataKey, m.DataKey.passport_id == m.Passport.id)
    .outerjoin(m.Transition, m.Transition.id == m.Consent.transition_id)
    .outerjoin(m.ProtectedList, and_(m.ProtectedList.passport_id == m.Passport.id, m.ProtectedList.ended_at.is_(None)))
)


# With whoever asks, for a release is all reading until it is recorded: a query less is a round trip less.
_OPENING = (
    _RELEASE.add_columns(*SIGNED_IN)
    .outerjoin(
        m.Session,
        (m.Session.id == bindparam("session_id"))
        & (m.Session.account_id == bindparam("account_id"))
        & m.Session.ended_at.is_(None),
    )
    .outerjoin(m.Account, m.Account.id == m.Session.account_id)
    .outerjoin(m.Membership, m.Membership.account_id == m.Account.id)
    .outerjoin(m.Organisation, m.Organisation.id == m.Membership.organisation_id)
    .order_by(m.Membership.id)
)
_FACTS = len(_RELEASE.selected_columns)


def opening_facts(
    uow: UnitOfWork, consent_id: ConsentId, account_id: AccountId, session_id: SessionId
) -> tuple[Mark, ReleaseFacts | None, SignedIn | None]:
    """What `release_facts` gives, and who asks with their memberships; None when their session has ended."""
    rows: Sequence[AnyRow] = uow.connection.execute(
        _OPENING, {"consent_id": consent_id, "account_id": account_id, "session_id": session_id}
    ).all()
    who = None if rows[0][_FACTS] is None else signed_in_from([row[_FACTS:] for row in rows])
    return (*_facts_from(rows[0]), who)


def release_facts(uow: UnitOfWork, consent_id: ConsentId, account_id: AccountId) -> tuple[Mark, ReleaseFacts | None]:
    """How far the log has come, and what decides about opening a view and what it opens, if there is such a consent.

    Args:
        uow: the transaction.
        consent_id: the view's.
        account_id: who would open it: of interest is when they last did.
    """
    row = uow.connection.execute(_RELEASE, {"consent_id": consent_id, "account_id": account_id}).one()
    return _facts_from(row)


def _facts_from(row: AnyRow) -> tuple[Mark, ReleaseFacts | None]:
    mark = Mark(row[15], row[16])
    if row[0] is None or row[14] is None:  # no such consent, or the passport was erased
        return mark, None
    protected = None if row[18] is None else SealedList(row[18], row[19])
    return mark, ReleaseFacts(facts_from(row), row[10], row[11], row[12], row[13], row[14], row[17], protected)


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
