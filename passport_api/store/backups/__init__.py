"""Copies of the whole database, made while it serves and put back whole: SQLite's backup API, PostgreSQL's pg_dump."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from sqlalchemy import make_url

from passport_api.store.backups import postgresql, postgresql_staging, sqlite, sqlite_staging
from passport_api.store.backups.rows import Contents
from passport_api.store.database import Database

__all__ = ["Contents", "Staged", "backend_of", "copy", "require_room", "staged"]

Say = Callable[[str], None]
"""Takes a line about how far things are."""


class Staged(Protocol):
    """A copy put back beside its target: looked at and filled in before it replaces anything."""

    @property
    def database(self) -> Database:
        """The copy, as a database of its own."""
        ...

    def replace(self, name: str) -> str | None:
        """Put the copy in the target's place, all at once; says where what was there is now, by a name given.

        Raises:
            BackupRefused: the target is in use. It is as it was.
        """
        ...


def backend_of(url: str) -> str:
    """Which kind of database a URL names: sqlite or postgresql."""
    return make_url(url).get_backend_name()


def copy(database: Database, into: Path, say: Say) -> Contents:
    """Copy everything but the wrapped keys into a file, as it is at one instant; gives what there was, keys too.

    Raises:
        BackupRefused: it cannot be copied; the message says what to mend.
        StoreUnavailable: the database does not answer.
    """
    copy_from = sqlite.copy if backend_of(str(database.engine.url)) == "sqlite" else postgresql.copy
    return copy_from(database, into, say)


def require_room(url: str, *, replace: bool) -> None:
    """Refuse a target that is in use, or that holds something unless it is to be replaced.

    Raises:
        BackupRefused: it is not to be restored into.
    """
    require = sqlite_staging.require_room if backend_of(url) == "sqlite" else postgresql_staging.require_room
    require(url, replace=replace)


def staged(url: str, content: Path, say: Say) -> AbstractContextManager[Staged]:
    """Put a copy back beside its target, gone at the end of the block unless it has replaced the target.

    Raises:
        BackupRefused: the copy cannot be put back whole.
        StoreUnavailable: the database does not answer.
    """
    stage = sqlite_staging.staged if backend_of(url) == "sqlite" else postgresql_staging.staged
    return stage(url, content, say)
