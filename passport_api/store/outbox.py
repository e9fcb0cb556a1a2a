"""Notices on their way out: added with what they tell of, taken for a while, settled once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Update, and_, delete, insert, literal, or_, select, update

from passport_api.domain.ids import NoticeId, OrganisationId
from passport_api.domain.outbox import Channel, Fault, Kind, Notice, State
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A notice that was given up."""

    notice: Notice
    died_at: datetime
    fault: Fault


_NOTICE = select(
    m.OutboxNotice.id,
    m.OutboxNotice.event_id,
    m.OutboxNotice.kind,
    m.OutboxNotice.channel,
    m.OutboxNotice.organisation_id,
    m.OutboxNotice.target_id,
    m.OutboxNotice.subject_id,
    m.OutboxNotice.created_at,
    m.OutboxNotice.due_at,
    m.OutboxNotice.tries,
    m.OutboxNotice.settled_at,
    m.OutboxNotice.fault,
)
# Written out in the statement, not sent beside it: an index of some rows alone serves only who asks for just those.
_IS_WAITING = m.OutboxNotice.state == literal(State.WAITING.value, literal_execute=True)
_IS_DEAD = m.OutboxNotice.state == literal(State.DEAD.value, literal_execute=True)


def add(uow: UnitOfWork, notices: Sequence[Notice]) -> None:
    """Keep notices, in the transaction of what they tell of: they exist if and only if it happened."""
    if notices:
        uow.connection.execute(insert(m.OutboxNotice), [_row(notice) for notice in notices])


def any_due(uow: UnitOfWork, at: datetime) -> bool:
    """Whether there is anything to take: a look that holds nobody up."""
    return uow.connection.execute(select(m.OutboxNotice.id).where(_due(at)).limit(1)).first() is not None


def claim(uow: UnitOfWork, at: datetime, until: datetime, most: int) -> list[Notice]:
    """Take the notices that have been due the longest; nobody else takes them until then, unless they are put off.

    Two who take at once get different ones: PostgreSQL skips what another has locked, SQLite has one writer.
    """
    query = _NOTICE.where(_due(at)).order_by(m.OutboxNotice.due_at, m.OutboxNotice.id).limit(most)
    taken = [_notice(row) for row in uow.connection.execute(query.with_for_update(skip_locked=True))]
    if taken:
        ids = [notice.notice_id for notice in taken]
        uow.connection.execute(update(m.OutboxNotice).where(m.OutboxNotice.id.in_(ids)).values(claimed_until=until))
    return taken


def settle(uow: UnitOfWork, notice: Notice, state: State, at: datetime) -> bool:
    """Say that a notice was delivered, or dropped, whoever has taken it; False when somebody has said so before."""
    settled = uow.connection.execute(
        update(m.OutboxNotice)
        .where(m.OutboxNotice.id == notice.notice_id, _IS_WAITING)
        .values(state=state.value, settled_at=at, fault=None, tries=notice.tries + 1, claimed_until=None)
    )
    return settled.rowcount == 1


def give_up(uow: UnitOfWork, notice: Notice, lease: datetime, at: datetime, fault: Fault) -> None:
    """Say that a notice is dead, by whoever took it last alone (see `put_off`)."""
    uow.connection.execute(
        _taken(notice, lease).values(
            state=State.DEAD.value, settled_at=at, fault=fault.value, tries=notice.tries + 1, claimed_until=None
        )
    )


def put_off(uow: UnitOfWork, notice: Notice, lease: datetime, due_at: datetime, fault: Fault) -> None:
    """Let a notice be tried again later, by whoever took it last alone.

    Args:
        uow: the transaction.
        notice: which, as it was taken.
        lease: until when it was taken.
        due_at: when it is tried again.
        fault: why it did not arrive.
    """
    uow.connection.execute(
        _taken(notice, lease).values(due_at=due_at, fault=fault.value, tries=notice.tries + 1, claimed_until=None)
    )


def dead(uow: UnitOfWork, after: NoticeId | None, limit: int) -> list[DeadLetter]:
    """Notices that were given up, oldest first."""
    query = _NOTICE.where(_IS_DEAD).order_by(m.OutboxNotice.id).limit(limit)
    if after is not None:
        query = query.where(m.OutboxNotice.id > after)
    return [DeadLetter(_notice(row), row[10], Fault(row[11])) for row in uow.connection.execute(query)]


def revive(uow: UnitOfWork, notice_id: NoticeId | None, at: datetime) -> int:
    """Let one dead notice, or every one, be tried anew from the first; gives how many there were."""
    revived = update(m.OutboxNotice).where(_IS_DEAD)
    if notice_id is not None:
        revived = revived.where(m.OutboxNotice.id == notice_id)
    again = revived.values(state=State.WAITING.value, due_at=at, tries=0, settled_at=None, claimed_until=None)
    return uow.connection.execute(again).rowcount


def forget_settled(uow: UnitOfWork, before: datetime) -> None:
    """Drop notices that were delivered or dropped before then. Dead letters stay until somebody deals with them."""
    settled = (State.DELIVERED.value, State.DROPPED.value)
    uow.connection.execute(
        delete(m.OutboxNotice).where(m.OutboxNotice.state.in_(settled), m.OutboxNotice.settled_at < before)
    )


def _taken(notice: Notice, lease: datetime) -> Update:
    return update(m.OutboxNotice).where(
        m.OutboxNotice.id == notice.notice_id, _IS_WAITING, m.OutboxNotice.claimed_until == lease
    )


def _due(at: datetime) -> ColumnElement[bool]:
    free = or_(m.OutboxNotice.claimed_until.is_(None), m.OutboxNotice.claimed_until <= at)
    return and_(_IS_WAITING, m.OutboxNotice.due_at <= at, free)


def _row(notice: Notice) -> dict[str, object]:
    return {
        "id": notice.notice_id,
        "event_id": notice.event_id,
        "kind": notice.kind.value,
        "channel": notice.channel.value,
        "organisation_id": notice.organisation_id,
        "target_id": notice.target_id,
        "subject_id": notice.subject_id,
        "created_at": notice.created_at,
        "due_at": notice.due_at,
        "tries": notice.tries,
        "state": State.WAITING.value,
    }


def _notice(row: AnyRow) -> Notice:
    organisation: UUID | None = row[4]
    return Notice(
        notice_id=NoticeId(row[0]),
        event_id=NoticeId(row[1]),
        kind=Kind(row[2]),
        channel=Channel(row[3]),
        organisation_id=None if organisation is None else OrganisationId(organisation),
        target_id=row[5],
        subject_id=row[6],
        created_at=row[7],
        due_at=row[8],
        tries=row[9],
    )
