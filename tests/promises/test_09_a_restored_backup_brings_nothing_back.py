"""Promise 9: a restored old backup brings back no revoked consent, used code or erased child unnoticed.

An older copy of the database is put back under a service whose anchor file has gone on. It serves nothing until an
operator has run `passport-api recover`; after that everything that had ended is ended, and everybody signs in anew.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result

from passport_api.api.tokens import access_token
from passport_api.cli import main
from passport_api.config import Settings, for_folder, to_environment
from passport_api.domain.ids import AccountId, SessionId
from passport_api.services.runtime import Caller
from passport_keys.providers.local_file import LocalFileProvider
from support.databases import BACKENDS, fresh_database
from support.older_copies import OlderCopy
from support.places import on_disk
from support.raw_database import RawDatabase
from support.service import Clock, Service, listening
from support.world import PASSWORD, Family, Person, World

SHUT = (503, "/problems/log_diverged")
KEPT = {"section": "regulation", "detail_level": "everyday", "source": "parent", "text": "Said of who was erased."}
ONCE = {"Idempotency-Key": "0f8fad5b-d9cb-469f-a165-70867728950e"}


@dataclass
class Told:
    """What was so when the older copy was made, and has ended since."""

    family: Family
    erased: Family
    reader: Person
    leaver: Person
    admin: Person
    manager: Person
    revoked: str
    superseded: str
    cancelled: str
    move: str
    token: str
    newest: str = ""
    late_statement: str = ""


@dataclass
class Story:
    """What was answered and printed at each step, and the service as it is after the recovery.

    Attributes:
        found: whether the erased child's sealed identity was found in the database's files, before and after it.
    """

    told: Told
    settings: Settings
    shut: dict[str, tuple[int, str]]
    alive: int
    refused: Result
    doctor: Result
    recover: Result
    again: Result
    found: tuple[bool, bool]
    service: Service


@pytest.fixture(scope="module", params=BACKENDS)
def story(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Story]:
    """A database put back as it was before things ended, while its anchor file went on; then recovered."""
    folder: Path = tmp_path_factory.mktemp("rolled-back")
    clock = Clock()
    with fresh_database(request.param, folder) as url:
        LocalFileProvider.create(folder / "keys.json", clock())
        settings = replace(for_folder(folder), database_url=url)

        def serving() -> AbstractContextManager[Service]:
            return listening(settings, clock, request.param, folder)

        with serving() as service:
            told = before(World(service))
        older = OlderCopy(settings, folder)
        with serving() as service:
            afterwards(service, told)
        older.put_back()
        with serving() as service:
            shut, alive = asked(service, told), service.client().get("/healthz").status_code
            refused = command(settings, "organisations", "create", "--kind", "adoption_agency", "--name", "Late")
            doctor = command(settings, "doctor")
            sealed = child_of(settings, told.erased)
            before_it = is_on_disk(service, sealed)
            recovered = command(settings, "recover", "--yes")
            found = before_it, is_on_disk(service, sealed)
            assert service.client().get("/readyz").status_code == 200, recovered.output
            again = command(settings, "recover", "--yes")
            yield Story(told, settings, shut, alive, refused, doctor, recovered, again, found, service)


def command(settings: Settings, *words: str) -> Result:
    """Run `passport-api` on a place."""
    return CliRunner().invoke(main, words, env=to_environment(settings))


def child_of(settings: Settings, family: Family) -> bytes:
    """The sealed identity of a family's child, as the database has it."""
    with closing(RawDatabase(settings.database_url)) as database:
        (row,) = [row for row in database.rows("passports") if str(row["id"]) == family.passport_id]
    return bytes(row["sealed_child"])


def is_on_disk(service: Service, sealed: bytes) -> bool:
    """Whether bytes stand in the database's files: a part of their middle is enough."""
    return any(sealed[:48][-40:] in content for content in on_disk(service).values())


def before(world: World) -> Told:
    """What the older copy has: everything still open."""
    family, erased = world.family(), world.family()
    world.statement(family, "regulation", "everyday", "Counting to ten helps.")
    erased.parent.made(f"/v1/passports/{erased.passport_id}/statements", KEPT, headers=ONCE)
    move = {"kind": "area_move", "from_id": family.from_id, "to_id": family.school_id, "planned_date": world.day(20)}
    moved = family.parent.made(f"/v1/passports/{family.passport_id}/transitions", move)["id"]
    invitation = {"name": "Ola Wren", "email": "ola@wren.example", "passport_id": family.passport_id}
    return Told(
        family=family,
        erased=erased,
        reader=world.member(family.school_id, "designated_teacher"),
        leaver=world.member(family.school_id, "designated_safeguarding_lead"),
        admin=world.admin(family.school_id),
        manager=world.member(erased.custodian_id, "manager"),
        revoked=world.consent(family, purpose="adoption_support")["id"],
        superseded=world.consent(family)["id"],
        cancelled=world.consent(family, purpose="area_move", transition_id=moved)["id"],
        move=moved,
        token=family.social_worker.made("/v1/invitations", invitation)["token"],
    )


