"""The log's stored hashes: read for proofs, all that one needs in a single query, and for verification."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, literal, select, union_all
from sqlalchemy.orm import InstrumentedAttribute

from passport_api.domain.merkle_proofs import NodeRange
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork

_SUBTREE = select(m.LogSubtree.hash).where(
    m.LogSubtree.height == bindparam("height"), m.LogSubtree.position == bindparam("position")
)


class Nodes:
    """The log's stored hashes, for proofs (see domain.merkle_proofs.NodeReader)."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._connection = uow.connection

    def read(self, ranges: Sequence[NodeRange]) -> list[list[bytes]]:
        """The hashes of each range, in order."""
        bounds: dict[str, int] = {}
        for number, (height, start, end) in enumerate(ranges):
            bounds |= {f"start{number}": start, f"end{number}": end} | ({f"height{number}": height} if height else {})
        found: list[list[bytes]] = [[] for _ in ranges]
        query = _nodes_of(tuple(each.height == 0 for each in ranges))
        for number, hashed in self._connection.execute(query, bounds).all():
            found[number].append(hashed)
        return found


class Subtrees:
    """The stored subtree roots, one at a time: for verification."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._connection = uow.connection

    def at(self, height: int, index: int) -> bytes | None:
        """The root of one perfect subtree, None when it is missing."""
        return self._connection.execute(_SUBTREE, {"height": height, "position": index}).scalar_one_or_none()


@cache
def _nodes_of(are_leaves: tuple[bool, ...]) -> Select[*tuple[Any, ...]]:
    """The query for so many ranges, each of leaves or of subtree roots: a log as long as any needs few shapes of it."""
    ranges = union_all(*(_range(number, is_leaves=each) for number, each in enumerate(are_leaves))).subquery()
    return select(ranges.c.number, ranges.c.hash).order_by(ranges.c.number, ranges.c.position)


def _range(number: int, *, is_leaves: bool) -> Select[*tuple[Any, ...]]:
    if is_leaves:
        return _bounded(number, m.LogEntry.position, m.LogEntry.leaf_hash)
    subtrees = _bounded(number, m.LogSubtree.position, m.LogSubtree.hash)
    return subtrees.where(m.LogSubtree.height == bindparam(f"height{number}"))


def _bounded(
    number: int, position: InstrumentedAttribute[int], hashed: InstrumentedAttribute[bytes]
) -> Select[*tuple[Any, ...]]:
    columns = (literal(number).label("number"), position.label("position"), hashed.label("hash"))
    return select(*columns).where(position >= bindparam(f"start{number}"), position < bindparam(f"end{number}"))
