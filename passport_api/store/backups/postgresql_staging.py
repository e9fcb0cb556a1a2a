"""Putting a PostgreSQL database back: into a new one beside its target, then both are renamed in one transaction."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import InterfaceError, OperationalError, ProgrammingError
from sqlalchemy.pool import NullPool

from passport_api.domain.backups import BackupRefused
from passport_api.store.backups.pg_tools import tool
from passport_api.store.database import Database, StoreUnavailable
from passport_api.store.patience import PATIENT_SECONDS

_LONGEST_NAME = 63
_IN_USE = "The database is in use, by the service or by another restore: end that first."
_NOT_ALLOWED = "The database's role may not make or rename databases: give it CREATEDB."
_OTHERS = text("SELECT count(*) FROM pg_stat_activity WHERE datname = :name AND pid <> pg_backend_pid()")
_LIKE = text(
    "SELECT pg_encoding_to_char(encoding), datcollate, datctype FROM pg_database "
    "WHERE datname IN (:name, 'postgres') ORDER BY datname = :name DESC LIMIT 1"
)
_EXISTS = text("SELECT count(*) FROM pg_database WHERE datname = :name")


@dataclass(frozen=True, slots=True)
class StagedDatabase:
    """A copy beside its target, on the same server."""

    database: Database
    url: str
    name: str
    target: str

    def replace(self, name: str) -> str | None:
        """Give the copy the target's name; the target stays, under its own name with another ending.

        Raises:
            BackupRefused: the target is in use. It is as it was.
        """
        self.database.close()
        aside = _named(self.target, f"_before_{name}")
        with _administering(self.url) as plain:
            server = plain.execution_options(isolation_level="READ COMMITTED")  # both names change, or none
            was_there = _exists(server, self.target)
            if was_there:
                _rename(server, self.target, aside)
            _rename(server, self.name, self.target)
            server.commit()
        return f"database {aside}" if was_there else None


def require_room(url: str, *, replace: bool) -> None:
    """Refuse a target that is in use, or that holds tables unless it is to be replaced.

    Raises:
        BackupRefused: it is not to be restored into.
        StoreUnavailable: the server does not answer.
    """
    name = str(make_url(url).database)
    with _administering(url) as server:
        there = _exists(server, name)
        used = bool(server.execute(_OTHERS, {"name": name}).scalar_one())
    if used:
        raise BackupRefused(_IN_USE)
    if there and not replace and _has_tables(url):
        raise BackupRefused(f"The database {name} is not empty: --replace moves it aside.")


@contextmanager
def staged(url: str, content: Path, say: Callable[[str], None]) -> Iterator[StagedDatabase]:
    """Restore a dump into a database beside its target, dropped at the end of the block unless it was renamed.

    Raises:
        BackupRefused: the role may not make databases, or the dump does not restore.
        StoreUnavailable: the server does not answer.
    """
    target = str(make_url(url).database)
    beside = _named(target, "_restoring")
    with _administering(url) as server:
        version = server.exec_driver_sql("SELECT current_setting('server_version_num')::integer").scalar_one()
        there = make_url(url).set(database=beside).render_as_string(hide_password=False)
        restore = tool("pg_restore", there, version)
        _make(server, beside, target)
    try:
        restore.run(["--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(content)], say)
        database = Database(there, pool_size=2, wait_seconds=PATIENT_SECONDS)
        try:
            yield StagedDatabase(database, url, beside, target)
        finally:
            database.close()
    finally:
        with _administering(url) as server:
            _drop(server, beside)


def _make(server: Connection, name: str, like: str) -> None:
    """An empty database with the target's encoding and order of letters, in place of what a killed restore left."""
    _drop(server, name)
    encoding, collate, kind = server.execute(_LIKE, {"name": like}).one()
    quoted = server.dialect.identifier_preparer.quote(name)
    form = f"TEMPLATE template0 ENCODING '{encoding}' LC_COLLATE '{collate}' LC_CTYPE '{kind}'"
    server.exec_driver_sql(f"CREATE DATABASE {quoted} {form}")


def _drop(server: Connection, name: str) -> None:
    server.exec_driver_sql(f"DROP DATABASE IF EXISTS {server.dialect.identifier_preparer.quote(name)}")


def _rename(server: Connection, old: str, new: str) -> None:
    quote = server.dialect.identifier_preparer.quote
    server.exec_driver_sql(f"ALTER DATABASE {quote(old)} RENAME TO {quote(new)}")


def _exists(server: Connection, name: str) -> bool:
    return bool(server.execute(_EXISTS, {"name": name}).scalar_one())


def _has_tables(url: str) -> bool:
    engine = _engine(url)
    with engine.connect() as connection:
        tables = "SELECT count(*) FROM pg_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema')"
        return bool(connection.exec_driver_sql(tables).scalar_one())


@contextmanager
def _administering(url: str) -> Iterator[Connection]:
    """A connection to the server, outside the databases that are made, renamed and dropped.

    Raises:
        BackupRefused: a database is in use, or the role may not do this.
        StoreUnavailable: the server does not answer.
    """
    elsewhere = make_url(url).set(database="postgres").render_as_string(hide_password=False)
    try:
        with _engine(elsewhere).connect() as connection:
            yield connection
    except (OperationalError, InterfaceError, ProgrammingError) as error:
        match getattr(error.orig, "sqlstate", None):
            case "55006":  # object_in_use
                raise BackupRefused(_IN_USE) from error
            case "42501":  # insufficient_privilege
                raise BackupRefused(
                    "The database's role may not make or rename databases: give it CREATEDB."
                ) from error
            case _:
                raise StoreUnavailable from error


def _engine(url: str) -> Engine:
    return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT")


def _named(database: str, ending: str) -> str:
    """A name that PostgreSQL does not cut: it would cut the ending."""
    return database[: _LONGEST_NAME - len(ending)] + ending
