"""What an operator runs over whole tables takes as long as it takes, and what somebody waits for does not."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from passport_api.store import _postgresql, wiping
from passport_api.store.database import Database, Fault, StoreUnavailable
from support.databases import fresh_database
from support.until import until

WAIT = 0.2
"""Seconds that somebody waits. The server ends a statement after one more, and a second later nobody waits for it."""
SLOW = sa.text("SELECT pg_sleep(2.5)")
HOLD = "LOCK TABLE log_head IN EXCLUSIVE MODE"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with fresh_database("postgresql", tmp_path) as url:
        opened = Database(url, 1, WAIT)
        yield opened
        opened.close()


def usual(database: Database) -> str:
    with database.reading() as uow:
        return str(uow.connection.exec_driver_sql("SHOW statement_timeout").scalar_one())


def test_a_long_snapshot_is_read_to_its_end_and_leaves_no_patience_behind(database: Database) -> None:
    before = usual(database)
    with database.long_snapshot() as uow:
        uow.connection.execute(SLOW)
    assert usual(database) == before
    with pytest.raises(StoreUnavailable) as told, database.snapshot() as uow:
        uow.connection.execute(SLOW)
    assert told.value.fault is Fault.TOO_SLOW


def test_a_long_snapshot_that_fails_leaves_no_patience_behind(database: Database) -> None:
    before = usual(database)
    with pytest.raises(ZeroDivisionError), database.long_snapshot():
        raise ZeroDivisionError
    assert usual(database) == before


def test_who_waits_for_a_lock_is_told_that_it_is_locked(database: Database) -> None:
    """Before a statement's own time is over: an operator looks for who holds it, and not for what is slow."""
    with closing(Database(_url(database), 1, WAIT)) as other, other.writing() as holder:
        holder.connection.exec_driver_sql(HOLD)
        with pytest.raises(StoreUnavailable) as told, database.writing() as uow:
            uow.connection.exec_driver_sql(HOLD)
    assert told.value.fault is Fault.LOCKED


def test_what_a_stopped_service_holds_is_let_go_by_the_server(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_postgresql, "_IDLE_LIMIT_SECONDS", 0)

    def is_free() -> bool:
        try:
            with database.writing() as uow:
                uow.connection.exec_driver_sql(f"{HOLD} NOWAIT")
        except StoreUnavailable:
            return False
        return True

    def stop_while_holding() -> None:
        with closing(Database(_url(database), 1, WAIT)) as stopped, stopped.writing() as uow:
            uow.connection.exec_driver_sql(HOLD)
            assert not is_free()
            until(is_free)

    with pytest.raises(StoreUnavailable) as told:
        stop_while_holding()
    assert told.value.fault is Fault.CONNECTION_LOST


def _url(database: Database) -> str:
    return database.engine.url.render_as_string(hide_password=False)


@pytest.mark.parametrize(
    ("wipe", "limit"),
    [
        (wiping.wipe, "1200ms"),
        (lambda database: wiping.wipe(database, hurried=False), "0"),
        (wiping.rewrite, "0"),
    ],
    ids=["after an erasure", "by an operator", "rewritten by an operator"],
)
def test_tables_are_wiped_at_leisure_where_an_operator_asks(database: Database, wipe, limit: str) -> None:  # type: ignore[no-untyped-def]
    limits = []

    def before(connection: sa.Connection, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("VACUUM"):
            with connection.connection.cursor() as asking:
                asking.execute("SHOW statement_timeout")
                limits.append(asking.fetchone()[0])

    sa.event.listen(database.engine, "before_cursor_execute", before)
    assert wipe(database)
    assert limits == [limit]
    assert usual(database) == "1200ms"
