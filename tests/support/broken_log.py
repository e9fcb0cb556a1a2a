"""Ways in which a database keeps the access log from being written, or makes whoever writes it wait."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import psycopg
from sqlalchemy import make_url

from passport_api.config import Settings
from support.raw_database import RawDatabase
from support.service import Service


class Breakage(StrEnum):
    """Where writing the log fails."""

    ENTRY = "the entry is refused"
    HEAD = "the head is refused"
    REGISTER = "the row of the decision register is refused"
    COMMIT = "the transaction cannot be committed"


_PLACES = {
    Breakage.ENTRY: ("BEFORE INSERT", "log_entries"),
    Breakage.HEAD: ("BEFORE UPDATE", "log_head"),
    Breakage.REGISTER: ("BEFORE INSERT", "decisions"),
    Breakage.COMMIT: ("AFTER INSERT", "log_entries"),
}


@contextmanager
def broken_log(service: Service, breakage: Breakage) -> Iterator[None]:
    """Nothing can be added to the log as long as the block lasts: the database itself refuses."""
    database = RawDatabase(service.settings.database_url)
    make, mend = (_in_sqlite if service.backend == "sqlite" else _in_postgresql)(breakage)
    for statement in make:
        database.sql(statement)
    try:
        yield
    finally:
        for statement in mend:
            database.sql(statement)
        database.close()


@contextmanager
def held_log(service: Service) -> Iterator[None]:
    """Somebody else holds what every append takes turns on, as long as the block lasts."""
    if service.backend == "sqlite":
        connection = sqlite3.connect(service.folder / "passport.db", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")
            connection.close()
        return
    with psycopg.connect(dsn(service.settings)) as holder, holder.transaction(force_rollback=True):
        holder.execute("SELECT size FROM log_head FOR UPDATE")
        yield


def dsn(settings: Settings) -> str:
    """A service's PostgreSQL database, as psycopg names it."""
    url = make_url(settings.database_url).set(drivername="postgresql")
    return url.render_as_string(hide_password=False)


def _in_sqlite(breakage: Breakage) -> tuple[list[str], list[str]]:
    moment, table = _PLACES[breakage]
    if breakage is not Breakage.COMMIT:
        refuse = "SELECT RAISE(ABORT, 'no room')"
        return [f"CREATE TRIGGER refuse {moment} ON {table} BEGIN {refuse}; END"], ["DROP TRIGGER refuse"]
    promise = "CREATE TABLE promise (id INTEGER PRIMARY KEY REFERENCES nowhere (id) DEFERRABLE INITIALLY DEFERRED)"
    trigger = f"CREATE TRIGGER refuse {moment} ON {table} BEGIN INSERT INTO promise VALUES (NEW.position); END"
    return (
        ["CREATE TABLE nowhere (id INTEGER PRIMARY KEY)", promise, trigger],
        ["DROP TRIGGER refuse", "DROP TABLE promise", "DROP TABLE nowhere"],
    )


def _in_postgresql(breakage: Breakage) -> tuple[list[str], list[str]]:
    moment, table = _PLACES[breakage]
    function = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''no room''; END'"
    kind, when = ("CONSTRAINT ", "DEFERRABLE INITIALLY DEFERRED ") if breakage is Breakage.COMMIT else ("", "")
    trigger = f"CREATE {kind}TRIGGER refuse {moment} ON {table} {when}FOR EACH ROW EXECUTE FUNCTION refuse()"
    return [function, trigger], ["DROP FUNCTION refuse CASCADE"]
