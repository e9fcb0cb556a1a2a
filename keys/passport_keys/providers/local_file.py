"""Key-encryption keys in a local file that only its owner can read, sealed under a passphrase if the operator likes.

A key is wrapped with AES-KW (RFC 3394) under a wrapping key that HKDF-SHA-256 (RFC 5869) derives from the
key-encryption key and the context, so that a wrapped key moved to another place does not unwrap.

The file (`key_file` says its formats) may hold several keys, oldest first: the active one wraps, any of them unwraps.
It is replaced whole (written beside itself, flushed, renamed), and read again when it was replaced. Where what
replaced it cannot be used, the keys that were read before go on unwrapping, and nothing is wrapped.
"""

import fcntl
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Final, Self

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

from passport_keys import owner_only
from passport_keys.errors import (
    KeyFileInvalid,
    KeyInUse,
    KeyStoreError,
    ProviderUnavailable,
    UnknownKey,
    WrapRejected,
)
from passport_keys.owner_only import Stamp
from passport_keys.providers.contract import WrappedKey
from passport_keys.providers.key_file import KEY_BYTES, KeyFile, SealedKeyFile, decode
from passport_keys.providers.location import Location
from passport_keys.providers.passphrase import Cost, Stretching
from passport_keys.sealing import SealingKey

_WRAP_INFO: Final = b"passport/wrap/v1\0"
_PASSPHRASE_FILE: Final = "passphrase-file"  # noqa: S105 - an option's name

_Stamps = tuple[Stamp | None, Stamp | None]
"""Of the key file, and of the passphrase's."""


class LocalFileProvider:
    """The key provider that keeps its key-encryption keys in one local file."""

    __slots__ = ("_kept", "_key", "_lock", "_passphrase_file", "_path", "_refusal", "_stamps")

    def __init__(self, path: Path, passphrase_file: str | None = None) -> None:
        self._path = path
        self._passphrase_file = passphrase_file
        self._lock = Lock()
        self._key: tuple[Stretching, SealingKey] | None = None
        self._refusal: KeyStoreError | None = None
        self._stamps = self._stamps_now()
        self._kept = self._read()

    def __repr__(self) -> str:
        return f"LocalFileProvider({self._kept!r})"

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
        empty = KeyFile("", {}, {})
        owner_only.write_new(path, empty.with_key(_new_id(), _new_key(), now).encoded())
        return cls.open(path)

    @classmethod
    def open(cls, path: Path, passphrase_file: str | None = None) -> Self:
        """Read a key file, after making sure that nobody else could have read or replaced it.

        Args:
            path: The key file.
            passphrase_file: Where its passphrase is, as `owner_only.secret_path` takes it; None for a file without.

        Raises:
            KeyFileExposed: It is not a plain file of mode 0600 or 0400 owned by the current user, or everybody may
                write to its directory; or so for the passphrase's file.
            KeyFileInvalid: It is missing, not a key file, or has a passphrase where none is named, or the reverse.
            SecretMissing: The passphrase's file is missing or empty.
            PassphraseRejected: The passphrase is another one.
        """
        return cls(path, passphrase_file)

    @property
    def active_key_id(self) -> str:
        """The key-encryption key that new keys are wrapped under; see `KeyProvider.active_key_id`."""
        return self._current().active

    def key_ids(self) -> tuple[str, ...]:
        """Every key-encryption key, oldest first; see `KeyProvider.key_ids`."""
        return tuple(self._current().keys)

    def add_key(self, now: datetime) -> str:
        """Make a new key and make it the active one; see `KeyProvider.add_key`."""
        key_id = _new_id()
        with self._replacing() as kept:
            self._replace(kept.with_key(key_id, _new_key(), now))
        return key_id

    def destroy_key(self, key_id: str) -> None:
        """Destroy a key; see `KeyProvider.destroy_key`. The old file's blocks are the file system's to overwrite."""
        with self._replacing() as kept:
            if key_id not in kept.keys:
                raise _unknown(key_id)
            if key_id == kept.active:
                raise KeyInUse(f"Key {key_id!r} is the active one.")
            self._replace(kept.without_key(key_id))

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """Wrap a key under the active key-encryption key; see `KeyProvider.wrap`."""
        kept = self._current()
        return WrappedKey(kept.active, aes_key_wrap(_wrapping_key(kept.keys[kept.active], context), key))

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """Give back a wrapped key; see `KeyProvider.unwrap`."""
        key = self._key_to_unwrap(wrapped.key_id)
        try:
            return aes_key_unwrap(_wrapping_key(key, context), wrapped.ciphertext)
        except InvalidUnwrap:
            raise WrapRejected from None

    def seal_under(self, key: tuple[Stretching, SealingKey] | None) -> None:
        """Write the file sealed under another key than now, or plain; this provider is of no use afterwards.

        Raises:
            KeyStoreError: The file cannot be used, or not be replaced, and is as it was.
        """
        with self._replacing() as kept:
            self._key = key
            self._replace(kept)

    def _key_to_unwrap(self, key_id: str) -> bytes:
        try:
            key = self._current().keys.get(key_id)
        except KeyStoreError:
            # The file was spoilt after the start: what was read from it goes on opening what it wrapped.
            key = self._kept.keys.get(key_id)
            if key is None:
                raise
        if key is None:
            raise _unknown(key_id)
        return key

    def _current(self) -> KeyFile:
        """What the file says now: read again when somebody replaced it, and once only when that is no use."""
        with self._lock:
            stamps = self._stamps_now()
            if stamps != self._stamps:
                self._stamps = stamps
                self._refusal = None
                try:
                    self._kept = self._read()
                except KeyStoreError as error:
                    self._refusal = error
            if self._refusal is not None:
                raise type(self._refusal)(*self._refusal.args)
            return self._kept

    def _stamps_now(self) -> _Stamps:
        named = self._passphrase_file
        return (
            owner_only.stamp_of(self._path),
            None if named is None else owner_only.stamp_of(owner_only.secret_path(named)),
        )

    def _read(self) -> KeyFile:
        kept = decode(owner_only.read(self._path))
        if isinstance(kept, SealedKeyFile):
            key = self._key_of(kept.stretching)
            opened = kept.opened(key)
            self._key = kept.stretching, key  # only now: a wrong passphrase's key is not to be tried again
            return opened
        if self._passphrase_file is not None:
            raise KeyFileInvalid(f"{self._path} has no passphrase, and one is asked for: protect it first.")
        return kept

    def _key_of(self, stretching: Stretching) -> SealingKey:
        """The key of a passphrase that is read anew, unless the file is sealed as it was before."""
        if self._passphrase_file is None:
            raise KeyFileInvalid(f"{self._path} has a passphrase: name its file, ?{_PASSPHRASE_FILE}=/path.")
        if self._key is not None and self._key[0] == stretching:
            return self._key[1]
        return stretching.key_of(owner_only.read_secret(self._passphrase_file))

    @contextmanager
    def _replacing(self) -> Iterator[KeyFile]:
        """What the file says, while no other process replaces it."""
        with owner_only.directory_of(self._path) as directory:
            fcntl.flock(directory, fcntl.LOCK_EX)
            yield self._current()

    def _replace(self, kept: KeyFile) -> None:
        sealed = kept if self._key is None else SealedKeyFile.seal(kept, *self._key)
        try:
            owner_only.replace(self._path, sealed.encoded())
        except OSError as error:
            raise ProviderUnavailable(f"{self._path} cannot be replaced: {error.strerror}.") from None


