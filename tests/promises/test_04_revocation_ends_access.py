"""Promise 4: once a revocation has been answered, no later request opens the view; so for every way that access ends.

Two instances serve one database here, as two processes do: what one has in memory must not keep a door open that the
other has closed.
"""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import make_url

from passport_api.services.clock import accept
from support.answers import nobodys_id, told
from support.lists import every
from support.service import Clock, Service, listening
from support.world import EVERY_SECTION, Family, Person, World

DEADLINE = 30
MOMENT = timedelta(microseconds=1)


@dataclass
class StoppedClock(Clock):
    """A clock that a test can stop at an instant."""

    stopped_at: datetime | None = None

    def __call__(self) -> datetime:
        return self.stopped_at or super().__call__()


@pytest.fixture(scope="module")
def other(service: Service) -> Iterator[Service]:
    """A second instance on the same database, whose clock can be stopped."""
    with listening(service.settings, StoppedClock(), service.backend, service.folder) as running:
        yield running


@contextmanager
def at(instance: Service, instant: datetime) -> Iterator[None]:
    """Stop an instance's clock for as long as the block lasts, then have an operator accept the time before."""
    clock = instance.clock
    assert isinstance(clock, StoppedClock)
    clock.stopped_at = instant
    try:
        yield
    finally:
        clock.stopped_at = None
        accept(instance.runtime)


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that must come."""
    deadline, pause = time.monotonic() + DEADLINE, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        pause.wait(0.002)


@dataclass
class Scene:
    """A consent in force and a reader of it."""

    world: World
    service: Service
    family: Family
    reader: Person
    consent_id: str

    @property
    def path(self) -> str:
        return f"/v1/views/{self.consent_id}"

    def log(self) -> list[Any]:
        """The passport's access log, oldest first."""
        return every(self.family.parent, f"/v1/passports/{self.family.passport_id}/access-log?limit=100")[::-1]

    def denials(self) -> list[tuple[str, str]]:
        """What was denied, and why, in the order of the log."""
        return [(entry["action"], entry["reason"]) for entry in self.log() if entry["outcome"] == "denied"]


@dataclass
class Stage:
    """One family whose move and readers each test takes its own of."""

    world: World
    family: Family

    def scene(self, role: str = "designated_safeguarding_lead") -> Scene:
        child = self.world.sibling(self.family)
        self.world.statement(child, "regulation", "everyday")
        self.world.statement(child, "regulation", "restricted")
        reader = self.world.member(child.school_id, role)
        return Scene(self.world, self.world.service, child, reader, self.world.consent(child)["id"])


@pytest.fixture(scope="module")
def stage(world: World) -> Stage:
    return Stage(world, world.family())


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return stage.scene()


# The ways that access ends.


def revoked(scene: Scene) -> None:
    scene.family.parent.made(f"/v1/consents/{scene.consent_id}/revocation")


def superseded(scene: Scene) -> None:
    scene.world.consent(scene.family, {"about_me": "everyday"})


def cancelled(scene: Scene) -> None:
    path = f"/v1/transitions/{scene.family.transition_id}"
    tag = scene.family.parent.get(path).headers["ETag"]
    answer = scene.family.parent.http.patch(path, json={"state": "cancelled"}, headers={"If-Match": tag})
    assert answer.status_code == 200


def left_the_school(scene: Scene) -> None:
    admin = scene.world.admin(scene.family.school_id)
    assert admin.http.delete(f"/v1/memberships/{scene.reader.membership_id}").status_code == 200


def lost_the_role(scene: Scene) -> None:
    admin = scene.world.admin(scene.family.school_id)
    path = f"/v1/memberships/{scene.reader.membership_id}"
    assert admin.http.patch(path, json={"role": "org_admin"}).status_code == 200


ENDINGS: dict[Callable[[Scene], None], str] = {
    revoked: "consent_revoked",
    superseded: "consent_superseded",
    cancelled: "transition_cancelled",
    left_the_school: "left_the_organisation",
    lost_the_role: "role_lost",
}
each_ending = pytest.mark.parametrize("end", ENDINGS)


