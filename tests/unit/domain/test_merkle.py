"""The Merkle tree, held against published vectors and against pymerkle, which is written independently."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymerkle import InmemoryTree

from passport_api.domain.merkle import (
    EMPTY_ROOT,
    Frontier,
    FrontierCorrupt,
    Node,
    OutsideTree,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from passport_api.domain.merkle_proofs import NodeRange, NodesMissing, consistency_proof, inclusion_proof, root_at

VECTORS: dict[str, Any] = json.loads((Path(__file__).parents[2] / "vectors/rfc6962.json").read_text())
ROOTS = [bytes.fromhex(root) for root in [VECTORS["empty_root"], *VECTORS["roots"]]]
SIZE = 2_000
BIG = 66_000
EDGES = [1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 65_792, BIG]
relaxed = settings(deadline=None)


@dataclass
class SparseStore:
    """Keeps what a database would: every leaf hash, and the nodes that appending says are complete."""

    hashes: list[bytes] = field(default_factory=list)
    nodes: dict[int, list[bytes]] = field(default_factory=dict)
    frontier: Frontier = field(default_factory=Frontier)
    roots: list[bytes] = field(default_factory=lambda: [EMPTY_ROOT])
    reads: list[Sequence[NodeRange]] = field(default_factory=list)

    def add(self, data: bytes) -> tuple[Node, ...]:
        leaf = leaf_hash(data)
        self.frontier, completed = self.frontier.append(leaf)
        for height, index, node in completed:
            row = self.nodes.setdefault(height, [])
            assert index == len(row), "nodes complete in order, none left out"
            row.append(node)
        self.hashes.append(leaf)
        self.roots.append(self.frontier.root())
        return completed

    def read(self, ranges: Sequence[NodeRange]) -> list[list[bytes]]:
        self.reads.append(ranges)
        rows = {0: self.hashes, **self.nodes}
        return [rows.get(height, [])[start:end] for height, start, end in ranges]


def entry(index: int) -> bytes:
    return b"entry %d" % index


def store_of(entries: list[bytes]) -> SparseStore:
    store = SparseStore()
    for data in entries:
        store.add(data)
    return store


def reference_of(entries: list[bytes]) -> InmemoryTree:
    tree = InmemoryTree(algorithm="sha256")
    tree.append_entries(entries)
    return tree


def reference_inclusion(tree: InmemoryTree, index: int, size: int) -> list[bytes]:
    """The RFC's path leaves out the leaf itself, which pymerkle puts first; pymerkle counts from 1."""
    return list(tree.prove_inclusion(index + 1, size).path[1:])


def reference_consistency(tree: InmemoryTree, old: int, new: int) -> list[bytes]:
    """Bring pymerkle's finer path to the RFC's form.

    pymerkle starts at the first leaf after the old tree and climbs to the old tree's last perfect part, the first
    node it marks. The RFC gives what was climbed as one node, after that part, which it leaves out when it is the
    whole old tree.
    """
    if old == new:
        return []
    proof = tree.prove_consistency(old, new)
    mark = proof.subset.index(1)
    climbed, *others = proof.path[:mark]
    for node in others:
        climbed = node_hash(climbed, node)
    last_part = [] if old.bit_count() == 1 else [proof.path[mark]]
    return [*last_part, climbed, *proof.path[mark + 1 :]]


@pytest.fixture(scope="module")
def store() -> SparseStore:
    return store_of([entry(index) for index in range(SIZE)])


@pytest.fixture(scope="module")
def reference() -> InmemoryTree:
    return reference_of([entry(index) for index in range(SIZE)])


@pytest.fixture(scope="module")
def big_store() -> SparseStore:
    return store_of([entry(index) for index in range(BIG)])


@pytest.fixture(scope="module")
def big_reference() -> InmemoryTree:
    return reference_of([entry(index) for index in range(BIG)])


@pytest.fixture
def published() -> SparseStore:
    return store_of([bytes.fromhex(leaf) for leaf in VECTORS["leaves"]])


def test_an_empty_tree_has_the_published_root():
    assert Frontier().root() == EMPTY_ROOT == ROOTS[0] == root_at(SparseStore(), 0)


@pytest.mark.parametrize("size", range(9))
def test_a_tree_of_each_size_has_the_published_root(published, size):
    assert published.roots[size] == ROOTS[size]
    assert root_at(published, size) == ROOTS[size]


@pytest.mark.parametrize("case", VECTORS["inclusion"], ids=lambda case: f"{case['index']} in {case['size']}")
def test_an_inclusion_proof_is_the_published_one(published, case):
    proof = inclusion_proof(published, case["index"], case["size"])
    assert [node.hex() for node in proof] == case["proof"]
    leaf = published.hashes[case["index"]]
    assert verify_inclusion(leaf, case["index"], case["size"], proof, ROOTS[case["size"]])


@pytest.mark.parametrize("case", VECTORS["consistency"], ids=lambda case: f"{case['old']} to {case['new']}")
def test_a_consistency_proof_is_the_published_one(published, case):
    old, new = case["old"], case["new"]
    proof = consistency_proof(published, old, new)
    assert [node.hex() for node in proof] == case["proof"]
    assert verify_consistency(old, new, ROOTS[old], ROOTS[new], proof)


def test_leaves_and_nodes_are_hashed_apart():
    left, right = leaf_hash(b"left"), leaf_hash(b"right")
    assert node_hash(left, right) != leaf_hash(left + right)


@given(entries=st.lists(st.binary(max_size=8), max_size=40))
@relaxed
def test_any_entries_give_the_reference_root(entries):
    assert store_of(entries).frontier.root() == reference_of(entries).get_root()