def protect(path: Path, passphrase_file: str, now_passphrase_file: str | None = None, cost: Cost | None = None) -> None:
    """Seal a key file under a passphrase, or under another one.

    Args:
        path: The key file.
        passphrase_file: Where the passphrase to be is.
        now_passphrase_file: Where the passphrase is that it has; None when it has none.
        cost: What one guess is to cost; the default is `Cost()`.

    Raises:
        KeyStoreError: As `LocalFileProvider.open`, or the file cannot be replaced, and is as it was.
    """
    stretching = Stretching.fresh(cost or Cost())
    key = stretching.key_of(owner_only.read_secret(passphrase_file))
    LocalFileProvider.open(path, now_passphrase_file).seal_under((stretching, key))


def unprotect(path: Path, passphrase_file: str) -> None:
    """Write a key file without its passphrase.

    Raises:
        KeyStoreError: As `LocalFileProvider.open`, or the file cannot be replaced, and is as it was.
    """
    LocalFileProvider.open(path, passphrase_file).seal_under(None)


def open_location(text: str) -> LocalFileProvider:
    """Open the key file of a `file:` URL: `/path` or `///path`, and perhaps `?passphrase-file=/path`.

    Paths are taken as written, without percent-decoding.

    Raises:
        KeyFileInvalid: The URL names another host, or no file.
        KeyStoreUrlInvalid: It has an option that is not known.
        KeyStoreError: As `LocalFileProvider.open`.
    """
    location = Location.parse(text, options=frozenset({_PASSPHRASE_FILE}))
    path = location.path.removeprefix("//")
    if not path or (path != location.path and not path.startswith("/")):
        raise KeyFileInvalid("A file: URL names an absolute path on this machine: file:/path/kek.json.")
    return LocalFileProvider.open(Path(path), location.options.get(_PASSPHRASE_FILE))


def _new_id() -> str:
    return secrets.token_hex(8)


def _new_key() -> bytes:
    return secrets.token_bytes(KEY_BYTES)


def _unknown(key_id: str) -> UnknownKey:
    return UnknownKey(f"The key file holds no key {key_id!r}.")


def _wrapping_key(key: bytes, context: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=_WRAP_INFO + context).derive(key)
