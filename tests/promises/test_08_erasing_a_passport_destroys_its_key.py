"""Promise 8: erasing a passport destroys its key; its content is gone from the database, and the log still verifies.

Two people do it, never one. What comes back with a restored backup is in the file of promise 9; here it is an
administrator of the database who puts single rows back.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest
from click.testing import CliRunner
from sqlalchemy import insert, update

from passport_api.cli import main
from passport_api.config import to_environment
from passport_api.domain.ids import AccountId, ErasureId, PassportId
from passport_api.services import erasures as carrying_out
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Runtime
from passport_api.store import erasures
from passport_api.store.erasures import SamePerson
from support.answers import nobodys_id, told
from support.at_once import at_once
from support.broken_log import dsn
from support.canaries import upn
from support.lists import every
from support.places import on_disk
from support.raw_database import TABLES, RawDatabase, Row
from support.service import Clock, Service, listening
from support.until import DEADLINE, until
from support.world import PASSWORD, Family, Person, World

ENDED = {
    "parents",
    "invitations",
    "statements",
    "challenges",
    "protected_lists",
    "former_numbers",
    "alerts",
    "passport_identifiers",
    "data_keys",
    "search_hits",
    "search_correction_items",
}
"""Tables in which nothing about an erased passport is left."""

pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),  # a command that fails leaves its connections
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def raw(service: Service) -> Iterator[RawDatabase]:
    database = RawDatabase(service.settings.database_url)
    yield database
    database.close()


@pytest.fixture(scope="module")
def other(service: Service) -> Iterator[Service]:
    """A second instance on the same database, as another process is."""
    with listening(service.settings, Clock(), service.backend, service.folder) as running:
        yield running


@dataclass
class Scene:
    """A child with all that a passport can have, a reader at the school, and a manager at the custodian."""

    world: World
    raw: RawDatabase
    family: Family
    manager: Person
    reader: Person
    consent_id: str
    child: dict[str, Any]

    @property
    def passport(self) -> str:
        return f"/v1/passports/{self.family.passport_id}"

    @property
    def worker(self) -> Person:
        return self.family.social_worker

    def rows(self, table: str) -> list[Row]:
        """What a table keeps of the child's passport."""
        column = "id" if table == "passports" else "passport_id"
        return [row for row in self.raw.rows(table) if row[column] == UUID(self.family.passport_id)]

    def confirmation(self, proposal: dict[str, Any], by: Person | None = None) -> httpx.Response:
        return (by or self.manager).post(f"/v1/erasures/{proposal['id']}/confirmation")

    def erase(self) -> dict[str, Any]:
        erased: dict[str, Any] = self.world.erase(self.family, self.manager)
        return erased


@dataclass
class Stage:
    """A family, a manager and a reader whom every scene shares; each scene has a child of its own."""

    world: World
    raw: RawDatabase
    family: Family
    manager: Person
    reader: Person

    def scene(self, **child: Any) -> Scene:
        child = {"name": f"Robin {nobodys_id()}", **child}
        sibling = self.world.sibling(self.family, **child)
        self.world.statement(sibling, "regulation", "everyday")
        statement = self.world.statement(sibling, "safety", "restricted")["id"]
        sibling.parent.made(f"/v1/statements/{statement}/challenges", {"words": "It was not so."})
        self.world.alert(sibling)
        _list_a_former_number(sibling)
        guest = {"name": "Somebody Invited", "email": "guest@people.example", "passport_id": sibling.passport_id}
        sibling.social_worker.made("/v1/invitations", guest)
        search = self.world.search(sibling, "restricted statement")["id"]
        mending = {"reason": "It was not so.", "instead": "what helps", "statements": [statement]}
        sibling.social_worker.made(f"/v1/searches/{search}/corrections", mending)
        consent_id = self.world.consent(sibling)["id"]
        assert self.reader.get(f"/v1/views/{consent_id}").status_code == 200
        return Scene(self.world, self.raw, sibling, self.manager, self.reader, consent_id, child)


