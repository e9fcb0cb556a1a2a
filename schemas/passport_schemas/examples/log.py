"""The log's checkpoint and proofs. Hashes are of their form and prove nothing."""

import base64
import hashlib


def _digest(of: str) -> bytes:
    return hashlib.sha256(of.encode()).digest()


def _text(of: bytes) -> str:
    return base64.b64encode(of).decode()


def _hash(of: str) -> str:
    return _text(_digest(of))


CHECKPOINT = (
    "passport.example/access-log\n"
    "132\n"
    f"{_hash('root')}\n"
    "\n"
    f"— passport.example/access-log {_text(_digest('key id')[:4] + _digest('signature') + _digest('of it'))}\n"
)

KEY = f"passport.example/access-log+{_digest('key id')[:4].hex()}+{_text(bytes([1]) + _digest('public key'))}\n"

INCLUSION_PROOF = {
    "entry": 128,
    "size": 132,
    "leaf_hash": _hash("leaf"),
    "hashes": [_hash("129"), _hash("130 to 131"), _hash("0 to 127")],
}

CONSISTENCY_PROOF = {"from": 128, "to": 132, "hashes": [_hash("128 to 131")]}
