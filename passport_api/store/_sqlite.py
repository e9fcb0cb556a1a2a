"""SQLite, opened so that a commit that returned is on disk, and nothing waits without end for another's lock."""

import sqlite3
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from passport_api.store.patience import Patience

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON", "wal_autocheckpoint=4000")
_WAITS = "busy_milliseconds"
_FILE = "file"


def open_sqlite(target: URL, pool_size: int, patience: Patience) -> Engine:
    """An engine whose every wait is bounded by a patience."""
    engine = create_engine(
        target,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=patience.full,
        connect_args={"timeout": patience.full},
    )

    def begin(connection: Connection) -> None:
        """Take the write lock at once: a read that becomes a write could fail half way."""
        milliseconds = int(patience.seconds * 1000)
        if connection.info.get(_WAITS) != milliseconds:
            connection.exec_driver_sql(f"PRAGMA busy_timeout={milliseconds}")
            connection.info[_WAITS] = milliseconds
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    path = Path(str(target.database))

    def set_up(raw: Any, record: ConnectionPoolEntry) -> None:
        connection: sqlite3.Connection = raw
        connection.isolation_level = None  # we say BEGIN ourselves, above
        for pragma in _PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        record.info[_FILE] = _identity(path)

    def leave_what_was_replaced(_raw: Any, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
        """Have a connection made anew when another file stands at its path.

        It would go on with the old one, which has no name any more: what is written there is gone with the process.
        """
        if record.info.get(_FILE) != _identity(path):
            raise DisconnectionError

    event.listen(engine, "connect", set_up)
    event.listen(engine, "checkout", leave_what_was_replaced)
    event.listen(engine, "begin", begin)
    return engine


def _identity(path: Path) -> tuple[int, int]:
    """Which file stands at a path.

    Raises:
        sqlite3.OperationalError: none does. SQLite would make an empty one.
    """
    try:
        found = path.stat()
    except OSError as error:
        gone = sqlite3.OperationalError("the database file is gone")
        gone.sqlite_errorname = "SQLITE_CANTOPEN"
        raise gone from error
    return found.st_dev, found.st_ino
