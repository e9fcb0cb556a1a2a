"""Proofs about the log as somebody keeps them in a file: to be checked elsewhere, later, without the service.

Sources: RFC 9162 section 2.1 (what they prove), c2sp.org/tlog-proof (one file with the checkpoint in it). The JSON
documents are those that the service answers; see docs/log-format.md.
"""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Self

from passport_api.domain.checkpoints import Checkpoint, decode, encode
from passport_api.domain.merkle import HASH_SIZE, verify_consistency, verify_inclusion

TLOG_PROOF = "c2sp.org/tlog-proof@v1"
_FIRST_HASH = 3
_MAX_SIZE = (1 << 63) - 1


class ProofMalformed(ValueError):
    """A text is not a proof of the form that the service gives."""


class NotProved(Exception):
    """A proof does not show what it should. Says what is wrong."""


@dataclass(frozen=True, slots=True)
class InclusionProof:
    """Proof that an entry is in the log of a size (RFC 9162 section 2.1.3)."""

    position: int
    size: int
    leaf_hash: bytes
    hashes: list[bytes]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `GET /v1/log/entries/{n}/inclusion-proof` answered; fields that it may add are ignored.

        Raises:
            ProofMalformed: it is no such document.
        """
        fields = _object(text)
        (leaf,) = _hashes([fields.get("leaf_hash")])
        return cls(_count(fields, "entry"), _count(fields, "size"), leaf, _hashes(fields.get("hashes")))

    def check(self, checkpoint: Checkpoint) -> None:
        """Make sure that a checkpoint's log has the entry.

        Raises:
            NotProved: the proof is for another size, or does not lead to the checkpoint's root.
        """
        if self.size != checkpoint.size:
            raise NotProved(
                f"The proof is for a log of {self.size} entries and the checkpoint for one of {checkpoint.size}:"
                f" ask for a proof with ?size={checkpoint.size}."
            )
        if not verify_inclusion(self.leaf_hash, self.position, self.size, self.hashes, checkpoint.root):
            raise NotProved(f"The proof does not lead from entry {self.position} to the checkpoint's root hash.")


@dataclass(frozen=True, slots=True)
class ConsistencyProof:
    """Proof that the log of one size is a beginning of the log of another (RFC 9162 section 2.1.4)."""

    old: int
    new: int
    hashes: list[bytes]

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `GET /v1/log/consistency-proof` answered; fields that it may add are ignored.

        Raises:
            ProofMalformed: it is no such document.
        """
        fields = _object(text)
        return cls(_count(fields, "from"), _count(fields, "to"), _hashes(fields.get("hashes")))

    def check(self, older: Checkpoint, newer: Checkpoint) -> None:
        """Make sure that the log of the older checkpoint begins the newer one's.

        Raises:
            NotProved: they are of two logs, the proof is for other sizes, or it does not lead to their roots.
        """
        if older.origin != newer.origin:
            raise NotProved(f"The checkpoints are of two logs: {older.origin} and {newer.origin}.")
        if (self.old, self.new) != (older.size, newer.size):
            raise NotProved(
                f"The proof is from {self.old} to {self.new} entries and the checkpoints from {older.size}"
                f" to {newer.size}: ask for a proof with ?from={older.size}&to={newer.size}."
            )
        if not verify_consistency(self.old, self.new, older.root, newer.root, self.hashes):
            raise NotProved(f"The log of {self.new} entries is not proved to begin with the one of {self.old}.")


@dataclass(frozen=True, slots=True)
class KeptProof:
    """A proof in one file, with the checkpoint's note (c2sp.org/tlog-proof); the entry's leaf hash is its extra data.

    The leaf hash is not trusted for standing there: it is what the proof is about.
    """

    position: int
    leaf_hash: bytes
    hashes: list[bytes]
    note: str

    def written(self) -> str:
        """Return the file's text."""
        head = [TLOG_PROOF, f"extra {encode(self.leaf_hash)}", f"index {self.position}", *map(encode, self.hashes)]
        return "\n".join(head) + "\n\n" + self.note

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `written` wrote, strictly. The note is not read yet.

        Raises:
            ProofMalformed: it is no such file.
        """
        head, separator, note = text.partition("\n\n")
        lines = head.split("\n")
        if not separator or lines[0] != TLOG_PROOF or len(lines) < _FIRST_HASH:
            raise ProofMalformed("no proof in the form of c2sp.org/tlog-proof@v1 with the entry's leaf hash")
        extra, index = lines[1:_FIRST_HASH]
        position = re.fullmatch("index (0|[1-9][0-9]{0,18})", index)
        if not extra.startswith("extra ") or position is None:
            raise ProofMalformed("the second line is not the leaf hash, or the third not the entry's position")
        (leaf,) = _hashes([extra.removeprefix("extra ")])
        return cls(int(position[1]), leaf, _hashes(lines[_FIRST_HASH:]), note)

    def inclusion(self, checkpoint: Checkpoint) -> InclusionProof:
        """The proof that it holds, for the checkpoint that stands in it."""
        return InclusionProof(self.position, checkpoint.size, self.leaf_hash, self.hashes)


def _object(text: str) -> dict[str, Any]:
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise ProofMalformed("no JSON object")
    return document


def _count(fields: dict[str, Any], name: str) -> int:
    value = fields.get(name)
    if type(value) is not int or not 0 <= value <= _MAX_SIZE:
        raise ProofMalformed(f"{name} is not a number of entries")
    return value


def _hashes(texts: object) -> list[bytes]:
    if not isinstance(texts, Sequence) or isinstance(texts, str):
        raise ProofMalformed("hashes are a list")
    hashes = [decode(text) if isinstance(text, str) else None for text in texts]
    found = [each for each in hashes if each is not None and len(each) == HASH_SIZE]
    if len(found) != len(texts):
        raise ProofMalformed("a hash is 32 bytes in base64")
    return found
