"""PostgreSQL, opened so that nothing waits for it without end: a server may stop answering and keep its sockets open.

A lock and a statement have their limits at the server, which ends them in good order. Behind that stands a limit of our
own, for the server that says nothing at all: stopped, swapped out, or behind a network that drops what it is sent.
"""

import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.errors import _WaitTimeout
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection, Dialect
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from passport_api.store.patience import PATIENT_SECONDS, Patience

_GRACE_SECONDS = 2
"""How much longer than the server's own limit we wait for its word that the limit was passed."""
_IDLE_LIMIT_SECONDS = 30
"""How long a transaction of a stopped service may hold what it holds, before the server ends it."""
_LEAST_CONNECT_SECONDS = 2  # libpq takes no less

_KEEPALIVES = {
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,  # milliseconds
}


class NoAnswer(psycopg.OperationalError):
    """The server said nothing within the time that we wait. Its connection has been closed."""


class _Impatient(psycopg.Connection[Any]):
    """A connection that waits for each answer as long as a measure says at that moment."""

    seconds: Callable[[], float]
    hurried = True

    def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:
        """Wait for an answer; what comes after that would be of the question before, so the connection is closed.

        Raises:
            NoAnswer: none came in time.
        """
        limit = self.seconds() if self.hurried else PATIENT_SECONDS
        try:
            return super().wait(gen, interval, limit if timeout is None else timeout)
        except _WaitTimeout:
            self.close()
            raise NoAnswer from None


def open_postgresql(target: URL, pool_size: int, patience: Patience) -> Engine:
    """An engine whose every wait is bounded by a patience."""
    limit = int(patience.full * 1000)
    # Whatever the server's own defaults are: times in UTC, and a commit that returned is on disk.
    options = {
        "timezone": "UTC",
        "synchronous_commit": "on",
        "lock_timeout": limit,
        "statement_timeout": limit + 1000,  # so that what waits for a lock is ended as what it is
        "idle_in_transaction_session_timeout": _IDLE_LIMIT_SECONDS * 1000 + limit,
    }
    settings = {"options": " ".join(f"-c {name}={value}" for name, value in options.items()), **_KEEPALIVES}
    engine = create_engine(
        target, pool_size=pool_size, max_overflow=0, pool_timeout=patience.full, connect_args=settings
    )

    def connect(_dialect: Dialect, _record: ConnectionPoolEntry, arguments: Any, named: dict[str, Any]) -> Any:
        limit = max(_LEAST_CONNECT_SECONDS, round(patience.seconds))
        connection = _Impatient.connect(*arguments, **{"connect_timeout": limit, **named})
        connection.seconds = lambda: patience.seconds + _GRACE_SECONDS
        return connection

    event.listen(engine, "do_connect", connect)
    event.listen(engine, "checkout", _leave_the_dead)
    return engine


@contextmanager
def unhurried(connection: Connection) -> Iterator[None]:
    """Give each statement in the block as long as it takes, an hour at most; locks are waited for no longer than usual.

    For what an operator runs over whole tables. Another kind of database has no such limit.
    """
    driver = connection.connection.driver_connection
    if not isinstance(driver, _Impatient):
        yield
        return
    connection.exec_driver_sql("SET statement_timeout = 0")
    driver.hurried = False
    try:
        yield
        connection.exec_driver_sql("RESET statement_timeout")
    except BaseException:
        connection.invalidate()  # its settings are not what whoever has it next expects
        raise
    finally:
        driver.hurried = True


def _leave_the_dead(raw: DBAPIConnection, record: ConnectionPoolEntry, _proxy: PoolProxiedConnection) -> None:
    """Have a connection that was lost while nobody used it made anew, before it costs somebody a request.

    A server that ended a connection has said so on its socket, where nothing else comes while nobody asks. To look
    costs two microseconds; to ask the server whether it is still there would cost a round trip at every request.
    """
    if not record.info.get("used"):
        record.info["used"] = True
        return
    connection: Any = raw
    watched = select.poll()
    watched.register(connection.pgconn.socket, select.POLLIN)
    if watched.poll(0):
        raise DisconnectionError
