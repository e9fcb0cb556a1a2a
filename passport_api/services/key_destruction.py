"""Destroying a key-encryption key that nothing uses, and what every key is used for."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.access_log import KEY_DESTROYED, KEY_DESTRUCTION_BEGUN
from passport_api.domain.key_validity import KeyState
from passport_api.services import operating
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Runtime, Step
from passport_api.services.service_keys import TOKENS
from passport_api.store import log, service_keys, wrapped_keys
from passport_api.store.wrapped_keys import Uses
from passport_keys.errors import KeyInUse, UnknownKey

GRACE_SECONDS = 30.0
"""How long requests that have read an old wrapped key may take to unwrap it: longer than any waits for a database."""


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """A key-encryption key, and what is wrapped under it.

    Attributes:
        is_held: whether the provider holds it; if not, what is under it cannot be opened.
    """

    key_id: str
    is_active: bool
    is_held: bool
    uses: Uses


@dataclass(frozen=True, slots=True)
class SignerState:
    """A signing key of the service, and what it does now."""

    purpose: str
    key_id: str
    state: KeyState
    active_from: datetime | None
    retired_at: datetime | None


def wrapping_keys(runtime: Runtime) -> list[WrappingKey]:
    """Every key-encryption key that the provider holds or that anything is wrapped under."""
    provider = runtime.vault.keyring.provider
    active, held = provider.active_key_id, provider.key_ids()
    with runtime.database.reading() as uow:
        uses = wrapped_keys.uses(uow)
    lost = [key_id for key_id in uses if key_id not in held]
    return [
        WrappingKey(key_id, key_id == active, key_id in held, uses.get(key_id, Uses())) for key_id in (*held, *lost)
    ]


def signing_keys(runtime: Runtime) -> list[SignerState]:
    """Every signing key there ever was, oldest first, by purpose."""
    now = runtime.clock()
    with runtime.database.reading() as uow:
        records = [record for record in service_keys.every(uow) if record.public_key is not None]
    signing = [record for record in records if record.validity.signs(now)]
    newest_token_key = [record.row_id for record in signing if record.purpose == TOKENS][-1:]
    chosen = {record.row_id for record in signing if record.purpose != TOKENS}.union(newest_token_key)
    return [
        SignerState(
            record.purpose,
            record.key_id,
            record.validity.state(now, chosen=record.row_id in chosen),
            record.validity.active_from,
            record.validity.retired_at,
        )
        for record in sorted(records, key=lambda record: record.purpose)
    ]


def destroy(
    runtime: Runtime, key_id: str, grace: float = GRACE_SECONDS, rest: Callable[[float], object] = time.sleep
) -> None:
    """Destroy a key-encryption key at the provider, once nothing is wrapped under it and nothing can be any more.

    First it is made certain, in the log, that nobody uses it or will (see `_withdraw`); only after that is committed is
    the key destroyed. The other way round, a crash between the two would leave the key gone and the log's epoch as it
    was: a use case under way could then keep a new passport under a key that is no more. In this order a crash leaves
    a key that nobody uses, and the command is run again.

    Raises:
        UnknownKey: the provider holds no such key.
        KeyInUse: it is the active one, or keys are still to be rewrapped.
    """
    provider = runtime.vault.keyring.provider
    active = provider.active_key_id
    if key_id not in provider.key_ids():
        raise UnknownKey(f"The key store holds no key {key_id!r}.")
    if key_id == active:
        raise KeyInUse(f"Key {key_id!r} is the active one: run `passport-api keys rotate` first.")
    perform_unattended(runtime, lambda step: _withdraw(step, key_id, active))
    rest(grace)
    # Counted once more: another process may have learnt late which key is active, where the provider is far away.
    with runtime.database.reading() as uow:
        late = wrapped_keys.uses(uow).get(key_id, Uses()).total
    if late:
        raise KeyInUse(f"{late} keys were wrapped under {key_id!r} meanwhile: run `passport-api keys rewrap`.")
    provider.destroy_key(key_id)
    operating.note_alone(runtime, KEY_DESTROYED, key_id)


def _withdraw(step: Step, key_id: str, active: str) -> None:
    """Make certain that no row is under the key, now or later, and log that it is to be destroyed.

    The log is held from before the count. Whoever wrapped a key before this entry and has not committed is overtaken
    by it, for it advances the epoch: they begin anew, and wrap under the active key. Whoever rewraps is not in the log;
    but they replace only rows that are under another key than the active one, and of those there must be none left,
    whichever key is to be destroyed.
    """
    log.take_turn(step.uow)
    uses = wrapped_keys.uses(step.uow)
    left = sum(used.total for other, used in uses.items() if other != active)
    if left:
        here = uses.get(key_id, Uses()).total
        raise KeyInUse(
            f"{here} keys are wrapped under {key_id!r}, {left} under keys other than the active one: "
            "run `passport-api keys rewrap` until none is left."
        )
    operating.note(step, KEY_DESTRUCTION_BEGUN, key_id)
