"""The log's checkpoints, as text that anyone can keep and check, and the signed notes they travel in.

Sources: c2sp.org/tlog-checkpoint (what a checkpoint says) and c2sp.org/signed-note (how a note is signed). Signing and
verifying Ed25519 (RFC 8032) and ML-DSA-65 (FIPS 204) come in as functions, since only the keys package touches
cryptography. Which of the two a public key is for is told by its length.
"""

import base64
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Self

from passport_api.domain.merkle import HASH_SIZE

ED25519 = b"\x01"
"""The signature type identifier byte of Ed25519 over the text itself. Other specifications assign others."""
MLDSA65 = b"\xfftransition-passport/note-signature/ML-DSA-65/v1"
"""The signature type identifier of ML-DSA-65 over the note's text, with an empty context.

C2SP assigns none, so it is 0xff and a longer identifier that is unlikely to collide, as signed-note recommends.
"""
PUBLIC_KEY_SIZE = 32
MLDSA65_PUBLIC_KEY_SIZE = 1952
_TYPES = {PUBLIC_KEY_SIZE: ED25519, MLDSA65_PUBLIC_KEY_SIZE: MLDSA65}
KEY_ID_SIZE = 4
MAX_SIGNATURES = 100
"""The specification asks for room for at least 16."""

_FORBIDDEN = re.compile("[\x00-\x09\x0b-\x1f\ud800-\udfff]")
"""What no note may hold: ASCII control characters other than newline, and what UTF-8 cannot say."""

Sign = Callable[[bytes], bytes]
"""Message to signature."""
Verify = Callable[[bytes, bytes, bytes], bool]
"""Public key, signature (of any length) and message to whether the signature is right."""


class CheckpointMalformed(ValueError):
    """A text is not the body of a checkpoint as this log writes them."""


class KeyMalformed(ValueError):
    """A key's name, a public key or a verifier key is not of the form that C2SP asks for."""


class NoteFault(StrEnum):
    """Why a note was not accepted."""

    MALFORMED = "malformed"
    NOT_SIGNED = "no signature by that key"
    BAD_SIGNATURE = "bad signature"


class NoteRejected(ValueError):
    """A note is not to be trusted, and nothing in it is to be used.

    Attributes:
        fault: why.
    """

    def __init__(self, fault: NoteFault) -> None:
        super().__init__(f"note rejected: {fault}")
        self.fault = fault


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What the log looked like at one size.

    Attributes:
        origin: the log's unique name; also the name of the key that signs.
        size: the number of entries.
        root: the root hash over them, 32 bytes.

    Raises:
        CheckpointMalformed: one of them could not be written as one line and read back.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or not self.origin.isprintable():
            raise CheckpointMalformed("an origin is one line of printable characters")
        if not 0 <= self.size < 1 << 63:
            raise CheckpointMalformed("a size is not negative and below 2 to the power of 63")
        if len(self.root) != HASH_SIZE:
            raise CheckpointMalformed("a root hash has 32 bytes")

    def body(self) -> str:
        """Return the text that is signed: three lines, each with its newline."""
        return f"{self.origin}\n{self.size}\n{encode(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `body` wrote, strictly: another spelling of the same numbers is refused.

        Extension lines are refused too: this log writes none, so a body that has any is not its own.

        Raises:
            CheckpointMalformed: the text is not exactly a checkpoint's body.
        """
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:  # noqa: PLR2004 - three lines, and nothing after the last newline
            raise CheckpointMalformed("a checkpoint has three lines")
        origin, size, root = lines[:3]
        if not re.fullmatch("0|[1-9][0-9]{0,18}", size):
            raise CheckpointMalformed("a size is a decimal number without leading zeros")
        return cls(origin, int(size), decode(root) or b"")


@dataclass(frozen=True, slots=True)
class VerifierKey:
    """A public key under the name it signs with: all that a stranger needs to check the log's notes."""

    name: str
    public_key: bytes


def note_key_id(name: str, public_key: bytes, kind: bytes | None = None) -> bytes:
    """Return the four bytes that tell keys of one name, and kinds of signature by one key, apart.

    Args:
        name: the key's name.
        public_key: an Ed25519 or ML-DSA-65 key.
        kind: the signature type identifier; that of a signature over the text itself by such a key when not given.

    Raises:
        KeyMalformed: the name is empty or has a space, plus or control character, or the key has another length.
    """
    if not name.isprintable() or not _is_key_name(name):
        raise KeyMalformed("a key's name is not empty and has no spaces and no plus")
    return sha256(name.encode() + b"\n" + _typed(public_key, kind)).digest()[:KEY_ID_SIZE]


def verifier_key(name: str, public_key: bytes, kind: bytes | None = None) -> str:
    """Return the key as one line of text to publish: name, key id in hexadecimal and key, joined by plus signs.

    Raises:
        KeyMalformed: see `note_key_id`.
    """
    return f"{name}+{note_key_id(name, public_key, kind).hex()}+{encode(_typed(public_key, kind))}"


