"""No altered proof, leaf, root or place is accepted by the Merkle tree's verifiers."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from passport_api.domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    verify_consistency,
    verify_inclusion,
)
from passport_api.domain.merkle_proofs import NodeRange, consistency_proof, inclusion_proof

SIZE = 255
LEAVES = [leaf_hash(b"entry %d" % index) for index in range(SIZE)]
STRANGER = leaf_hash(b"stranger")
relaxed = settings(deadline=None)


class Leaves:
    """A log too small to have any stored inner node."""

    def read(self, ranges: Sequence[NodeRange]) -> list[list[bytes]]:
        assert all(height == 0 for height, _, _ in ranges)
        return [LEAVES[start:end] for _, start, end in ranges]


def roots() -> list[bytes]:
    frontier = Frontier()
    found = [frontier.root()]
    for leaf in LEAVES:
        frontier = frontier.append(leaf).frontier
        found.append(frontier.root())
    return found


ROOTS = roots()
LOG = Leaves()


def flipped(node: bytes, bit: int = 0) -> bytes:
    return (int.from_bytes(node) ^ (1 << bit)).to_bytes(len(node))


def altered(proof: list[bytes], bit: int) -> Iterator[list[bytes]]:
    """Every proof with one node changed, left out, added, swapped with its neighbour or cut short."""
    for at, node in enumerate(proof):
        yield [*proof[:at], flipped(node, bit), *proof[at + 1 :]]
        yield [*proof[:at], *proof[at + 1 :]]
        yield [*proof[:at], node[:-1], *proof[at + 1 :]]
        yield [*proof[:at], node + b"\0", *proof[at + 1 :]]
    for at in range(len(proof) + 1):
        yield [*proof[:at], STRANGER, *proof[at:]]
        yield [*proof[:at], b"", *proof[at:]]
    for at in range(len(proof) - 1):
        yield [*proof[:at], proof[at + 1], proof[at], *proof[at + 2 :]]


@given(data=st.data(), size=st.integers(1, SIZE), bit=st.integers(0, 255))
@relaxed
def test_no_altered_inclusion_proof_is_accepted(data, size, bit):
    index = data.draw(st.integers(0, size - 1))
    leaf, root, proof = LEAVES[index], ROOTS[size], inclusion_proof(LOG, index, size)
    assert verify_inclusion(leaf, index, size, proof, root)
    for forged in altered(proof, bit):
        assert not verify_inclusion(leaf, index, size, forged, root)
    assert not verify_inclusion(flipped(leaf, bit), index, size, proof, root)
    assert not verify_inclusion(leaf, index, size, proof, flipped(root, bit))


@given(data=st.data(), size=st.integers(1, SIZE))
@relaxed
def test_a_leaf_is_accepted_at_no_place_but_its_own(data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(LOG, index, size)
    accepted = [
        place for place in range(-1, size + 2) if verify_inclusion(LEAVES[index], place, size, proof, ROOTS[size])
    ]
    assert accepted == [index]


@given(data=st.data(), new=st.integers(2, SIZE), bit=st.integers(0, 255))
@relaxed
def test_no_altered_consistency_proof_is_accepted(data, new, bit):
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(LOG, old, new)
    assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)
    for forged in altered(proof, bit):
        assert not verify_consistency(old, new, ROOTS[old], ROOTS[new], forged)
    assert not verify_consistency(old, new, flipped(ROOTS[old], bit), ROOTS[new], proof)
    assert not verify_consistency(old, new, ROOTS[old], flipped(ROOTS[new], bit), proof)
    assert not verify_consistency(old, new, ROOTS[new], ROOTS[old], proof)
    assert not verify_consistency(new, old, ROOTS[old], ROOTS[new], proof)


@given(data=st.data(), new=st.integers(2, SIZE))
@relaxed
def test_an_old_root_is_accepted_at_no_size_but_its_own(data, new):
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(LOG, old, new)
    accepted = [size for size in range(-1, new + 2) if verify_consistency(size, new, ROOTS[old], ROOTS[new], proof)]
    assert accepted == [old]


@given(data=st.data(), new=st.integers(2, SIZE))
@relaxed
def test_a_log_that_changed_an_old_entry_cannot_prove_consistency(data, new):
    old = data.draw(st.integers(1, new - 1))
    frontier = Frontier()
    for leaf in [STRANGER, *LEAVES[1:old]]:
        frontier = frontier.append(leaf).frontier
    assert not verify_consistency(old, new, frontier.root(), ROOTS[new], consistency_proof(LOG, old, new))


@pytest.mark.parametrize("size", [0, 1, 2, 7, SIZE])
def test_every_tree_begins_with_the_empty_one_and_with_itself(size):
    assert consistency_proof(LOG, 0, size) == consistency_proof(LOG, size, size) == []
    assert verify_consistency(0, size, EMPTY_ROOT, ROOTS[size], [])
    assert verify_consistency(size, size, ROOTS[size], ROOTS[size], [])


@pytest.mark.parametrize(
    ("old", "new", "old_root", "new_root", "proof"),
    [
        (0, 5, STRANGER, ROOTS[5], []),
        (0, 5, EMPTY_ROOT, ROOTS[5], [STRANGER]),
        (0, 0, STRANGER, STRANGER, []),
        (0, 0, EMPTY_ROOT, STRANGER, []),
        (5, 5, ROOTS[5], STRANGER, []),
        (5, 5, ROOTS[5], ROOTS[5], [STRANGER]),
        (5, 6, ROOTS[5], ROOTS[6], []),
        (4, 6, ROOTS[4], ROOTS[6], []),
        (-1, 5, EMPTY_ROOT, ROOTS[5], []),
        (0, 5, EMPTY_ROOT, b"", []),
        (5, 5, b"", b"", []),
    ],
)
def test_a_claim_of_consistency_that_needs_no_path_is_still_checked(old, new, old_root, new_root, proof):
    assert not verify_consistency(old, new, old_root, new_root, proof)


@pytest.mark.parametrize(
    ("leaf", "index", "size", "root"),
    [
        (LEAVES[0], 0, 0, EMPTY_ROOT),
        (LEAVES[0], 0, 1, b""),
        (b"", 0, 1, b""),
        (LEAVES[0], -1, 1, ROOTS[1]),
        (LEAVES[0], 1, 1, ROOTS[1]),
        (LEAVES[0], 0, -1, ROOTS[1]),
        (LEAVES[0], 0, 2, ROOTS[1]),
    ],
)
def test_a_claim_of_inclusion_that_needs_no_path_is_still_checked(leaf, index, size, root):
    assert not verify_inclusion(leaf, index, size, [], root)
