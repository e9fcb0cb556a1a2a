"""Another process holds the SQLite file: writers wait a while, are told, and go on when it lets go."""

import itertools
import sqlite3
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import make_url

from passport_api.store.database import Database, Fault, StoreUnavailable
from support.aftermath import Place, prepared
from support.databases import fresh_database
from support.endurance import WAIT_SECONDS, Endurance
from support.served import serve
from support.until import DEADLINE

pytestmark = pytest.mark.faults


@contextmanager
def locked(place: Place, how: str) -> Iterator[None]:
    """Hold the file as another program may."""
    holder = sqlite3.connect(str(make_url(place.settings.database_url).database), isolation_level=None, timeout=60)
    holder.execute(f"BEGIN {how}")
    try:
        yield
    finally:
        holder.execute("ROLLBACK")
        holder.close()


def test_a_locked_file_is_borne(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    with prepared("sqlite", tmp_path, 1) as place:
        served = serve(replace(place.settings, wait_seconds=WAIT_SECONDS), tmp_path / "output")
        try:
            hows = itertools.cycle(("EXCLUSIVE", "IMMEDIATE"))
            endurance = Endurance(served, place, lambda: locked(place, next(hows)), frozenset({Fault.LOCKED}))
            endurance.prove(request.config.getoption("--fault-rounds"))
        finally:
            served.stop()


def test_a_writer_whom_another_thread_keeps_waiting_is_told_in_time(tmp_path: Path) -> None:
    def write(database: Database) -> None:
        with database.writing():
            pass

    with fresh_database("sqlite", tmp_path) as url, closing(Database(url, 2, 0.2)) as database:
        with ThreadPoolExecutor(1) as threads, database.writing():
            told = threads.submit(write, database).exception(DEADLINE)
        assert isinstance(told, StoreUnavailable)
        assert told.fault is Fault.LOCKED
        write(database)
