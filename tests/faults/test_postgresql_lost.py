"""PostgreSQL is killed and started again, ends every connection, or says nothing: requests are told, and go on after.

On a server of these tests' own; the one that everybody shares is never touched.
"""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace

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

END_ALL = (
    "SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity "
    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
)
LOST = frozenset({Fault.CONNECTION_LOST, Fault.NO_ANSWER, Fault.LOCKED, Fault.TOO_SLOW})


@pytest.fixture(scope="module")
def server() -> Iterator[Cluster]:
    with cluster() as running:
        yield running


@pytest.fixture(scope="module")
def place(server: Cluster, tmp_path_factory: pytest.TempPathFactory) -> Place:
    database = Database(server.url, pool_size=1)
    migration.upgrade(database)
    database.close()
    made = settled("postgresql", tmp_path_factory.mktemp("place"), server.url, 3)
    return replace(made, settings=replace(made.settings, wait_seconds=WAIT_SECONDS))


@pytest.fixture(scope="module")
def served(place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    running = serve(place.settings, tmp_path_factory.mktemp("served") / "output")
    yield running
    running.stop()


@contextmanager
def killed(server: Cluster, _place: Place) -> Iterator[None]:
    """It is gone, as when its machine loses its power, and comes back at the end of the block."""
    server.kill()
    try:
        yield
    finally:
        server.start()


@contextmanager
def frozen(server: Cluster, _place: Place) -> Iterator[None]:
    """It says nothing, and keeps every connection."""
    server.signal(signal.SIGSTOP)
    try:
        yield
    finally:
        server.signal(signal.SIGCONT)


@contextmanager
def closed_to_all(_server: Cluster, place: Place) -> Iterator[None]:
    """Every connection is ended again and again, whoever makes one."""
    over = threading.Event()

    def cut() -> None:
        with psycopg.connect(dsn(place.settings), autocommit=True) as administrator:
            while not over.is_set():
                administrator.execute(END_ALL)

    cutting = threading.Thread(target=cut)
    cutting.start()
    try:
        yield
    finally:
        over.set()
        cutting.join()


FAULTS: list[Callable[[Cluster, Place], AbstractContextManager[None]]] = [killed, frozen, closed_to_all]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_server_that_is_lost_is_borne(
    fault: Callable[[Cluster, Place], AbstractContextManager[None]],
    server: Cluster,
    place: Place,
    served: Served,
    request: pytest.FixtureRequest,
) -> None:
    lasting = fault is not closed_to_all  # a quick request may slip between two cuts
    endurance = Endurance(served, place, lambda: fault(server, place), LOST, FAULTS.index(fault), lasting)
    endurance.prove(request.config.getoption("--fault-rounds"))


def test_connections_ended_while_nobody_used_them_cost_nobody_a_request(place: Place, served: Served) -> None:
    actors = place.casts[0]
    readers = [served.signed_in(actors.teacher.email, PASSWORD) for _ in range(8)]

    def opened() -> list[int]:
        return [reader.get(f"/v1/views/{actors.consent_id}").status_code for reader in readers]

    assert opened() == [200] * 8
    with psycopg.connect(dsn(place.settings), autocommit=True) as administrator:
        row = administrator.execute(END_ALL).fetchone()
    assert row is not None
    assert row[0] >= 1
    assert opened() == [200] * 8


def test_a_worker_that_dies_while_the_server_is_away_comes_back_with_it(
    server: Cluster, place: Place, served: Served
) -> None:
    first = served.workers()
    with killed(server, place):
        os.kill(min(first), signal.SIGKILL)
        until(lambda: len(served.workers() - first) == 1, "no other took its place")
        assert httpx.get(f"{served.base_url}/healthz", timeout=30).status_code == 200
    until(lambda: _ready(served) == [200] * 8, "it did not become ready again")
    assert len(served.workers()) == 2


def _ready(served: Served) -> list[int]:
    return [httpx.get(f"{served.base_url}/readyz", timeout=30).status_code for _ in range(8)]
