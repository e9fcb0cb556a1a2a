"""A copy of an SQLite database while it serves (https://www.sqlite.org/backup.html).

The source is held at one snapshot by an open transaction that reads, so that writers go on and the copy never begins
anew. The wrapped keys are then read out of the copy, overwritten in it, and what is left is written into a new file,
no page of which ever held a key.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from passport_api.domain.backups import BackupRefused
from passport_api.store.backups.rows import KEY_TABLES, Contents, contents
from passport_api.store.database import Database, StoreUnavailable
from passport_api.store.patience import WAIT_SECONDS

_PAGES_A_STEP = 2048
_QUARTERS = 4


def copy(database: Database, into: Path, say: Callable[[str], None]) -> Contents:
    """Copy everything but the wrapped keys into a file; gives what there was, keys too.

    Raises:
        BackupRefused: the copy is not sound, or cannot be written.
        StoreUnavailable: the database stays locked.
    """
    whole = into.with_name(f"{into.name}.whole")
    try:
        with _complaining("copied"):
            _copy_pages(Path(str(database.engine.url.database)), whole, say)
            there = _contents_of(whole)
            say("leaving the keys out …")
            _write_without_keys(whole, into)
            require_sound(into)
    finally:
        for ending in ("", "-wal", "-shm"):
            whole.with_name(f"{whole.name}{ending}").unlink(missing_ok=True)
    return there


def require_sound(path: Path) -> None:
    """Refuse a file that is no database, or one whose pages or references do not fit together.

    Raises:
        BackupRefused: it is not sound.
    """
    with _complaining("read"), closing(_open(path)) as connection:
        found = [row[0] for row in connection.execute("PRAGMA integrity_check(1)")]
        if found != ["ok"] or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise BackupRefused(f"{path.name}: the database in it is damaged.")


def _copy_pages(source: Path, target: Path, say: Callable[[str], None]) -> None:
    told = 0

    def tell(_status: int, remaining: int, total: int) -> None:
        nonlocal told
        done = _QUARTERS * (total - remaining) // max(total, 1)
        if done > told:
            told = done
            say(f"copying content: {100 * done // _QUARTERS} %")

    with closing(_open(source)) as serving, closing(sqlite3.connect(target)) as copied:
        serving.execute("BEGIN")
        serving.execute("SELECT size FROM log_head").fetchone()  # the snapshot is what this first read sees
        serving.backup(copied, pages=_PAGES_A_STEP, progress=tell)


def _contents_of(path: Path) -> Contents:
    database = Database(f"sqlite:///{path}", pool_size=1)
    try:
        with database.long_snapshot() as uow:
            return contents(uow)
    finally:
        database.close()


def _write_without_keys(whole: Path, into: Path) -> None:
    with closing(_open(whole)) as connection:
        # No journal: it would hold the keys' pages as they were.
        for pragma in ("journal_mode=DELETE", "journal_mode=OFF", "secure_delete=ON", "foreign_keys=OFF"):
            connection.execute(f"PRAGMA {pragma}").fetchall()
        for table in KEY_TABLES:
            connection.execute(f'DELETE FROM "{table}"')  # noqa: S608 - the models' own names
        connection.execute("VACUUM INTO ?", (str(into),))


def _open(path: Path) -> sqlite3.Connection:
    """Open a database that is there: SQLite would make an empty one."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=rw", uri=True, isolation_level=None, timeout=WAIT_SECONDS)


@contextmanager
def _complaining(done: str) -> Iterator[None]:
    """Say what SQLite says, in one line.

    Raises:
        BackupRefused: something of SQLite's went wrong.
        StoreUnavailable: a lock was not to be had.
    """
    try:
        yield
    except sqlite3.Error as error:
        if getattr(error, "sqlite_errorcode", None) in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            raise StoreUnavailable from error
        raise BackupRefused(f"The content could not be {done}: {error}.") from error
