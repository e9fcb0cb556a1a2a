"""The Merkle tree of the access log: hashing, appending and verifying. Proofs are made in `merkle_proofs`.

Source: RFC 6962 section 2.1 (hashing) and RFC 9162 section 2.1 (how to verify proofs), over SHA-256.

Only the leaf hashes and the inner nodes at heights 8, 16, 24 … are stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import NamedTuple, Self

HASH_SIZE = 32
TILE_HEIGHT = 8
EMPTY_ROOT = sha256(b"").digest()

Node = tuple[int, int, bytes]
"""Height, index and hash of a perfect subtree: it covers leaves `index << height` to `(index + 1) << height`."""


class OutsideTree(ValueError):
    """An index or size was asked for that the tree does not reach."""


class FrontierCorrupt(ValueError):
    """A stored frontier's length does not fit its size."""


def leaf_hash(data: bytes) -> bytes:
    """Hash one log entry (RFC 6962 section 2.1)."""
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children into their parent (RFC 6962 section 2.1)."""
    return sha256(b"\x01" + left + right).digest()


def fold(peaks: Sequence[bytes]) -> bytes:
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
        return fold(self.peaks) if self.peaks else EMPTY_ROOT

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
