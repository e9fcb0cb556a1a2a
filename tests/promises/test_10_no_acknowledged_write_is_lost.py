"""Promise 10: a killed process (-9, at any moment) loses no acknowledged write.

`passport-api serve` runs as an operator runs it; people write, consent, read and acknowledge in several threads; every
process of it is killed at an unpredictable moment; it is started again, and everything that it had said must be so.
`make torture` does this many times. PASSPORT_TORTURE_SEED repeats the moments of a run that failed.
"""

import os
import secrets
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from passport_api.store.database import Database
from support.aftermath import Aftermath, prepared, verify_the_log, wait_for_the_dead
from support.databases import BACKENDS, fresh_database
from support.served import serve
from support.service import Service
from support.torture import Chance, Round


@pytest.mark.torture
@pytest.mark.parametrize("backend", BACKENDS)
def test_a_killed_server_loses_no_acknowledged_write(
    backend: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    rounds = request.config.getoption("--torture-rounds")
    seed = os.environ.get("PASSPORT_TORTURE_SEED") or secrets.token_hex(8)
    print(f"PASSPORT_TORTURE_SEED={seed}")
    chance = Chance(seed)
    with prepared(backend, tmp_path, rounds) as place:
        served = serve(place.settings, tmp_path / "output")
        try:
            for number, actors in enumerate(place.casts):
                answers, linger = 1 + chance.below(60, number, "answers"), chance.below(20, number, "milliseconds")
                print(f"round {number}: killed {linger} ms after {answers} answers")
                Round(served, actors, place.world, answers, linger / 1000).run()
                assert actors.told.wrong == []
                wait_for_the_dead(place)
                verify_the_log(place)
                served = serve(place.settings, tmp_path / "output")
                Aftermath(served, place, actors).check()
            for actors in place.casts[:-1]:
                Aftermath(served, place, actors).check()
        finally:
            served.stop()
        verify_the_log(place)


def test_a_commit_that_returned_is_on_disk(service: Service) -> None:
    with service.runtime.database.writing() as uow:
        if service.backend == "sqlite":
            settings = {"journal_mode": "wal", "synchronous": 2}
            found = {name: uow.connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in settings}
            assert found == settings
        else:
            assert uow.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
            assert uow.connection.exec_driver_sql("SHOW fsync").scalar() == "on"


def test_a_commit_that_returned_is_on_disk_whatever_the_server_does_by_default(tmp_path: Path) -> None:
    with fresh_database("postgresql", tmp_path) as url:
        there = make_url(url)
        with psycopg.connect(there.set(drivername="postgresql").render_as_string(hide_password=False)) as administrator:
            administrator.execute(f'ALTER DATABASE "{there.database}" SET synchronous_commit = off'.encode())
        with closing(Database(url, 1)) as database, database.writing() as uow:
            assert uow.connection.exec_driver_sql("SHOW synchronous_commit").scalar() == "on"
