"""What a witness asks of a checkpoint before it cosigns: that a log it knows signed it, and that the log only grew.

Source: c2sp.org/tlog-witness, `add-checkpoint`. The rule is decided here, in the order in which the specification
answers; keeping what was decided, and the cosignature itself, are the witness's.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Self

from passport_api.domain.checkpoints import (
    Checkpoint,
    CheckpointMalformed,
    NoteRejected,
    VerifierKey,
    Verify,
    decode,
    encode,
    note_key_id,
    open_note_by_any,
    signature_line,
    split_note,
)
from passport_api.domain.merkle import EMPTY_ROOT, HASH_SIZE, verify_consistency

MAX_PROOF = 63
"""How many hashes a request may carry: no consistency proof between trees below 2 to the power of 63 needs more."""
_OLD_LINE = re.compile("old (0|[1-9][0-9]{0,18})")
_CHECKPOINT_LINES = 3

TrustedLogs = Mapping[str, Sequence[VerifierKey]]
"""The logs that a witness watches: the keys that it trusts for each origin."""


class SubmissionMalformed(ValueError):
    """A request is not of the form that the specification gives."""


class Turned(StrEnum):
    """Why a witness does not cosign."""

    UNKNOWN_LOG = "this witness does not watch that log"
    NOT_SIGNED = "not signed rightly by a key that this witness trusts for that log"
    OLD_TOO_LARGE = "the old size is larger than the checkpoint's"
    OTHER_SIZE = "the old size is not that of the latest checkpoint cosigned"
    NOT_EMPTY = "a log of no entries has the root of the empty tree"
    INCONSISTENT = "not proved to begin with what was cosigned before"


@dataclass(frozen=True, slots=True)
class Submission:
    """A checkpoint that a log asks to have cosigned.

    Attributes:
        old: the size of the checkpoint that the proof begins from.
        proof: shows that the log of that size begins the one now.
        note: the signed checkpoint.
    """

    old: int
    proof: tuple[bytes, ...]
    note: str

    def written(self) -> bytes:
        """Return the request's body."""
        lines = [f"old {self.old}", *(encode(each) for each in self.proof)]
        return ("\n".join(lines) + "\n\n" + self.note).encode()

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read what `written` wrote, strictly. The note is not read yet.

        Raises:
            SubmissionMalformed: it is not exactly of that form.
        """
        try:
            head, separator, note = data.decode().partition("\n\n")
        except UnicodeDecodeError:
            raise SubmissionMalformed("not UTF-8") from None
        first, *lines = head.split("\n")
        old = _OLD_LINE.fullmatch(first)
        if old is None or not separator:
            raise SubmissionMalformed("the first line is not an old size, or no empty line follows the proof")
        proof = tuple(decode(line) or b"" for line in lines)
        if len(proof) > MAX_PROOF or any(len(each) != HASH_SIZE for each in proof):
            raise SubmissionMalformed("a proof is at most 63 hashes of 32 bytes, each a line of base64")
        return cls(int(old[1]), proof, note)


@dataclass(frozen=True, slots=True)
class Seen:
    """A checkpoint that a witness may cosign, or has.

    Attributes:
        checkpoint: what it says.
        body: its text, with the extension lines that it may have.
        signed: the lines of it that the log's trusted keys signed rightly; others' are left out.
    """

    checkpoint: Checkpoint
    body: str
    signed: str


@dataclass(frozen=True, slots=True)
class Accepted:
    """The checkpoint is to be kept, then cosigned."""

    seen: Seen


@dataclass(frozen=True, slots=True)
class TurnedAway:
    """The checkpoint is not to be cosigned.

    Attributes:
        why: the reason.
        kept_size: the size of the latest checkpoint cosigned for that log; 0 for none.
    """

    why: Turned
    kept_size: int = 0


def origin_hash(origin: str) -> str:
    """A log's name as it stands in a witness's addresses: SHA-256 in lower-case hexadecimal."""
    return sha256(origin.encode()).hexdigest()


def checkpoint_of(body: str) -> Checkpoint:
    """Read the checkpoint that any log wrote: the extension lines that it may have are part of what is signed.

    Raises:
        CheckpointMalformed: its first three lines are no checkpoint, or an extension line is empty.
    """
    lines = body.split("\n")
    first, extensions = lines[:_CHECKPOINT_LINES], lines[_CHECKPOINT_LINES:]
    if not extensions or extensions[-1] or not all(extensions[:-1]):
        raise CheckpointMalformed("a checkpoint is at least three lines, none of them empty")
    return Checkpoint.parse("\n".join([*first, ""]))


def read_seen(note: str, logs: TrustedLogs, verify: Verify) -> Seen | TurnedAway:
    """Read a checkpoint of one of the logs that are watched.

    Raises:
        SubmissionMalformed: it is no signed checkpoint at all.
    """
    try:
        body, signatures = split_note(note)
        checkpoint = checkpoint_of(body)
    except (NoteRejected, CheckpointMalformed) as error:
        raise SubmissionMalformed(str(error)) from error
    keys = logs.get(checkpoint.origin)
    if keys is None:
        return TurnedAway(Turned.UNKNOWN_LOG)
    try:
        _, signers = open_note_by_any(note, keys, verify)
    except NoteRejected:
        return TurnedAway(Turned.NOT_SIGNED)
    known = {(key.name, note_key_id(key.name, key.public_key)) for key in signers}
    signed = "".join(signature_line(*each) for each in signatures if each[:2] in known)
    return Seen(checkpoint, body, signed)


def decide(submission: Submission, seen: Seen, kept: Checkpoint | None) -> Accepted | TurnedAway:
    """Decide whether a checkpoint that a watched log signed may be cosigned.

    Args:
        submission: the request.
        seen: the checkpoint in it, read and verified.
        kept: the latest checkpoint cosigned for that log; None when there is none.
    """
    offered = seen.checkpoint
    kept_size, kept_root = (0, EMPTY_ROOT) if kept is None else (kept.size, kept.root)
    if submission.old > offered.size:
        return TurnedAway(Turned.OLD_TOO_LARGE, kept_size)
    if submission.old != kept_size:
        return TurnedAway(Turned.OTHER_SIZE, kept_size)
    if offered.size == 0 and offered.root != EMPTY_ROOT:
        return TurnedAway(Turned.NOT_EMPTY, kept_size)
    if not verify_consistency(submission.old, offered.size, kept_root, offered.root, submission.proof):
        return TurnedAway(Turned.INCONSISTENT, kept_size)
    return Accepted(seen)