@each_ending
def test_access_ends_at_the_next_request_wherever_it_is_made(
    scene: Scene, other: Service, end: Callable[[Scene], None]
) -> None:
    readers = [scene.reader, scene.reader.at(other)]
    opened = [reader.get(scene.path) for reader in readers]
    assert [answer.status_code for answer in opened] == [200, 200]
    end(scene)

    random = f"/v1/views/{nobodys_id()}"
    for reader in readers:
        assert told(reader.get(scene.path)) == told(reader.get(random))
        tag = {"If-None-Match": opened[0].headers["ETag"]}
        assert told(reader.get(scene.path, headers=tag)) == told(reader.get(random))
        assert told(reader.http.head(scene.path)) == told(reader.http.head(random))
        acknowledged, unknown = (reader.post(f"{path}/acknowledgement") for path in (scene.path, random))
        assert told(acknowledged) == told(unknown)
        assert acknowledged.status_code == 404
        assert scene.consent_id not in reader.get("/v1/views").text
    denials = [("view.opened", ENDINGS[end])] * 3 + [("view.acknowledged", ENDINGS[end])]
    assert scene.denials() == denials * 2


@each_ending
def test_an_opening_under_way_is_decided_again(scene: Scene, other: Service, end: Callable[[Scene], None]) -> None:
    """It had been granted when access ended, in another process, and had not been recorded."""
    there, recorder = scene.reader.at(other), other.runtime.recorder
    with ThreadPoolExecutor(1) as pool:
        with recorder._turn:
            opening = pool.submit(there.get, scene.path)
            until(lambda: bool(recorder._waiting))
            end(scene)
        assert opening.result(DEADLINE).status_code == 404
    assert not [entry for entry in scene.log() if entry["action"] == "view.opened" and entry["outcome"] == "allowed"]


@dataclass
class Watcher:
    """Opens a view again and again, noting when each try began."""

    reader: Person
    path: str
    tries: list[tuple[float, int]] = field(default_factory=list)

    def watch(self, closed: threading.Event) -> None:
        after = 0
        while after < 4:
            after += closed.is_set()
            began = time.perf_counter()
            self.tries.append((began, self.reader.get(self.path).status_code))

    def has_opened(self) -> bool:
        return any(status == 200 for _, status in self.tries)


@pytest.mark.parametrize("_round", range(2))
def test_no_opening_begun_after_the_revocation_was_answered_succeeds(scene: Scene, other: Service, _round: int) -> None:
    watchers = [Watcher(scene.reader.at(instance), scene.path) for instance in [scene.service, other] * 3]
    parent, closed = scene.family.parent.at(other), threading.Event()
    with ThreadPoolExecutor(len(watchers)) as pool:
        watching: list[Future[None]] = [pool.submit(watcher.watch, closed) for watcher in watchers]
        until(lambda: all(watcher.has_opened() for watcher in watchers))
        parent.made(f"/v1/consents/{scene.consent_id}/revocation")
        answered = time.perf_counter()
        closed.set()
        for each in watching:
            each.result(DEADLINE)

    late = [status for watcher in watchers for began, status in watcher.tries if began > answered]
    assert len(late) >= 3 * len(watchers)
    assert set(late) == {404}
    actions = [(entry["action"], entry["outcome"]) for entry in scene.log()]
    assert ("view.opened", "allowed") not in actions[actions.index(("consent.revoked", "allowed")) :]


def opens(person: Person, consent_id: str) -> bool:
    answer = person.get(f"/v1/views/{consent_id}")
    assert answer.status_code in {200, 404}
    return answer.status_code == 200


