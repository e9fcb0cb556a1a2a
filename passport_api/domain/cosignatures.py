"""What a witness signs: that a checkpoint was, at a time, the largest it had seen of a log that only grew.

Source: c2sp.org/tlog-cosignature, the Ed25519 kind (signature type 0x04). As with checkpoints, signing and verifying
come in as functions.
"""

from dataclasses import dataclass

from passport_api.domain.checkpoints import (
    NoteFault,
    NoteRejected,
    Sign,
    Verify,
    note_key_id,
    parse_verifier_key,
    signature_line,
    split_note,
    verifier_key,
)

COSIGNATURE = b"\x04"
"""The signature type identifier byte of timestamped Ed25519 cosignatures."""
_TIMESTAMP_SIZE = 8
_LATEST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class CosignerKey:
    """A witness's public key under the witness's name."""

    name: str
    public_key: bytes


def cosigner_key(name: str, public_key: bytes) -> str:
    """Return a witness's key as one line of text to publish.

    Raises:
        KeyMalformed: see `checkpoints.note_key_id`.
    """
    return verifier_key(name, public_key, COSIGNATURE)


def parse_cosigner_key(text: str) -> CosignerKey:
    """Read what `cosigner_key` wrote.

    Raises:
        KeyMalformed: the text has another form, the key is of another kind, or its id is not its own.
    """
    key = parse_verifier_key(text, COSIGNATURE)
    return CosignerKey(key.name, key.public_key)


def cosigned_message(body: str, at: int) -> bytes:
    """Return what is signed: a line that names the purpose, the time, and the whole body of the checkpoint."""
    return f"cosignature/v1\ntime {at}\n{body}".encode()


def cosign(body: str, key: CosignerKey, at: int, sign: Sign) -> str:
    """Return a cosignature as a line to add to a checkpoint's note.

    Args:
        body: the checkpoint's text, without any signature.
        key: the witness's.
        at: when, in seconds since 1970 (POSIX time).
        sign: makes an Ed25519 signature with the private part of the key.

    Raises:
        ValueError: the time is not one that a cosignature can state.
    """
    if not 0 < at <= _LATEST:
        raise ValueError("a cosignature states a time after 1970")
    signature = at.to_bytes(_TIMESTAMP_SIZE) + sign(cosigned_message(body, at))
    return signature_line(key.name, note_key_id(key.name, key.public_key, COSIGNATURE), signature)


def cosigned_at(note: str, key: CosignerKey, verify: Verify) -> int:
    """Return the latest time at which a witness cosigned the checkpoint in a note, in seconds since 1970.

    Signatures by others are ignored; every one by this witness must be right.

    Raises:
        NoteRejected: the note is malformed, this witness did not cosign it, or a cosignature of its is wrong.
    """
    body, signatures = split_note(note)
    known = (key.name, note_key_id(key.name, key.public_key, COSIGNATURE))
    own = [signature for name, key_id, signature in signatures if (name, key_id) == known]
    if not own:
        raise NoteRejected(NoteFault.NOT_SIGNED)
    return max(_verified_time(body, signature, key, verify) for signature in own)


def only_cosignatures(note: str, key: CosignerKey) -> str:
    """Return the lines of a note that name this witness's key, as they stand in it. Nothing is verified here.

    Raises:
        NoteRejected: the note is malformed.
    """
    known = (key.name, note_key_id(key.name, key.public_key, COSIGNATURE))
    return "".join(signature_line(*each) for each in split_note(note)[1] if each[:2] == known)


def _verified_time(body: str, signature: bytes, key: CosignerKey, verify: Verify) -> int:
    """The time that a cosignature states.

    Raises:
        NoteRejected: it is wrong, or states none.
    """
    at = int.from_bytes(signature[:_TIMESTAMP_SIZE])
    message = cosigned_message(body, at)
    if not 0 < at <= _LATEST or not verify(key.public_key, signature[_TIMESTAMP_SIZE:], message):
        raise NoteRejected(NoteFault.BAD_SIGNATURE)
    return at
