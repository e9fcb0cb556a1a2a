"""The witness's own signing key: made on first start, in a file that only its owner can read."""

import base64
from pathlib import Path

from passport_api.witness.state import State
from passport_keys import owner_only
from passport_keys.errors import KeyFileInvalid, KeyStoreError
from passport_keys.owner_only import write_new
from passport_keys.signing import SigningKey

_KEY = "key"


class WitnessKeyLost(KeyStoreError):
    """There are checkpoints that a key cosigned which is gone: a new one must not go on in its name."""


def open_key(folder: Path) -> SigningKey:
    """Read the witness's key.

    Raises:
        KeyFileExposed: somebody else could have read or replaced it.
        KeyFileInvalid: it is missing, or no such key.
    """
    # A parser's error holds its input: none travels as the context of ours.
    content = owner_only.read(folder / _KEY)
    private = _decoded(content)
    if private is None:
        raise KeyFileInvalid(f"{folder / _KEY} is not a witness's key.")
    return SigningKey.from_private_bytes(private)


def open_or_make_key(folder: Path) -> SigningKey:
    """Read the witness's key, or make it the first time.

    Raises:
        WitnessKeyLost: the key is gone, and what it cosigned is there.
        KeyStoreError: as `open_key`.
    """
    state = State(folder)
    with state.held():
        if not (folder / _KEY).is_symlink() and not (folder / _KEY).exists():
            if not state.is_empty():
                raise WitnessKeyLost(f"{folder / _KEY} is gone, and the checkpoints that it cosigned are still there.")
            _make(folder)
    return open_key(folder)


def _make(folder: Path) -> None:
    """Write a fresh key beside its place and move it there: a start that was killed leaves none, or a whole one."""
    beside = folder / f".{_KEY}.new"
    beside.unlink(missing_ok=True)
    write_new(beside, base64.b64encode(SigningKey.generate().private_bytes()) + b"\n")
    beside.replace(folder / _KEY)


def _decoded(content: bytes) -> bytes | None:
    try:
        private = base64.b64decode(content.removesuffix(b"\n"), validate=True)
    except ValueError:
        return None
    return private if len(private) == 32 else None  # noqa: PLR2004 - RFC 8032
