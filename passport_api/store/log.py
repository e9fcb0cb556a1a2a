"""The access log's rows: appended in turn under one lock, read for proofs, never changed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, bindparam, exists, func, insert, select, type_coerce, update
from sqlalchemy.types import NullType

from passport_api.domain.access_log import Leaf
from passport_api.domain.ids import EntryId, PassportId
from passport_api.domain.merkle import Frontier, leaf_hash
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork

_HEAD_ROW = 1
_STREAMED = {"yield_per": 1000}
_LAST_POSITION = 2**63 - 1
"""What a column can hold: no entry is there, nor beyond."""


@dataclass(frozen=True, slots=True)
class Mark:
    """How far the log had come when a use case began to read.

    Attributes:
        epoch: how often something changed that a release depends on.
        newest_at: when the newest entry was made; None before the first.
    """

    epoch: int
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends, and how far it has come (see Mark).

    Attributes:
        generation: the log under one name; it goes up when a log that lost entries goes on (domain.generations).
    """

    frontier: Frontier
    epoch: int
    generation: int
    newest_at: datetime | None

    @property
    def size(self) -> int:
        """How many entries the log has."""
        return self.frontier.size


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry with its place in the log."""

    position: int
    leaf: Leaf


@dataclass(frozen=True, slots=True)
class ListedEntry:
    """An entry as an operator sees it: that it is there, and whether anybody can ever read it."""

    position: int
    entry_id: EntryId
    sealed_for_good: bool


class EntryUnreadable(Exception):
    """An entry is not of the form that the log keeps: it was written past the service.

    Attributes:
        position: which.
    """

    def __init__(self, position: int) -> None:
        super().__init__(f"entry {position} cannot be read")
        self.position = position


_HEAD = select(m.LogHead.size, m.LogHead.frontier, m.LogHead.epoch, m.LogHead.generation, m.LogHead.newest_at).where(
    m.LogHead.id == _HEAD_ROW
)
_HEAD_LOCKED = _HEAD.with_for_update()
_MARK = select(m.LogHead.epoch, m.LogHead.newest_at).where(m.LogHead.id == _HEAD_ROW)
_ADVANCE = (
    update(m.LogHead)
    .where(m.LogHead.id == _HEAD_ROW)
    .values(
        size=bindparam("size"),
        frontier=bindparam("frontier"),
        epoch=bindparam("epoch"),
        newest_at=bindparam("newest_at"),
    )
)
_INSERT_ENTRY = insert(m.LogEntry)
_INSERT_SUBTREE = insert(m.LogSubtree)
_ENTRY = select(m.LogEntry.position, m.LogEntry.id, m.LogEntry.passport_id, m.LogEntry.sealed_payload)
_OF_ERASED = exists().where(m.Passport.id == m.LogEntry.passport_id, m.Passport.sealed_child.is_(None))
_SIZE_AND_ENTRY = (
    _ENTRY.add_columns(m.LogHead.size)
    .select_from(m.LogHead)
    .outerjoin(m.LogEntry, (m.LogEntry.position == bindparam("position")) & (m.LogEntry.position < m.LogHead.size))
    .where(m.LogHead.id == _HEAD_ROW)
)
# Untyped, so that one entry that makes no sense does not hide which it is.
_COLUMNS = (*_ENTRY.selected_columns, m.LogEntry.leaf_hash)
_AS_WRITTEN: Select[*tuple[Any, ...]] = select(*(type_coerce(column, NullType()) for column in _COLUMNS)).order_by(
    m.LogEntry.position
)


def found(uow: UnitOfWork) -> None:
    """Begin an empty log, once."""
    if uow.connection.execute(_HEAD).one_or_none() is None:
        uow.connection.execute(insert(m.LogHead).values(id=_HEAD_ROW, size=0, frontier=b"", epoch=0))


def head(uow: UnitOfWork) -> Head:
    """Where the log ends now."""
    return _head_of(uow.connection.execute(_HEAD).one())


def kept_edge(uow: UnitOfWork) -> tuple[int, bytes] | None:
    """The log's size and frontier as they are written, whether they make sense or not: for verification."""
    row = uow.connection.execute(_HEAD).one_or_none()
    return None if row is None else (row[0], row[1])


def take_turn(uow: UnitOfWork) -> Head:
    """Where the log ends, held until the transaction ends: nobody else appends meanwhile."""
    return _head_of(uow.connection.execute(_HEAD_LOCKED).one())


def mark(uow: UnitOfWork) -> Mark:
    """How far the log has come now."""
    row = uow.connection.execute(_MARK).one()
    return Mark(row[0], row[1])


def accept_time(uow: UnitOfWork, at: datetime) -> None:
    """Let time go on from an instant that is earlier than the newest entry's: a clock had been ahead."""
    uow.connection.execute(update(m.LogHead).where(m.LogHead.id == _HEAD_ROW).values(newest_at=at))


