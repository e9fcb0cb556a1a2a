"""Opening the database, and the unit of work: a transaction is a `with` block.

SQLite runs in WAL with synchronous=FULL, so a commit that returned is on disk; PostgreSQL does so by default.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import psycopg
from sqlalchemy import Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from passport_api.store._postgresql import open_postgresql, unhurried
from passport_api.store._sqlite import open_sqlite
from passport_api.store.faults import Fault, StoreUnavailable, fault_of
from passport_api.store.patience import WAIT_SECONDS, Patience

__all__ = ["Database", "Fault", "StoreUnavailable", "UnitOfWork"]


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
            DBAPIError: what any of them would have raised by itself.
        """
        driver = self.connection.connection.driver_connection
        if not isinstance(driver, psycopg.Connection):
            yield
            return
        try:
            with driver.pipeline():
                yield
        except psycopg.Error as error:  # it comes past SQLAlchemy, which would have named it so
            dialect = self.connection.dialect
            raise DBAPIError.instance(
                None, None, error, psycopg.Error, connection_invalidated=driver.closed, dialect=dialect
            ) from error


class Database:
    """Hands out units of work.

    Args:
        url: an SQLAlchemy URL, `sqlite:///…` or `postgresql+psycopg://…`.
        pool_size: connections kept open; at least the number of threads that serve.
        wait_seconds: how long anything waits for it: a connection, a lock, an answer.
    """

    def __init__(self, url: str, pool_size: int = 8, wait_seconds: float = WAIT_SECONDS) -> None:
        self._patience = Patience(wait_seconds)
        self.engine = _engine(url, pool_size, self._patience)
        self.is_sqlite = self.engine.dialect.name == "sqlite"
        self._reading_engine = self.engine if self.is_sqlite else _without_transactions(self.engine)
        self._turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[UnitOfWork]:
        """Queries that only read. On PostgreSQL each sees what is committed when it begins, as in any transaction.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with self._naming_faults(), self._reading_engine.connect() as connection:
            yield UnitOfWork(connection)

    @contextmanager
    def snapshot(self) -> Iterator[UnitOfWork]:
        """A transaction that only reads, everything as it was at its first read, whatever is written meanwhile.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}  # SQLite's are so anyway
        with self._naming_faults(), self.engine.connect() as plain:
            yield UnitOfWork(plain.execution_options(**options))

    @contextmanager
    def long_snapshot(self) -> Iterator[UnitOfWork]:
        """A snapshot that may be read, and kept, for as long as it takes: of a backup, or of a whole log verified.

        Raises:
            StoreUnavailable: the database does not answer.
        """
        with self.snapshot() as uow, unhurried(uow.connection):
            if not self.is_sqlite:
                uow.connection.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
            yield uow

    @contextmanager
    def writing(self) -> Iterator[UnitOfWork]:
        """A transaction that commits when the block ends, and rolls back when it raises.

        Raises:
            StoreUnavailable: the database is away, full or stays locked (see there).
        """
        with self._naming_faults(), self._my_turn(), self.engine.connect() as plain:
            connection = plain.execution_options(writes=True)
            with connection.begin():
                yield UnitOfWork(connection)
        self._patience.restored()

    def prove(self) -> None:
        """See that it can be written to, if the last that was heard of it is a fault: reading may well work then.

        Nothing that anybody keeps is changed.

        Raises:
            StoreUnavailable: it cannot.
        """
        if not self._patience.suspects:
            return
        with self.writing() as uow:
            if self.is_sqlite:  # a number in the file's header that is there for whoever wants it, and nobody does
                number = uow.connection.exec_driver_sql("PRAGMA user_version").scalar_one()
                uow.connection.exec_driver_sql(f"PRAGMA user_version = {(number + 1) % 1_000_000}")
            else:
                uow.connection.exec_driver_sql("SELECT pg_logical_emit_message(true, 'passport', '')")

    @contextmanager
    def _naming_faults(self) -> Iterator[None]:
        try:
            yield
        except (DBAPIError, PoolExhausted) as error:
            fault = fault_of(error)
            if fault is None:
                raise
            self._patience.lost()
            raise StoreUnavailable(fault) from error

    @contextmanager
    def _my_turn(self) -> Iterator[None]:
        """SQLite has one writer: threads queue here rather than in its sleeping busy handler."""
        if not self.is_sqlite:
            yield
            return
        if not self._turn.acquire(timeout=self._patience.seconds):
            raise StoreUnavailable(Fault.LOCKED)
        try:
            yield
        finally:
            self._turn.release()

    def close(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def _engine(url: str, pool_size: int, patience: Patience) -> Engine:
    target = make_url(url)
    opened = open_sqlite if target.get_backend_name() == "sqlite" else open_postgresql
    return opened(target, pool_size, patience)


def _without_transactions(engine: Engine) -> Engine:
    """The same pool without BEGIN and ROLLBACK around what only reads.

    They are two round trips, and psycopg drops its prepared statements at each ROLLBACK.
    """
    return engine.execution_options(isolation_level="AUTOCOMMIT")
