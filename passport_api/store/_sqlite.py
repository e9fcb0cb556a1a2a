"""SQLite, opened so that a commit that returned is on disk, and nothing waits without end for another's lock."""

import sqlite3
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from passport_api.store.patience import Patience

_PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON")
_WAITS = "busy_milliseconds"


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

    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", begin)
    return engine


def _set_up(raw: Any, _record: ConnectionPoolEntry) -> None:
    connection: sqlite3.Connection = raw
    connection.isolation_level = None  # we say BEGIN ourselves, above
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