def _list_a_former_number(child: Family) -> None:
    """Put a number by which the child was once known on its list."""
    path = f"/v1/passports/{child.passport_id}/protected-list"
    terms = child.parent.get(path).json()["terms"]
    body = {"terms": [*terms, {"kind": "upn", "text": upn()}]}
    assert child.parent.http.put(path, json=body, headers={"If-Match": "*"}).status_code == 200


@pytest.fixture(scope="module")
def stage(world: World, raw: RawDatabase) -> Stage:
    family = world.family()
    return Stage(
        world, raw, family, world.manager(family), world.member(family.school_id, "designated_safeguarding_lead")
    )


@pytest.fixture
def scene(stage: Stage) -> Scene:
    return stage.scene()


# Two people.


def test_a_social_worker_proposes_and_a_manager_confirms(scene: Scene) -> None:
    proposal = scene.world.proposal(scene.family, "court_order")
    assert (proposal["status"], proposal["ground"], proposal["record"]) == ("open", "court_order", None)
    assert scene.worker.get(scene.passport).status_code == 200  # a proposal alone takes nothing away
    confirmed = scene.confirmation(proposal)
    assert confirmed.status_code == 200
    assert confirmed.json()["status"] == "confirmed"
    assert told(scene.worker.get(scene.passport)) == told(scene.worker.get(f"/v1/passports/{nobodys_id()}"))


def test_who_proposed_who_confirmed_and_why_can_be_accounted_for_afterwards(scene: Scene) -> None:
    erased = scene.erase()
    for person in (scene.worker, scene.manager):
        read = person.get(f"/v1/erasures/{erased['id']}").json()
        assert read == erased
        record = read["record"]
        assert (record["action"], record["purpose"]) == ("passport.erased", "parents_asked")
        assert (record["actor"]["name"], record["actor"]["role"]) == (scene.manager.name, "manager")
        assert (record["subject"]["name"], record["subject"]["role"]) == (scene.worker.name, "social_worker")
        assert record["detail"] == f"passport {scene.family.passport_id}"
        assert person.get(f"/v1/log/entries/{record['entry']}/inclusion-proof").status_code == 200


def test_nobody_else_learns_from_the_record_that_there_was_a_passport(scene: Scene) -> None:
    """In the log it is an entry about no passport, as sign-in and staff have."""
    erased = scene.erase()
    entry = next(row for row in scene.raw.rows("log_entries") if row["id"] == UUID(erased["id"]))
    assert entry["passport_id"] is None
    for person in (scene.family.parent, scene.reader, scene.world.admin(scene.family.custodian_id)):
        proof = f"/v1/log/entries/{entry['position']}/inclusion-proof"
        assert told(person.get(proof)) == told(person.get("/v1/log/entries/987654321/inclusion-proof"))
        read, unknown = (person.get(f"/v1/erasures/{each}") for each in (erased["id"], nobodys_id()))
        assert told(read) == told(unknown)


def test_nobody_confirms_what_they_proposed_though_they_hold_both_roles(scene: Scene, world: World) -> None:
    both = world.member(scene.family.custodian_id, "social_worker")
    invitation = {"name": both.name, "email": both.email, "organisation_id": scene.family.custodian_id}
    token = world.admin(scene.family.custodian_id).made("/v1/invitations", {**invitation, "role": "manager"})["token"]
    both.made("/v1/invitations/acceptance", {"token": token, "password": PASSWORD})
    proposal = both.made(f"{scene.passport}/erasures", {"ground": "created_in_error"})
    alone = scene.confirmation(proposal, both)
    assert told(alone) == told(both.post(f"/v1/erasures/{nobodys_id()}/confirmation"))
    assert scene.rows("data_keys")
    newest = scene.family.parent.get(f"{scene.passport}/decisions").json()["items"][0]
    assert (newest["action"], newest["outcome"], newest["reason"]) == ("passport.erased", "denied", "same_person")
    assert newest["decided_by"] == both.id
    assert scene.confirmation(proposal).status_code == 200


