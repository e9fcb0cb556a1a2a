"""A passphrase stretched to a sealing key by Argon2id (RFC 9106), within bounds that no file can widen."""

import secrets
from dataclasses import dataclass
from typing import Final

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from passport_keys.sealing import KEY_BYTES, SealingKey

_SALT_BYTES: Final = 16
_MOST_SALT_BYTES: Final = 64
_MOST_MEMORY_KIB: Final = 1 << 20
_LEAST_MEMORY_KIB_A_LANE: Final = 8  # RFC 9106 section 3.1
_MOST_PASSES: Final = 16
_MOST_LANES: Final = 16
_MOST_WORK_KIB: Final = 1 << 22


@dataclass(frozen=True, slots=True)
class Cost:
    """What one guess costs. The default is RFC 9106's second recommendation (section 4).

    Attributes:
        memory_kib: memory, in KiB.
        passes: passes over it.
        lanes: lanes that may be computed side by side.
    """

    memory_kib: int = 65536
    passes: int = 3
    lanes: int = 4


@dataclass(frozen=True, slots=True)
class Stretching:
    """How a passphrase becomes a key: a salt and a cost."""

    salt: bytes
    cost: Cost

    @classmethod
    def fresh(cls, cost: Cost) -> "Stretching":
        """A way of its own for one file."""
        return cls(secrets.token_bytes(_SALT_BYTES), cost)

    def is_within_bounds(self) -> bool:
        """Whether it is what Argon2id takes, in at most 1 GiB and four passes over that."""
        cost = self.cost
        return (
            _SALT_BYTES <= len(self.salt) <= _MOST_SALT_BYTES
            and 1 <= cost.lanes <= _MOST_LANES
            and 1 <= cost.passes <= _MOST_PASSES
            and _LEAST_MEMORY_KIB_A_LANE * cost.lanes <= cost.memory_kib <= _MOST_MEMORY_KIB
            and cost.memory_kib * cost.passes <= _MOST_WORK_KIB
        )

    def key_of(self, passphrase: bytes) -> SealingKey:
        """Stretch a passphrase.

        Raises:
            ValueError: The cost is beyond the bounds.
        """
        if not self.is_within_bounds():
            raise ValueError("The cost of stretching a passphrase is beyond its bounds.")
        cost = self.cost
        argon2id = Argon2id(
            salt=self.salt, length=KEY_BYTES, iterations=cost.passes, lanes=cost.lanes, memory_cost=cost.memory_kib
        )
        return SealingKey(argon2id.derive(passphrase))
