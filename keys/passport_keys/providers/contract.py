"""What every key provider offers: wrapping and unwrapping of short keys, bound to a context, and nothing else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

_SHORTEST: Final = 16
_MULTIPLE: Final = 8


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A key that only its provider can unwrap; safe to store beside what the key sealed.

    Attributes:
        key_id: The key-encryption key it is wrapped under.
        ciphertext: The wrapped key, in the provider's own form.
    """

    key_id: str
    ciphertext: bytes


class KeyProvider(Protocol):
    """Holds key-encryption keys, which never leave it. Used by several threads at once."""

    @property
    def active_key_id(self) -> str:
        """The key-encryption key that new keys are wrapped under, also when another process has just added one.

        Raises:
            ProviderUnavailable: The provider does not answer in time.
        """
        ...

    def key_ids(self) -> tuple[str, ...]:
        """Every key-encryption key that unwraps, oldest first.

        Raises:
            ProviderUnavailable: The provider does not answer in time.
        """
        ...

    def add_key(self, now: datetime) -> str:
        """Make a new key-encryption key, durably, and make it the active one; the others go on unwrapping.

        Args:
            now: The key's creation time, with its time zone.

        Raises:
            ProviderUnavailable: The provider does not answer in time, or cannot write; no key was added.
        """
        ...

    def destroy_key(self, key_id: str) -> None:
        """Destroy a key-encryption key: whatever is still wrapped under it, here or in any backup, is lost for good.

        Raises:
            KeyInUse: It is the active one.
            UnknownKey: The provider does not hold it.
            ProviderUnavailable: The provider does not answer in time.
        """
        ...

    def wrap(self, key: bytes, context: bytes) -> WrappedKey:
        """Wrap a key under the active key-encryption key.

        Args:
            key: 16 bytes or more, a multiple of 8 (RFC 3394 section 2).
            context: Where the key belongs; the same bytes are needed to unwrap it.

        Raises:
            ValueError: The key has another length.
            ProviderUnavailable: The provider does not answer in time.
        """
        ...

    def unwrap(self, wrapped: WrappedKey, context: bytes) -> bytes:
        """Give back a wrapped key.

        Raises:
            UnknownKey: The provider does not hold the key-encryption key it names.
            WrapRejected: It was altered, or wrapped for another context.
            ProviderUnavailable: The provider does not answer in time.
        """
        ...


def require_wrappable(key: bytes) -> None:
    """Refuse a key of a length that no provider wraps (RFC 3394 section 2), whatever this one could.

    Raises:
        ValueError: It is shorter than 16 bytes, or no multiple of 8.
    """
    if len(key) < _SHORTEST or len(key) % _MULTIPLE:
        raise ValueError("A key to be wrapped is 16 bytes or more, a multiple of 8.")
