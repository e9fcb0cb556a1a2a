"""The service's own keys: made on first start, wrapped by the key provider, kept in the database, read anew as it runs.

The keys that sign tokens and checkpoints succeed one another. A new one is published at once and signs only from its
`active_from`, when every process has read it; an old one is taken until its `retired_at`. Public keys of checkpoints
stay published for good, so that what they signed stays verifiable.
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from threading import Lock
from typing import Generic, TypeVar
from uuid import UUID

from passport_api.domain.key_validity import ALWAYS, Validity
from passport_api.store import log
from passport_api.store import service_keys as store
from passport_api.store.database import StoreUnavailable, UnitOfWork
from passport_keys.errors import KeyStoreError
from passport_keys.keyring import Keyring
from passport_keys.providers import WrappedKey
from passport_keys.sealing import DataKey
from passport_keys.signing import MlDsaSigningKey, SigningKey

DATA = "service_data"
INDEX = "blind_index"
TOKENS = "token_signing"
LOG = "checkpoint_signing"
LOG_MLDSA = "checkpoint_signing_mldsa65"
_PURPOSES = frozenset({DATA, INDEX, TOKENS, LOG})

READ_ANEW_SECONDS = 60.0
"""How often the keys are read again while the service runs."""
_SOUGHT_AGAIN_SECONDS = 1.0
"""How often at most they are read for a token's sake: tokens that name no key of ours cannot make a query each."""

NoteKey = SigningKey | MlDsaSigningKey
K = TypeVar("K", SigningKey, MlDsaSigningKey)


class ServiceKeyLost(KeyStoreError):
    """A service key that there was is gone."""


@dataclass(frozen=True, slots=True)
class KeptKey(Generic[K]):
    """A signing key with its row's id, and when it is good."""

    row_id: UUID
    validity: Validity
    key: K


@dataclass(frozen=True, slots=True)
class OpenedKeys:
    """The keys as they stood in the database when they were read; those that sign are oldest first."""

    data: DataKey
    index: DataKey
    tokens: tuple[KeptKey[SigningKey], ...]
    log: tuple[KeptKey[SigningKey], ...]
    log_mldsa: tuple[KeptKey[MlDsaSigningKey], ...] = ()


class ServiceKeys:
    """The keys in use at this moment. May be used by several threads at once.

    Args:
        opened: the keys as they were read at the start.
        read: reads them again, given those that are open already.
        clock: the present instant.
        monotonic: seconds that never run backwards.
    """

    def __init__(
        self,
        opened: OpenedKeys,
        read: Callable[[OpenedKeys], OpenedKeys],
        clock: Callable[[], datetime],
        monotonic: Callable[[], float],
    ) -> None:
        self._opened = opened
        self._read = read
        self._clock = clock
        self._monotonic = monotonic
        self._reading = Lock()
        self._read_at = monotonic()

    @property
    def data(self) -> DataKey:
        """What seals names and addresses of people."""
        return self._opened.data

    @property
    def index(self) -> DataKey:
        """What blind indexes are computed under."""
        return self._opened.index

    @property
    def tokens(self) -> tuple[SigningKey, ...]:
        """The keys whose tokens are taken, and those that will sign soon: the public key set, oldest first."""
        now = self._clock()
        return tuple(kept.key for kept in self.current().tokens if not kept.validity.is_retired(now))

    @property
    def token_signer(self) -> SigningKey:
        """The key that signs tokens now."""
        return signing_now(self.current().tokens, self._clock())[-1]

    @property
    def log(self) -> SigningKey:
        """The newest Ed25519 key that signs checkpoints now."""
        return signing_now(self.current().log, self._clock())[-1]

    @property
    def log_signers(self) -> tuple[NoteKey, ...]:
        """Every key whose signature a checkpoint carries now: newest first, those of ML-DSA after those of Ed25519."""
        opened, now = self.current(), self._clock()
        return (*signing_now(opened.log, now)[::-1], *signing_now(opened.log_mldsa, now)[::-1])

    @property
    def log_verifiers(self) -> tuple[bytes, ...]:
        """Every public key that ever signed a checkpoint or will: in the order of `log_signers`."""
        opened = self.current()
        ed25519 = [kept.key.public_bytes() for kept in reversed(opened.log)]
        return (*ed25519, *(kept.key.public_bytes() for kept in reversed(opened.log_mldsa)))

    def token_key(self, key_id: str) -> SigningKey | None:
        """The key that a token names, if tokens of it are taken; looked for again when it is not known."""
        found = self._known_token_key(key_id)
        if found is None and self._refresh(_SOUGHT_AGAIN_SECONDS):
            found = self._known_token_key(key_id)
        return found

    def current(self) -> OpenedKeys:
        """The keys as last read; the very same object until some key has come, or its times were changed."""
        self._refresh(READ_ANEW_SECONDS)
        return self._opened

    def _known_token_key(self, key_id: str) -> SigningKey | None:
        known: tuple[SigningKey, ...] = self.tokens
        return next((key for key in known if key.key_id == key_id), None)

    def _refresh(self, age: float) -> bool:
        """Read the keys again if that was so long ago; whether they were read.

        What cannot be read now is read the next time: the keys that are open go on meanwhile, and end when they end.
        """
        if self._monotonic() - self._read_at < age or not self._reading.acquire(blocking=False):
            return False
        try:
            if self._monotonic() - self._read_at < age:
                return False
            self._read_at = self._monotonic()
            with suppress(StoreUnavailable, KeyStoreError):
                read = self._read(self._opened)
                if read != self._opened:
                    self._opened = read
            return True
        finally:
            self._reading.release()