def test_the_database_itself_refuses_one_person(scene: Scene, service: Service) -> None:
    proposal = scene.world.proposal(scene.family)
    erasure_id, themselves = ErasureId(UUID(proposal["id"])), AccountId(UUID(scene.worker.id))
    with pytest.raises(SamePerson):
        perform_unattended(service.runtime, lambda step: erasures.confirm(step.uow, erasure_id, themselves, step.at))


def test_there_is_one_open_proposal_at_a_time(scene: Scene) -> None:
    proposal = scene.world.proposal(scene.family)
    again = {"ground": "retention_ended"}
    assert scene.worker.post(f"{scene.passport}/erasures", again).status_code == 409
    scene.worker.made(f"/v1/erasures/{proposal['id']}/withdrawal")
    assert scene.worker.post(f"{scene.passport}/erasures", again).status_code == 201


@pytest.mark.parametrize("who", ["worker", "manager"])
def test_what_was_withdrawn_is_not_carried_out(scene: Scene, who: str) -> None:
    proposal = scene.world.proposal(scene.family)
    withdrawn = getattr(scene, who).made(f"/v1/erasures/{proposal['id']}/withdrawal")
    assert withdrawn["status"] == "withdrawn"
    assert scene.confirmation(proposal).status_code == 409
    assert getattr(scene, who).post(f"/v1/erasures/{proposal['id']}/withdrawal").status_code == 409
    assert scene.rows("data_keys")


def test_a_proposal_lapses_after_a_fortnight(scene: Scene, service: Service) -> None:
    proposal = scene.world.proposal(scene.family)
    with service.later(days=14):
        manager, worker = (each.at(service) for each in (scene.manager, scene.worker))
        assert manager.get(f"/v1/erasures/{proposal['id']}").json()["status"] == "lapsed"
        assert scene.confirmation(proposal, manager).status_code == 409
        assert manager.post(f"/v1/erasures/{proposal['id']}/withdrawal").status_code == 409
        assert worker.post(f"{scene.passport}/erasures", {"ground": "court_order"}).status_code == 201
    assert scene.rows("data_keys")


def test_the_family_sees_a_proposal_and_its_withdrawal(scene: Scene) -> None:
    proposal = scene.world.proposal(scene.family)
    scene.worker.made(f"/v1/erasures/{proposal['id']}/withdrawal")
    items = scene.family.parent.get(f"{scene.passport}/access-log?limit=2").json()["items"]
    assert [(item["action"], item["purpose"]) for item in items] == [
        ("erasure.withdrawn", "parents_asked"),
        ("erasure.proposed", "parents_asked"),
    ]
    assert {item["actor"]["name"] for item in items} == {scene.worker.name}


def test_proposals_are_listed_page_by_page_without_a_word_of_any_child(scene: Scene) -> None:
    proposals = []
    for _ in range(3):
        proposals.append(scene.world.proposal(scene.family)["id"])
        scene.worker.made(f"/v1/erasures/{proposals[-1]}/withdrawal")
    listed, path = [], f"/v1/organisations/{scene.family.custodian_id}/erasures?limit=1"
    while path and len(listed) < 3:
        page = scene.manager.get(path)
        assert scene.child["name"] not in page.text
        listed += [item["id"] for item in page.json()["items"]]
        path = page.json()["next"]
    assert listed == proposals[::-1]


# What is gone.


def test_nothing_that_opened_found_or_named_the_child_is_left(stage: Stage) -> None:
    scene = stage.scene(nhs_number="9990162808", upn="B801200005001")
    assert all(scene.rows(table) for table in ENDED)
    scene.erase()
    assert {table: scene.rows(table) for table in ENDED} == {table: [] for table in ENDED}
    assert [row["sealed_child"] for row in scene.rows("passports")] == [None]
    consents = scene.rows("consents")
    assert consents
    assert all(row["sealed_terms"] == b"" and row["revoked_at"] is not None for row in consents)
    assert {row["state"] for row in scene.rows("transitions")} == {"cancelled"}
    assert {row["sealed_answer"] for row in scene.raw.rows("idempotency_keys")} <= {None}
    assert scene.consent_id not in scene.reader.get("/v1/views").text


