"""Opening the database, and the unit of work: a transaction is a `with` block.

SQLite runs in WAL with synchronous=FULL, so a commit that returned is on disk; PostgreSQL does so by default.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted
from sqlalchemy.pool import ConnectionPoolEntry

BUSY_SECONDS = 20
"""How long a writer waits for another before it gives up."""


_AWAY = (OperationalError, InterfaceError, PoolExhausted)
"""What a driver or the pool raises when the database is not there for us now."""


class StoreUnavailable(Exception):
    """The database did not answer, or stayed locked too long. Nothing was changed."""


@dataclass(slots=True)
class UnitOfWork:
    """One transaction. The store's queries take it; nothing else holds a connection.

    Attributes:
        ended: whether something ended for good in it, which is to be anchored before anybody is told.
    """

    connection: Connection
    ended: bool = False

    @contextmanager
    def in_one_trip(self) -> Iterator[None]:
        """Send the writes in this block without waiting for an answer to each: PostgreSQL answers all at its end.

        Only statements that give nothing back may stand in it.

        Raises:
            StoreUnavailable: the database went away.
        """
        driver = self.connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            yield
            return
        try:
            with driver.pipeline():
                yield
        except (psycopg.OperationalError, psycopg.InterfaceError) as error:  # past SQLAlchemy, which wraps the others
            raise StoreUnavailable from error


class Database:
    """Hands out units of work.

    Args:
        url: an SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`.
        pool_size: connections kept open; at least the number of threads that serve.
    """

    def __init__(self, url: str, pool_size: int = 8) -> None:
        self.engine = _engine(url, pool_size)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._reading_engine = self.engine if self.is_sqlite else _without_transactions(self.engine)
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Queries that only read. On PostgreSQL each sees what is committed when it begins, as in any transaction."""
        try:
            with self._reading_engine.connect() as connection:
                yield UnitOfWork(connection)
        except _AWAY as error:
            raise StoreUnavailable from error

    @contextmanager
    def snapshot(self) -> Iterator[UnitOfWork]:
        """A transaction that only reads, everything as it was at its first read, whatever is written meanwhile."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}  # SQLite's are so anyway
        try:
            with self.engine.connect() as connection:
                yield UnitOfWork(connection.execution_options(**options))
        except _AWAY as error:
            raise StoreUnavailable from error

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends, and rolls back when it raises.

        Raises:
            StoreUnavailable: the database is away or stays locked; nothing was committed.
        """
        try:
            with self._my_turn(), self.engine.connect() as plain:
                connection = plain.execution_options(writes=True)
                with connection.begin():
                    yield UnitOfWork(connection)
        except _AWAY as error:
            raise StoreUnavailable from error

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """SQLite has one writer: threads queue here rather than in its sleeping busy handler."""
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=BUSY_SECONDS):
            raise StoreUnavailable
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: str, pool_size: int) -> Engine:
    target = make_url(url)
    if target.get_backend_name() == "sqlite":
        engine = create_engine(target, pool_size=pool_size, connect_args={"timeout": BUSY_SECONDS})
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    # Whatever the server's own defaults are: times in UTC, and a commit that returned is on disk.
    settings = {"options": "-c timezone=UTC -c synchronous_commit=on"}
    return create_engine(target, pool_size=pool_size, max_overflow=0, pool_timeout=BUSY_SECONDS, connect_args=settings)


def _without_transactions(engine: Engine) -> Engine:
    """The same pool without BEGIN and ROLLBACK around what only reads.

    They are two round trips, and psycopg drops its prepared statements at each ROLLBACK.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _set_up_sqlite(raw: Any, _record: ConnectionPoolEntry) -> None:
    connection: sqlite3.Connection = raw
    connection.isolation_level = None  # we say BEGIN ourselves, below
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    """Take the write lock at once: a read that becomes a write could fail half way."""
    writes = connection.get_execution_options().get("writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