def test_a_consent_opens_from_its_first_instant_until_before_its_last(scene: Scene, other: Service) -> None:
    begins = datetime(2027, 3, 1, 9, 30, 0, 250_000, tzinfo=UTC)
    ends = datetime(2027, 3, 31, 16, 45, 59, 999_999, tzinfo=UTC)
    period = {"valid_from": begins.isoformat(), "valid_until": ends.isoformat()}
    consent_id = scene.world.consent(scene.family, None, **period)["id"]
    there = scene.reader.at(other)
    instants = {
        begins - timedelta(seconds=1): False,
        begins - MOMENT: False,
        begins: True,
        ends - timedelta(seconds=1): True,
        ends - MOMENT: True,
        ends: False,
        ends + MOMENT: False,
        ends + timedelta(seconds=1): False,
    }
    for instant, expected in instants.items():
        with at(other, instant):
            assert opens(there, consent_id) == expected, instant
            listed = [item["id"] for item in there.get("/v1/views").json()["items"]]
            assert (consent_id in listed) == expected, instant


def test_a_last_day_lasts_to_its_end_in_the_uk(scene: Scene, other: Service) -> None:
    consent_id = scene.world.consent(scene.family, valid_until="2027-07-31")["id"]
    there, midnight = scene.reader.at(other), datetime(2027, 7, 31, 23, 0, tzinfo=UTC)  # in summer time
    with at(other, midnight - MOMENT):
        assert opens(there, consent_id)
    with at(other, midnight):
        assert not opens(there, consent_id)


def test_an_expired_view_takes_no_acknowledgement(scene: Scene, other: Service) -> None:
    there = scene.reader.at(other)
    assert opens(there, scene.consent_id)
    with at(other, scene.service.clock() + timedelta(days=366)):
        expired = there.post(f"{scene.path}/acknowledgement")
        assert told(expired) == told(there.post(f"/v1/views/{nobodys_id()}/acknowledgement"))
    assert scene.denials() == [("view.acknowledged", "consent_expired")]


def test_a_newer_consent_ends_the_older(scene: Scene) -> None:
    newer = scene.world.consent(scene.family, {"about_me": "everyday"})["id"]
    assert not opens(scene.reader, scene.consent_id)
    assert opens(scene.reader, newer)


def test_a_newer_consent_for_later_ends_the_older_only_then(scene: Scene, other: Service) -> None:
    begins = (scene.service.clock() + timedelta(days=30)).replace(microsecond=7)
    newer = scene.world.consent(scene.family, {"about_me": "everyday"}, valid_from=begins.isoformat())["id"]
    there = scene.reader.at(other)
    assert opens(scene.reader, scene.consent_id)
    with at(other, begins - MOMENT):
        assert (opens(there, scene.consent_id), opens(there, newer)) == (True, False)
    with at(other, begins):
        assert (opens(there, scene.consent_id), opens(there, newer)) == (False, True)


def test_a_newer_consent_that_waits_for_the_second_parent_ends_nothing_yet(world: World) -> None:
    family = world.family(requires_both_parents=True)
    second, reader = family.second_parent, world.member(family.school_id, "senco")
    assert second is not None
    older = world.consent(family)["id"]
    second.made(f"/v1/consents/{older}/approval")
    newer = world.consent(family, {"about_me": "everyday"})["id"]
    assert (opens(reader, older), opens(reader, newer)) == (True, False)
    second.made(f"/v1/consents/{newer}/approval")
    assert (opens(reader, older), opens(reader, newer)) == (False, True)


