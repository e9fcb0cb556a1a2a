"""Argon2id, with the parameters that OWASP gives as its first choice (19 MiB, two passes, one lane)."""

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from passport_api.domain.passwords import normalised_password


class Passwords:
    """Hashes and checks passwords. Slow on purpose: call it outside a transaction.

    Args:
        memory_kib: memory for each hash.
        passes: iterations.
    """

    def __init__(self, memory_kib: int = 19_456, passes: int = 2) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=1)
        self._nobody = self._hasher.hash("nobody has this password")

    def hashed(self, password: str) -> str:
        """Hash a new password."""
        return self._hasher.hash(normalised_password(password))

    def matches(self, password: str, hashed: str | None) -> bool:
        """Whether a password is the one. None stands for an account that is not there, and takes as long."""
        try:
            self._hasher.verify(self._nobody if hashed is None else hashed, normalised_password(password))
        except (VerificationError, InvalidHashError):
            return False
        return hashed is not None
