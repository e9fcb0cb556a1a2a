"""What has ended for good, beside the log entries that record it; and ending it again after a recovery."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, and_, exists, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute

from passport_api.domain.endings import Ending, EndingKind, PlacedEnding
from passport_api.domain.ids import PassportId
from passport_api.domain.transitions import TransitionState
from passport_api.store import _models as m
from passport_api.store import erasures
from passport_api.store.database import UnitOfWork


def add(uow: UnitOfWork, position: int, endings: Sequence[Ending]) -> None:
    """Keep what an entry ended, in the transaction that ends it; the unit of work is marked as having done so."""
    if not endings:
        return
    rows = [
        {"position": position, "kind": each.kind.value, "subject_id": each.subject_id, "at": each.at}
        for each in endings
    ]
    uow.connection.execute(insert(m.Ending), rows)
    uow.ended = True


def between(uow: UnitOfWork, start: int, end: int) -> list[PlacedEnding]:
    """What the entries from position start to before end ended, in order."""
    query = (
        select(m.Ending.position, m.Ending.kind, m.Ending.subject_id, m.Ending.at)
        .where(m.Ending.position >= start, m.Ending.position < end)
        .order_by(m.Ending.position, m.Ending.kind, m.Ending.subject_id)
    )
    return [PlacedEnding(row[0], Ending(EndingKind(row[1]), row[2], row[3])) for row in uow.connection.execute(query)]


def passport_of(uow: UnitOfWork, ending: Ending) -> PassportId | None:
    """The passport that a consent or a move belongs to; None where what ended is of no passport or is not there."""
    match ending.kind:
        case EndingKind.CONSENT_REVOKED | EndingKind.CONSENT_SUPERSEDED:
            column, key = m.Consent.passport_id, m.Consent.id
        case EndingKind.TRANSITION_CANCELLED:
            column, key = m.Transition.passport_id, m.Transition.id
        case EndingKind.MEMBERSHIP_ENDED | EndingKind.INVITATION_USED | EndingKind.PASSPORT_ERASED:
            return None
    found = uow.connection.execute(select(column).where(key == ending.subject_id)).scalar_one_or_none()
    return None if found is None else PassportId(found)


def is_in_force(uow: UnitOfWork, ending: Ending) -> bool:
    """Whether what ended is ended here. What is not here at all cannot come back."""
    found = uow.connection.execute(_ended(ending)).scalar_one_or_none()
    return found is None or bool(found)


def enforce(uow: UnitOfWork, ending: Ending, at: datetime) -> None:
    """End here what has ended before; done again, it changes nothing.

    Args:
        uow: the transaction.
        ending: what is known to have ended.
        at: now: when an erasure is carried out again.
    """
    subject = ending.subject_id
    match ending.kind:
        case EndingKind.PASSPORT_ERASED:
            erasures.carry_out(uow, PassportId(subject), None, at)
        case EndingKind.CONSENT_REVOKED:
            _set(uow, m.Consent, subject, m.Consent.revoked_at, ending.at)
        case EndingKind.CONSENT_SUPERSEDED:
            _set(uow, m.Consent, subject, m.Consent.superseded_at, ending.at)
        case EndingKind.MEMBERSHIP_ENDED:
            _set(uow, m.Membership, subject, m.Membership.ended_at, ending.at)
        case EndingKind.INVITATION_USED:
            _set(uow, m.Invitation, subject, m.Invitation.accepted_at, ending.at)
        case EndingKind.TRANSITION_CANCELLED:
            values = {"state": TransitionState.CANCELLED.value, "version": m.Transition.version + 1, "changed_at": at}
            uow.connection.execute(update(m.Transition).where(m.Transition.id == subject).values(values))


def _ended(ending: Ending) -> Select[bool]:
    """Whether it has ended here, in one row; no row where it is not here."""
    subject = ending.subject_id
    match ending.kind:
        case EndingKind.CONSENT_REVOKED:
            return select(m.Consent.revoked_at.is_not(None)).where(m.Consent.id == subject)
        case EndingKind.CONSENT_SUPERSEDED:
            return select(m.Consent.superseded_at.is_not(None)).where(m.Consent.id == subject)
        case EndingKind.MEMBERSHIP_ENDED:
            return select(m.Membership.ended_at.is_not(None)).where(m.Membership.id == subject)
        case EndingKind.INVITATION_USED:
            return select(m.Invitation.accepted_at.is_not(None)).where(m.Invitation.id == subject)
        case EndingKind.TRANSITION_CANCELLED:
            cancelled = m.Transition.state == TransitionState.CANCELLED.value
            return select(cancelled).where(m.Transition.id == subject)
        case EndingKind.PASSPORT_ERASED:
            kept = exists().where(m.DataKey.passport_id == subject)
            return select(and_(m.Passport.sealed_child.is_(None), ~kept)).where(m.Passport.id == subject)


def _set(
    uow: UnitOfWork, table: type[m.Base], subject: UUID, column: InstrumentedAttribute[datetime | None], at: datetime
) -> None:
    named = table.__table__.c
    uow.connection.execute(
        update(table).where(named.id == subject, named[column.key].is_(None)).values({column.key: at})
    )
