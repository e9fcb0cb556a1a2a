"""Making proofs about the access log's tree from the hashes that are stored of it.

Source: RFC 9162 section 2.1. A proof reads what is stored (see `merkle`) a tile at a time
(256 neighbours): at most two ranges for every factor of 256 in the size of the log, all asked for at once.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from passport_api.domain.merkle import EMPTY_ROOT, TILE_HEIGHT, OutsideTree, fold, node_hash

TILE_WIDTH = 1 << TILE_HEIGHT


class NodesMissing(LookupError):
    """The store holds fewer nodes than a tree of its size must have: the log is cut or damaged. Says where."""


class NodeRange(NamedTuple):
    """Neighbouring stored nodes: those at `height`, 0 or a multiple of 8, with `start <= index < end`."""

    height: int
    start: int
    end: int


class NodeReader(Protocol):
    """Where proofs read stored hashes from."""

    def read(self, ranges: Sequence[NodeRange]) -> list[list[bytes]]:
        """Return the hashes of each range, in order of index. All are asked for at once: a store is a network away."""
        ...


def root_at(reader: NodeReader, size: int) -> bytes:
    """Return the root that the log had when it held `size` leaves.

    Raises:
        OutsideTree: `size` is negative.
        NodesMissing: the store holds fewer nodes than that.
    """
    if size < 0:
        raise OutsideTree("a tree has no negative size")
    return _roots(reader, size, [(0, size)])[0] if size else EMPTY_ROOT


def inclusion_proof(reader: NodeReader, index: int, size: int) -> list[bytes]:
    """Prove that leaf `index`, counted from 0, is in the tree of `size` leaves (RFC 9162 section 2.1.3.1).

    Raises:
        OutsideTree: the tree of that size has no such leaf.
        NodesMissing: the store holds fewer nodes than that.
    """
    if not 0 <= index < size:
        raise OutsideTree("the tree has no such leaf")
    start, end = 0, size
    siblings = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            siblings.append((middle, end))
            end = middle
        else:
            siblings.append((start, middle))
            start = middle
    return _roots(reader, size, siblings[::-1])


def consistency_proof(reader: NodeReader, old: int, new: int) -> list[bytes]:
    """Prove that the tree of `new` leaves begins with the tree of `old` leaves (RFC 9162 section 2.1.4.1).

    The proof is empty when there is nothing to prove: `old` is 0, or equals `new`.

    Raises:
        OutsideTree: `old` is negative or larger than `new`.
        NodesMissing: the store holds fewer nodes than that.
    """
    if not 0 <= old <= new:
        raise OutsideTree("the older tree is not the smaller one")
    if old in {0, new}:
        return []
    start, end = 0, new
    pieces = []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            pieces.append((middle, end))
            end = middle
        else:
            pieces.append((start, middle))
            start = middle
    if start:  # otherwise the last piece is the old tree itself, whose root the verifier has
        pieces.append((start, end))
    return _roots(reader, new, pieces[::-1])


class _Tiles:
    """The tiles that one proof needs, read together."""

    def __init__(self, reader: NodeReader, size: int, pieces: Sequence[tuple[int, int]]) -> None:
        tiles = dict.fromkeys(_tile(*node)[0] for piece in pieces for node in _peaks(*piece))
        ranges = [_range(height, tile, size) for height, tile in tiles]
        read = reader.read(ranges) if ranges else []
        self._layers = {tile: _layers(wanted, layer) for tile, wanted, layer in zip(tiles, ranges, read, strict=True)}

    def root(self, start: int, end: int) -> bytes:
        """Return `MTH(D[start:end])` of RFC 9162, for one of the pieces."""
        return fold([self._node(*node) for node in _peaks(start, end)])

    def _node(self, height: int, index: int) -> bytes:
        tile, above, offset = _tile(height, index)
        return self._layers[tile][above][offset]


def _peaks(start: int, end: int) -> Iterator[tuple[int, int]]:
    """The perfect subtrees, as height and index, of a range that RFC 9162's splitting of the tree arrives at."""
    while start < end:
        height = (end - start).bit_length() - 1
        yield height, start >> height
        start += 1 << height


def _tile(height: int, index: int) -> tuple[tuple[int, int], int, int]:
    """The tile under a node, as stored height and number, and the node's place in it: layers above, then offset."""
    above = height % TILE_HEIGHT
    number, offset = divmod(index, TILE_WIDTH >> above)
    return (height - above, number), above, offset


def _range(height: int, tile: int, size: int) -> NodeRange:
    start = tile * TILE_WIDTH
    return NodeRange(height, start, min(start + TILE_WIDTH, size >> height))


def _layers(wanted: NodeRange, layer: list[bytes]) -> list[list[bytes]]:
    """One tile, and the heights above it, up to the next stored one."""
    if len(layer) != wanted.end - wanted.start:
        raise NodesMissing(f"nodes are missing at height {wanted.height} between {wanted.start} and {wanted.end}")
    layers = [layer]
    for _ in range(1, TILE_HEIGHT):
        pairs = zip(layer[::2], layer[1::2], strict=False)  # an odd last node has no parent yet
        layer = [node_hash(left, right) for left, right in pairs]
        layers.append(layer)
    return layers


def _roots(reader: NodeReader, size: int, pieces: Sequence[tuple[int, int]]) -> list[bytes]:
    tiles = _Tiles(reader, size, pieces)
    return [tiles.root(*piece) for piece in pieces]


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width`: the leaves under the left child."""
    return 1 << ((width - 1).bit_length() - 1)
