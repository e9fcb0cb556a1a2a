"""What has ended for good, beside the log entries that record it; and ending it again after a recovery."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, insert, not_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from passport_api.domain.endings import Ending, EndingKind, PlacedEnding
from passport_api.domain.ids import PassportId
from passport_api.domain.transitions import TransitionState
from passport_api.store import _models as m
from passport_api.store import erasures
from passport_api.store.database import UnitOfWork

_CANCELLED = TransitionState.CANCELLED.value
_ERASED = and_(m.Passport.sealed_child.is_(None), ~exists().where(m.DataKey.passport_id == m.Passport.id))
_STANDS: dict[EndingKind, tuple[InstrumentedAttribute[UUID], ColumnElement[bool]]] = {
    EndingKind.CONSENT_REVOKED: (m.Consent.id, m.Consent.revoked_at.is_not(None)),
    EndingKind.CONSENT_SUPERSEDED: (m.Consent.id, m.Consent.superseded_at.is_not(None)),
    EndingKind.TRANSITION_CANCELLED: (m.Transition.id, m.Transition.state == _CANCELLED),
    EndingKind.MEMBERSHIP_ENDED: (m.Membership.id, m.Membership.ended_at.is_not(None)),
    EndingKind.INVITATION_USED: (m.Invitation.id, m.Invitation.accepted_at.is_not(None)),
    EndingKind.PASSPORT_ERASED: (m.Passport.id, _ERASED),
    EndingKind.STATEMENT_VERSION_ENDED: (m.Statement.version_id, m.Statement.ended_at.is_not(None)),
}
"""By what each kind finds its row, and what that says when it has ended. A new kind is a line here."""

_MOST_ASKED = 1000
_UNDONE = {
    kind: select(m.Ending.position, m.Ending.subject_id, m.Ending.at)
    .join(key.class_, key == m.Ending.subject_id)
    .where(m.Ending.kind == kind.value, not_(stands))
    .order_by(m.Ending.position)
    for kind, (key, stands) in _STANDS.items()
}


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


def undone(uow: UnitOfWork) -> list[PlacedEnding]:
    """What is kept as ended and is not: somebody changed its row past the service."""
    return [
        PlacedEnding(row[0], Ending(kind, row[1], row[2]))
        for kind, undone_of in _UNDONE.items()
        for row in uow.connection.execute(undone_of)
    ]


def passport_of(uow: UnitOfWork, ending: Ending) -> PassportId | None:
    """The passport that a consent, move or version belongs to; None where what ended is of none or is not there."""
    match ending.kind:
        case EndingKind.CONSENT_REVOKED | EndingKind.CONSENT_SUPERSEDED:
            column, key = m.Consent.passport_id, m.Consent.id
        case EndingKind.TRANSITION_CANCELLED:
            column, key = m.Transition.passport_id, m.Transition.id
        case EndingKind.STATEMENT_VERSION_ENDED:
            column, key = m.Statement.passport_id, m.Statement.version_id
        case EndingKind.MEMBERSHIP_ENDED | EndingKind.INVITATION_USED | EndingKind.PASSPORT_ERASED:
            return None
    found = uow.connection.execute(select(column).where(key == ending.subject_id)).scalar_one_or_none()
    return None if found is None else PassportId(found)


def not_in_force(uow: UnitOfWork, placed: Sequence[PlacedEnding]) -> list[PlacedEnding]:
    """Which of these have not ended here, in their order. What is not here at all cannot come back."""
    alive: set[tuple[EndingKind, UUID]] = set()
    for kind, (key, stands) in _STANDS.items():
        subjects = [each.ending.subject_id for each in placed if each.ending.kind is kind]
        for start in range(0, len(subjects), _MOST_ASKED):
            query = select(key).where(key.in_(subjects[start : start + _MOST_ASKED]), not_(stands))
            alive.update((kind, subject) for subject in uow.connection.execute(query).scalars())
    return [each for each in placed if (each.ending.kind, each.ending.subject_id) in alive]


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
            _set(uow, m.Consent.id, subject, m.Consent.revoked_at, ending.at)
        case EndingKind.CONSENT_SUPERSEDED:
            _set(uow, m.Consent.id, subject, m.Consent.superseded_at, ending.at)
        case EndingKind.MEMBERSHIP_ENDED:
            _set(uow, m.Membership.id, subject, m.Membership.ended_at, ending.at)
        case EndingKind.INVITATION_USED:
            _set(uow, m.Invitation.id, subject, m.Invitation.accepted_at, ending.at)
        case EndingKind.STATEMENT_VERSION_ENDED:
            _set(uow, m.Statement.version_id, subject, m.Statement.ended_at, ending.at)
        case EndingKind.TRANSITION_CANCELLED:
            values = {"state": _CANCELLED, "version": m.Transition.version + 1, "changed_at": at}
            uow.connection.execute(update(m.Transition).where(m.Transition.id == subject).values(values))


def _set(
    uow: UnitOfWork,
    key: InstrumentedAttribute[UUID],
    subject: UUID,
    column: InstrumentedAttribute[datetime | None],
    at: datetime,
) -> None:
    uow.connection.execute(update(key.class_).where(key == subject, column.is_(None)).values({column.key: at}))
