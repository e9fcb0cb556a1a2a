"""The Merkle tree of the access log: hashing, appending, proving and verifying.

Source: RFC 6962 section 2.1 (hashing) and RFC 9162 section 2.1 (proofs and how to verify them), over SHA-256.

Only the leaf hashes and the inner nodes at heights 8, 16, 24 … are stored. A proof reads them a tile at a time
(256 neighbours), so it costs at most two range reads for every factor of 256 in the size of the log.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Protocol, Self

HASH_SIZE = 32
TILE_HEIGHT = 8
TILE_WIDTH = 1 << TILE_HEIGHT
EMPTY_ROOT = sha256(b"").digest()

Node = tuple[int, int, bytes]
"""Height, index and hash of a perfect subtree: it covers leaves `index << height` to `(index + 1) << height`."""


class OutsideTree(ValueError):
    """An index or size was asked for that the tree does not reach."""


class NodesMissing(LookupError):
    """The store holds fewer nodes than a tree of its size must have: the log is cut or damaged. Says where."""


class FrontierCorrupt(ValueError):
    """A stored frontier's length does not fit its size."""


class NodeReader(Protocol):
    """Where proofs read stored hashes from. A range is half-open and answered in order of index."""

    def leaves(self, start: int, end: int) -> list[bytes]:
        """Return the leaf hashes with `start <= index < end`."""
        ...

    def subtree(self, height: int, start_index: int, end_index: int) -> list[bytes]:
        """Return the nodes at `height`, a multiple of 8, with `start_index <= index < end_index`."""
        ...


def leaf_hash(data: bytes) -> bytes:
    """Hash one log entry (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children into their parent (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def _fold(peaks: Sequence[bytes]) -> bytes:
    """Join perfect subtrees, given left to right and highest first, into the root over all of them."""
    root = peaks[-1]
    for peak in reversed(peaks[:-1]):
        root = node_hash(peak, root)
    return root


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: all that is needed to append to it and to know its root.

    Attributes:
        size: the number of leaves.
        peaks: the roots of the perfect subtrees that make up the tree, left to right, highest first.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> "Appended":
        """Return the tree with one more leaf hash, and the nodes that are now complete and must be stored.

        Raises:
            ValueError: the leaf is not a hash of 32 bytes.
        """
        if len(leaf) != HASH_SIZE:
            raise ValueError("a leaf hash has 32 bytes")
        peaks = list(self.peaks)
        completed: list[Node] = []
        node, height, index = leaf, 0, self.size
        while index & 1:
            node = sha256(b"\x01" + peaks.pop() + node).digest()
            height += 1
            index >>= 1
            if height % TILE_HEIGHT == 0:
                completed.append((height, index, node))
        peaks.append(node)
        return Appended(Frontier(self.size + 1, tuple(peaks)), tuple(completed))

    def root(self) -> bytes:
        """Return the root hash: `EMPTY_ROOT` when there are no leaves."""
        return _fold(self.peaks) if self.peaks else EMPTY_ROOT

    def to_bytes(self) -> bytes:
        """Return the peaks, 32 bytes each. The size is stored beside them."""
        return b"".join(self.peaks)

    @classmethod
    def from_bytes(cls, size: int, blob: bytes) -> Self:
        """Read what `to_bytes` wrote for a tree of `size` leaves.

        Raises:
            FrontierCorrupt: a tree of that size has another number of peaks.
        """
        if size < 0 or len(blob) != size.bit_count() * HASH_SIZE:
            raise FrontierCorrupt(f"{len(blob)} bytes are not the frontier of {size} leaves")
        return cls(size, tuple(blob[at : at + HASH_SIZE] for at in range(0, len(blob), HASH_SIZE)))


class Appended(NamedTuple):
    """What appending one leaf gives: the new frontier, and the completed nodes at stored heights."""

    frontier: Frontier
    completed: tuple[Node, ...]


class _Tiles:
    """The tiles that one proof needs, each read once."""

    def __init__(self, reader: NodeReader, size: int) -> None:
        self._reader = reader
        self._size = size
        self._layers: dict[tuple[int, int], list[list[bytes]]] = {}

    def root(self, start: int, end: int) -> bytes:
        """Return `MTH(D[start:end])` of RFC 9162, for a range that its splitting of the tree arrives at."""
        peaks = []
        while start < end:
            height = (end - start).bit_length() - 1
            peaks.append(self._node(height, start >> height))
            start += 1 << height
        return _fold(peaks)

    def _node(self, height: int, index: int) -> bytes:
        above = height % TILE_HEIGHT
        tile, offset = divmod(index, TILE_WIDTH >> above)
        key = (height - above, tile)
        if key not in self._layers:
            self._layers[key] = self._read(*key)
        return self._layers[key][above][offset]

    def _read(self, height: int, tile: int) -> list[list[bytes]]:
        """Read one tile; return it and the heights above it, up to the next stored one."""
        start = tile * TILE_WIDTH
        end = min(start + TILE_WIDTH, self._size >> height)
        layer = self._reader.subtree(height, start, end) if height else self._reader.leaves(start, end)
        if len(layer) != end - start:
            raise NodesMissing(f"nodes are missing at height {height} between {start} and {end}")
        layers = [layer]
        for _ in range(1, TILE_HEIGHT):
            pairs = zip(layer[::2], layer[1::2], strict=False)  # an odd last node has no parent yet
            layer = [node_hash(left, right) for left, right in pairs]
            layers.append(layer)
        return layers


def _split(width: int) -> int:
    """Return the largest power of two smaller than `width`: the leaves under the left child."""
    return 1 << ((width - 1).bit_length() - 1)


def root_at(reader: NodeReader, size: int) -> bytes:
    """Return the root that the log had when it held `size` leaves.

    Raises:
        OutsideTree: `size` is negative.
        NodesMissing: the store holds fewer nodes than that.
    """
    if size < 0:
        raise OutsideTree("a tree has no negative size")
    return _Tiles(reader, size).root(0, size) if size else EMPTY_ROOT


def inclusion_proof(reader: NodeReader, index: int, size: int) -> list[bytes]:
    """Prove that leaf `index`, counted from 0, is in the tree of `size` leaves (RFC 9162 section 2.1.3.1).

    Raises:
        OutsideTree: the tree of that size has no such leaf.
        NodesMissing: the store holds fewer nodes than that.
    """
    if not 0 <= index < size:
        raise OutsideTree("the tree has no such leaf")
    tiles = _Tiles(reader, size)
    start, end = 0, size
    path = []
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(tiles.root(middle, end))
            end = middle
        else:
            path.append(tiles.root(start, middle))
            start = middle
    path.reverse()
    return path


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
    tiles = _Tiles(reader, new)
    start, end = 0, new
    path = []
    while end != old:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(tiles.root(middle, end))
            end = middle
        else:
            path.append(tiles.root(start, middle))
            start = middle
    if start:  # otherwise the last piece is the old tree itself, whose root the verifier has
        path.append(tiles.root(start, end))
    path.reverse()
    return path


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `proof` shows leaf hash `leaf` at `index` of the tree with this `size` and `root`.

    RFC 9162 section 2.1.3.2. Take `size` and `root` from one verified checkpoint: a path can have one shape in
    trees of several sizes, so it does not prove the size. Bad input of any kind is answered False.
    """
    if not 0 <= index < size or not _are_hashes([leaf, root, *proof]):
        return False
    sides = _sides(index, size - 1)
    if len(sides) != len(proof):
        return False
    node = leaf
    for sibling, is_left in zip(proof, sides, strict=True):
        node = node_hash(sibling, node) if is_left else node_hash(node, sibling)
    return node == root