def append(uow: UnitOfWork, head: Head, leaves: Sequence[Leaf], *, at: datetime, new_epoch: bool) -> Head:
    """Append leaves at a head that this transaction holds (see `take_turn`); gives the head that follows.

    Args:
        uow: the transaction that also holds the accesses these leaves record.
        head: from `take_turn` in the same transaction.
        leaves: in the order in which they are to stand.
        at: when the newest of them was made.
        new_epoch: whether something changed on which a release under way depends.
    """
    frontier = head.frontier
    rows = []
    subtrees = []
    for leaf in leaves:
        hashed = leaf_hash(leaf.data())
        rows.append(
            {
                "position": frontier.size,
                "id": leaf.entry_id,
                "passport_id": leaf.passport_id,
                "sealed_payload": leaf.sealed_payload,
                "leaf_hash": hashed,
            }
        )
        appended = frontier.append(hashed)
        frontier = appended.frontier
        subtrees += [{"height": height, "position": at, "hash": root} for height, at, root in appended.completed]
    uow.connection.execute(_INSERT_ENTRY, rows)
    if subtrees:
        uow.connection.execute(_INSERT_SUBTREE, subtrees)
    newest_at = at if head.newest_at is None else max(at, head.newest_at)
    after = Head(frontier, head.epoch + 1 if new_epoch else head.epoch, head.generation, newest_at)
    uow.connection.execute(
        _ADVANCE,
        {"size": after.size, "frontier": frontier.to_bytes(), "epoch": after.epoch, "newest_at": newest_at},
    )
    return after


def of_passport(uow: UnitOfWork, passport_id: PassportId, before: int | None, limit: int) -> list[KeptEntry]:
    """A passport's entries, newest first."""
    query = _ENTRY.where(m.LogEntry.passport_id == passport_id).order_by(m.LogEntry.position.desc()).limit(limit)
    if before is not None:
        query = query.where(m.LogEntry.position < before)
    return [_kept(row) for row in uow.connection.execute(query)]


def at_position(uow: UnitOfWork, position: int) -> tuple[int, KeptEntry | None]:
    """How long the log is now, and the entry at a place in it, if it is that long."""
    row = uow.connection.execute(_SIZE_AND_ENTRY, {"position": min(position, _LAST_POSITION)}).one()
    return row[4], None if row[0] is None else _kept(row)


def reaches(uow: UnitOfWork, position: int) -> bool:
    """Whether there is an entry at a place, whatever the head says of how long the log is."""
    return uow.connection.execute(select(exists().where(m.LogEntry.position == position))).scalar_one()


def by_entry_id(uow: UnitOfWork, entry_id: EntryId) -> KeptEntry | None:
    """The entry with this id, if there is one."""
    row = uow.connection.execute(_ENTRY.where(m.LogEntry.id == entry_id)).one_or_none()
    return None if row is None else _kept(row)


def every(uow: UnitOfWork) -> Iterator[tuple[KeptEntry, bytes]]:
    """Every entry with the leaf hash kept beside it, in order, in constant memory: for verification.

    Raises:
        EntryUnreadable: an entry is not of the form that the log keeps.
    """
    with uow.connection.execute(_AS_WRITTEN, execution_options=_STREAMED) as rows:
        for row in rows:
            yield _as_written(row), row[4]


def count_sealed_for_good(uow: UnitOfWork) -> int:
    """How many entries nobody can read any more, for the passport that they are about was erased."""
    return uow.connection.execute(select(func.count()).select_from(m.LogEntry).where(_OF_ERASED)).scalar_one()


def listed(uow: UnitOfWork, start: int, end: int | None) -> Iterator[ListedEntry]:
    """The entries from position start to before end (None: to the last), in order, in constant memory."""
    query = (
        select(m.LogEntry.position, m.LogEntry.id, _OF_ERASED)
        .where(m.LogEntry.position >= start)
        .order_by(m.LogEntry.position)
    )
    if end is not None:
        query = query.where(m.LogEntry.position < end)
    with uow.connection.execute(query, execution_options=_STREAMED) as rows:
        for row in rows:
            yield ListedEntry(row[0], EntryId(row[1]), bool(row[2]))


def begin_generation(uow: UnitOfWork, generation: int) -> None:
    """Let the log go on under its name in another generation (see domain.generations)."""
    uow.connection.execute(update(m.LogHead).where(m.LogHead.id == _HEAD_ROW).values(generation=generation))


def _head_of(row: AnyRow) -> Head:
    return Head(Frontier.from_bytes(row[0], row[1]), row[2], row[3], row[4])


def _kept(row: AnyRow) -> KeptEntry:
    passport_id = None if row[2] is None else PassportId(row[2])
    return KeptEntry(row[0], Leaf(EntryId(row[1]), passport_id, row[3]))


def _as_written(row: AnyRow) -> KeptEntry:
    """An entry whose columns the database did not check: SQLite keeps text where an id should be."""
    try:
        passport_id = None if row[2] is None else PassportId(_uuid(row[2]))
        return KeptEntry(row[0], Leaf(EntryId(_uuid(row[1])), passport_id, bytes(row[3])))
    except (AttributeError, TypeError, ValueError):
        raise EntryUnreadable(row[0]) from None


def _uuid(written: UUID | str) -> UUID:
    return written if isinstance(written, UUID) else UUID(written)
