"""Databases that are gone afterwards, and getting many rows into one at once."""

import os
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import Connection, Table, insert, make_url, text

BACKENDS = ("sqlite", "postgresql")

_SERVER = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
_BATCH = 5000
Row = dict[str, Any]


def postgresql_answers() -> bool:
    """Whether there is a PostgreSQL server to measure on (PASSPORT_TEST_DATABASE_URL, else a local one)."""
    try:
        with psycopg.connect(_dsn(), connect_timeout=5):
            return True
    except psycopg.OperationalError:
        return False


@contextmanager
def empty_database(backend: str, folder: Path, name: str) -> Iterator[str]:
    """The URL of an empty database that is dropped afterwards."""
    if backend == "sqlite":
        yield f"sqlite:///{folder / f'{name}.db'}"
        return
    unique = f"passport_bench_{name}_{uuid.uuid4().hex[:8]}"
    _run(f'CREATE DATABASE "{unique}"')
    try:
        yield make_url(_server()).set(database=unique).render_as_string(hide_password=False)
    finally:
        _run(f'DROP DATABASE "{unique}" WITH (FORCE)')


def load(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    """Put rows into a table: by COPY where there is one, else in batches."""
    if connection.dialect.name == "postgresql":
        _copy(connection, table, rows)
        return
    statement, remaining = insert(table), iter(rows)
    while batch := list(islice(remaining, _BATCH)):
        connection.execute(statement, batch)


def settle(connection: Connection) -> None:
    """Let the database know what it holds, as its own housekeeping would in time."""
    connection.execute(text("ANALYZE"))


def _copy(connection: Connection, table: Table, rows: Iterable[Row]) -> None:
    names = [column.name for column in table.columns]
    processors = [column.type.dialect_impl(connection.dialect).bind_processor(connection.dialect) for column in table.c]
    raw = connection.connection.driver_connection
    if not isinstance(raw, psycopg.Connection):
        raise TypeError("COPY needs psycopg")
    columns = ", ".join(f'"{name}"' for name in names)
    into = psycopg.sql.SQL(f'COPY "{table.name}" ({columns}) FROM STDIN')  # names are the models' own
    with raw.cursor() as cursor, cursor.copy(into) as copy:
        for row in rows:
            values = (row.get(name) for name in names)
            copy.write_row(
                [each if bind is None else bind(each) for each, bind in zip(values, processors, strict=True)]
            )


def _server() -> str:
    return os.environ.get("PASSPORT_TEST_DATABASE_URL", _SERVER)


def _dsn() -> str:
    return make_url(_server()).set(drivername="postgresql").render_as_string(hide_password=False)


def _run(statement: str) -> None:
    with psycopg.connect(_dsn(), autocommit=True) as connection:
        connection.execute(psycopg.sql.SQL(statement))
