"""The service's own keys: made on first start, wrapped by the key provider, kept in the database."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passport_api.store import service_keys as store
from passport_api.store.database import UnitOfWork
from passport_keys.errors import KeyStoreError
from passport_keys.keyring import Keyring
from passport_keys.providers import WrappedKey
from passport_keys.sealing import DataKey
from passport_keys.signing import SigningKey

_DATA = "service_data"
_INDEX = "blind_index"
_TOKENS = "token_signing"
CHECKPOINT_SIGNING = "checkpoint_signing"
_LOG = CHECKPOINT_SIGNING
_SIGNING = frozenset({_TOKENS, _LOG})


_PURPOSES = frozenset({_DATA, _INDEX, _TOKENS, _LOG})


class ServiceKeyLost(KeyStoreError):
    """A service key that there was is gone."""


@dataclass(frozen=True, slots=True)
class ServiceKeys:
    """The keys in use; `tokens` holds every token-signing key, the one in use last."""

    data: DataKey
    index: DataKey
    tokens: tuple[SigningKey, ...]
    log: SigningKey


def open_service_keys(uow: UnitOfWork, keyring: Keyring, new_id: Callable[[], UUID], at: datetime) -> ServiceKeys:
    """Open the service's keys, making them all the first time.

    Raises:
        KeyStoreError: a key does not unwrap: the key store is not the one this database was made with.
        ServiceKeyLost: some are there and some are not: a new one would open nothing that the lost one sealed.
    """
    kept = {record.purpose for record in store.every(uow)}
    if kept and kept != _PURPOSES:
        raise ServiceKeyLost(f"The database has lost its keys for: {', '.join(sorted(_PURPOSES - kept))}.")
    if not kept:
        for purpose in sorted(_PURPOSES):
            _make(uow, keyring, purpose, new_id(), at)
    opened: dict[str, list[DataKey]] = {}
    for record in store.every(uow):
        wrapped = WrappedKey(record.wrapping_key_id, record.wrapped_key)
        opened.setdefault(record.purpose, []).append(keyring.data_key(owner_of(record.purpose), wrapped))
    return ServiceKeys(
        data=opened[_DATA][-1],
        index=opened[_INDEX][-1],
        tokens=tuple(SigningKey.from_private_bytes(key.private_bytes()) for key in opened[_TOKENS]),
        log=SigningKey.from_private_bytes(opened[_LOG][-1].private_bytes()),
    )


def _make(uow: UnitOfWork, keyring: Keyring, purpose: str, row_id: UUID, at: datetime) -> None:
    """Make a key. An Ed25519 private key is 32 random bytes (RFC 8032), as a data key is, so one way serves both."""
    key, wrapped = keyring.new_data_key(owner_of(purpose))
    public = SigningKey.from_private_bytes(key.private_bytes()) if purpose in _SIGNING else None
    record = store.ServiceKeyRecord(
        purpose=purpose,
        key_id=row_id.hex if public is None else public.key_id,
        wrapping_key_id=wrapped.key_id,
        wrapped_key=wrapped.ciphertext,
        public_key=None if public is None else public.public_bytes(),
    )
    store.add(uow, row_id, record, at)


def owner_of(purpose: str) -> str:
    """The name under which the key provider wraps a service key: one wrapped for another purpose does not open."""
    return f"service/{purpose}"
