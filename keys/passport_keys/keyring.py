"""Data keys, unwrapped once and then remembered, bounded in number and in age."""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock
from typing import Final

from passport_keys.errors import KeyStoreError, ProviderUnavailable
from passport_keys.providers.contract import KeyProvider, WrappedKey
from passport_keys.sealing import DataKey

_CONTEXT: Final = b"data-key\0"

# The wrapped bytes are part of it: a changed wrapped key never finds an old entry.
_Slot = tuple[str, str, bytes]


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A data key, and when it is too old to be used without asking the provider again."""

    key: DataKey
    ages_at: float


class Keyring:
    """Makes and unwraps the data keys of owners, keeping the most recently used in memory.

    An age is counted from the unwrapping, not from the last use; keys that are too old are dropped at the next call,
    whichever owner it is for. While the provider does not answer, a key may be used beyond its age for the outage's
    seconds, and is kept for so long; nothing else takes the provider's place. May be used by several threads at once.
    """

    def __init__(
        self,
        provider: KeyProvider,
        clock_monotonic: Callable[[], float],
        max_keys: int = 1024,
        max_age_seconds: float = 300,
        outage_seconds: float = 0,
    ) -> None:
        self._provider = provider
        self._clock = clock_monotonic
        self._max_keys = max_keys
        self._max_age = max_age_seconds
        self._outage = outage_seconds
        self._lock = Lock()
        self._by_use: OrderedDict[_Slot, _Remembered] = OrderedDict()
        self._expiry_by_age: OrderedDict[_Slot, float] = OrderedDict()
        self._times_forgotten = 0

    def __len__(self) -> int:
        """How many data keys are in memory now."""
        with self._lock:
            self._drop_expired()
            return len(self._by_use)

    @property
    def provider(self) -> KeyProvider:
        """Who holds the key-encryption keys."""
        return self._provider

    def rewrapped(self, owner: str, wrapped: WrappedKey) -> WrappedKey:
        """Wrap an owner's key anew, under the key-encryption key that is active now. The key itself stays the same.

        Nothing is remembered: whoever rewraps every key there is must not push out those that are in use.

        Raises:
            KeyStoreError: As `data_key`; or the provider cannot wrap it.
        """
        return self._provider.wrap(self._provider.unwrap(wrapped, _context(owner)), _context(owner))

    def new_data_key(self, owner: str) -> tuple[DataKey, WrappedKey]:
        """Make an owner's data key, and its wrapped form to be stored.

        Raises:
            KeyStoreError: The provider cannot wrap it.
        """
        key = DataKey.generate()
        wrapped = self._provider.wrap(key.private_bytes(), _context(owner))
        with self._lock:
            self._remember(_slot(owner, wrapped), key)
        return key, wrapped

    def data_key(self, owner: str, wrapped: WrappedKey) -> DataKey:
        """Give an owner's data key, from memory or else from the provider.

        Raises:
            UnknownKey: The provider does not hold the key-encryption key that it is wrapped under.
            WrapRejected: It was altered, or is another owner's.
            ProviderUnavailable: The provider does not answer, and the key is not in memory, or for too long.
        """
        slot = _slot(owner, wrapped)
        with self._lock:
            self._drop_expired()
            known = self._by_use.get(slot)
            if known is not None:
                self._by_use.move_to_end(slot)
                if self._clock() < known.ages_at:
                    return known.key
            times_forgotten = self._times_forgotten
        # Outside the lock: a provider may be a network away, and others need not wait.
        try:
            key = DataKey(self._provider.unwrap(wrapped, _context(owner)))
        except ProviderUnavailable:
            carried = self._remembered(slot)
            if carried is None:
                raise
            return carried
        except KeyStoreError:
            with self._lock:
                self._drop(slot)
            raise
        with self._lock:
            # An owner forgotten meanwhile must not come back through this door.
            if times_forgotten == self._times_forgotten:
                self._remember(slot, key)
        return key

    def _remembered(self, slot: _Slot) -> DataKey | None:
        """What is in memory of a key, whatever its age: not dropped yet is young enough for an outage."""
        with self._lock:
            self._drop_expired()
            known = self._by_use.get(slot)
            return None if known is None else known.key

    def forget(self, owner: str) -> None:
        """Drop every data key of an owner from memory, as when the owner is erased."""
        with self._lock:
            self._times_forgotten += 1
            for slot in [slot for slot in self._by_use if slot[0] == owner]:
                self._drop(slot)

    def forget_every(self) -> None:
        """Drop every data key from memory, as when it is not known whose owner was erased."""
        with self._lock:
            self._times_forgotten += 1
            for slot in list(self._by_use):
                self._drop(slot)

    def _remember(self, slot: _Slot, key: DataKey) -> None:
        self._drop_expired()
        now = self._clock()
        known = self._by_use.get(slot)
        # Of two threads that unwrapped the same key, the first set its age.
        if known is None or now >= known.ages_at:
            self._drop(slot)
            self._by_use[slot] = _Remembered(key, now + self._max_age)
            self._expiry_by_age[slot] = now + self._max_age + self._outage
        while len(self._by_use) > self._max_keys:
            self._drop(next(iter(self._by_use)))

    def _drop_expired(self) -> None:
        now = self._clock()
        while self._expiry_by_age:
            oldest = next(iter(self._expiry_by_age))
            if now < self._expiry_by_age[oldest]:
                return
            self._drop(oldest)

    def _drop(self, slot: _Slot) -> None:
        self._by_use.pop(slot, None)
        self._expiry_by_age.pop(slot, None)


def _slot(owner: str, wrapped: WrappedKey) -> _Slot:
    return owner, wrapped.key_id, wrapped.ciphertext


def _context(owner: str) -> bytes:
    return _CONTEXT + owner.encode()
