"""Rotating the key-encryption key: every data key and service key is wrapped anew, while everybody reads and writes.

The keys themselves stay the same, so that not a byte of content is sealed anew. Unwrapping and wrapping, for which the
provider may be a network away, are done before a batch's transaction begins; the transaction is short and replaces
only what is still as it was read. Where a run was killed, the next goes on: what is left is what the rows say.
"""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from uuid import UUID

from passport_api.domain.access_log import KEY_ADDED, KEY_ROTATION_BEGUN, KEYS_REWRAPPED
from passport_api.services import operating
from passport_api.services.runtime import Runtime
from passport_api.services.service_keys import owner_of
from passport_api.store import wrapped_keys
from passport_api.store.wrapped_keys import Kind, Uses, WrappedRow
from passport_keys.errors import UnknownKey, WrapRejected
from passport_keys.providers import WrappedKey


@dataclass(frozen=True, slots=True)
class Tempo:
    """How fast to go.

    Attributes:
        batch: how many keys are replaced in one transaction.
        pace: how many keys are rewrapped a second, at most: the rest of the machine's time is for whoever is served.
        at_once: how many keys the provider is asked about at the same time; more than one helps where it is far away.
    """

    batch: int = 100
    pace: int = 1000
    at_once: int = 1


@dataclass(frozen=True, slots=True)
class Broken:
    """A key that does not unwrap: it was altered past the service, or the key it is wrapped under is gone."""

    kind: Kind
    row_id: UUID


@dataclass(frozen=True, slots=True)
class Rewrapped:
    """What a run did: how many keys it rewrapped, what is left, and what cannot be rewrapped at all."""

    done: int
    left: Uses
    broken: tuple[Broken, ...]


Tell = Callable[[Uses], object]
"""Told what is left, after every batch."""


def begin(runtime: Runtime) -> str:
    """Add a key-encryption key, under which every key is wrapped from now on; gives its id.

    Raises:
        KeyStoreError: the provider does not add one.
        LogDiverged: an anchor knows another log; no key was added.
    """
    provider = runtime.vault.keyring.provider
    operating.note_alone(runtime, KEY_ROTATION_BEGUN, f"from {provider.active_key_id}")
    added = provider.add_key(runtime.clock())
    operating.note_alone(runtime, KEY_ADDED, added)
    return added


def left_to_rewrap(runtime: Runtime) -> Uses:
    """How many keys are wrapped under another key-encryption key than the active one."""
    active = runtime.vault.keyring.provider.active_key_id
    with runtime.database.reading() as uow:
        return _not_under(active, wrapped_keys.uses(uow))


def rewrap(runtime: Runtime, tempo: Tempo, tell: Tell, rest: Callable[[float], object] = time.sleep) -> Rewrapped:
    """Wrap every key anew that is not under the active key-encryption key.

    Raises:
        KeyStoreError: the provider does not answer; what was done is kept, and the next run goes on.
        StoreUnavailable: the database does not answer; likewise.
    """
    done = 0
    broken: list[Broken] = []
    left = left_to_rewrap(runtime)
    tell(left)
    with ThreadPoolExecutor(tempo.at_once) as executor:
        # What was made while a pass went by may still be under the old key: it is found by the next.
        while left.total > len(broken):
            broken.clear()
            rewrapped = 0
            for kind, count, faults in _passed(runtime, executor, tempo, rest):
                rewrapped += count
                broken += faults
                left = _less(left, kind, count)
                tell(left)
            done += rewrapped
            left = left_to_rewrap(runtime)
    if done:
        operating.note_alone(runtime, KEYS_REWRAPPED, f"{done} under {runtime.vault.keyring.provider.active_key_id}")
    return Rewrapped(done, left, tuple(broken))


def _passed(
    runtime: Runtime, executor: Executor, tempo: Tempo, rest: Callable[[float], object]
) -> Iterator[tuple[Kind, int, list[Broken]]]:
    """Go once through all that is not under the active key; gives for each batch how many were rewrapped."""
    active = runtime.vault.keyring.provider.active_key_id
    with runtime.database.reading() as uow:
        old = [key_id for key_id in wrapped_keys.uses(uow) if key_id != active]
    for key_id in old:
        for kind in Kind:
            after: UUID | None = None
            while True:
                began = time.monotonic()
                with runtime.database.reading() as uow:
                    rows = wrapped_keys.under(uow, kind, key_id, after, tempo.batch)
                if not rows:
                    break
                after = rows[-1].row_id
                faults = _rewrap_batch(runtime, executor, kind, rows)
                yield kind, len(rows) - len(faults), faults
                rest(max(0.0, len(rows) / tempo.pace - (time.monotonic() - began)))


def _rewrap_batch(runtime: Runtime, executor: Executor, kind: Kind, rows: list[WrappedRow]) -> list[Broken]:
    keyring = runtime.vault.keyring

    def anew(row: WrappedRow) -> WrappedKey | None:
        owner = row.belongs_to if kind is Kind.DATA else owner_of(row.belongs_to)
        try:
            return keyring.rewrapped(owner, WrappedKey(row.wrapping_key_id, row.wrapped_key))
        except (UnknownKey, WrapRejected):
            return None

    pairs = list(zip(rows, executor.map(anew, rows), strict=True))
    rewrapped = [(row, wrapped.key_id, wrapped.ciphertext) for row, wrapped in pairs if wrapped is not None]
    if rewrapped:
        with runtime.database.writing() as uow:
            wrapped_keys.replace(uow, kind, rewrapped)
    return [Broken(kind, row.row_id) for row, wrapped in pairs if wrapped is None]


def _not_under(active: str, uses: dict[str, Uses]) -> Uses:
    others = [used for key_id, used in uses.items() if key_id != active]
    return Uses(sum(each.data_keys for each in others), sum(each.service_keys for each in others))


def _less(left: Uses, kind: Kind, count: int) -> Uses:
    if kind is Kind.DATA:
        return Uses(max(0, left.data_keys - count), left.service_keys)
    return Uses(left.data_keys, max(0, left.service_keys - count))