def afterwards(service: Service, told: Told) -> None:
    """What ended after the copy was made; all of it was answered."""
    world, family = World(service), told.family
    parent, reader = family.parent.at(service), told.reader.at(service)
    assert reader.get(f"/v1/views/{told.revoked}").status_code == 200
    parent.made(f"/v1/consents/{told.revoked}/revocation")
    told.newest = world.consent(replace(family, parent=parent))["id"]
    path = f"/v1/transitions/{told.move}"
    etag = parent.get(path).headers["ETag"]
    assert parent.http.patch(path, json={"state": "cancelled"}, headers={"If-Match": etag}).status_code == 200
    accepted = {"token": told.token, "password": PASSWORD}
    assert service.client().post("/v1/invitations/acceptance", json=accepted).status_code == 200
    text = {"section": "regulation", "detail_level": "everyday", "source": "parent", "text": "Written too late."}
    told.late_statement = parent.made(f"/v1/passports/{family.passport_id}/statements", text)["id"]
    left = told.admin.at(service).http.delete(f"/v1/memberships/{told.leaver.membership_id}")
    assert left.status_code in {200, 204}
    erasures = f"/v1/passports/{told.erased.passport_id}/erasures"
    proposal = told.erased.social_worker.at(service).made(erasures, {"ground": "parents_asked"})
    told.manager.at(service).made(f"/v1/erasures/{proposal['id']}/confirmation")


def asked(service: Service, told: Told) -> dict[str, tuple[int, str]]:
    """What is answered while the service is shut, also with the good token of a session that the old database has."""
    client = service.client()
    passport, parent = f"/v1/passports/{told.family.passport_id}", told.family.parent
    tries = {
        "sign in": client.post("/v1/auth/login", json={"email": parent.email, "password": PASSWORD}),
        "refresh": client.post("/v1/auth/refresh", json={"refresh_token": parent.refresh_token}),
        "accept": client.post("/v1/invitations/acceptance", json={"token": told.token, "password": PASSWORD}),
        "ready": client.get("/readyz"),
    }
    client.headers["Authorization"] = f"Bearer {token_of(service, parent)}"
    paths = (passport, f"{passport}/statements", f"{passport}/access-log", "/v1/passports", "/v1/views", "/v1/me")
    tries |= {path: client.get(path) for path in (*paths, f"/v1/views/{told.revoked}", "/v1/log/checkpoint")}
    text = {"section": "regulation", "detail_level": "everyday", "source": "parent", "text": "Written while shut."}
    tries["write"] = client.post(f"{passport}/statements", json=text)
    return {name: (answer.status_code, answer.json()["type"]) for name, answer in tries.items()}


def token_of(service: Service, person: Person) -> str:
    """An access token for somebody's session, as if it had been given out a minute ago."""
    database = RawDatabase(service.settings.database_url)
    sessions = [row for row in database.rows("sessions") if str(row["account_id"]) == person.id]
    database.close()
    with service.app.app_context():
        return access_token(Caller(AccountId(UUID(person.id)), SessionId(sessions[0]["id"])))


def test_nothing_is_served_from_a_database_that_was_rolled_back(story: Story) -> None:
    assert story.shut == dict.fromkeys(story.shut, SHUT)
    assert len(story.shut) == 13
    assert story.alive == 200


def test_a_command_that_would_write_refuses_too(story: Story) -> None:
    assert story.refused.exit_code == 1
    assert "run `passport-api doctor`" in story.refused.output


def test_the_doctor_says_what_was_lost_and_what_would_come_back(story: Story) -> None:
    told, output = story.told, story.doctor.output
    assert story.doctor.exit_code == 1
    assert "it was rolled back" in output
    coming_back = output.split("has not ended here:")[1]
    for kind, subject in (
        ("consent_revoked", told.revoked),
        ("consent_superseded", told.superseded),
        ("transition_cancelled", told.move),
        ("membership_ended", told.leaver.membership_id),
        ("passport_erased", told.erased.passport_id),
    ):
        assert f"{kind:<22}{subject}" in coming_back
    assert coming_back.count("invitation_used") == 1


def test_recovering_says_what_it_did_and_is_done_once(story: Story) -> None:
    assert story.recover.exit_code == 0, story.recover.output
    assert "Recovered: 6 things that had ended are ended again" in story.recover.output
    assert story.again.exit_code == 1
    assert "nothing to recover from" in story.again.output


