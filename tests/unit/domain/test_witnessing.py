"""What a witness cosigns and what it turns away, in the order in which c2sp.org/tlog-witness answers."""

import base64
from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.checkpoints import Checkpoint, VerifierKey, note_key_id, sign_note, signature_line
from passport_api.domain.merkle import EMPTY_ROOT, Frontier, leaf_hash
from passport_api.domain.merkle_proofs import NodeRange, consistency_proof
from passport_api.domain.witnessing import (
    Accepted,
    Seen,
    Submission,
    SubmissionMalformed,
    Turned,
    TurnedAway,
    checkpoint_of,
    decide,
    read_seen,
)
from passport_keys.signing import SigningKey, verify

ORIGIN = "log.example/passports"
KEY = SigningKey.from_private_bytes(b"\x01" * 32)
NEXT_KEY = SigningKey.from_private_bytes(b"\x02" * 32)
STRANGER = SigningKey.from_private_bytes(b"\x03" * 32)
LOGS = {ORIGIN: [VerifierKey(ORIGIN, key.public_bytes()) for key in (KEY, NEXT_KEY)]}


class Tree:
    """A log in memory: entries that differ by a word, so that two words are two histories."""

    def __init__(self, size: int, word: bytes = b"") -> None:
        self._leaves = [leaf_hash(word + number.to_bytes(4)) for number in range(size)]

    def read(self, ranges: Sequence[NodeRange]) -> list[list[bytes]]:
        return [
            [self.root(1 << height, index << height) for index in range(start, end)] for height, start, end in ranges
        ]

    def root(self, size: int, start: int = 0) -> bytes:
        frontier = Frontier()
        for leaf in self._leaves[start : start + size]:
            frontier = frontier.append(leaf).frontier
        return frontier.root()

    def checkpoint(self, size: int, origin: str = ORIGIN) -> Checkpoint:
        return Checkpoint(origin, size, self.root(size))

    def proof(self, old: int, new: int) -> tuple[bytes, ...]:
        return tuple(consistency_proof(self, old, new))


@cache
def log(word: bytes = b"") -> Tree:
    return Tree(40, word)


def note_of(checkpoint: Checkpoint, key: SigningKey = KEY, name: str = ORIGIN) -> str:
    return sign_note(checkpoint.body(), name, key.public_bytes(), key.sign)


def asked(checkpoint: Checkpoint, old: int, proof: tuple[bytes, ...], kept: Checkpoint | None) -> Accepted | TurnedAway:
    submission = Submission(old, proof, note_of(checkpoint))
    seen = read_seen(submission.note, LOGS, verify)
    assert isinstance(seen, Seen)
    return decide(submission, seen, kept)


def why(decided: object) -> Turned:
    assert isinstance(decided, TurnedAway)
    return decided.why


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 1), (0, 33), (1, 2), (7, 33), (32, 33), (33, 33), (20, 40)])
def test_a_log_that_only_grew_is_accepted(old, new):
    kept = log().checkpoint(old) if old else None
    decided = asked(log().checkpoint(new), old, log().proof(old, new), kept)
    assert isinstance(decided, Accepted)
    assert decided.seen.checkpoint == log().checkpoint(new)