def test_a_lesser_role_sees_less_at_the_next_request(scene: Scene) -> None:
    before = scene.reader.get(scene.path)
    admin = scene.world.admin(scene.family.school_id)
    admin.http.patch(f"/v1/memberships/{scene.reader.membership_id}", json={"role": "class_teacher"})
    after = scene.reader.get(scene.path, headers={"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert {"everyday", "restricted"} == levels_in(before)
    assert {"everyday"} == levels_in(after)


def levels_in(view: httpx.Response) -> set[str]:
    assert len(view.json()["sections"]) == len(EVERY_SECTION)
    return {each["detail_level"] for section in view.json()["sections"] for each in section["statements"]}


def test_signing_out_ends_the_session_everywhere_at_once(scene: Scene, other: Service) -> None:
    assert scene.reader.get(scene.path).status_code == 200
    token = scene.reader.http.headers["Authorization"]
    assert scene.reader.post("/v1/auth/logout").status_code == 204
    assert scene.reader.get(scene.path).status_code == 401
    assert scene.service.client(token.removeprefix("Bearer ")).get("/v1/me").status_code == 401
    body = {"refresh_token": scene.reader.refresh_token}
    assert scene.service.client().post("/v1/auth/refresh", json=body).status_code == 401
    assert other.client().post("/v1/auth/refresh", json=body).status_code == 401


def test_a_refresh_token_used_twice_ends_the_session(scene: Scene) -> None:
    http, body = scene.service.client(), {"refresh_token": scene.reader.refresh_token}
    fresh = http.post("/v1/auth/refresh", json=body).json()
    newest = scene.service.client(fresh["access_token"])
    assert newest.get(scene.path).status_code == 200
    assert http.post("/v1/auth/refresh", json=body).status_code == 401
    assert newest.get(scene.path).status_code == 401
    assert scene.reader.get(scene.path).status_code == 401
    assert http.post("/v1/auth/refresh", json={"refresh_token": fresh["refresh_token"]}).status_code == 401


# What was answered once must not come back through an Idempotency-Key.


@dataclass
class Maker:
    """A social worker who makes a passport under an Idempotency-Key, and whose membership then ends."""

    world: World
    worker: Person
    admin: Person
    body: Any
    key: str

    def make(self) -> httpx.Response:
        return self.worker.post("/v1/passports", self.body, headers={"Idempotency-Key": self.key})

    def leave(self) -> httpx.Response:
        return self.admin.http.delete(f"/v1/memberships/{self.worker.membership_id}")

    def lose_the_role(self) -> httpx.Response:
        return self.admin.http.patch(f"/v1/memberships/{self.worker.membership_id}", json={"role": "virtual_school"})


@pytest.fixture
def maker(world: World, stage: Stage) -> Maker:
    custodian = stage.family.custodian_id
    body = {"child": world.child(name="Robin Whom Nobody Else Knows")}
    return Maker(world, world.member(custodian, "social_worker"), world.admin(custodian), body, nobodys_id())


@pytest.mark.parametrize("end", [Maker.leave, Maker.lose_the_role])
def test_a_repeat_brings_nothing_back_to_somebody_who_lost_access(
    maker: Maker, end: Callable[[Maker], httpx.Response]
) -> None:
    made = maker.make()
    repeated = maker.make()
    assert (made.status_code, repeated.content) == (201, made.content)
    assert end(maker).status_code == 200
    assert told(maker.make()) == told(maker.worker.get(f"/v1/passports/{nobodys_id()}"))


@pytest.mark.parametrize("first", ["make", "leave"])
def test_a_repeat_of_a_request_under_way_when_access_ended_brings_nothing_back(
    maker: Maker, service: Service, first: str
) -> None:
    second = "leave" if first == "make" else "make"
    with ThreadPoolExecutor(2) as pool, held_log(service) as waiting:
        requests = []
        for name in (first, second):
            requests.append(pool.submit(getattr(maker, name)))
            waiting(len(requests))
    assert {request.result(DEADLINE).status_code for request in requests} <= {200, 201, 404}
    assert maker.make().status_code == 404


@contextmanager
def held_log(service: Service) -> Iterator[Callable[[int], None]]:
    """Hold the log, so that whoever writes to it waits; gives a way to wait until so many do.

    SQLite lets in one writer at a time, whole: there is no half way at which another could be met, and nothing to hold.
    """
    if service.backend == "sqlite":
        yield lambda _: None
        return
    dsn = make_url(service.settings.database_url).set(drivername="postgresql").render_as_string(hide_password=False)
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(dsn) as holder, psycopg.connect(dsn, autocommit=True) as observer:
        holder.execute("SELECT * FROM log_head FOR UPDATE")
        yield lambda count: until(lambda: observer.execute(blocked).fetchone() == (count,))
