"""`passport-api demo`, as `make run` starts it: a real process, a real port, a family that is there to stay."""

import json
import os
import shutil
import signal
import socket
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from passport_api.demonstration import staging
from passport_api.domain.statements import StatementKind
from support.lists import every
from support.until import until as patiently
from support.until import until as until_it_holds
from support.world import EVERY_SECTION, LEVELS

PROGRAM = str(Path(sys.executable).with_name("passport-api"))
DEADLINE = 90
ACCOUNTS = {
    "parent",
    "second_parent",
    "custodian_social_worker",
    "designated_teacher",
    "designated_safeguarding_lead",
    "class_teacher",
    "receiving_social_worker",
    "other_school_safeguarding_lead",
}
IDS = {
    "passport_id",
    "transition_id",
    "consent_id",
    "challenged_statement_id",
    "custodian_id",
    "receiving_school_id",
    "receiving_authority_id",
    "other_school_id",
}


@dataclass
class Demonstration:
    """A demonstration that is being served."""

    card: dict[str, Any]
    log: Path

    def as_(self, account: str) -> httpx.Client:
        told = self.card["accounts"][account]
        answer = httpx.post(f"{self.card['base_url']}/v1/auth/login", json=told, timeout=60)
        assert answer.status_code == 200, account
        token = answer.json()["access_token"]
        return httpx.Client(base_url=self.card["base_url"], headers={"Authorization": f"Bearer {token}"}, timeout=60)

    def levels(self, account: str, consent_id: str) -> set[str]:
        """The levels of the statements that somebody sees in a view."""
        with self.as_(account) as http:
            view = http.get(f"/v1/views/{consent_id}").json()
            return {shown["detail_level"] for section in view["sections"] for shown in section["statements"]}


def log_of(folder: Path) -> Path:
    return folder.parent / f"{folder.name}.log"