def test_the_same_child_can_have_a_passport_again(stage: Stage) -> None:
    number = {"nhs_number": "9990162743"}
    scene = stage.scene(**number)
    child = {"child": scene.world.child(**number)}
    assert scene.worker.post("/v1/passports", child).status_code == 409
    scene.erase()
    assert scene.worker.post("/v1/passports", child).status_code == 201


@dataclass
class Kept:
    """A passport whose making is answered again when it is asked for again, and a proposal to erase it."""

    scene: Scene
    body: dict[str, Any]
    key: dict[str, str]
    proposal: dict[str, Any]

    def erase(self) -> None:
        assert self.scene.confirmation(self.proposal).status_code == 200

    def is_forgotten(self) -> None:
        repeated = self.scene.worker.post("/v1/passports", self.body, headers=self.key)
        assert repeated.status_code == 409
        assert "Nobody Else" not in repeated.text


@pytest.fixture
def kept(scene: Scene) -> Kept:
    body, key = {"child": scene.world.child(name="Nobody Else Is Called So")}, {"Idempotency-Key": nobodys_id()}
    made = scene.worker.post("/v1/passports", body, headers=key).json()
    proposal = scene.worker.made(f"/v1/passports/{made['id']}/erasures", {"ground": "created_in_error"})
    return Kept(scene, body, key, proposal)


def test_an_answer_kept_for_a_repeat_does_not_bring_the_name_back(kept: Kept) -> None:
    kept.erase()
    kept.is_forgotten()


def test_an_answer_kept_for_a_repeat_goes_with_the_key_though_the_process_dies_before_it_wipes(
    kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrying_out, "wipe", lambda _: False)
    kept.erase()
    kept.is_forgotten()


