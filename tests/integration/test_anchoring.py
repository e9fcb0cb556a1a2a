"""What ends is outside the database before it is answered, and nothing is answered while it cannot be."""

import shutil
import sqlite3
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import pytest
from click.testing import CliRunner
from sqlalchemy import make_url

from passport_api.anchors.file import FileAnchor
from passport_api.app import build_runtime
from passport_api.cli import main
from passport_api.config import for_folder, to_environment
from passport_api.domain.anchor_records import EndingsList
from passport_api.services.anchoring import Standing
from passport_api.services.publishing import Publisher
from passport_keys.providers.local_file import LocalFileProvider
from support.attacked import grow, mended
from support.databases import BACKENDS, fresh_database
from support.raw_database import RawDatabase
from support.served import serve
from support.service import FAST_PASSWORDS, Clock, Service, listening, running_service
from support.world import PASSWORD, World

AWAY, SHUT = (503, "/problems/unavailable"), (503, "/problems/log_diverged")


def told(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"]


def anchor_of(service: Service) -> Path:
    return service.folder / "anchors/log.anchor"


def records(service: Service) -> list[EndingsList]:
    """Every record of the service's anchor file, which is sound."""
    stream = FileAnchor(anchor_of(service)).read(service.runtime.anchoring.log)
    assert stream.faults == []
    return stream.records


def ended(service: Service) -> list[tuple[str, str]]:
    """What the anchor file says has ended: kinds and ids."""
    found = [placed.ending for record in records(service) for placed in record.endings]
    return [(each.kind.value, str(each.subject_id)) for each in found]


@contextmanager
def unwritable(path: Path) -> Iterator[None]:
    """A folder stands in the place of a file, so that not even root can write it."""
    kept = path.with_name("kept")
    path.rename(kept)
    path.mkdir()
    try:
        yield
    finally:
        path.rmdir()
        kept.rename(path)


def until(true: Callable[[], bool]) -> None:
    """Wait until something is so, for a bounded time."""
    deadline, pause = time.monotonic() + 30, threading.Event()
    while not true():
        assert time.monotonic() < deadline, "it did not come to be so"
        pause.wait(0.01)


def test_what_ends_is_in_the_anchor_file_when_it_is_answered(service: Service, world: World) -> None:
    family = world.family()
    consent, replaced = world.consent(family, purpose="adoption_support")["id"], world.consent(family)["id"]
    leaver = world.member(family.school_id, "designated_teacher")
    invitation = {"name": "Ola Wren", "email": f"{uuid.uuid4()}@wren.example", "passport_id": family.passport_id}
    invited = family.social_worker.made("/v1/invitations", invitation)

    family.parent.made(f"/v1/consents/{consent}/revocation")
    assert ended(service)[-1] == ("consent_revoked", consent)

    world.consent(family)
    assert ended(service)[-1] == ("consent_superseded", replaced)

    gone = world.admin(family.school_id).http.delete(f"/v1/memberships/{leaver.membership_id}")
    assert gone.status_code in {200, 204}
    assert ended(service)[-1] == ("membership_ended", str(leaver.membership_id))

    accepted = {"token": invited["token"], "password": PASSWORD}
    assert service.client().post("/v1/invitations/acceptance", json=accepted).status_code == 200
    assert ended(service)[-1] == ("invitation_used", invited["id"])

    path = f"/v1/transitions/{family.transition_id}"
    match = {"If-Match": family.parent.get(path).headers["ETag"]}
    assert family.parent.http.patch(path, json={"state": "cancelled"}, headers=match).status_code == 200
    assert ended(service)[-1] == ("transition_cancelled", family.transition_id)


def test_nothing_is_answered_while_what_ended_cannot_be_anchored(service: Service, world: World) -> None:
    family = world.family()
    reader = world.member(family.school_id, "designated_teacher")
    revoked, standing = world.consent(family)["id"], world.consent(family, purpose="school_move")["id"]
    client = service.client()
    with unwritable(anchor_of(service)):
        assert told(family.parent.post(f"/v1/consents/{revoked}/revocation")) == AWAY
        for answer in (
            reader.get(f"/v1/views/{standing}"),
            reader.get("/v1/views"),
            family.parent.get(f"/v1/passports/{family.passport_id}"),
            client.post("/v1/auth/login", json={"email": reader.email, "password": PASSWORD}),
            client.get("/readyz"),
        ):
            assert told(answer) == AWAY
            assert answer.headers["Retry-After"]
        assert client.get("/healthz").status_code == 200
    assert reader.get(f"/v1/views/{revoked}").status_code == 404
    assert ("consent_revoked", revoked) in ended(service)
    assert reader.get(f"/v1/views/{standing}").status_code == 200
    assert client.get("/readyz").status_code == 200


def test_whoever_asks_again_is_told_that_it_has_ended_only_once_that_is_anchored(
    service: Service, world: World
) -> None:
    """The process that was asked first may have been killed between the commit and the anchor."""
    family = world.family()
    replaced = world.consent(family)["id"]
    consents, terms, once = f"/v1/passports/{family.passport_id}/consents", world.terms(family), str(uuid.uuid4())

    def give() -> httpx.Response:
        return family.parent.post(consents, terms, headers={"Idempotency-Key": once})

    before = anchor_of(service).read_bytes()
    given = give()
    anchor_of(service).write_bytes(before)
    assert ("consent_superseded", replaced) not in ended(service)
    again = give()
    assert (again.status_code, again.content) == (201, given.content)
    assert ended(service)[-1] == ("consent_superseded", replaced)

    revocation, before = f"/v1/consents/{given.json()['id']}/revocation", anchor_of(service).read_bytes()
    family.parent.made(revocation)
    anchor_of(service).write_bytes(before)
    assert family.parent.post(revocation).status_code == 409
    assert ended(service)[-1] == ("consent_revoked", given.json()["id"])


def test_a_checkpoint_is_handed_out_only_when_it_is_anchored(service: Service, world: World) -> None:
    family = world.family()
    world.statement(family, "regulation", "everyday")
    with unwritable(anchor_of(service)):
        assert told(family.parent.get("/v1/log/checkpoint")) == AWAY
    size = int(family.parent.get("/v1/log/checkpoint").text.splitlines()[1])
    assert records(service)[-1].checkpoint.size == size


def test_what_is_brought_back_by_hand_under_a_running_service_shuts_it(service: Service, world: World) -> None:
    """The database itself says what has ended: what a process read of the anchor files at its start is older."""
    family = world.family()
    reader, consent = world.member(family.school_id, "designated_teacher"), world.consent(family)["id"]
    family.parent.made(f"/v1/consents/{consent}/revocation")
    client, row = service.client(), {"id": uuid.UUID(consent)}
    with closing(RawDatabase(service.settings.database_url)) as database:
        with database.altered("consents", row, lambda kept: {**kept, "revoked_at": None}):
            assert told(client.get("/readyz")) == SHUT
            assert told(reader.get(f"/v1/views/{consent}")) == SHUT
        assert client.get("/readyz").status_code == 200


def test_so_many_entries_or_seconds_make_a_checkpoint_due(service: Service, world: World) -> None:
    family, anchoring, complaints = world.family(), service.runtime.anchoring, []
    for seconds in (0.05, 3600.0):
        publisher = Publisher(anchoring, seconds, complaints.append)
        publisher.start()
        until(lambda: records(service)[-1].checkpoint.size == anchoring.log.head().size)
        grow(service, family.passport_id, anchoring.log.head().size + service.settings.anchor_entries)
        grown = anchoring.log.head().size
        world.statement(family, "regulation", "everyday")  # as an entry is made by a request, it is noticed
        until(
            lambda at_least=grown: records(service)[-1].checkpoint.size >= at_least
        )  # whether that entry is committed by then or not
        world.statement(family, "regulation", "everyday")
        publisher.stop()
        assert records(service)[-1].checkpoint.size == anchoring.log.head().size
    assert complaints == []


def test_a_log_without_its_anchor_is_not_served_until_an_operator_says_that_it_is_new(
    service: Service, world: World
) -> None:
    world.family()
    client, kept = service.client(), anchor_of(service).with_name("taken")
    environment = to_environment(service.settings)
    anchor_of(service).rename(kept)
    assert told(client.get("/readyz")) == SHUT
    said = CliRunner().invoke(main, ["init"], env=environment)
    assert said.exit_code == 0, said.output
    assert f"there is no file:{anchor_of(service)}: if it is new, run `passport-api anchors enrol`" in said.output
    assert told(client.get("/readyz")) == SHUT
    assert CliRunner().invoke(main, ["anchors", "enrol"], env=environment).exit_code == 0
    assert client.get("/readyz").status_code == 200
    assert len(records(service)) == 1
    again = CliRunner().invoke(main, ["init"], env=environment)
    assert "anchors enrol" not in again.output
    kept.unlink()


def test_without_anchors_everything_is_served_and_nothing_written(service: Service, world: World) -> None:
    family = world.family()
    consent = world.consent(family)["id"]
    plain = replace(service.settings, anchors=())
    before = anchor_of(service).read_bytes()
    with listening(plain, service.clock, service.backend, service.folder) as other:
        assert other.client().get("/readyz").status_code == 200
        family.parent.at(other).made(f"/v1/consents/{consent}/revocation")
    assert anchor_of(service).read_bytes() == before
    assert to_environment(plain)["PASSPORT_ANCHORS"] == "none"
    service.runtime.anchoring.publish()
    assert ("consent_revoked", consent) in ended(service)


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_disk_that_was_full_at_the_very_start_leaves_no_log_that_is_shut_for_ever(
    backend: str, tmp_path: Path
) -> None:
    with fresh_database(backend, tmp_path) as url:
        LocalFileProvider.create(tmp_path / "keys.json", Clock()())
        settings = replace(for_folder(tmp_path), database_url=url)
        (tmp_path / "anchors").mkdir()
        (tmp_path / "anchors/log.anchor").touch()  # what is left of an enrolment that could not be written
        runtime = build_runtime(settings, Clock(), FAST_PASSWORDS)
        assert runtime.anchoring.standing is Standing.OPEN
        runtime.database.close()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_served_process_leaves_everything_anchored_when_it_stops_and_after_it_was_killed(
    backend: str, tmp_path: Path
) -> None:
    with fresh_database(backend, tmp_path) as url:
        LocalFileProvider.create(tmp_path / "keys.json", Clock()())
        settings = replace(for_folder(tmp_path), database_url=url, anchor_seconds=3600)
        with listening(settings, Clock(), backend, tmp_path) as service:
            world = World(service)
            family, consent = (made := world.family()), world.consent(made)["id"]
            text = {"section": "regulation", "detail_level": "everyday", "source": "parent", "text": "One."}
            served = serve(settings, tmp_path / "output")
            try:
                parent = served.signed_in(family.parent.email, PASSWORD)
                path = f"/v1/passports/{family.passport_id}/statements"
                assert parent.post(path, json=text).status_code == 201
            finally:
                served.stop()
            assert records(service)[-1].checkpoint.size == service.runtime.anchoring.log.head().size

            # As if killed between the commit and the anchor: it has ended, and nobody was told.
            shutil.copy(anchor_of(service), tmp_path / "before")
            family.parent.made(f"/v1/consents/{consent}/revocation")
            shutil.copy(tmp_path / "before", anchor_of(service))
            assert ("consent_revoked", consent) not in ended(service)
            served = serve(settings, tmp_path / "output")
            try:
                until(lambda: ("consent_revoked", consent) in ended(service))
                served.kill()
            finally:
                served.stop()


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_log_that_gets_shorter_under_a_running_service_is_noticed_by_the_next_entry(
    backend: str, tmp_path: Path
) -> None:
    with running_service(backend, tmp_path) as service:
        world = World(service)
        family = world.family()
        reader, consent = world.member(family.school_id, "designated_teacher"), world.consent(family)["id"]
        grow(service, family.passport_id, 60)
        assert reader.get(f"/v1/views/{consent}").status_code == 200
        database = RawDatabase(service.settings.database_url)
        cut = mended(database.rows("log_entries")[:58], database.rows("log_head")[0])
        for table, rows in cut.items():
            database.replace(table, rows)
        database.close()
        assert told(reader.get(f"/v1/views/{consent}")) == SHUT
        assert told(reader.get("/v1/views")) == SHUT


def test_an_older_file_in_the_place_of_a_running_services_is_not_served(tmp_path: Path) -> None:
    with running_service("sqlite", tmp_path) as service:
        world = World(service)
        family = world.family()
        reader, consent = world.member(family.school_id, "designated_teacher"), world.consent(family)["id"]
        path = Path(str(make_url(service.settings.database_url).database))
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(tmp_path / "older.db")) as copy:
            live.backup(copy)
        family.parent.made(f"/v1/consents/{consent}/revocation")
        assert reader.get(f"/v1/views/{consent}").status_code == 404
        for ending in ("-wal", "-shm"):
            Path(f"{path}{ending}").unlink(missing_ok=True)
        (tmp_path / "older.db").rename(path)
        assert told(reader.get(f"/v1/views/{consent}")) == SHUT
        assert told(reader.get("/v1/views")) == SHUT


def test_a_database_file_that_is_gone_is_not_made_anew(tmp_path: Path) -> None:
    with running_service("sqlite", tmp_path) as service:
        family = World(service).family()
        path = Path(str(make_url(service.settings.database_url).database))
        away = path.with_suffix(".away")
        path.rename(away)
        assert family.parent.get(f"/v1/passports/{family.passport_id}").status_code == 503
        assert not path.exists()
        away.rename(path)
        assert family.parent.get(f"/v1/passports/{family.passport_id}").status_code == 200
