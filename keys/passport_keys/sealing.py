"""Content sealed to its place: what is read from another table, column, row, version or owner does not open.

Sealing is `cryptography.cobblestone` (Cobblestone-256: C2SP chunked-encryption, key-committing, a fresh salt a
message) under keys that HKDF-SHA-256 (RFC 5869) derives from a data key, one a purpose. Sealed bytes are a format
byte, then the Cobblestone message: 73 bytes more than the plaintext, and 16 more for each whole 16 KiB of it.
"""

import secrets
import struct
from dataclasses import dataclass
from enum import Enum
from typing import Final, Self

from cryptography.cobblestone import Cobblestone256Decryptor, Cobblestone256Encryptor
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from passport_keys.errors import SealBroken

KEY_BYTES: Final = 32
_FORMAT: Final = b"\x01"
_PLACE_TAG: Final = b"passport/seal/v1"
_DERIVE_INFO: Final = b"passport/derive/v1\0"
# The byte lengths of table, column, row and owner, then the version.
_PLACE_HEADER: Final = struct.Struct(">IIIIQ")


class Purpose(Enum):
    """What a derived key seals; the keys of two purposes never open each other's content."""

    STATEMENTS = "statements"
    IDENTITY = "identity"
    LOG = "log"
    SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Place:
    """Where sealed content belongs.

    Attributes:
        table: The table's name.
        column: The column's name.
        row: The row's id, as text.
        version: The content's version, from 0 to 2**64 - 1.
        owner: Whose data key it is, as text.
    """

    table: str
    column: str
    row: str
    version: int
    owner: str

    def context(self) -> bytes:
        """Encode the place so that no two places encode alike: every text is preceded by its length.

        Raises:
            ValueError: The version is out of range, or a text is not valid Unicode.
        """
        table, column, row, owner = (
            self.table.encode(),
            self.column.encode(),
            self.row.encode(),
            self.owner.encode(),
        )
        try:
            header = _PLACE_HEADER.pack(len(table), len(column), len(row), len(owner), self.version)
        except struct.error:
            raise ValueError("A version is a whole number from 0 to 2**64 - 1.") from None
        return b"".join((_PLACE_TAG, header, table, column, row, owner))


class SealingKey:
    """A key that seals and unseals for one purpose of one owner. May be used by several threads at once."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        self._key = _checked(key)

    def __repr__(self) -> str:
        return "SealingKey(<hidden>)"

    def seal(self, place: Place, plaintext: bytes) -> bytes:
        """Encrypt content for one place; the same content never seals to the same bytes twice.

        Raises:
            ValueError: The place cannot be encoded.
        """
        encryptor = Cobblestone256Encryptor(self._key, place.context())
        return _FORMAT + encryptor.update(plaintext) + encryptor.finalize()

    def unseal(self, place: Place, sealed: bytes) -> bytes:
        """Decrypt content where it was sealed.

        Raises:
            SealBroken: It was altered, cut short, moved, sealed under another key, or never sealed at all.
            ValueError: The place cannot be encoded.
        """
        if sealed[:1] != _FORMAT:
            raise SealBroken
        decryptor = Cobblestone256Decryptor(self._key, place.context())
        try:
            return decryptor.update(sealed[1:]) + decryptor.finalize()
        except InvalidTag:
            raise SealBroken from None


class DataKey:
    """The 32 random bytes from which one owner's sealing keys derive."""

    __slots__ = ("_derived", "_key")

    def __init__(self, key: bytes) -> None:
        self._key = _checked(key)
        self._derived: dict[Purpose, SealingKey] = {}

    def __repr__(self) -> str:
        return "DataKey(<hidden>)"

    @classmethod
    def generate(cls) -> Self:
        """Make a new data key from the operating system's randomness."""
        return cls(secrets.token_bytes(KEY_BYTES))

    def private_bytes(self) -> bytes:
        """Give the key itself, to be wrapped by a key provider."""
        return self._key

    def derive(self, purpose: Purpose) -> SealingKey:
        """Give the sealing key of one purpose; derived once, then remembered as long as the data key is."""
        known = self._derived.get(purpose)
        if known is not None:
            return known
        info = _DERIVE_INFO + purpose.value.encode()
        derived = SealingKey(HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=info).derive(self._key))
        # Two threads may both derive: they derive the same key, so the last to write does no harm.
        self._derived[purpose] = derived
        return derived


def _checked(key: bytes) -> bytes:
    if len(key) != KEY_BYTES:
        raise ValueError("A key is 32 bytes.")
    return bytes(key)