def start(folder: Path, port: int) -> subprocess.Popen[bytes]:
    with log_of(folder).open("ab") as log:
        return subprocess.Popen(
            [PROGRAM, "demo", "--data", str(folder), "--port", str(port)],
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def until(happened: Callable[[], bool], process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE
    while not happened():
        assert process.poll() is None, "the process ended"
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.02)


def ready(base_url: str) -> bool:
    try:
        return httpx.get(f"{base_url}/readyz", timeout=5).status_code == 200
    except httpx.TransportError:
        return False


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def serving(folder: Path) -> Iterator[Demonstration]:
    """Start it, wait until it answers, stop it as an operator does."""
    port = free_port()
    process = start(folder, port)
    try:
        until(lambda: ready(f"http://127.0.0.1:{port}"), process)
        card = json.loads((folder / "demo.json").read_text(encoding="utf-8"))
        yield Demonstration(card, log_of(folder))
        process.terminate()
        assert process.wait(timeout=30) == 0
    finally:
        _end(process)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder in which a demonstration was started once, and stopped."""
    folder = tmp_path_factory.mktemp("demo") / "data"
    with serving(folder):
        pass
    return folder


@pytest.fixture
def folder(staged: Path, tmp_path: Path) -> Path:
    """A copy of it, for one test to change."""
    return Path(shutil.copytree(staged, tmp_path / "data"))


@pytest.fixture(scope="module")
def demonstration(staged: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A copy of it being served, for tests that leave it as it is.

    Its log goes on from that of the first start, whose worker may have told everybody before it was stopped.
    """
    place = tmp_path_factory.mktemp("served")
    shutil.copy(log_of(staged), place)
    with serving(Path(shutil.copytree(staged, place / "data"))) as running:
        yield running


def test_the_card_has_what_scripts_need(demonstration: Demonstration) -> None:
    card = demonstration.card
    assert card.keys() >= {"base_url", "accounts"} | IDS
    assert card["accounts"].keys() == ACCOUNTS
    assert all(account.keys() >= {"email", "password"} for account in card["accounts"].values())


def test_what_it_leaves_is_for_its_owner_alone(staged: Path) -> None:
    assert {path.name for path in staged.iterdir()} >= {"demo.json", "keys.json", "passport.db"}
    for path in (staged, *staged.iterdir()):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path


def test_it_says_where_to_look_and_how_to_sign_in(demonstration: Demonstration) -> None:
    said = demonstration.log.read_text(encoding="utf-8")
    assert demonstration.card["base_url"] in said
    for account in demonstration.card["accounts"].values():
        assert account["email"] in said
        assert account["password"] in said


@pytest.mark.parametrize("account", ["parent", "second_parent", "custodian_social_worker"])
def test_those_responsible_read_the_whole_passport(account: str, demonstration: Demonstration) -> None:
    passport_id = demonstration.card["passport_id"]
    with demonstration.as_(account) as http:
        assert [each["id"] for each in http.get("/v1/passports").json()["items"]] == [passport_id]
        statements = every(http, f"/v1/passports/{passport_id}/statements")
    assert len(statements) >= 30
    assert {statement["section"] for statement in statements} == set(EVERY_SECTION)
    assert {statement["detail_level"] for statement in statements} == set(LEVELS)
    assert {statement["kind"] for statement in statements} == set(StatementKind)
    assert {statement["source"] for statement in statements} >= {
        "parent",
        "child",
        "social_worker",
        "teacher",
        "therapist",
    }


@pytest.mark.parametrize(
    ("account", "levels"),
    [
        ("class_teacher", {"everyday"}),
        ("designated_teacher", {"everyday", "need_to_know"}),
        ("designated_safeguarding_lead", {"everyday", "need_to_know", "restricted"}),
    ],
)
def test_the_receiving_school_sees_as_much_as_each_role_may(
    account: str, levels: set[str], demonstration: Demonstration
) -> None:
    consent_id = demonstration.card["consent_id"]
    with demonstration.as_(account) as http:
        assert [item["id"] for item in http.get("/v1/views").json()["items"]] == [consent_id]
        assert http.get("/v1/passports").json()["items"] == []
    assert demonstration.levels(account, consent_id) == levels


def test_the_receiving_authority_has_a_view_of_its_own(demonstration: Demonstration) -> None:
    with demonstration.as_("receiving_social_worker") as http:
        (item,) = http.get("/v1/views").json()["items"]
        assert item["recipient_id"] == demonstration.card["receiving_authority_id"]
        assert item["id"] != demonstration.card["consent_id"]
        assert http.get(f"/v1/views/{demonstration.card['consent_id']}").status_code == 404


def test_the_receiving_school_is_told_by_email(demonstration: Demonstration) -> None:
    folder = demonstration.log.parent / "data" / "mail"
    teachers = {demonstration.card["accounts"][name]["email"] for name in ACCOUNTS if "teacher" in name}

    def told() -> set[str]:
        lines = [line for path in folder.glob("*.eml") for line in path.read_text(encoding="utf-8").splitlines()]
        return {line.removeprefix("To: ") for line in lines if line.startswith("To: ")}

    def logged() -> list[bytes]:
        return [line for line in demonstration.log.read_bytes().splitlines() if b'"event":"notice"' in line]

    until_it_holds(lambda: told() >= teachers)
    until_it_holds(lambda: len(logged()) >= len(teachers))
    assert all(b"@" not in line for line in logged())


def test_a_view_says_that_something_is_being_reviewed_and_shows_what_the_child_says_against_a_statement(
    demonstration: Demonstration,
) -> None:
    with demonstration.as_("designated_teacher") as http:
        view = http.get(f"/v1/views/{demonstration.card['consent_id']}").json()
    shown = {each["id"]: each for section in view["sections"] for each in section["statements"]}
    (challenge,) = shown[demonstration.card["challenged_statement_id"]]["challenges"]
    assert (challenge["challenger"], challenge["status"]) == ("young_person", "open")
    assert view["being_reviewed"]
    assert "Kittiwake Quay" not in json.dumps(view)


def test_the_custodian_has_an_alert_to_what_is_stopped_and_to_the_opinion_that_rests_on_what_was_corrected(
    demonstration: Demonstration,
) -> None:
    with demonstration.as_("custodian_social_worker") as http:
        alerts = every(http, f"/v1/organisations/{demonstration.card['custodian_id']}/alerts")
        listed = http.get(f"/v1/passports/{demonstration.card['passport_id']}/protected-list").json()
        about = {alert["kind"]: http.get(f"/v1/statements/{alert['statement_id']}").json() for alert in alerts}
        (rested_on,) = about["opinion_rests_on_corrected"]["rests_on"]
        corrected = http.get(f"/v1/statements/{rested_on}").json()
    assert sorted(alert["kind"] for alert in alerts) == ["opinion_rests_on_corrected", "statement_stopped"]
    assert [each["id"] for each in listed["stopped"]] == [about["statement_stopped"]["id"]]
    assert about["statement_stopped"]["wording_reason"]
    assert corrected["version"] == 2
    assert corrected["correction"]["reason"]


def test_the_custodian_learns_who_used_a_former_number(folder: Path) -> None:
    """Beside the service a worker compares it, and nothing in the answer says so."""
    with serving(folder) as demonstration:
        card = demonstration.card
        with demonstration.as_("parent") as http:
            terms = http.get(f"/v1/passports/{card['passport_id']}/protected-list").json()["terms"]
        (upn,) = [term["text"] for term in terms if term["kind"] == "upn"]
        with demonstration.as_("other_school_safeguarding_lead") as http:
            assert http.post("/v1/wording-checks", json={"text": f"The pupil {upn} came."}).status_code == 200
        with demonstration.as_("custodian_social_worker") as http:

            def alerted() -> bool:
                alerts = http.get(f"/v1/organisations/{card['custodian_id']}/alerts").json()["items"]
                return "number_offered" in {alert["kind"] for alert in alerts}

            patiently(alerted)


def test_another_school_sees_nothing(demonstration: Demonstration) -> None:
    with demonstration.as_("other_school_safeguarding_lead") as http:
        assert http.get("/v1/views").json()["items"] == []
        assert http.get(f"/v1/views/{demonstration.card['consent_id']}").status_code == 404
        assert http.get(f"/v1/passports/{demonstration.card['passport_id']}").status_code == 404


def test_it_is_served_by_granian_and_never_by_a_development_server(demonstration: Demonstration) -> None:
    answer = httpx.get(f"{demonstration.card['base_url']}/healthz", timeout=60)
    assert answer.headers["Server"] == "passport"
    said = demonstration.log.read_text(encoding="utf-8").lower()
    assert "starting granian" in said
    assert "werkzeug" not in said
    assert "development server" not in said


def test_stopping_and_starting_again_keeps_everything(folder: Path) -> None:
    text = "Tam likes to be told on Friday what Monday will bring."
    with serving(folder) as before, before.as_("parent") as http:
        path = f"/v1/passports/{before.card['passport_id']}/statements"
        body = {"section": "regulation", "detail_level": "everyday", "text": text, "source": "parent"}
        assert http.post(path, json=body).status_code == 201
        shown = every(http, path)
    with serving(folder) as after, after.as_("parent") as http:
        assert every(http, path) == shown
        assert text in [statement["text"] for statement in shown]
    assert {**after.card, "base_url": ""} == {**before.card, "base_url": ""}
    assert after.card["base_url"] != before.card["base_url"]


def test_a_first_start_that_is_killed_leaves_nothing_broken(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    process = start(folder, free_port())
    until((folder / "unfinished" / "passport.db").exists, process)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)
    assert not (folder / "demo.json").exists()
    with serving(folder) as running, running.as_("parent") as http:
        assert len(http.get("/v1/passports").json()["items"]) == 1
    assert not (folder / "unfinished").exists()


@pytest.mark.parametrize("moved", [(), ("keys.json",), ("keys.json", "passport.db")])
def test_a_first_start_that_is_killed_while_it_moves_in_goes_on_from_there(
    moved: tuple[str, ...], folder: Path
) -> None:
    backstage = folder / "unfinished"
    backstage.mkdir(mode=0o700)
    for name in {"keys.json", "passport.db", "demo.json"} - set(moved):
        (folder / name).rename(backstage / name)
    card = (backstage / "demo.json").read_bytes()
    staging.stage(folder, None, _never, _never)  # type: ignore[arg-type]  # nothing of it is to be played again
    assert not backstage.exists()
    assert (folder / "demo.json").read_bytes() == card
    assert (folder / "passport.db").exists()


def test_a_folder_with_another_service_in_it_is_left_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    subprocess.run([PROGRAM, "init", "--data", str(folder)], check=True, capture_output=True)
    kept = (folder / "keys.json").read_bytes()
    done = subprocess.run(
        [PROGRAM, "demo", "--data", str(folder)], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 1
    assert done.stderr == f"Error: {folder} holds a service without the demonstration: choose another folder.\n"
    assert (folder / "keys.json").read_bytes() == kept


def _never(*_: object) -> Any:
    pytest.fail("nothing is to be made anew")


def _end(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
