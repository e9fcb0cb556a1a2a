"""Key-encryption keys in a local file that only its owner can read.

A key is wrapped with AES-KW (RFC 3394) under a wrapping key that HKDF-SHA-256 (RFC 5869) derives from the
key-encryption key and the context, so that a wrapped key moved to another place does not unwrap.

The file is JSON: `{"format": 1, "active": ID, "keys": {ID: {"created": ISO 8601, "key": base64 of 32 bytes}}}`.
It may hold several keys, oldest first: the active one wraps, any of them unwraps. It is replaced whole (written
beside itself, flushed, renamed), and read again when it was replaced.
"""

import base64
import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from passport_keys.errors import KeyFileInvalid, KeyInUse, ProviderUnavailable, UnknownKey, WrapRejected
from passport_keys.owner_only import directory_of, read_owner_only, write_new
from passport_keys.providers.contract import WrappedKey

KEY_BYTES: Final = 32
_FORMAT: Final = 1
_WRAP_INFO: Final = b"passport/wrap/v1\0"


@dataclass(frozen=True, slots=True)
class _KeyFile:
    """What a key file says. A key's creation time is kept as it is written."""

    active: str
    keys: dict[str, bytes]
    created: dict[str, str]

    def encoded(self) -> bytes:
        """The file's bytes."""
        entries = {
            key_id: {"created": self.created[key_id], "key": base64.b64encode(key).decode()}
            for key_id, key in self.keys.items()
        }
        document = {"format": _FORMAT, "active": self.active, "keys": entries}
        return json.dumps(document, indent=2).encode() + b"\n"


_Stamp = tuple[int, int, int]
"""What changes when a file is replaced: its inode, the time of its last change, its size."""