def test_no_consent_that_had_ended_opens_its_view_again(story: Story) -> None:
    reader = story.told.reader.at(story.service)
    for consent in (story.told.revoked, story.told.superseded, story.told.cancelled):
        assert reader.get(f"/v1/views/{consent}").status_code == 404
    assert reader.get("/v1/views").json()["items"] == []


def test_who_had_left_has_left(story: Story) -> None:
    leaver = story.told.leaver.at(story.service)
    assert leaver.get("/v1/me").json()["memberships"] == []


def test_a_used_invitation_and_every_session_of_before_stay_used(story: Story) -> None:
    client = story.service.client()
    accepted = {"token": story.told.token, "password": PASSWORD}
    assert client.post("/v1/invitations/acceptance", json=accepted).status_code == 401
    parent = story.told.family.parent
    assert client.post("/v1/auth/refresh", json={"refresh_token": parent.refresh_token}).status_code == 401
    client.headers["Authorization"] = f"Bearer {token_of(story.service, parent)}"
    assert client.get("/v1/me").status_code == 401


def test_an_erased_child_stays_erased(story: Story) -> None:
    passport_id = story.told.erased.passport_id
    for person in (story.told.erased.social_worker, story.told.erased.parent):
        assert person.at(story.service).get(f"/v1/passports/{passport_id}").status_code == 404
    database = RawDatabase(story.settings.database_url)
    keys = {str(row["passport_id"]) for row in database.rows("data_keys")}
    names = {str(row["id"]): row["sealed_child"] for row in database.rows("passports")}
    database.close()
    assert passport_id not in keys
    assert names[passport_id] is None


def test_no_byte_of_an_erased_child_is_left_in_the_files(story: Story) -> None:
    before_it, after_it = story.found
    assert before_it  # the search finds what there is
    if story.service.backend == "sqlite":  # VACUUM frees what it leaves: to the last byte is an operator's step
        assert not after_it


def test_an_answer_that_was_kept_for_a_repeat_brings_nothing_of_an_erased_child_back(story: Story) -> None:
    parent = story.told.erased.parent.at(story.service)
    repeated = parent.post(f"/v1/passports/{story.told.erased.passport_id}/statements", KEPT, headers=ONCE)
    assert repeated.status_code == 404
    assert KEPT["text"] not in repeated.text


@pytest.mark.parametrize(
    ("table", "column", "subject"),
    [("consents", "revoked_at", "revoked"), ("consents", "superseded_at", "superseded")],
)
def test_what_had_ended_is_not_brought_back_by_hand(story: Story, table: str, column: str, subject: str) -> None:
    database = RawDatabase(story.settings.database_url)
    row = {"id": UUID(getattr(story.told, subject))}
    client, reader = story.service.client(), story.told.reader.at(story.service)
    with database.altered(table, row, lambda kept: {**kept, column: None}):
        shut = client.get("/readyz")
        assert (shut.status_code, shut.json()["type"]) == SHUT
        assert reader.get(f"/v1/views/{row['id']}").status_code == SHUT[0]
        doctor = command(story.settings, "doctor")
        assert doctor.exit_code == 1
        assert str(row["id"]) in doctor.output.split("has not ended here:")[1]
    assert client.get("/readyz").status_code == 200
    database.close()


def test_the_family_reads_what_was_ended_again(story: Story) -> None:
    parent = story.told.family.parent.at(story.service)
    logged = parent.get(f"/v1/passports/{story.told.family.passport_id}/access-log?limit=100").json()["items"]
    again = [each for each in logged if each["action"] == "ending.enforced"]
    assert len(again) == 3
    assert {(each["actor"]["role"], each["outcome"]) for each in again} == {("operator", "allowed")}


def test_what_was_only_written_is_lost_and_the_log_goes_on_under_its_next_name(story: Story) -> None:
    parent = story.told.family.parent.at(story.service)
    path = f"/v1/passports/{story.told.family.passport_id}/statements"
    assert story.told.late_statement not in {each["id"] for each in parent.get(path).json()["items"]}
    text = {"section": "regulation", "detail_level": "everyday", "source": "parent", "text": "Written afterwards."}
    parent.made(path, text)
    origin, size, _ = parent.get("/v1/log/checkpoint").text.splitlines()[:3]
    assert origin == f"{story.settings.log_origin}/2"
    assert int(size) > 0
    assert story.service.client().get("/readyz").status_code == 200
    verified = command(story.settings, "log", "verify")
    assert verified.exit_code == 0, verified.output
    assert command(story.settings, "doctor").exit_code == 0
