"""Making a backup while the service serves: the content, the wrapped keys of the same instant, and what both are."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from passport_api.domain.backups import (
    CONTENT,
    KEYS_SUFFIX,
    MANIFEST,
    BackupRefused,
    KeyGeneration,
    LogState,
    Manifest,
    encode,
    name_at,
    signed_text,
)
from passport_api.domain.checkpoints import Checkpoint, sign_note
from passport_api.domain.generations import origin_of
from passport_api.services.anchoring import LogDiverged, Standing
from passport_api.services.backups import files
from passport_api.services.runtime import Runtime
from passport_api.store import backups as store
from passport_api.store.backups.rows import Contents, contents

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Made:
    """What was made: the backup's folder, when there is one, and the key-backup generation's file."""

    backup: Path | None
    keys: Path
    log: LogState
    passports: int


def make(runtime: Runtime, to: Path, keys_to: Path, say: Say) -> Made:
    """Make a backup in a new folder, named by the time, and its key-backup generation in another place.

    The generation comes first: a backup that is there has its keys. Killed half way, neither has its name.

    Args:
        runtime: the service's parts.
        to: where the backup's folder goes.
        keys_to: where the generation goes.
        say: takes lines about how far things are.

    Raises:
        BackupRefused: it cannot be made; the message says what to mend.
        StoreUnavailable: the database does not answer.
        LogDiverged: an anchor knows another log than the database has: a backup would sign a second history.
    """
    _require_own_log(runtime)
    at = runtime.clock()
    with files.new_folder(to / name_at(at)) as folder:
        content = folder / CONTENT
        there = store.copy(runtime.database, content, say)
        say("keeping the keys …")
        generation = _generation_of(runtime, there, at)
        kept = _keep(runtime, generation, keys_to)
        manifest = Manifest(
            created=generation.created,
            backend=store.backend_of(str(runtime.database.engine.url)),
            schema_revision=there.revision,
            log=generation.log,
            content=files.digest_of(content),
            keys_name=kept.name.removesuffix(KEYS_SUFFIX),
            keys=files.digest_of(kept),
            key_ids=generation.key_ids,
            rows=there.rows,
        )
        files.write(folder / MANIFEST, _signed(runtime, manifest))
    return Made(to / name_at(at), kept, generation.log, len(generation.data_keys))


def make_keys(runtime: Runtime, keys_to: Path) -> Made:
    """Make a key-backup generation alone: after an erasure, so that the older ones can be destroyed.

    Raises:
        BackupRefused: it cannot be written.
        StoreUnavailable: the database does not answer.
        LogDiverged: an anchor knows another log than the database has: a backup would sign a second history.
    """
    _require_own_log(runtime)
    with runtime.database.long_snapshot() as uow:
        there = contents(uow)
    generation = _generation_of(runtime, there, runtime.clock())
    return Made(None, _keep(runtime, generation, keys_to), generation.log, len(generation.data_keys))


def _require_own_log(runtime: Runtime) -> None:
    if runtime.anchoring.standing is Standing.DIVERGED:
        raise LogDiverged


def _generation_of(runtime: Runtime, there: Contents, at: datetime) -> KeyGeneration:
    origin = origin_of(runtime.anchoring.log.base, there.generation)
    checkpoint = _note(runtime, origin, Checkpoint(origin, there.size, there.root).body())
    return KeyGeneration(
        created=at,
        log=LogState(origin, there.generation, there.size, there.root, checkpoint),
        data_keys=there.data_keys,
        service_keys=there.service_keys,
        erased=there.erased,
    )


def _keep(runtime: Runtime, generation: KeyGeneration, keys_to: Path) -> Path:
    """Keep a generation that can be opened: a key may have been destroyed since the keys were read.

    Raises:
        BackupRefused: one was, or it cannot be written.
    """
    path = keys_to / f"{name_at(generation.created)}{KEYS_SUFFIX}"
    files.write(path, _signed(runtime, generation))
    if not set(generation.key_ids) <= set(runtime.vault.keyring.provider.key_ids()):
        files.destroy(path)
        raise BackupRefused("A key-encryption key was destroyed while the backup ran: run it again.")
    return path


def _signed(runtime: Runtime, document: Manifest | KeyGeneration) -> bytes:
    return encode(document, _note(runtime, document.log.origin, signed_text(document)))


def _note(runtime: Runtime, origin: str, text: str) -> str:
    key = runtime.keys.log
    return sign_note(text, origin, key.public_bytes(), key.sign)
