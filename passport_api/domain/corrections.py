"""Corrections: a new version takes the place of a statement's, or withdraws it; always with a reason.

What was written stays in the statement's history, sealed, for the custodian and the parents; it is not released again.
"""

from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

MAX_REASON = 1000
"""The longest reason, in characters (Unicode code points after NFC)."""

_HASH_BYTES = 16


class CorrectionKind(StrEnum):
    """What a correction does to the version before."""

    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Correction:
    """Why a version took the place of the one before."""

    kind: CorrectionKind
    reason: str


def version_hash(sealed: bytes) -> str:
    """What a version is recognised by wherever it went: the first 128 bits of SHA-256 of its ciphertext, in hex.

    It says nothing of the text, which a hash of the text would confirm to whoever guesses it.
    """
    return sha256(sealed).digest()[:_HASH_BYTES].hex()
