"""Putting an SQLite database back: beside its target first, then in its place by one rename."""

import fcntl
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import make_url

from passport_api.domain.backups import BackupRefused
from passport_api.store.backups.sqlite import require_sound
from passport_api.store.database import Database
from passport_api.store.patience import PATIENT_SECONDS

_ENDINGS = ("", "-wal", "-shm")
_PRIMARY_CODE = 0xFF
"""An extended result code of SQLite has the kind of error in its lowest byte."""
_IN_USE = "The database is in use: stop the service first."


@dataclass(frozen=True, slots=True)
class StagedFile:
    """A copy beside its target."""

    database: Database
    path: Path
    target: Path

    def replace(self, name: str) -> str | None:
        """Put the copy in the target's place; the target stays, under its own name with another ending.

        Raises:
            BackupRefused: the target is in use. It is as it was.
        """
        self.database.close()
        _into_one_file(self.path)
        _flush(self.path)
        aside = self.target.with_name(f"{self.target.name}.before-{name}")
        with _held(self.target):
            was_there = self.target.exists()
            if was_there:
                os.link(self.target, aside)  # a second name, so that there is a database at every moment
            for ending in _ENDINGS[1:]:  # a log left behind would be played into the new database
                left = self.target.with_name(f"{self.target.name}{ending}")
                if left.exists():
                    left.replace(aside.with_name(f"{aside.name}{ending}"))
            self.path.replace(self.target)
            _flush(self.target.parent)
        return str(aside) if was_there else None


def require_room(url: str, *, replace: bool) -> None:
    """Refuse a target that is in use, or that is there unless it is to be replaced.

    Raises:
        BackupRefused: it is not to be restored into.
    """
    target = _path_of(url)
    if target.exists() and not replace:
        raise BackupRefused(f"{target} is there already: --replace moves it aside.")
    with _held(target):
        pass


@contextmanager
def staged(url: str, content: Path, say: Callable[[str], None]) -> Iterator[StagedFile]:
    """Put a copy beside its target, gone at the end of the block unless it has replaced the target.

    Raises:
        BackupRefused: it is not a sound database, or somebody else restores here.
    """
    target = _path_of(url)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside = target.with_name(f"{target.name}.restoring")
    with _alone_in(target.parent):
        _remove(beside)  # what a killed restore left
        try:
            say("putting the content beside …")
            beside.touch(mode=0o600)
            shutil.copyfile(content, beside)
            require_sound(beside)
            database = Database(f"sqlite:///{beside}", pool_size=1, wait_seconds=PATIENT_SECONDS)
            try:
                yield StagedFile(database, beside, target)
            finally:
                database.close()
        finally:
            _remove(beside)


def _path_of(url: str) -> Path:
    return Path(str(make_url(url).database))


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """One restore at a time: both would write the same file beside the target."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        _lock(descriptor, folder)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Path) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise BackupRefused(f"Another restore is at work in {folder}.") from error


@contextmanager
def _held(target: Path) -> Iterator[None]:
    """Hold a database alone and in one file, if it is there.

    Raises:
        BackupRefused: somebody has it open.
    """
    if not target.exists():
        yield
        return
    with closing(sqlite3.connect(target, isolation_level=None, timeout=0)) as connection:
        _take(connection)
        yield


def _take(connection: sqlite3.Connection) -> None:
    """Leave WAL, which takes what no other connection of any process may have open, and empties the log into the file.

    A file that is damaged beyond opening is served by nobody: it is moved aside as it is.
    """
    try:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & _PRIMARY_CODE in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise BackupRefused(_IN_USE) from error


def _into_one_file(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE").fetchall()


def _flush(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    for ending in _ENDINGS:
        path.with_name(f"{path.name}{ending}").unlink(missing_ok=True)