TREE, OTHER = log(), log(b"other")
SAME_SIZE = TREE.checkpoint(33)
REFUSED = {
    "the old size is larger than the checkpoint's, and also not the one kept": (
        (TREE.checkpoint(20), 33, (), SAME_SIZE),
        Turned.OLD_TOO_LARGE,
    ),
    "the log is shorter than what was cosigned": ((TREE.checkpoint(20), 20, (), SAME_SIZE), Turned.OTHER_SIZE),
    "the client has not kept up": ((TREE.checkpoint(40), 20, TREE.proof(20, 40), SAME_SIZE), Turned.OTHER_SIZE),
    "nothing was ever cosigned": ((TREE.checkpoint(40), 20, TREE.proof(20, 40), None), Turned.OTHER_SIZE),
    "an empty log with a root": ((Checkpoint(ORIGIN, 0, bytes(32)), 0, (), None), Turned.NOT_EMPTY),
    "a proof from nothing": ((TREE.checkpoint(33), 0, TREE.proof(20, 33), None), Turned.INCONSISTENT),
    "another history of the same size": ((OTHER.checkpoint(33), 33, (), SAME_SIZE), Turned.INCONSISTENT),
    "another history that is longer": (
        (OTHER.checkpoint(40), 33, OTHER.proof(33, 40), SAME_SIZE),
        Turned.INCONSISTENT,
    ),
    "no proof": ((TREE.checkpoint(40), 33, (), SAME_SIZE), Turned.INCONSISTENT),
    "a proof between other sizes": ((TREE.checkpoint(40), 33, TREE.proof(32, 40), SAME_SIZE), Turned.INCONSISTENT),
    "a proof where none is needed": ((SAME_SIZE, 33, TREE.proof(20, 33), SAME_SIZE), Turned.INCONSISTENT),
    "a proof with a hash too many": (
        (TREE.checkpoint(40), 33, (*TREE.proof(33, 40), bytes(32)), SAME_SIZE),
        Turned.INCONSISTENT,
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_whatever_is_not_proved_to_begin_with_what_was_cosigned_is_turned_away(case):
    (checkpoint, old, proof, kept), reason = REFUSED[case]
    assert why(asked(checkpoint, old, proof, kept)) is reason


@pytest.mark.parametrize("kept", [None, TREE.checkpoint(33)])
def test_one_turned_away_for_another_size_is_told_the_size_kept(kept):
    decided = asked(TREE.checkpoint(40), 5, TREE.proof(5, 40), kept)
    assert decided == TurnedAway(Turned.OTHER_SIZE, 0 if kept is None else 33)


def test_a_log_that_begins_empty_is_accepted_and_may_grow():
    assert isinstance(asked(Checkpoint(ORIGIN, 0, EMPTY_ROOT), 0, (), None), Accepted)
    grown = asked(TREE.checkpoint(9), 0, (), Checkpoint(ORIGIN, 0, EMPTY_ROOT))
    assert isinstance(grown, Accepted)


# Who signed it.


def test_a_later_generation_of_a_log_is_another_log():
    later = f"{ORIGIN}/2"
    assert why(read_seen(note_of(TREE.checkpoint(3, later), name=later), LOGS, verify)) is Turned.UNKNOWN_LOG


def test_either_of_two_trusted_keys_will_do_and_only_their_lines_are_kept():
    checkpoint = TREE.checkpoint(5)
    stranger = note_of(checkpoint, STRANGER).removeprefix(f"{checkpoint.body()}\n")
    for key in (KEY, NEXT_KEY):
        signed = note_of(checkpoint, key)
        seen = read_seen(signed + stranger, LOGS, verify)
        assert isinstance(seen, Seen)
        assert f"{seen.body}\n{seen.signed}" == signed
    both = note_of(checkpoint) + note_of(checkpoint, NEXT_KEY).removeprefix(f"{checkpoint.body()}\n")
    seen = read_seen(both, LOGS, verify)
    assert isinstance(seen, Seen)
    assert f"{seen.body}\n{seen.signed}" == both


def test_a_strangers_signature_is_not_enough_and_a_wrong_one_is_not_excused():
    checkpoint = TREE.checkpoint(5)
    assert why(read_seen(note_of(checkpoint, STRANGER), LOGS, verify)) is Turned.NOT_SIGNED
    assert why(read_seen(note_of(checkpoint, KEY, "log.example/other"), LOGS, verify)) is Turned.NOT_SIGNED
    wrong = signature_line(ORIGIN, note_key_id(ORIGIN, NEXT_KEY.public_bytes()), bytes(64))
    assert why(read_seen(note_of(checkpoint) + wrong, LOGS, verify)) is Turned.NOT_SIGNED


def test_a_changed_checkpoint_is_not_signed():
    assert why(read_seen(note_of(TREE.checkpoint(5)).replace("\n5\n", "\n6\n"), LOGS, verify)) is Turned.NOT_SIGNED


def test_extension_lines_belong_to_what_is_signed_and_to_what_is_kept():
    body = TREE.checkpoint(5).body() + "a line of another log's\n"
    seen = read_seen(sign_note(body, ORIGIN, KEY.public_bytes(), KEY.sign), LOGS, verify)
    assert isinstance(seen, Seen)
    assert (seen.checkpoint, seen.body) == (TREE.checkpoint(5), body)


@pytest.mark.parametrize("ending", ["\n", "an extension\n\n", "\nan extension\n", "no newline"])
def test_an_empty_extension_line_is_refused(ending):
    with pytest.raises(ValueError, match="three lines"):
        checkpoint_of(TREE.checkpoint(5).body() + ending)


# The request.


HASH = base64.b64encode(bytes(32)).decode()
NOTE = note_of(TREE.checkpoint(5))


@given(
    old=st.integers(0, 2**63 - 1),
    proof=st.lists(st.binary(min_size=32, max_size=32), max_size=63),
)
def test_any_request_is_read_back_as_it_was_written(old, proof):
    submission = Submission(old, tuple(proof), NOTE)
    assert Submission.parse(submission.written()) == submission


def test_a_request_is_written_as_the_specification_shows():
    assert Submission(3, (bytes(32), bytes(32)), NOTE).written().decode() == f"old 3\n{HASH}\n{HASH}\n\n{NOTE}"
    assert Submission(0, (), NOTE).written().decode() == f"old 0\n\n{NOTE}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\n\n",
        NOTE.encode(),
        f"old 0\n{NOTE}".encode().replace(b"\n\n", b"\n"),
        f"\nold 0\n\n{NOTE}".encode(),
        f"old\n\n{NOTE}".encode(),
        f"old  0\n\n{NOTE}".encode(),
        f"old 00\n\n{NOTE}".encode(),
        f"old 07\n\n{NOTE}".encode(),
        f"old -1\n\n{NOTE}".encode(),
        f"old 1_0\n\n{NOTE}".encode(),
        f"old ٣\n\n{NOTE}".encode(),
        f"old {'9' * 5000}\n\n{NOTE}".encode(),
        f"OLD 0\n\n{NOTE}".encode(),
        f"old 0 \n\n{NOTE}".encode(),
        f"old 0\r\n\r\n{NOTE}".encode(),
        f"old 5\n{HASH} \n\n{NOTE}".encode(),
        f"old 5\n{HASH[:-1]}\n\n{NOTE}".encode(),
        f"old 5\n{HASH[:-2]}B=\n\n{NOTE}".encode(),
        f"old 5\n{base64.b64encode(bytes(31)).decode()}\n\n{NOTE}".encode(),
        f"old 5\n{base64.b64encode(bytes(33)).decode()}\n\n{NOTE}".encode(),
        ("old 5\n" + f"{HASH}\n" * 64 + f"\n{NOTE}").encode(),
        b"old 0\n\n\xff",
    ],
)
def test_a_request_that_is_not_exactly_one_is_refused(body):
    with pytest.raises(SubmissionMalformed):
        Submission.parse(body)


@pytest.mark.parametrize(
    "note",
    [
        "",
        TREE.checkpoint(5).body(),
        NOTE.removesuffix("\n"),
        NOTE.replace("\n5\n", "\n05\n"),
        NOTE.replace("\n5\n", "\n"),
        NOTE.replace("—", "-"),
    ],
)
def test_what_is_no_signed_checkpoint_at_all_is_malformed(note):
    with pytest.raises(SubmissionMalformed):
        read_seen(note, LOGS, verify)