def verify_consistency(old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether `proof` shows that the tree of `new_size` leaves begins with the tree of `old_size` leaves.

    RFC 9162 section 2.1.4.2, and two cases it leaves out: every tree begins with the empty one, whose root
    is `EMPTY_ROOT`; equal sizes have equal roots. Both take an empty proof. Bad input is answered False.
    """
    if not 0 <= old_size <= new_size or not _are_hashes([old_root, new_root, *proof]):
        return False
    if old_size == 0 and old_root != EMPTY_ROOT:
        return False
    if old_size in {0, new_size}:
        return not proof and (old_size < new_size or old_root == new_root)
    index, last = old_size - 1, new_size - 1
    while index & 1:
        index >>= 1
        last >>= 1
    sides = _sides(index, last)
    # A perfect old tree is itself the node that the path starts from, so the proof leaves it out.
    path = [old_root, *proof] if old_size.bit_count() == 1 else proof
    if len(path) != len(sides) + 1:
        return False
    old = new = path[0]
    for sibling, is_left in zip(path[1:], sides, strict=True):
        if is_left:
            old = node_hash(sibling, old)
        new = node_hash(sibling, new) if is_left else node_hash(new, sibling)
    return (old, new) == (old_root, new_root)


def _are_hashes(values: Sequence[bytes]) -> bool:
    return all(len(value) == HASH_SIZE for value in values)


def _sides(index: int, last: int) -> list[bool]:
    """For each step from node `index`, in a row that ends at `last`, up to the root: is its sibling left?"""
    sides = []
    while last:
        is_left = bool(index & 1) or index == last
        sides.append(is_left)
        while is_left and index and not index & 1:  # the row's last node, without a sibling, rises as it is
            index >>= 1
            last >>= 1
        index >>= 1
        last >>= 1
    return sides
