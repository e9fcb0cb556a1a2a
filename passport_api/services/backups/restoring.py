"""Verifying a backup, and putting one back: beside its target first, in its place only once all of it is believed."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from passport_api.domain.backups import CONTENT, MANIFEST, BackupRefused, Manifest, name_at
from passport_api.domain.checkpoints import Checkpoint
from passport_api.services import log
from passport_api.services.backups.trust import (
    BelievedKeys,
    Lock,
    believe_keys,
    believe_manifest,
    read_manifest,
    require_content,
    require_opening,
)
from passport_api.store import backups as store
from passport_api.store import migration
from passport_api.store.backups.rows import Fitted, PassportsUnknown, counts, put_keys, sealed_children
from passport_api.store.database import Database

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A backup, and the key-backup generation to open it with: the one made with it, or any newer one."""

    backup: Path
    keys: Path


@dataclass(frozen=True, slots=True)
class Restored:
    """What was put back, or would be.

    Attributes:
        fitted: what became of the passports' keys.
        opened: how many data keys were opened to see that they do.
        aside: where what was there before is now, if anything was.
    """

    manifest: Manifest
    fitted: Fitted
    opened: int
    aside: str | None = None


def verify_content(backup: Path, url: str, say: Say) -> Manifest:
    """Put a backup's content back in a place of its own, see that it is whole and its log right, and take it away.

    Without keys, whoever can write the backup could have written all of it: see `verify`.

    Raises:
        BackupRefused: something is wrong; names the file.
        StoreUnavailable: the database's server does not answer.
    """
    manifest, _ = read_manifest(backup)
    require_content(backup, manifest)
    with _spare(manifest, url) as spare, store.staged(spare, backup / CONTENT, say) as staged:
        _require_whole(backup, manifest, staged.database, say)
    return manifest


def verify(wanted: Wanted, url: str, lock: Lock, at: datetime, say: Say) -> Restored:
    """Do all that restoring does, in a place of its own, and take it away again.

    Raises:
        BackupRefused: the backup could not be put back; says why.
        StoreUnavailable: the database's server does not answer.
        ProviderUnavailable: the key provider does not answer.
    """
    manifest, keys = _believed(wanted, lock)
    with _spare(manifest, url) as spare, store.staged(spare, wanted.backup / CONTENT, say) as staged:
        _require_whole(wanted.backup, manifest, staged.database, say)
        return _with_keys(staged.database, manifest, keys, lock, at)


def restore(wanted: Wanted, url: str, lock: Lock, at: datetime, say: Say, *, replace: bool = False) -> Restored:
    """Put a backup back, once all of it is believed; whatever was in its place is moved aside, never deleted.

    Args:
        wanted: which backup, opened by which keys.
        url: the database that it becomes.
        lock: what opens the keys.
        at: now: the database moved aside is told by it.
        say: takes lines about how far things are.
        replace: whether a database that holds something may be moved aside.

    Raises:
        BackupRefused: it is not put back; says why. What was there is as it was.
        StoreUnavailable: the database's server does not answer.
        ProviderUnavailable: the key provider does not answer.
    """
    manifest, keys = _believed(wanted, lock)
    if manifest.backend != store.backend_of(url):
        raise BackupRefused(f"{wanted.backup / MANIFEST}: is of {manifest.backend}, and the target is not.")
    store.require_room(url, replace=replace)
    with store.staged(url, wanted.backup / CONTENT, say) as staged:
        _require_whole(wanted.backup, manifest, staged.database, say)
        done = _with_keys(staged.database, manifest, keys, lock, at)
        say("putting it in place …")
        return Restored(done.manifest, done.fitted, done.opened, staged.replace(name_at(at)))


def _believed(wanted: Wanted, lock: Lock) -> tuple[Manifest, BelievedKeys]:
    manifest, signature = read_manifest(wanted.backup)
    keys = believe_keys(wanted.keys, lock)
    believe_manifest(wanted.backup, manifest, signature, keys)
    require_content(wanted.backup, manifest)
    return manifest, keys


def _require_whole(backup: Path, manifest: Manifest, database: Database, say: Say) -> None:
    """Go on only with content that has every row of its manifest and the log of its checkpoint, entry by entry."""
    content = backup / CONTENT
    if not migration.knows(manifest.schema_revision):
        raise BackupRefused(f"{content}: has schema {manifest.schema_revision}, which this release does not know.")
    if migration.current(database) != manifest.schema_revision:
        raise BackupRefused(f"{content}: has another schema than the manifest says.")
    migration.upgrade(database)
    say("computing the log anew …")
    with database.long_snapshot() as uow:
        if {table: rows for table, rows in counts(uow).items() if table in manifest.rows} != dict(manifest.rows):
            raise BackupRefused(f"{content}: has other numbers of rows than the manifest says.")
        told = Checkpoint(manifest.log.origin, manifest.log.size, manifest.log.root)
        finding = next(log.verify(uow, [told]), None)
        if finding is not None:
            place = "" if finding.position is None else f" entry {finding.position}:"
            raise BackupRefused(f"{content}: its log does not verify:{place} {finding.what}.")
        if log.measured(uow) != (told.size, told.root):
            raise BackupRefused(f"{content}: its log goes on beyond the manifest's checkpoint.")


def _with_keys(database: Database, manifest: Manifest, keys: BelievedKeys, lock: Lock, at: datetime) -> Restored:
    """See that the keys open what the content has, and put them into it.

    Raises:
        BackupRefused: they do not, or are of another history.
    """
    with database.writing() as uow:
        opened = require_opening(keys, lock, lambda passports: sealed_children(uow, passports))
        try:
            fitted = put_keys(uow, keys.generation, at)
        except PassportsUnknown as error:
            raise BackupRefused(
                f"{keys.path}: knows nothing of {error.count} passports of the content: it is of another history of "
                f"the log, and they would be lost. Take generation {manifest.keys_name}."
            ) from error
    return Restored(manifest, fitted, opened)


@contextmanager
def _spare(manifest: Manifest, url: str) -> Iterator[str]:
    """Where a copy can be put back that is to replace nothing.

    Raises:
        BackupRefused: the backup is of a database that needs a server, and none is named.
    """
    if manifest.backend == "sqlite":
        with tempfile.TemporaryDirectory(prefix="passport-verify-") as folder:
            yield f"sqlite:///{folder}/passport.db"
    elif store.backend_of(url) == manifest.backend:
        yield url
    else:
        raise BackupRefused(f"A backup of {manifest.backend} is verified on a server of it: set PASSPORT_DATABASE_URL.")
