"""Every connection is taken: whoever needs one waits a while, is told, and goes on when one is free."""

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from support.broken_log import held_log
from support.databases import BACKENDS
from support.load import expect_unavailable
from support.service import Service, running_service
from support.world import Person, World

pytestmark = pytest.mark.faults
WAIT_SECONDS = 1
AT_ONCE = 12
EVERYDAY = {"section": "safety", "detail_level": "everyday", "text": "Fine.", "source": "parent"}


@pytest.fixture(scope="module", params=BACKENDS)
def small(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """A service with four connections."""
    folder: Path = tmp_path_factory.mktemp("small")
    with running_service(request.param, folder, threads=2, wait_seconds=WAIT_SECONDS) as running:
        yield running


@contextmanager
def every_connection_taken(service: Service) -> Iterator[None]:
    """Hold what the pool has."""
    engine = service.runtime.database.engine
    with ExitStack() as held:
        for _ in range(service.settings.threads + 2):
            held.enter_context(engine.connect())
        yield


def at_once(person: Person, method: str, path: str, body: object = None) -> list[httpx.Response]:
    """The same request many times at one moment."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = [threads.submit(person.http.request, method, path, json=body) for _ in range(AT_ONCE)]
        return [each.result() for each in asked]


def test_whoever_finds_no_connection_is_told_in_time_and_goes_on(small: Service) -> None:
    world = World(small)
    family = world.family()
    with every_connection_taken(small):
        for answer in at_once(family.parent, "GET", "/v1/passports"):
            expect_unavailable(answer)
            assert answer.elapsed.total_seconds() < WAIT_SECONDS + 5
        expect_unavailable(small.client().get("/readyz"))
        assert small.client().get("/healthz").status_code == 200
    assert '"fault":"connections-exhausted"' in small.log_lines.getvalue()
    assert [each.status_code for each in at_once(family.parent, "GET", "/v1/passports")] == [200] * AT_ONCE
    assert small.client().get("/readyz").status_code == 200


def test_writers_who_wait_for_the_log_and_for_connections_do_not_wait_for_each_other(small: Service) -> None:
    world = World(small)
    family = world.family()
    path = f"/v1/passports/{family.passport_id}/statements"
    begun = time.monotonic()
    with held_log(small):
        for answer in at_once(family.parent, "POST", path, EVERYDAY):
            expect_unavailable(answer)
    assert time.monotonic() - begun < AT_ONCE * WAIT_SECONDS + 8
    assert family.parent.get(path).json()["items"] == []
    assert [each.status_code for each in at_once(family.parent, "POST", path, EVERYDAY)] == [201] * AT_ONCE
    assert len(family.parent.get(path).json()["items"]) == AT_ONCE