def signing_now(kept: tuple[KeptKey[K], ...], now: datetime) -> tuple[K, ...]:
    """The keys that may sign at an instant, oldest first."""
    return tuple(each.key for each in kept if each.validity.signs(now))


def open_service_keys(
    uow: UnitOfWork, keyring: Keyring, new_id: Callable[[], UUID], at: datetime, *, with_mldsa: bool = False
) -> OpenedKeys:
    """Open the service's keys, making them all the first time, and that of ML-DSA when it is wanted.

    Raises:
        KeyStoreError: a key does not unwrap: the key store is not the one this database was made with.
        ServiceKeyLost: some are there and some are not: a new one would open nothing that the lost one sealed.
    """
    wanted = _PURPOSES | {LOG_MLDSA} if with_mldsa else _PURPOSES
    if not wanted <= _purposes(uow):
        log.take_turn(uow)  # two processes that start at once make them once; and see `services.key_destruction`
        kept = _purposes(uow)
        if kept and not kept >= _PURPOSES:
            raise ServiceKeyLost(f"The database has lost its keys for: {', '.join(sorted(_PURPOSES - kept))}.")
        for purpose in sorted(wanted - kept):
            store.add(uow, make_key(keyring, purpose, new_id()), at)
    return read_service_keys(uow, keyring)


def read_service_keys(uow: UnitOfWork, keyring: Keyring, known: OpenedKeys | None = None) -> OpenedKeys:
    """Open the service's keys; those that are known need no unwrapping.

    Raises:
        KeyStoreError: a key does not unwrap.
    """
    records = store.every(uow)

    def opened(record: store.ServiceKeyRecord) -> DataKey:
        return keyring.data_key(owner_of(record.purpose), WrappedKey(record.wrapping_key_id, record.wrapped_key))

    def newest(purpose: str) -> DataKey:
        return [opened(record) for record in records if record.purpose == purpose][-1]

    def ed25519(record: store.ServiceKeyRecord) -> SigningKey:
        return SigningKey.from_private_bytes(opened(record).private_bytes())

    def mldsa(record: store.ServiceKeyRecord) -> MlDsaSigningKey:
        return MlDsaSigningKey.from_private_bytes(opened(record).private_bytes())

    return OpenedKeys(
        data=newest(DATA) if known is None else known.data,
        index=newest(INDEX) if known is None else known.index,
        tokens=_kept(records, TOKENS, ed25519, known.tokens if known else ()),
        log=_kept(records, LOG, ed25519, known.log if known else ()),
        log_mldsa=_kept(records, LOG_MLDSA, mldsa, known.log_mldsa if known else ()),
    )


def make_key(keyring: Keyring, purpose: str, row_id: UUID, validity: Validity = ALWAYS) -> store.ServiceKeyRecord:
    """Make a key. The private part of each kind of key is 32 random bytes, as a data key is, so one way serves all.

    Raises:
        KeyStoreError: the provider cannot wrap it.
    """
    key, wrapped = keyring.new_data_key(owner_of(purpose))
    public = _signing(purpose, key.private_bytes())
    return store.ServiceKeyRecord(
        row_id=row_id,
        purpose=purpose,
        key_id=row_id.hex if public is None else public.key_id,
        wrapping_key_id=wrapped.key_id,
        wrapped_key=wrapped.ciphertext,
        public_key=None if public is None else public.public_bytes(),
        validity=validity,
    )


def owner_of(purpose: str) -> str:
    """The name under which the key provider wraps a service key: one wrapped for another purpose does not open."""
    return f"service/{purpose}"


def _signing(purpose: str, private: bytes) -> NoteKey | None:
    if purpose == LOG_MLDSA:
        return MlDsaSigningKey.from_private_bytes(private)
    return SigningKey.from_private_bytes(private) if purpose in {TOKENS, LOG} else None


def _kept(
    records: Sequence[store.ServiceKeyRecord],
    purpose: str,
    load: Callable[[store.ServiceKeyRecord], K],
    known: tuple[KeptKey[K], ...],
) -> tuple[KeptKey[K], ...]:
    open_already = {each.row_id: each.key for each in known}
    return tuple(
        KeptKey(record.row_id, record.validity, open_already.get(record.row_id) or load(record))
        for record in records
        if record.purpose == purpose
    )


def _purposes(uow: UnitOfWork) -> set[str]:
    return {record.purpose for record in store.every(uow)}
