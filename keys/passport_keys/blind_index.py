"""Keyed blind indexes: equal values can be found without their plaintext being stored.

HMAC-SHA-256 (RFC 2104); without the key a value cannot be tried against an index, however few values there are.
"""

import hmac
import struct
from typing import Final

KEY_BYTES: Final = 32
_TAG: Final = b"passport/blind-index/v1"
# The byte lengths of kind and value.
_HEADER: Final = struct.Struct(">II")


class BlindIndex:
    """Computes blind indexes under one key."""

    __slots__ = ("_key",)

    def __init__(self, key: bytes) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("A blind index key is 32 bytes.")
        self._key = bytes(key)

    def __repr__(self) -> str:
        return "BlindIndex(<hidden>)"

    def of(self, kind: str, value: str) -> bytes:
        """Give the 32-byte index of a value; kind and value each count, and never run into each other.

        Args:
            kind: What sort of value it is, so that equal values of two sorts have unlike indexes.
            value: The value in its one normal form: values that should match must be equal.
        """
        kind_bytes, value_bytes = kind.encode(), value.encode()
        header = _HEADER.pack(len(kind_bytes), len(value_bytes))
        return hmac.digest(self._key, b"".join((_TAG, header, kind_bytes, value_bytes)), "sha256")