def parse_verifier_key(text: str, kind: bytes | None = None) -> VerifierKey:
    """Read what `verifier_key` wrote.

    Raises:
        KeyMalformed: the text has another form, the key is of no kind that was meant, or its id is not its own.
    """
    name, _, rest = text.partition("+")
    encoded = rest.partition("+")[2]
    key = decode(encoded) or b""
    meant = kind or (MLDSA65 if key.startswith(MLDSA65) else ED25519)
    public_key = key.removeprefix(meant)
    if verifier_key(name, public_key, kind) != text:
        raise KeyMalformed("not a verifier key of this kind")
    return VerifierKey(name, public_key)


def _typed(public_key: bytes, kind: bytes | None) -> bytes:
    """A public key after its signature type."""
    usual = _TYPES.get(len(public_key))
    if usual is None:
        raise KeyMalformed("an Ed25519 public key has 32 bytes, an ML-DSA-65 public key 1952")
    return (kind or usual) + public_key


def sign_note(body: str, name: str, public_key: bytes, sign: Sign) -> str:
    """Return `body` as a note with one signature, by the key of that name.

    Args:
        body: the text to sign, which ends in a newline.
        name: the key's name.
        public_key: the key that will verify the signature.
        sign: makes that key's signature over a message.

    Raises:
        NoteRejected: the body does not end in a newline or has a control character.
        KeyMalformed: see `note_key_id`.
    """
    key_id = note_key_id(name, public_key)
    if not body.endswith("\n") or _FORBIDDEN.search(body):
        raise NoteRejected(NoteFault.MALFORMED)
    return f"{body}\n{signature_line(name, key_id, sign(body.encode()))}"


def signature_line(name: str, key_id: bytes, signature: bytes) -> str:
    """Return one signature as it stands in a note, with its newline."""
    return f"— {name} {encode(key_id + signature)}\n"


def add_signature(note: str, name: str, public_key: bytes, sign: Sign) -> str:
    """Return a note that `sign_note` or this made, with one more signature: by a key that comes, or of another kind.

    Raises:
        NoteRejected: it is no note, or has as many signatures as one may have.
        KeyMalformed: see `note_key_id`.
    """
    body, signatures = split_note(note)
    if len(signatures) >= MAX_SIGNATURES:
        raise NoteRejected(NoteFault.MALFORMED)
    return note + sign_note(body, name, public_key, sign).removeprefix(f"{body}\n")


def open_note(note: str, name: str, public_key: bytes, verify: Verify) -> str:
    """Return the body of a note, once a signature by the key of that name is found right.

    Signatures of other keys are ignored, as the specification asks, even when they share the name or the key id. When
    that key signed more than once, every one of its signatures must be right.

    Raises:
        NoteRejected: the note is malformed, that key did not sign it, or its signature is wrong.
        KeyMalformed: see `note_key_id`.
    """
    known = (name, note_key_id(name, public_key))
    body, signatures = split_note(note)
    own = [signature for signer, key_id, signature in signatures if (signer, key_id) == known]
    if not own:
        raise NoteRejected(NoteFault.NOT_SIGNED)
    message = body.encode()
    if not all(verify(public_key, signature, message) for signature in own):
        raise NoteRejected(NoteFault.BAD_SIGNATURE)
    return body


def open_note_by_any(note: str, keys: Iterable[VerifierKey], verify: Verify) -> tuple[str, tuple[VerifierKey, ...]]:
    """Return the body of a note, and those of the keys that signed it: all of them rightly, and at least one.

    Raises:
        NoteRejected: as `open_note`; a wrong signature by one of the keys is not excused by a right one of another.
        KeyMalformed: see `note_key_id`.
    """
    body, signers = "", []
    for key in keys:
        try:
            body = open_note(note, key.name, key.public_key, verify)
        except NoteRejected as error:
            if error.fault is not NoteFault.NOT_SIGNED:
                raise
        else:
            signers.append(key)
    if not signers:
        raise NoteRejected(NoteFault.NOT_SIGNED)
    return body, tuple(signers)


def split_note(note: str) -> tuple[str, list[tuple[str, bytes, bytes]]]:
    """Split a note at its last empty line into its body and its signatures: name, key id and signature.

    Nothing is verified here.

    Raises:
        NoteRejected: it is malformed.
    """
    text, separator, rest = note.rpartition("\n\n")
    lines = rest.split("\n")
    if not separator or _FORBIDDEN.search(note) or lines.pop() or not 0 < len(lines) <= MAX_SIGNATURES:
        raise NoteRejected(NoteFault.MALFORMED)
    return text + "\n", [_read_signature(line) for line in lines]


def _read_signature(line: str) -> tuple[str, bytes, bytes]:
    name, _, encoded = line.removeprefix("— ").partition(" ")
    blob = decode(encoded) or b""
    if not line.startswith("— ") or not _is_key_name(name) or len(blob) <= KEY_ID_SIZE:
        raise NoteRejected(NoteFault.MALFORMED)
    return name, blob[:KEY_ID_SIZE], blob[KEY_ID_SIZE:]


def _is_key_name(name: str) -> bool:
    return bool(name) and "+" not in name and not any(character.isspace() for character in name)


def encode(data: bytes) -> str:
    """Write standard base64 (RFC 4648 section 4), as notes, proofs and checkpoints write hashes."""
    return base64.b64encode(data).decode()


def decode(text: str) -> bytes | None:
    """Decode standard base64 (RFC 4648 section 4), refusing every spelling but the one `encode` gives."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError:
        return None
    return data if encode(data) == text else None