class LocalFileProvider:
    """The key provider that keeps its key-encryption keys in one local file."""

    __slots__ = ("_kept", "_lock", "_path", "_stamp")
    _stamp: _Stamp | None

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._stamp = _stamp_of(path)
        self._kept = _decode(read_owner_only(path))

    def __repr__(self) -> str:
        return f"LocalFileProvider(active={self._kept.active!r}, keys=<{len(self._kept.keys)} hidden>)"

    @classmethod
    def create(cls, path: Path, now: datetime) -> Self:
        """Write a new key file with one fresh key, durably, and open it.

        Args:
            path: Where; its directory exists already.
            now: The key's creation time, with its time zone.

        Raises:
            FileExistsError: Something is there already; it is never overwritten.
            KeyFileExposed: Everybody may write to the directory.
            KeyFileInvalid: There is no such directory.
        """
        key_id = secrets.token_hex(8)
        first = _KeyFile(key_id, {key_id: secrets.token_bytes(KEY_BYTES)}, {key_id: now.isoformat()})
        write_new(path, first.encoded())
        return cls.open(path)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read a key file, after making sure that nobody else could have read or replaced it.

        Raises:
            KeyFileExposed: It is not a plain file of mode 0600 or 0400 owned by the current user, or everybody may
                write to its directory.
            KeyFileInvalid: It is missing, or not a key file of this format.
        """
        return cls(path)

    @property
    def active_key_id(self) -> str:
        """The key-encryption key that new keys are wrapped under; see `KeyProvider.active_key_id`."""
        return self._current().active

    def key_ids(self) -> tuple[str, ...]:
        """Every key-encryption key, oldest first; see `KeyProvider.key_ids`."""
        return tuple(self._current().keys)

    def add_key(self, now: datetime) -> str:
        """Make a new key and make it the active one; see `KeyProvider.add_key`."""
        key_id = secrets.token_hex(8)
        with self._replacing() as kept:
            keys = {**kept.keys, key_id: secrets.token_bytes(KEY_BYTES)}
            self._replace(_KeyFile(key_id, keys, {**kept.created, key_id: now.isoformat()}))
        return key_id

    def destroy_key(self, key_id: str) -> None:
        """Destroy a key; see `KeyProvider.destroy_key`. The old file's blocks are the file system's to overwrite."""
        with self._replacing() as kept:
            if key_id not in kept.keys:
                raise UnknownKey(f"The key file holds no key {key_id!r}.")
            if key_id == kept.active:
                raise KeyInUse(f"Key {key_id!r} is the active one.")
            keys = {other: key for other, key in kept.keys.items() if other != key_id}
            self._replace(_KeyFile(kept.active, keys, kept.created))

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """Wrap a key under the active key-encryption key; see `KeyProvider.wrap`."""
        kept = self._current()
        return WrappedKey(kept.active, aes_key_wrap(_wrapping_key(kept.keys[kept.active], context), key))

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """Give back a wrapped key; see `KeyProvider.unwrap`."""
        # Only a key that is not known is worth a look at the file: this is on every reader's way.
        key = self._kept.keys.get(wrapped.key_id) or self._current().keys.get(wrapped.key_id)
        if key is None:
            raise UnknownKey(f"The key file holds no key {wrapped.key_id!r}.")
        try:
            return aes_key_unwrap(_wrapping_key(key, context), wrapped.ciphertext)
        except InvalidUnwrap:
            raise WrapRejected from None

    def _current(self) -> _KeyFile:
        """What the file says now: read again when somebody replaced it."""
        with self._lock:
            stamp = _stamp_of(self._path)
            if stamp != self._stamp:
                self._kept = _decode(read_owner_only(self._path))
                self._stamp = stamp
            return self._kept

    @contextmanager
    def _replacing(self) -> Iterator[_KeyFile]:
        """What the file says, while no other process replaces it."""
        with directory_of(self._path) as directory:
            fcntl.flock(directory, fcntl.LOCK_EX)
            yield self._current()

    def _replace(self, kept: _KeyFile) -> None:
        beside = self._path.with_name(f".{self._path.name}.new")
        try:
            beside.unlink(missing_ok=True)  # what a replacement that was killed left behind
            write_new(beside, kept.encoded())
            beside.replace(self._path)
            with directory_of(self._path) as directory:
                os.fsync(directory)
        except OSError as error:
            raise ProviderUnavailable(f"{self._path} cannot be replaced: {error.strerror}.") from None


def open_location(location: str) -> LocalFileProvider:
    """Open the key file of a `file:` URL: `/path` or `///path`, taken as written, without percent-decoding.

    Raises:
        KeyFileInvalid: The URL names another host, or no file.
        KeyStoreError: As `LocalFileProvider.open`.
    """
    path = location.removeprefix("//")
    if not path or (path != location and not path.startswith("/")):
        raise KeyFileInvalid("A file: URL names an absolute path on this machine: file:/path/kek.json.")
    return LocalFileProvider.open(Path(path))


def _wrapping_key(key: bytes, context: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_WRAP_INFO + context).derive(key)


def _stamp_of(path: Path) -> _Stamp | None:
    """None for a file that is not there: reading it says what is wrong."""
    try:
        status = path.stat(follow_symlinks=False)
    except OSError:
        return None
    return status.st_ino, status.st_mtime_ns, status.st_size


def _decode(content: bytes) -> _KeyFile:
    """Take a key file apart; no refusal carries a byte of it."""
    document = _json(content)
    match document:
        case {"format": int(version), "active": str(active), "keys": dict(entries)} if version == _FORMAT:
            kept = _KeyFile(
                active,
                {key_id: _decode_entry(entry) for key_id, entry in entries.items()},
                {key_id: str(entry["created"]) for key_id, entry in entries.items()},
            )
        case _:
            raise KeyFileInvalid("Not a key file of format 1.")
    if kept.active not in kept.keys:
        raise KeyFileInvalid("The key file's active key is not among its keys.")
    return kept


def _decode_entry(entry: object) -> bytes:
    match entry:
        case {"created": str(created), "key": str(text)} if _is_instant(created):
            key = _base64(text)
        case _:
            key = b""
    if len(key) != KEY_BYTES:
        raise KeyFileInvalid("The key file has an entry that is not a creation time and 32 bytes in base64.")
    return key


# These three swallow their errors, rather than let one travel as the context of ours: a parser's error holds its input.


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except ValueError:
        return None


def _is_instant(text: str) -> bool:
    try:
        return datetime.fromisoformat(text).tzinfo is not None
    except ValueError:
        return False


def _base64(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return b""
