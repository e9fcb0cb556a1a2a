"""A clock that jumps back: nothing that expired opens again; far behind, nothing is decided until it has caught up."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.config import to_environment
from passport_api.services import clock
from passport_api.services.execution import perform_unattended
from passport_api.store import log
from support.load import expect_unavailable
from support.service import Service, listening
from support.world import PASSWORD, Family, Person, World

pytestmark = pytest.mark.faults


@dataclass
class Scene:
    """A reader with a view that ends in an hour."""

    service: Service
    family: Family
    reader: Person
    path: str

    def opens(self) -> int:
        return self.reader.get(self.path).status_code


@pytest.fixture
def scene(service: Service, world: World) -> Scene:
    family = world.family()
    until = (service.clock() + timedelta(hours=1)).isoformat()
    consent = world.consent(family, valid_until=until)["id"]
    return Scene(service, family, world.member(family.school_id, "senco"), f"/v1/views/{consent}")


@pytest.fixture(autouse=True)
def _right_afterwards(service: Service) -> Iterator[None]:
    yield
    service.clock.ahead = timedelta()
    clock.accept(service.runtime)


@contextmanager
def set_back(service: Service, **by: float) -> Iterator[None]:
    """The clock jumps back for as long as the block lasts."""
    before = service.clock.ahead
    service.clock.ahead -= timedelta(**by)
    yield
    service.clock.ahead = before


def newest(service: Service) -> datetime | None:
    with service.runtime.database.reading() as uow:
        return log.mark(uow).newest_at


def test_what_was_found_expired_stays_expired_when_the_clock_jumps_back_a_little(scene: Scene) -> None:
    assert scene.opens() == 200
    scene.service.clock.advance(hours=1, seconds=1)
    assert scene.opens() == 404
    with set_back(scene.service, minutes=4):
        assert scene.opens() == 404
        assert scene.reader.get("/v1/views").json()["items"] == []


def test_the_times_in_the_log_never_run_backwards(scene: Scene) -> None:
    assert scene.opens() == 200
    with set_back(scene.service, minutes=3):
        assert scene.opens() == 200
        written = {"section": "safety", "detail_level": "everyday", "text": "Fine.", "source": "parent"}
        scene.family.parent.made(f"/v1/passports/{scene.family.passport_id}/statements", written)
    path = f"/v1/passports/{scene.family.passport_id}/access-log?limit=100"
    times = [datetime.fromisoformat(each["at"]) for each in scene.family.parent.get(path).json()["items"]]
    assert len(times) > 5
    assert times == sorted(times, reverse=True)
    assert newest(scene.service) == max(times[0], newest(scene.service) or times[0])


def test_far_behind_nothing_is_decided_until_the_clock_has_caught_up(scene: Scene) -> None:
    http = scene.service.client()
    assert scene.opens() == 200
    before = newest(scene.service)
    with set_back(scene.service, minutes=6):
        for answer in (
            scene.reader.get(scene.path),
            scene.reader.get("/v1/views"),
            scene.family.parent.post(f"/v1/consents/{scene.path[-36:]}/revocation"),
            http.post("/v1/auth/login", json={"email": scene.reader.email, "password": PASSWORD}),
            http.post("/v1/invitations/acceptance", json={"token": "x" * 43, "password": PASSWORD}),
            http.get("/readyz"),
        ):
            expect_unavailable(answer)
        assert http.get("/healthz").status_code == 200
        assert '"exception":"ClockBehind","fault":"clock-behind"' in scene.service.log_lines.getvalue()
        assert newest(scene.service) == before
    assert scene.opens() == 200
    assert http.get("/readyz").status_code == 200


def test_a_service_starts_while_its_clock_is_behind_and_says_so(scene: Scene, tmp_path: Path) -> None:
    assert scene.opens() == 200
    service = scene.service
    with set_back(service, minutes=6), listening(service.settings, service.clock, service.backend, tmp_path) as fresh:
        expect_unavailable(fresh.client().get("/readyz"))
    with listening(service.settings, service.clock, service.backend, tmp_path) as fresh:
        assert fresh.client().get("/readyz").status_code == 200


def test_an_operator_accepts_the_clock_after_one_had_been_ahead(scene: Scene, world: World) -> None:
    service = scene.service
    service.clock.advance(days=40)
    late = world.member(scene.family.school_id, "designated_teacher")
    service.clock.ahead = timedelta()
    assert scene.reader.get("/v1/views").status_code == 503
    ran = CliRunner().invoke(main, ["recover-clock"], input="y\n", env=to_environment(service.settings))
    assert ran.exit_code == 0, ran.output
    assert "Accepted, as log entry" in ran.output
    assert scene.opens() == 200
    assert late.get("/v1/me").status_code == 401, "a session of the time that never was goes on"
    again = CliRunner().invoke(main, ["recover-clock"], env=to_environment(service.settings))
    assert again.output == "The clock is not behind the log: nothing to do.\n"


def test_accepting_the_clock_is_logged_from_what_to_what_and_refused_without_a_yes(scene: Scene) -> None:
    service = scene.service
    service.clock.advance(days=1)
    assert scene.opens() == 404
    wrong = newest(service)
    service.clock.ahead = timedelta()
    refused = CliRunner().invoke(main, ["recover-clock"], input="n\n", env=to_environment(service.settings))
    assert refused.exit_code == 1
    assert newest(service) == wrong
    other = CliRunner().invoke(main, ["organisations", "list"], env=to_environment(service.settings))
    assert other.exit_code == 1
    assert "recover-clock" in other.output
    accepted = clock.accept(service.runtime)
    assert accepted is not None
    _, kept = perform_unattended(service.runtime, lambda step: log.at_position(step.uow, accepted.log_entry))
    assert kept is not None
    entry = service.runtime.vault.open_entry(kept.leaf)
    assert wrong is not None
    assert (entry.action, entry.actor.role) == ("clock.accepted", "operator")
    assert entry.detail == f"{wrong.isoformat()} → {accepted.now.isoformat()}"
    assert entry.at == accepted.now == newest(service)