@given(size=st.integers(0, SIZE))
@relaxed
def test_every_earlier_root_is_the_reference_root(store, reference, size):
    assert root_at(store, size) == store.roots[size] == reference.get_root(size)


@given(data=st.data(), size=st.integers(1, SIZE))
@relaxed
def test_every_inclusion_proof_is_the_reference_proof_and_verifies(store, reference, data, size):
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(store, index, size)
    assert proof == reference_inclusion(reference, index, size)
    assert verify_inclusion(store.hashes[index], index, size, proof, store.roots[size])


@given(data=st.data(), new=st.integers(1, SIZE))
@relaxed
def test_every_consistency_proof_is_the_reference_proof_and_verifies(store, reference, data, new):
    old = data.draw(st.integers(1, new))
    proof = consistency_proof(store, old, new)
    assert proof == reference_consistency(reference, old, new)
    assert verify_consistency(old, new, store.roots[old], store.roots[new], proof)


@pytest.mark.parametrize("size", EDGES)
def test_proofs_across_tile_boundaries_are_the_reference_proofs(big_store, big_reference, size):
    assert root_at(big_store, size) == big_reference.get_root(size)
    for index in {0, size // 2, size - 1, *(edge for edge in EDGES if edge < size)}:
        proof = inclusion_proof(big_store, index, size)
        assert proof == reference_inclusion(big_reference, index, size)
        assert verify_inclusion(big_store.hashes[index], index, size, proof, big_store.roots[size])
    for old in (edge for edge in EDGES if edge <= size):
        proof = consistency_proof(big_store, old, size)
        assert proof == reference_consistency(big_reference, old, size)
        assert verify_consistency(old, size, big_store.roots[old], big_store.roots[size], proof)


def test_only_nodes_at_stored_heights_are_reported_complete(big_store):
    assert {height: len(row) for height, row in big_store.nodes.items()} == {8: BIG >> 8, 16: BIG >> 16}
    assert big_store.nodes[8][0] == big_store.roots[256]
    assert big_store.nodes[16][0] == big_store.roots[65_536]


def test_one_append_can_complete_nodes_at_several_heights(big_store):
    before = Frontier.from_bytes(65_535, b"".join(perfect_roots(big_store, 65_535)))
    _, completed = before.append(big_store.hashes[65_535])
    assert completed == ((8, 255, big_store.nodes[8][255]), (16, 0, big_store.nodes[16][0]))


def perfect_roots(store: SparseStore, size: int) -> list[bytes]:
    frontier = Frontier()
    for leaf in store.hashes[:size]:
        frontier = frontier.append(leaf).frontier
    return list(frontier.peaks)


def counting(store: SparseStore, work: Callable[[], object]) -> list[NodeRange]:
    store.reads.clear()
    work()
    assert len(store.reads) <= 1, "everything is asked for at once"
    return [each for ranges in store.reads for each in ranges]


@pytest.mark.parametrize("size", EDGES)
def test_a_proof_costs_one_read_of_at_most_two_ranges_for_each_stored_height(big_store, size):
    for work in (
        lambda: inclusion_proof(big_store, size // 3, size),
        lambda: consistency_proof(big_store, size // 3, size),
        lambda: root_at(big_store, size),
    ):
        reads = counting(big_store, work)
        assert len(reads) == len(set(reads)) <= 2 * 3
        assert all(end - start <= 256 for _, start, end in reads)


@given(data=st.data(), size=st.integers(1, SIZE))
@relaxed
def test_a_proof_asks_only_for_nodes_that_a_tree_of_that_size_has(store, data, size):
    index = data.draw(st.integers(0, size - 1))
    reads = counting(store, lambda: inclusion_proof(store, index, size))
    assert all(0 <= start < end <= size >> height for height, start, end in reads)


@pytest.mark.parametrize("height", [0, 8])
def test_a_store_that_lost_nodes_is_told_where(height):
    store = store_of([entry(index) for index in range(600)])
    row = store.nodes[8] if height else store.hashes
    row.pop()
    with pytest.raises(NodesMissing, match=f"height {height} "):
        inclusion_proof(store, 599, 600)


@pytest.mark.parametrize(("index", "size"), [(0, 0), (5, 5), (-1, 5), (0, -1)])
def test_there_is_no_proof_for_a_leaf_outside_the_tree(store, index, size):
    with pytest.raises(OutsideTree):
        inclusion_proof(store, index, size)


@pytest.mark.parametrize(("old", "new"), [(2, 1), (-1, 1)])
def test_there_is_no_proof_that_a_smaller_tree_begins_with_a_larger(store, old, new):
    with pytest.raises(OutsideTree):
        consistency_proof(store, old, new)


def test_there_is_no_root_of_a_negative_size(store):
    with pytest.raises(OutsideTree):
        root_at(store, -1)


@given(size=st.integers(0, 300))
@relaxed
def test_a_frontier_is_read_back_as_it_was_written(size):
    frontier = store_of([entry(index) for index in range(size)]).frontier
    assert Frontier.from_bytes(size, frontier.to_bytes()) == frontier


@pytest.mark.parametrize(("size", "length"), [(3, 32), (3, 96), (3, 63), (0, 32), (4, 0), (-1, 32)])
def test_a_frontier_of_the_wrong_length_is_refused(size, length):
    with pytest.raises(FrontierCorrupt):
        Frontier.from_bytes(size, bytes(length))


def test_a_leaf_that_is_no_hash_is_not_appended():
    with pytest.raises(ValueError, match="32 bytes"):
        Frontier().append(b"entry")
