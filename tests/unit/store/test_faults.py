"""Each error of a driver is a kind of fault that the runbook knows, or none."""

import sqlite3

import psycopg
import pytest
from psycopg import errors
from sqlalchemy.exc import DBAPIError, InternalError, OperationalError
from sqlalchemy.exc import IntegrityError as Broken
from sqlalchemy.exc import TimeoutError as PoolExhausted

from passport_api.store._postgresql import NoAnswer
from passport_api.store.faults import Fault, fault_of
from passport_api.store.patience import Patience


def of_sqlite(name: str) -> DBAPIError:
    error = sqlite3.OperationalError("words")
    error.sqlite_errorname = name
    return OperationalError(None, None, error)


@pytest.mark.parametrize(
    ("name", "fault"),
    [
        ("SQLITE_FULL", Fault.DISK_FULL),
        ("SQLITE_IOERR_WRITE", Fault.DISK_BROKEN),
        ("SQLITE_IOERR_SHMSIZE", Fault.DISK_BROKEN),
        ("SQLITE_CANTOPEN", Fault.DISK_BROKEN),
        ("SQLITE_READONLY_DIRECTORY", Fault.READ_ONLY),
        ("SQLITE_BUSY", Fault.LOCKED),
        ("SQLITE_BUSY_SNAPSHOT", Fault.LOCKED),
        ("SQLITE_ERROR", Fault.OTHER),
    ],
)
def test_what_sqlite_names(name: str, fault: Fault) -> None:
    assert fault_of(of_sqlite(name)) is fault


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (errors.DiskFull, Fault.DISK_FULL),
        (errors.IoError, Fault.DISK_BROKEN),
        (errors.LockNotAvailable, Fault.LOCKED),
        (errors.DeadlockDetected, Fault.LOCKED),
        (errors.QueryCanceled, Fault.TOO_SLOW),
        (errors.AdminShutdown, Fault.CONNECTION_LOST),
        (errors.CannotConnectNow, Fault.CONNECTION_LOST),
        (errors.TooManyConnections, Fault.CONNECTIONS_EXHAUSTED),
        (psycopg.OperationalError, Fault.CONNECTION_LOST),
        (NoAnswer, Fault.NO_ANSWER),
    ],
)
def test_what_postgresql_names(kind: type[psycopg.OperationalError], fault: Fault) -> None:
    assert fault_of(OperationalError(None, None, kind("words"))) is fault


@pytest.mark.parametrize(
    ("kind", "fault"),
    [
        (errors.ReadOnlySqlTransaction, Fault.READ_ONLY),
        (errors.IdleInTransactionSessionTimeout, Fault.CONNECTION_LOST),
    ],
)
def test_what_postgresql_calls_internal(kind: type[psycopg.InternalError], fault: Fault) -> None:
    assert fault_of(InternalError(None, None, kind("words"))) is fault


def test_a_rule_that_the_database_held_is_no_fault() -> None:
    assert fault_of(Broken(None, None, errors.UniqueViolation("words"))) is None
    assert fault_of(Broken(None, None, sqlite3.IntegrityError("words"))) is None


def test_a_pool_without_a_free_connection_is_one() -> None:
    assert fault_of(PoolExhausted("words")) is Fault.CONNECTIONS_EXHAUSTED


def test_waits_are_short_from_a_fault_until_the_next_commit() -> None:
    patience = Patience(8)
    assert (patience.seconds, patience.suspects) == (8, False)
    patience.lost()
    assert (patience.seconds, patience.suspects) == (1, True)
    patience.restored()
    assert (patience.seconds, patience.suspects) == (8, False)
