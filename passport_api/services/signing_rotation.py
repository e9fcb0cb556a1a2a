"""New keys for tokens and checkpoints: known to everybody before they sign, the old ones taken for a while after."""

from datetime import datetime, timedelta
from functools import partial

from passport_api.domain.access_log import SIGNING_KEY_ADDED
from passport_api.domain.key_validity import Succession, Validity, succeed_at_once, succeed_log, succeed_tokens
from passport_api.services import operating
from passport_api.services.execution import perform_unattended
from passport_api.services.journal import Overtaken
from passport_api.services.runtime import Runtime, Step
from passport_api.services.service_keys import LOG, LOG_MLDSA, TOKENS, make_key
from passport_api.store import service_keys as store

_TRIES = 5


def rotate_tokens(runtime: Runtime, lead: timedelta) -> Succession:
    """Add a key for access tokens, which signs once the lead time is over."""
    return _succeed(runtime, (TOKENS,), succeed_tokens(runtime.clock(), lead))


def replace_tokens(runtime: Runtime) -> Succession:
    """Put a key in the place of those for access tokens: tokens signed so far are worth nothing, within a minute."""
    return _succeed(runtime, (TOKENS,), succeed_at_once(runtime.clock()))


def rotate_log(runtime: Runtime, lead: timedelta, overlap: timedelta) -> Succession:
    """Add a key for checkpoints, one of each kind that is in use; for a while both the old and the new sign."""
    return _succeed(runtime, _log_purposes(runtime), succeed_log(runtime.clock(), lead, overlap))


def replace_log(runtime: Runtime) -> Succession:
    """Put a key in the place of those for checkpoints, from now on."""
    return _succeed(runtime, _log_purposes(runtime), succeed_at_once(runtime.clock()))


def _log_purposes(runtime: Runtime) -> tuple[str, ...]:
    return (LOG, LOG_MLDSA) if runtime.keys.current().log_mldsa else (LOG,)


def _succeed(runtime: Runtime, purposes: tuple[str, ...], succession: Succession) -> Succession:
    """Keep a new key for each purpose; anew when its key-encryption key ceased to be the active one meanwhile."""
    for _ in range(_TRIES):
        validity = Validity(active_from=succession.active_from)
        made = [make_key(runtime.vault.keyring, purpose, runtime.new_id(), validity) for purpose in purposes]
        try:
            perform_unattended(runtime, partial(_keep, made=made, others_retire_at=succession.others_retire_at))
        except Overtaken:
            continue
        return succession
    raise Overtaken


def _keep(step: Step, made: list[store.ServiceKeyRecord], others_retire_at: datetime) -> None:
    kept = ", ".join(f"{record.purpose} {record.key_id}" for record in made)
    operating.note(step, SIGNING_KEY_ADDED, kept)
    # The log is held from here on, and an active key is not destroyed: nobody can destroy what these are wrapped under.
    active = step.runtime.vault.keyring.provider.active_key_id
    if any(record.wrapping_key_id != active for record in made):
        raise Overtaken
    store.retire(step.uow, [record.purpose for record in made], others_retire_at)
    for record in made:
        store.add(step.uow, record, step.at)
