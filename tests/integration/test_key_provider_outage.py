"""The key provider goes away while the service runs: reads are carried for a set time, nothing new is made, it returns.

KMS is moto's, over real HTTP, stopped and started; the keyring's clock is moved, the provider's is the real one.
"""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from passport_api import setup
from passport_api.config import SettingInvalid, Settings, from_environment
from passport_keys.errors import ProviderUnavailable
from passport_keys.providers import open_provider
from support.databases import BACKENDS
from support.kms import Kms, running_kms
from support.service import running_service
from support.world import Family, World

MAX_AGE = 300
OUTAGE = 900
PROBLEM = "/problems/unavailable"


class Monotonic:
    """Seconds that really pass, and more when told to."""

    ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@dataclass
class Standing:
    """A service over KMS with a family in it."""

    kms: Kms
    seconds: Monotonic
    world: World
    family: Family

    def read(self) -> httpx.Response:
        return self.family.parent.get(f"/v1/passports/{self.family.passport_id}/statements")

    def make_a_passport(self) -> httpx.Response:
        return self.family.social_worker.post("/v1/passports", {"child": self.world.child()})


@contextmanager
def _standing(backend: str, folder: Path) -> Iterator[Standing]:
    seconds = Monotonic()
    with running_kms() as kms:
        url = kms.url(f"alias/{uuid4()}")
        setup.prepare_keys(Settings("", url), datetime(2026, 9, 1, tzinfo=UTC))
        with running_service(backend, folder, seconds, key_url=url, key_outage_seconds=OUTAGE) as service:
            world = World(service)
            family = world.family()
            world.statement(family, "regulation", "everyday", "Counting backwards helps.")
            yield Standing(kms, seconds, world, family)


@pytest.fixture(params=BACKENDS)
def standing(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Standing]:
    with _standing(request.param, tmp_path) as made:
        yield made


def _is_unavailable(answer: httpx.Response) -> bool:
    return answer.status_code == 503 and answer.json()["type"] == PROBLEM and "Retry-After" in answer.headers


def test_reads_go_on_for_the_set_time_new_passports_do_not_and_it_recovers_by_itself(standing):
    assert standing.read().status_code == 200
    standing.kms.stop()
    assert _is_unavailable(standing.make_a_passport())
    standing.seconds.ahead += MAX_AGE + OUTAGE - 60
    carried = standing.read()
    assert carried.status_code == 200
    assert carried.json()["items"][0]["text"] == "Counting backwards helps."
    assert _is_unavailable(standing.make_a_passport())
    standing.seconds.ahead += 120
    assert _is_unavailable(standing.read())
    standing.kms.start()
    deadline, pause = time.monotonic() + 60, threading.Event()
    while standing.read().status_code != 200:
        assert time.monotonic() < deadline, "it did not recover"
        pause.wait(0.1)
    assert standing.make_a_passport().status_code == 201


def test_while_it_is_away_nobody_waits_for_it(standing):
    standing.kms.stop()
    assert _is_unavailable(standing.make_a_passport())
    started = time.monotonic()
    assert all(_is_unavailable(standing.make_a_passport()) for _ in range(5))
    assert time.monotonic() - started < 5


def test_a_provider_that_takes_a_call_and_never_answers_is_waited_for_once_and_not_for_long():
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ACCESS_KEY_ID", "test")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        port = silent.getsockname()[1]
        provider = open_provider(f"awskms:alias/passport?region=eu-west-2&endpoint=http://127.0.0.1:{port}")
        started = time.monotonic()
        with pytest.raises(ProviderUnavailable):
            provider.wrap(bytes(32), b"context")
        first = time.monotonic() - started
        with pytest.raises(ProviderUnavailable):
            provider.wrap(bytes(32), b"context")
        assert 1.5 < first < 10
        assert time.monotonic() - started - first < 1


@pytest.mark.parametrize(("text", "seconds"), [("0", 0), ("60", 60), ("86400", 86400)])
def test_how_long_reads_are_carried_is_a_setting(text, seconds):
    assert from_environment({"PASSPORT_DATA": "d", "PASSPORT_KEY_OUTAGE_SECONDS": text}).key_outage_seconds == seconds
    assert from_environment({"PASSPORT_DATA": "d"}).key_outage_seconds == OUTAGE


@pytest.mark.parametrize("text", ["-1", "86401", "ten", "", "1.5"])
def test_a_time_that_makes_no_sense_stops_the_start(text):
    with pytest.raises(SettingInvalid, match="PASSPORT_KEY_OUTAGE_SECONDS"):
        from_environment({"PASSPORT_DATA": "d", "PASSPORT_KEY_OUTAGE_SECONDS": text})