def test_an_answer_that_somebody_held_meanwhile_goes_before_the_erasure_is_answered(
    kept: Kept, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    if service.backend == "sqlite":
        pytest.skip("SQLite lets in one writer at a time: nobody holds an answer while a passport is erased")
    wipe = carrying_out.wipe
    with psycopg.connect(dsn(service.settings)) as holder:
        holder.execute("SELECT * FROM idempotency_keys FOR UPDATE")

        def let_go_and_wipe(runtime: Runtime) -> bool:
            holder.rollback()
            return wipe(runtime)

        monkeypatch.setattr(carrying_out, "wipe", let_go_and_wipe)
        kept.erase()
    kept.is_forgotten()


def test_whoever_opened_it_before_opens_it_nowhere_afterwards(scene: Scene, other: Service) -> None:
    """The other instance has the data key in memory; without its wrapped form it has nothing to find it by."""
    path = f"/v1/views/{scene.consent_id}"
    readers = [scene.reader, scene.reader.at(other)]
    assert [reader.get(path).status_code for reader in readers] == [200, 200]
    scene.erase()
    for reader in readers:
        assert told(reader.get(path)) == told(reader.get(f"/v1/views/{nobodys_id()}"))


def test_this_process_forgets_the_key(scene: Scene, service: Service) -> None:
    kept = service.runtime.vault.keyring._by_use
    assert any(owner == scene.family.passport_id for owner, *_ in kept)
    scene.erase()
    assert not any(owner == scene.family.passport_id for owner, *_ in kept)


def test_lists_are_whole_without_what_was_erased(world: World) -> None:
    """An erased passport must not cut a page short: it would seem the last."""
    family = world.family()
    children = [world.sibling(family) for _ in range(4)]
    manager = world.manager(family)
    for child in (children[1], children[3]):
        world.erase(child, manager)
    left = [children[2].passport_id, children[0].passport_id, family.passport_id]
    for person in (family.social_worker, family.parent):
        assert [item["id"] for item in every(person, "/v1/passports?limit=1")] == left


# What an administrator of the database puts back.

PUT_BACK = ("data_keys", "passport_identifiers", "parents", "statements")


@pytest.fixture
def tampered(scene: Scene, service: Service) -> Iterator[Scene]:
    """A scene that is erased for good after the test, whatever was put back: else the service would shut altogether."""
    yield scene
    passport_id = PassportId(UUID(scene.family.passport_id))
    perform_unattended(service.runtime, lambda step: erasures.carry_out(step.uow, passport_id, None, step.at))


def test_an_old_key_put_back_opens_nothing(tampered: Scene, raw: RawDatabase) -> None:
    """Nor does the whole passport, row by row, as it was: that it was erased stands beside it."""
    scene = tampered
    before = {table: scene.rows(table) for table in (*PUT_BACK, "passports", "consents", "transitions")}
    scene.erase()
    raw.insert("data_keys", before["data_keys"])
    _is_not_found(scene)
    raw.run(insert(TABLES["parents"]).values(before["parents"]))
    raw.insert("statements", before["statements"])
    for table in ("passports", "consents", "transitions"):
        for row in before[table]:
            assert raw.run(update(TABLES[table]).where(TABLES[table].c.id == row["id"]).values(**row)) == 1
    _is_not_found(scene)


def test_an_old_key_put_back_opens_nothing_though_the_erasure_was_taken_out(tampered: Scene, raw: RawDatabase) -> None:
    """Its row is gone from the register of erasures: the child's identity is gone as well, and decides alike."""
    scene = tampered
    (key,) = scene.rows("data_keys")
    erased = scene.erase()
    raw.insert("data_keys", [key])
    raw.run(TABLES["erasures"].delete().where(TABLES["erasures"].c.id == UUID(erased["id"])))
    _is_not_found(scene)


def _is_not_found(scene: Scene) -> None:
    nothing = nobodys_id()
    for person in (scene.worker, scene.family.parent):
        for ending in ("", "/statements", "/consents", "/access-log", "/transitions"):
            answers = [person.get(f"/v1/passports/{each}{ending}") for each in (scene.family.passport_id, nothing)]
            assert told(answers[0]) == told(answers[1])
            assert answers[0].status_code == 404
        assert scene.family.passport_id not in person.get("/v1/passports?limit=100").text
    opened = [scene.reader.get(f"/v1/views/{each}") for each in (scene.consent_id, nothing)]
    assert told(opened[0]) == told(opened[1])


# The log.


def command(service: Service, *words: str) -> tuple[int, str]:
    """Run a command here, against the service's database."""
    ran = CliRunner().invoke(main, [*words], env=to_environment(service.settings))
    return ran.exit_code, ran.output


def test_the_log_still_verifies_and_says_how_much_of_it_is_sealed_for_good(scene: Scene, service: Service) -> None:
    sealed = {row["position"]: row["id"] for row in scene.raw.rows("log_entries")}
    about = {row["position"] for row in scene.rows("log_entries")}
    erased = scene.erase()
    about |= {row["position"] for row in scene.rows("log_entries")}  # the proposal came meanwhile
    assert len(about) > 5
    code, said = command(service, "log", "verify")
    assert code == 0, said
    count = re.search(r"^(\d+) entries are sealed for good", said, re.MULTILINE)
    assert count is not None
    code, listed = command(service, "log", "entries")
    assert code == 0
    lines = [line.split(maxsplit=2) for line in listed.splitlines()]
    for_good = {int(position) for position, _, state in lines if state == "sealed for good"}
    assert about <= for_good
    assert len(for_good) == int(count[1])
    assert erased["record"]["entry"] not in for_good
    assert {int(position): UUID(entry) for position, entry, _ in lines}.items() >= sealed.items()


def test_a_span_of_entries_can_be_listed(scene: Scene, service: Service) -> None:
    scene.erase()
    code, said = command(service, "log", "entries", "--from", "3", "--to", "5")
    assert code == 0
    assert [line.split()[0] for line in said.splitlines()] == ["3", "4", "5"]


# The bytes.


def secrets_of(scene: Scene) -> dict[str, bytes]:
    """What is kept of a passport as bytes that nobody else has, by where."""
    columns = {
        "data_keys": "wrapped_key",
        "passports": "sealed_child",
        "passport_identifiers": "value_index",
        "invitations": "sealed_invitee",
        "statements": "sealed_statement",
        "challenges": "sealed_challenge",
        "protected_lists": "sealed_list",
        "former_numbers": "value_index",
        "alerts": "sealed_details",
        "consents": "sealed_terms",
    }
    found = {
        f"{table} {number}": row[column]
        for table, column in columns.items()
        for number, row in enumerate(scene.rows(table))
    }
    assert len(found) >= 12
    return found


def left_of(secrets: dict[str, bytes], service: Service) -> dict[str, list[str]]:
    """Which secrets stand in which files. A long one is cut into pieces on pages: a part of its middle is enough."""
    files = on_disk(service)
    found = {
        name: [what for what, secret in secrets.items() if secret[:48][-40:] in content]
        for name, content in files.items()
    }
    return {name: whats for name, whats in found.items() if whats}


def bytewise(stage: Stage, number: str) -> tuple[Scene, dict[str, bytes]]:
    """A child between two others, so that what is deleted stands among what stays."""
    stage.scene()
    scene = stage.scene(nhs_number=number)
    stage.scene()
    return scene, secrets_of(scene)


def test_the_very_bytes_are_gone_from_the_files(stage: Stage, service: Service) -> None:
    scene, secrets = bytewise(stage, "9990162778")
    answers = {
        f"answer {number}": row["sealed_answer"]
        for number, row in enumerate(stage.raw.rows("idempotency_keys"))
        if row["sealed_answer"] is not None
    }
    before = {what for whats in left_of(secrets, service).values() for what in whats}
    assert before == set(secrets)  # the search finds what there is
    scene.erase()
    if service.backend == "postgresql":  # VACUUM frees what it leaves: to the last byte is an operator's step
        assert command(service, "erasures", "wipe", "--rewrite") == (0, "Wiped.\n")
    assert left_of(secrets | answers, service) == {}


def test_an_erasure_that_could_not_be_kept_outside_the_database_leaves_neither_key_nor_bytes(
    stage: Stage, service: Service
) -> None:
    """Nobody is told that it was carried out, but it was."""
    scene, secrets = bytewise(stage, "9990162794")
    proposal, remembered = scene.world.proposal(scene.family), service.runtime.vault.keyring._by_use
    anchor = service.folder / "anchors/log.anchor"
    away = anchor.rename(anchor.with_name("away"))
    anchor.mkdir()  # not even root can write it
    try:
        assert any(owner == scene.family.passport_id for owner, *_ in remembered)
        assert scene.confirmation(proposal).status_code == 503
    finally:
        anchor.rmdir()
        away.rename(anchor)
    assert not any(owner == scene.family.passport_id for owner, *_ in remembered)
    if service.backend == "sqlite":  # VACUUM frees what it leaves: to the last byte is an operator's step
        assert left_of(secrets, service) == {}
    assert scene.confirmation(proposal).status_code == 409


def test_a_reader_who_keeps_the_write_ahead_log_open_is_not_cut_off_and_the_operator_wipes_later(
    stage: Stage, service: Service
) -> None:
    if service.backend == "postgresql":
        pytest.skip("PostgreSQL's readers keep nobody from deleting rows' bytes, but VACUUM passes over what they see")
    scene, secrets = bytewise(stage, "9990162786")
    reader = sqlite3.connect(service.folder / "passport.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM data_keys").fetchone()
    assert scene.erase()["status"] == "confirmed"
    assert '"event":"erasure_not_wiped"' in service.log_lines.getvalue()
    assert left_of(secrets, service)
    code, said = command(service, "erasures", "wipe")
    assert (code, said.split(":")[0]) == (1, "Not done")
    reader.execute("COMMIT")
    reader.close()
    assert command(service, "erasures", "wipe") == (0, "Wiped.\n")
    assert left_of(secrets, service) == {}


# At the same moment.


def test_two_managers_who_confirm_at_once_erase_once(scene: Scene, world: World, other: Service) -> None:
    second = world.manager(scene.family).at(other)
    proposal = scene.world.proposal(scene.family)
    answers = at_once([lambda: scene.confirmation(proposal), lambda: scene.confirmation(proposal, second)])
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    endings = [row for row in scene.raw.rows("endings") if row["subject_id"] == UUID(scene.family.passport_id)]
    assert [row["kind"] for row in endings] == ["passport_erased"]


def test_a_confirmation_and_a_withdrawal_at_once_are_not_both_done(scene: Scene, other: Service) -> None:
    proposal = scene.world.proposal(scene.family)
    there, path = scene.worker.at(other), f"/v1/erasures/{proposal['id']}/withdrawal"
    confirmed, withdrawn = at_once([lambda: scene.confirmation(proposal), lambda: there.post(path)])
    assert sorted([confirmed.status_code, withdrawn.status_code]) == [200, 409]
    assert bool(scene.rows("data_keys")) is (withdrawn.status_code == 200)


def test_a_release_under_way_when_it_is_erased_is_decided_again(scene: Scene, other: Service) -> None:
    """It had been granted in another process, and had not been recorded."""
    there, recorder = scene.reader.at(other), other.runtime.recorder
    proposal = scene.world.proposal(scene.family)
    with ThreadPoolExecutor(1) as pool:
        with recorder._turn:
            opening = pool.submit(there.get, f"/v1/views/{scene.consent_id}")
            until(lambda: bool(recorder._waiting))
            assert scene.confirmation(proposal).status_code == 200
        late = opening.result(DEADLINE)
    assert told(late) == told(there.get(f"/v1/views/{nobodys_id()}"))


def write(scene: Scene, _token: str) -> httpx.Response:
    body = {"section": "safety", "detail_level": "everyday", "text": "Written meanwhile.", "source": "parent"}
    return scene.family.parent.post(f"{scene.passport}/statements", body, headers={"Idempotency-Key": nobodys_id()})


def accept(scene: Scene, token: str) -> httpx.Response:
    body = {"token": token, "password": PASSWORD}
    return scene.world.service.client().post("/v1/invitations/acceptance", json=body)


@pytest.mark.parametrize("first", ["it", "the erasure"])
@pytest.mark.parametrize("meanwhile", [write, accept])
def test_what_is_written_while_it_is_erased_does_not_outlive_it(
    scene: Scene, service: Service, meanwhile: Callable[[Scene, str], httpx.Response], first: str
) -> None:
    guest = {"name": "Guest", "email": f"{nobodys_id()}@people.example", "passport_id": scene.family.passport_id}
    token = scene.worker.made("/v1/invitations", guest)["token"]
    proposal = scene.world.proposal(scene.family)
    calls = [lambda: meanwhile(scene, token), lambda: scene.confirmation(proposal)]
    with ThreadPoolExecutor(2) as pool, held_log(service) as waiting:
        requests = []
        for call in calls if first == "it" else calls[::-1]:
            requests.append(pool.submit(call))
            waiting(len(requests))
    statuses = [request.result(DEADLINE).status_code for request in requests]
    assert (statuses if first != "it" else statuses[::-1])[0] == 200
    assert max(statuses) < 500
    assert {table: scene.rows(table) for table in ENDED} == {table: [] for table in ENDED}
    assert {row["sealed_answer"] for row in scene.raw.rows("idempotency_keys")} <= {None}


@contextmanager
def held_log(service: Service) -> Iterator[Callable[[int], None]]:
    """Hold the log, so that whoever writes to it waits; gives a way to wait until so many do.

    SQLite lets in one writer at a time, whole: there is no half way at which another could be met, and nothing to hold.
    """
    if service.backend == "sqlite":
        yield lambda _: None
        return
    there = dsn(service.settings)
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with psycopg.connect(there) as holder, psycopg.connect(there, autocommit=True) as observer:
        holder.execute("SELECT * FROM log_head FOR UPDATE")
        yield lambda count: until(lambda: observer.execute(blocked).fetchone() == (count,))
