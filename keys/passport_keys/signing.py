"""Signing keys: Ed25519 (RFC 8032), named by their JWK thumbprint (RFC 7638, RFC 8037), and ML-DSA-65 (FIPS 204).

The private part of either is 32 bytes: for ML-DSA-65 the seed that its key pair is made from.
"""

import base64
import hashlib
import json
from typing import Final, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PrivateKey, MLDSA65PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)

_MLDSA65_PUBLIC_BYTES: Final = 1952


class SigningKey:
    """An Ed25519 key pair. May be used by several threads at once."""

    __slots__ = ("_key", "_key_id", "_public")

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes_raw()
        self._key_id = _thumbprint(self._public)

    def __repr__(self) -> str:
        return f"SigningKey(key_id={self._key_id!r}, <private part hidden>)"

    @classmethod
    def generate(cls) -> Self:
        """Make a new key pair from the operating system's randomness."""
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_private_bytes(cls, private: bytes) -> Self:
        """Load a key pair from its 32 private bytes.

        Raises:
            ValueError: There are not 32 of them.
        """
        return cls(Ed25519PrivateKey.from_private_bytes(private))

    @property
    def key_id(self) -> str:
        """The RFC 7638 thumbprint of the public key: base64url, 43 characters."""
        return self._key_id

    def private_bytes(self) -> bytes:
        """Give the 32 private bytes, to be wrapped or sealed."""
        return self._key.private_bytes_raw()

    def public_bytes(self) -> bytes:
        """Give the 32 public bytes."""
        return self._public

    def private_pem(self) -> bytes:
        """Give the private key as unencrypted PKCS #8 PEM, as JWT libraries take it; never to be stored."""
        return self._key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    def public_pem(self) -> bytes:
        """Give the public key as PEM (SubjectPublicKeyInfo), as JWT libraries take it."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    def jwk(self) -> dict[str, str]:
        """Give the public key as a JWK for a key set document (RFC 7517, RFC 8037)."""
        return {**_required_members(self._public), "use": "sig", "alg": "EdDSA", "kid": self._key_id}

    def sign(self, message: bytes) -> bytes:
        """Sign a message; the signature is 64 bytes."""
        return self._key.sign(message)


class MlDsaSigningKey:
    """An ML-DSA-65 key pair: its signatures outlast a quantum computer. May be used by several threads at once."""

    __slots__ = ("_key", "_public")

    def __init__(self, key: MLDSA65PrivateKey) -> None:
        self._key = key
        self._public = key.public_key().public_bytes_raw()

    def __repr__(self) -> str:
        return f"MlDsaSigningKey(key_id={self.key_id!r}, <private part hidden>)"

    @classmethod
    def from_private_bytes(cls, private: bytes) -> Self:
        """Load a key pair from its seed.

        Raises:
            ValueError: It has not 32 bytes.
        """
        return cls(MLDSA65PrivateKey.from_seed_bytes(private))

    @property
    def key_id(self) -> str:
        """The SHA-256 digest of the public key: base64url, 43 characters."""
        return _base64url(hashlib.sha256(self._public).digest())

    def private_bytes(self) -> bytes:
        """Give the 32 bytes of the seed, to be wrapped."""
        return self._key.private_bytes_raw()

    def public_bytes(self) -> bytes:
        """Give the 1952 public bytes."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """Sign a message, with an empty context; the signature is 3309 bytes and another one every time."""
        return self._key.sign(message)


def verify(public: bytes, signature: bytes, message: bytes) -> bool:
    """Say whether a signature over a message was made with the private part of a public key.

    A public key of 1952 bytes is taken for ML-DSA-65, any other for Ed25519. It must come from a trusted place:
    RFC 8032 lets points of small order be public keys (32 zero bytes are one), and under those a signature proves
    nothing.
    """
    try:
        if len(public) == _MLDSA65_PUBLIC_BYTES:
            MLDSA65PublicKey.from_public_bytes(public).verify(signature, message)
        else:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def _required_members(public: bytes) -> dict[str, str]:
    """The members a thumbprint is taken over, in its order (RFC 7638 section 3.2, RFC 8037 appendix A.3)."""
    return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(public)}


def _thumbprint(public: bytes) -> str:
    canonical = json.dumps(_required_members(public), separators=(",", ":"), sort_keys=True)
    return _base64url(hashlib.sha256(canonical.encode()).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
