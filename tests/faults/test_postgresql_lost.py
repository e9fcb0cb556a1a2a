"""PostgreSQL is killed and started again, ends every connection, or says nothing: requests are told so, and go on after.

On a server of these tests' own; the one that everybody shares is never touched.
"""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest

from passport_api.store import migration
from passport_api.store.database import Database, Fault
from support.aftermath import Place, settled
from support.broken_log import dsn
from support.endurance import WAIT_SECONDS, Endurance
from support.load import until
from support.postgresql_cluster import Cluster, cluster
from support.served import Served, serve
from support.world import PASSWORD

pytestmark = pytest.mark.faults
LOST = frozenset({Fault.CONNECTION_LOST, Fault.NO_ANSWER, Fault.LOCKED, Fault.TOO_SLOW})


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture
def place(server: Cluster, tmp_path: Path) -> Iterator[Place]:
    name = f"passport_{tmp_path.name.lower()}"[:60]
    with psycopg.connect(server.url.replace("+psycopg", ""), autocommit=True) as administrator:
        administrator.execute(f'CREATE DATABASE "{name}"')  # type: ignore[call-overload]
    url = server.url.removesuffix("postgres") + name
    database = Database(url, pool_size=1)
    migration.upgrade(database)
    database.close()
    made = settled("postgresql", tmp_path, url, 1)
    yield replace(made, settings=replace(made.settings, wait_seconds=WAIT_SECONDS))


@pytest.fixture
def served(place: Place, tmp_path: Path) -> Iterator[Served]:
    running = serve(place.settings, tmp_path / "output")
    yield running
    running.stop()


@contextmanager
def killed(server: Cluster) -> Iterator[None]:
    """It is gone, as when its machine loses its power, and comes back at the end of the block."""
    server.kill()
    try:
        yield
    finally:
        server.start()


@contextmanager
def frozen(server: Cluster) -> Iterator[None]:
    """It says nothing, and keeps every connection."""
    server.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.signal(signal.SIGCONT)


@contextmanager
def closed_to_all(place: Place) -> Iterator[None]:
    """Every connection is ended again and again, whoever makes one."""
    end = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    over = threading.Event()

    def cut() -> None:
        with psycopg.connect(dsn(place.settings), autocommit=True) as administrator:
            while not over.is_set():
                administrator.execute(end)

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        yield
    finally:
        over.set()
        cutting.join()


FAULTS: dict[str, Callable[[Cluster], AbstractContextManager[None]]] = {"killed": killed, "frozen": frozen}


@pytest.mark.parametrize("how", FAULTS)
def test_a_server_that_is_lost_is_borne(
    how: str, server: Cluster, place: Place, served: Served, request: pytest.FixtureRequest
) -> None:
    rounds = request.config.getoption("--fault-rounds")
    Endurance(served, place, lambda: FAULTS[how](server), LOST).prove(rounds)


def test_connections_ended_while_they_are_used_cost_their_requests_alone(place: Place, served: Served) -> None:
    """Those who are refused repeat, and nothing is done twice (see Aftermath)."""
    Endurance(served, place, lambda: closed_to_all(place), LOST).prove(1)


def test_connections_ended_while_nobody_used_them_cost_nobody_a_request(place: Place, served: Served) -> None:
    actors = place.casts[0]
    readers = [served.signed_in(actors.teacher.email, PASSWORD) for _ in range(8)]

    def opened() -> list[int]:
        return [reader.get(f"/v1/views/{actors.consent_id}").status_code for reader in readers]

    assert opened() == [200] * 8
    end = "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with psycopg.connect(dsn(place.settings), autocommit=True) as administrator:
        row = administrator.execute(end).fetchone()
    assert row is not None
    assert row[0] >= 2
    assert opened() == [200] * 8


def test_a_worker_that_dies_while_the_server_is_away_comes_back_with_it(
    server: Cluster, place: Place, served: Served
) -> None:
    import os

    first = served.workers()
    with killed(server):
        os.kill(min(first), signal.SIGKILL)
        until(lambda: len(served.workers() - first) == 1, "no other took its place")
        assert httpx.get(f"{served.base_url}/healthz", timeout=30).status_code == 200
    until(lambda: _ready(served) == [200] * 8, "it did not become ready again")
    assert len(served.workers()) == 2


def _ready(served: Served) -> list[int]:
    return [httpx.get(f"{served.base_url}/readyz", timeout=30).status_code for _ in range(8)]
