"""A fresh database for each module that asks, on SQLite and on PostgreSQL, copied from a migrated template."""

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from passport_api.store import migration
from passport_api.store.database import Database

BACKENDS = ("sqlite", "postgresql")
_LOCAL = "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"
_HOW = "start a PostgreSQL server on 127.0.0.1:5432, or set PASSPORT_TEST_DATABASE_URL"


@cache
def postgresql_url() -> str | None:
    """The server to test on: the one named, else a local one that answers."""
    url = os.environ.get("PASSPORT_TEST_DATABASE_URL", _LOCAL)
    try:
        with psycopg.connect(_dsn(url), connect_timeout=5) as connection:
            connection.execute("SELECT version()")
    except psycopg.OperationalError:
        if "PASSPORT_TEST_DATABASE_URL" in os.environ:
            raise
        return None
    return url


def require(backend: str) -> None:
    """Skip the PostgreSQL half where there is none, saying so loudly; in CI fail instead."""
    if backend == "postgresql" and postgresql_url() is None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"No PostgreSQL answers and CI=true: {_HOW}.")
        pytest.skip(f"THE POSTGRESQL HALF WAS SKIPPED: {_HOW}.")


@contextmanager
def fresh_database(backend: str, folder: Path) -> Iterator[str]:
    """The URL of a migrated, empty database that is gone afterwards."""
    require(backend)
    if backend == "sqlite":
        copy = folder / "passport.db"
        shutil.copy(_sqlite_template(), copy)
        yield f"sqlite:///{copy}"
        return
    name = f"passport_test_{uuid.uuid4().hex}"
    _run(f'CREATE DATABASE "{name}" TEMPLATE "{_postgresql_template()}"')
    try:
        yield make_url(_server()).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextmanager
def empty_database(backend: str, folder: Path) -> Iterator[str]:
    """The URL of a database without a schema, gone afterwards: for the migrations themselves."""
    require(backend)
    if backend == "sqlite":
        yield f"sqlite:///{folder / 'empty.db'}"
        return
    name = f"passport_test_{uuid.uuid4().hex}"
    _run(f'CREATE DATABASE "{name}"')
    try:
        yield make_url(_server()).set(database=name).render_as_string(hide_password=False)
    finally:
        _run(f'DROP DATABASE "{name}" WITH (FORCE)')


_templates: dict[str, str] = {}


def drop_templates() -> None:
    """Remove what `fresh_database` copied from."""
    for backend, name in _templates.items():
        if backend == "sqlite":
            shutil.rmtree(Path(name).parent, ignore_errors=True)
        else:
            _run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    _templates.clear()


def _sqlite_template() -> Path:
    if "sqlite" not in _templates:
        import tempfile

        path = Path(tempfile.mkdtemp(prefix="passport-template-")) / "template.db"
        _migrate(f"sqlite:///{path}")
        _templates["sqlite"] = str(path)
    return Path(_templates["sqlite"])


def _postgresql_template() -> str:
    if "postgresql" not in _templates:
        name = f"passport_test_template_{uuid.uuid4().hex}"
        _run(f'CREATE DATABASE "{name}"')
        _migrate(make_url(_server()).set(database=name).render_as_string(hide_password=False))
        _templates["postgresql"] = name
    return _templates["postgresql"]


def _migrate(url: str) -> None:
    database = Database(url, pool_size=1)
    migration.upgrade(database)
    database.close()


def _server() -> str:
    url = postgresql_url()
    assert url is not None
    return url


def _run(statement: str) -> None:
    with psycopg.connect(_dsn(_server()), autocommit=True) as connection:
        connection.execute(statement)


def _dsn(url: str) -> str:
    return make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
