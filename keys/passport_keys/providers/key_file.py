"""The two formats of a key file, taken apart and put together; no refusal carries a byte of one.

Format 1 is JSON: `{"format": 1, "active": ID, "keys": {ID: {"created": ISO 8601, "key": base64 of 32 bytes}}}`, the
keys oldest first. Format 2 is a file of format 1 sealed under a passphrase: `{"format": 2, "passphrase": {"kdf":
"argon2id", "salt": base64, "memory_kib": N, "passes": N, "lanes": N}, "sealed": base64}`.
"""

import base64
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Self

from passport_keys.errors import KeyFileInvalid, PassphraseRejected, SealBroken
from passport_keys.providers.passphrase import Cost, Stretching
from passport_keys.sealing import Place, SealingKey

KEY_BYTES: Final = 32
_PLAIN: Final = 1
_SEALED: Final = 2
_KDF: Final = "argon2id"
_PLACE: Final = Place(table="key-file", column="sealed", row="", version=_SEALED, owner="")


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What a key file says. A key's creation time is kept as it is written."""

    active: str
    keys: dict[str, bytes]
    created: dict[str, str]

    def __repr__(self) -> str:
        return f"KeyFile(active={self.active!r}, keys=<{len(self.keys)} hidden>)"

    def with_key(self, key_id: str, key: bytes, now: datetime) -> Self:
        """The same and one key more, which is the active one."""
        return type(self)(key_id, {**self.keys, key_id: key}, {**self.created, key_id: now.isoformat()})

    def without_key(self, key_id: str) -> Self:
        """The same without a key."""
        kept = {other: key for other, key in self.keys.items() if other != key_id}
        return type(self)(self.active, kept, {other: self.created[other] for other in kept})

    def encoded(self) -> bytes:
        """The bytes of a file of format 1."""
        entries = {
            key_id: {"created": self.created[key_id], "key": base64.b64encode(key).decode()}
            for key_id, key in self.keys.items()
        }
        return _bytes_of({"format": _PLAIN, "active": self.active, "keys": entries})


@dataclass(frozen=True, slots=True)
class SealedKeyFile:
    """A file of format 2, not opened yet.

    Attributes:
        stretching: how its passphrase becomes the key that opens it.
        sealed: a file of format 1, sealed.
    """

    stretching: Stretching
    sealed: bytes

    @classmethod
    def seal(cls, kept: KeyFile, stretching: Stretching, key: SealingKey) -> Self:
        """Seal what a key file says under the key that a passphrase was stretched to."""
        return cls(stretching, key.seal(_PLACE, kept.encoded()))

    def opened(self, key: SealingKey) -> KeyFile:
        """Open it.

        Raises:
            PassphraseRejected: The key comes from another passphrase, or the file was altered.
            KeyFileInvalid: What was sealed is no key file of format 1.
        """
        try:
            content = key.unseal(_PLACE, self.sealed)
        except SealBroken:
            raise PassphraseRejected("The passphrase does not open the key file, or the file was altered.") from None
        inner = decode(content)
        if isinstance(inner, SealedKeyFile):
            raise KeyFileInvalid("A sealed key file holds another sealed one.")
        return inner

    def encoded(self) -> bytes:
        """The bytes of a file of format 2."""
        cost = self.stretching.cost
        passphrase = {
            "kdf": _KDF,
            "salt": base64.b64encode(self.stretching.salt).decode(),
            "memory_kib": cost.memory_kib,
            "passes": cost.passes,
            "lanes": cost.lanes,
        }
        sealed = base64.b64encode(self.sealed).decode()
        return _bytes_of({"format": _SEALED, "passphrase": passphrase, "sealed": sealed})


def decode(content: bytes) -> KeyFile | SealedKeyFile:
    """Take a key file apart.

    Raises:
        KeyFileInvalid: It is of neither format, or asks for more work than the bounds of `passphrase` allow.
    """
    match _json(content):
        case {"format": int(version), "active": str(active), "keys": dict(entries)} if version == _PLAIN:
            return _plain(active, entries)
        case {"format": int(version), "passphrase": dict(passphrase), "sealed": str(sealed)} if version == _SEALED:
            return SealedKeyFile(_stretching(passphrase), _base64(sealed))
        case _:
            raise KeyFileInvalid("Not a key file of format 1 or 2.")


def _plain(active: str, entries: dict[str, object]) -> KeyFile:
    decoded = {key_id: _entry(entry) for key_id, entry in entries.items()}
    if active not in decoded:
        raise KeyFileInvalid("The key file's active key is not among its keys.")
    return KeyFile(
        active,
        {key_id: key for key_id, (key, _) in decoded.items()},
        {key_id: created for key_id, (_, created) in decoded.items()},
    )


def _entry(entry: object) -> tuple[bytes, str]:
    match entry:
        case {"created": str(created), "key": str(text)} if _is_instant(created):
            key = _base64(text)
        case _:
            key, created = b"", ""
    if len(key) != KEY_BYTES:
        raise KeyFileInvalid("The key file has an entry that is not a creation time and 32 bytes in base64.")
    return key, created


def _stretching(passphrase: dict[str, object]) -> Stretching:
    match passphrase:
        case {
            "kdf": "argon2id",
            "salt": str(salt),
            "memory_kib": int(memory_kib),
            "passes": int(passes),
            "lanes": int(lanes),
        }:
            stretching = Stretching(_base64(salt), Cost(memory_kib, passes, lanes))
        case _:
            raise KeyFileInvalid("The key file does not say how its passphrase is stretched.")
    if not stretching.is_within_bounds():
        raise KeyFileInvalid("The key file asks for more work, or less, than a passphrase is worth.")
    return stretching


def _bytes_of(document: dict[str, object]) -> bytes:
    return json.dumps(document, indent=2).encode() + b"\n"


# These three swallow their errors, rather than let one travel as the context of ours: a parser's error holds its input.


def _json(content: bytes) -> object:
    try:
        return json.loads(content)
    except (ValueError, RecursionError):
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
