"""Written from docs/log-format.md alone: python independent_verifier.py CHECKPOINT PROOF LOG_KEY [WITNESS_KEY ...]."""

import base64
import hashlib
import json
import re
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey


def from_base64(text: str, length: int | None = None) -> bytes:
    data = base64.b64decode(text, validate=True)
    if base64.b64encode(data).decode() != text or (length is not None and len(data) != length):
        raise ValueError(f"not base64 of {length} bytes")
    return data


def read_key(text: str, kind: bytes) -> tuple[str, bytes, bytes]:
    name, key_id, encoded = text.strip().split("+", 2)
    key = from_base64(encoded, 33)
    if key[:1] != kind or hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() != key_id:
        raise ValueError("not a key of this kind")
    return name, bytes.fromhex(key_id), key[1:]


def signatures_by(signer: tuple[str, bytes, bytes], lines: list[str]) -> list[bytes]:
    found = []
    for line in lines:
        dash, name, encoded = line.split(" ")
        signature = from_base64(encoded)
        if dash != "—" or len(signature) < 5:
            raise ValueError("not a signature line")
        if (name, signature[:4]) == signer[:2]:
            found.append(signature[4:])
    if not found:
        raise ValueError(f"not signed by {signer[0]}")
    return found


def read_checkpoint(note: str, log_key: str, witness_keys: list[str]) -> tuple[int, bytes]:
    body, signed = re.fullmatch(r"(.*\n)\n((?:— [^\n]*\n)+)", note, re.DOTALL).groups()
    log, lines = read_key(log_key, b"\x01"), signed.splitlines()
    for signature in signatures_by(log, lines):
        Ed25519PublicKey.from_public_bytes(log[2]).verify(signature, body.encode())
    for witness in [read_key(each, b"\x04") for each in witness_keys]:
        for signature in signatures_by(witness, lines):
            message = f"cosignature/v1\ntime {int.from_bytes(signature[:8], 'big')}\n{body}"
            Ed25519PublicKey.from_public_bytes(witness[2]).verify(signature[8:], message.encode())
    origin, size, root, rest = body.split("\n")
    if origin != log[0] or rest or not re.fullmatch("0|[1-9][0-9]*", size):
        raise ValueError("not a checkpoint of this log")
    return int(size), from_base64(root, 32)


def root_from(index: int, size: int, leaf: bytes, path: list[bytes]) -> bytes:
    at, last, node = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            raise ValueError("a hash too many")
        if at % 2 == 1 or at == last:
            node = hashlib.sha256(b"\x01" + sibling + node).digest()
            while at % 2 == 0 and at != 0:
                at, last = at // 2, last // 2
        else:
            node = hashlib.sha256(b"\x01" + node + sibling).digest()
        at, last = at // 2, last // 2
    return node if last == 0 else b"a hash too few"


note, proof = (Path(name).read_bytes().decode() for name in sys.argv[1:3])
size, root = read_checkpoint(note, sys.argv[3], sys.argv[4:])
claim = json.loads(proof)
leaf, path = from_base64(claim["leaf_hash"], 32), [from_base64(each, 32) for each in claim["hashes"]]
if claim["size"] != size or not 0 <= claim["entry"] < size or root_from(claim["entry"], size, leaf, path) != root:
    raise ValueError("the entry is not in the log")
print(f"entry {claim['entry']} is in the log of {size} entries")
