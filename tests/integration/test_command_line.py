"""The operator's command line: what it does, and that what goes wrong is said in one line."""

import gc
import os
import re
import socket
import stat
import subprocess
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from passport_api.cli import main
from passport_api.config import from_environment
from passport_api.store.database import Database
from support.databases import BACKENDS, empty_database
from support.service import Clock, listening

ROOT = Path(__file__).parents[2]
PROGRAM = str(Path(sys.executable).with_name("passport-api"))
A_URN = ("--kind", "school", "--name", "Otter Lane Primary School", "--urn", "999901")
A_CODE = ("--kind", "local_authority", "--name", "Ellerford County Council", "--authority-code", "998")
NOBODY = str(uuid.uuid4())

# A command that fails leaves its connections to the end of its process, which here goes on.
pytestmark = [
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


@dataclass
class Place:
    """A folder and a database, and the commands about them."""

    folder: Path
    environment: dict[str, str]
    runner: CliRunner = field(default_factory=CliRunner)

    def run(self, *words: str) -> Result:
        """Run a command here, in this process."""
        return self.runner.invoke(main, [*words, "--data", str(self.folder)], env=self.environment)

    def serve(self) -> str:
        """Start the service, in a process of its own, and expect it to refuse in one line."""
        done = started("serve", "--data", str(self.folder), "--port", str(free_port()), **self.environment)
        assert done.returncode == 1
        assert done.stdout == ""
        (line,) = done.stderr.splitlines()
        return line

    def said(self, *words: str) -> str:
        """Run a command and expect it to succeed."""
        result = self.run(*words)
        assert result.exit_code == 0, result.output
        return result.output

    def complaint(self, *words: str) -> str:
        """Run a command and expect it to fail in one line."""
        result = self.run(*words)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == 1
        (line,) = result.output.splitlines()
        return line

    def database_url(self) -> str:
        return from_environment({**self.environment, "PASSPORT_DATA": str(self.folder)}).database_url


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def started(*words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PASSPORT_")}
    return subprocess.run(
        [PROGRAM, *words], check=False, env=kept | environment, capture_output=True, text=True, timeout=60
    )


@pytest.fixture(params=BACKENDS)
def unmade(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """A place where nothing is yet."""
    mask = os.umask(0o022)  # the command line sets its own for the whole process, which is this one here
    with empty_database(request.param, tmp_path) as url:
        yield Place(tmp_path / "data", {} if request.param == "sqlite" else {"PASSPORT_DATABASE_URL": url})
    os.umask(mask)
    gc.collect()


@pytest.fixture
def place(unmade: Place) -> Place:
    """A place that is set up."""
    unmade.said("init")
    return unmade


def test_setting_up_makes_keys_and_a_database_for_their_owner_alone(place: Place) -> None:
    made = {path.name: stat.S_IMODE(path.stat().st_mode) for path in place.folder.iterdir()}
    assert made["keys.json"] == 0o600
    assert all(mode & 0o077 == 0 for mode in made.values())
    assert stat.S_IMODE(place.folder.stat().st_mode) == 0o700


def test_setting_up_again_changes_nothing(place: Place) -> None:
    keys = (place.folder / "keys.json").read_bytes()
    before = place.said("log", "key")
    assert "Ready" in place.said("init")
    assert (place.folder / "keys.json").read_bytes() == keys
    assert place.said("log", "key") == before


def test_organisations_of_each_kind_are_created_and_listed(place: Place) -> None:
    authority = place.said("organisations", "create", *A_CODE, "--gss-code", "E99999901").strip()
    school = place.said("organisations", "create", *A_URN, "--authority", authority).strip()
    agency = place.said("organisations", "create", "--kind", "adoption_agency", "--name", "Hearth").strip()
    listed = place.said("organisations", "list")
    told = ((authority, "local_authority", "998"), (school, "school", "999901"), (agency, "", "Hearth"))
    for made, kind, name in told:
        assert uuid.UUID(made)
        (line,) = [line for line in listed.splitlines() if made in line]
        assert kind in line
        assert name in line


def test_an_invited_administrator_accepts_over_http_and_administers(place: Place) -> None:
    school = place.said("organisations", "create", *A_URN).strip()
    told = place.said("admins", "invite", "--organisation", school, "--name", "Kevin Sallow", "--email", "k@s.example")
    token = re.search(r"^token: +(\S+)$", told, flags=re.MULTILINE)[1]
    assert f"#{token}" in told
    assert re.search(r"^expires: +20\d\d-", told, flags=re.MULTILINE)
    settings = from_environment({**place.environment, "PASSPORT_DATA": str(place.folder)})
    with listening(settings, Clock(), "", place.folder) as service:
        body = {"token": token, "password": "marigold teapot lighthouse"}
        tokens = service.client().post("/v1/invitations/acceptance", json=body).json()
        admin = service.client(tokens["access_token"])
        (held,) = admin.get("/v1/me").json()["memberships"]
        assert held == {"organisation_id": school, "organisation": "Otter Lane Primary School", "role": "org_admin"}
        assert admin.get(f"/v1/organisations/{school}/memberships").status_code == 200


def test_a_log_verifies_against_a_checkpoint_kept_elsewhere(place: Place, tmp_path: Path) -> None:
    _log_something(place)
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(place.said("log", "checkpoint"), encoding="utf-8")
    key = place.said("log", "key").strip()
    _log_something(place)
    said = place.said("log", "verify", "--checkpoint", str(kept), "--public-key", key)
    assert re.match(r"verified: 2 entries, root [0-9a-f]{64}, 1 checkpoints", said)


def test_a_log_that_was_edited_does_not_verify_and_the_place_is_named(place: Place) -> None:
    _log_something(place)
    _log_something(place)
    _sql(place, "UPDATE log_entries SET sealed_payload = leaf_hash WHERE position = 1")
    result = place.run("log", "verify")
    assert result.exit_code == 1
    assert result.output.startswith("entry 1: edited")


def test_a_checkpoint_is_trusted_only_with_the_key_that_signed_it(place: Place, tmp_path: Path) -> None:
    kept = tmp_path / "checkpoint.txt"
    kept.write_text(place.said("log", "checkpoint"), encoding="utf-8")
    result = place.run("log", "verify", "--checkpoint", str(kept))
    assert result.exit_code == 2
    assert "--public-key" in result.output
    kept.write_text(kept.read_text(encoding="utf-8").replace("\n0\n", "\n7\n"), encoding="utf-8")
    key = place.said("log", "key").strip()
    assert "not to be trusted" in place.complaint("log", "verify", "--checkpoint", str(kept), "--public-key", key)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("organisations", "create", "--kind", "school", "--name", "X", "--urn", "12"), "6 digits"),
        (("organisations", "create", *A_URN, "--authority", NOBODY), "local authority"),
        (("organisations", "create", *A_CODE, "--gss-code", "E1"), "8 digits"),
        (
            ("admins", "invite", "--organisation", str(uuid.uuid4()), "--name", "K", "--email", "k@s.example"),
            "organisation",
        ),
    ],
)
def test_what_an_operator_gets_wrong_is_said_in_one_line(words: tuple[str, ...], says: str, place: Place) -> None:
    line = place.complaint(*words)
    assert line.startswith("Error: ")
    assert says in line


def test_a_second_school_with_one_urn_is_refused(place: Place) -> None:
    place.said("organisations", "create", *A_URN)
    assert "URN" in place.complaint("organisations", "create", *A_URN)


@pytest.mark.parametrize("words", [("organisations", "list"), ("log", "checkpoint")])
def test_a_place_that_is_not_set_up_says_what_to_run(words: tuple[str, ...], unmade: Place) -> None:
    unmade.folder.mkdir(mode=0o700)
    assert unmade.complaint(*words) == ("Error: The database is not set up for this version: run `passport-api init`.")


def test_the_service_refuses_an_old_schema(place: Place) -> None:
    _sql(place, "UPDATE alembic_version SET version_num = '0000'")
    assert "passport-api init" in place.serve()


def test_the_service_refuses_keys_that_others_may_read(place: Place) -> None:
    (place.folder / "keys.json").chmod(0o640)
    for line in (place.serve(), place.complaint("organisations", "list"), place.complaint("init")):
        assert "mode 0640" in line
        assert "chmod 600" in line


def test_the_service_refuses_the_keys_of_another_place(place: Place, tmp_path: Path) -> None:
    other = Place(tmp_path / "other", {})
    other.said("init")
    (other.folder / "keys.json").replace(place.folder / "keys.json")
    assert place.complaint("organisations", "list").startswith("Error: ")


def test_the_contract_is_printed_written_and_compared(tmp_path: Path) -> None:
    runner = CliRunner()
    committed = ROOT / "openapi.yaml"
    printed = runner.invoke(main, ["openapi"]).output
    assert printed == committed.read_text(encoding="utf-8")
    assert runner.invoke(main, ["openapi", "--check", str(committed)]).exit_code == 0
    drifted = tmp_path / "openapi.yaml"
    drifted.write_text(printed.replace("Write a statement.", "Write something."), encoding="utf-8")
    result = runner.invoke(main, ["openapi", "--check", str(drifted)])
    assert result.exit_code == 1
    assert result.output == f"Error: {drifted} is not what the code makes: run `make openapi`.\n"
    assert runner.invoke(main, ["openapi", "--write", str(drifted)]).exit_code == 0
    assert drifted.read_text(encoding="utf-8") == printed


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "PASSPORT_DATABASE_URL is missing"),
        ({"PASSPORT_DATABASE_URL": "nonsense", "PASSPORT_KEY_URL": "file:/nowhere"}, "PASSPORT_DATABASE_URL must be"),
        (
            {"PASSPORT_DATABASE_URL": "postgresql+psycopg://h:port/d", "PASSPORT_KEY_URL": "file:/nowhere"},
            "PASSPORT_DATABASE_URL must be",
        ),
        (
            {
                "PASSPORT_DATABASE_URL": "postgresql+psycopg://127.0.0.1:1/d",
                "PASSPORT_KEY_URL": "file:/nowhere",
                "PASSPORT_ANCHORS": "none",
            },
            "The database does not answer.",
        ),
        (
            {"PASSPORT_DATABASE_URL": "sqlite:////nowhere/d", "PASSPORT_KEY_URL": "file:/nowhere"},
            "PASSPORT_ANCHORS is missing",
        ),
        ({"PASSPORT_DATA": "/nowhere", "PASSPORT_ANCHORS": "cloud:x"}, "The database does not answer."),
        ({"PASSPORT_DATA": "/nowhere", "PASSPORT_WORKERS": "many"}, "PASSPORT_WORKERS"),
    ],
)
def test_a_real_process_says_what_is_wrong_in_one_line(environment: dict[str, str], says: str) -> None:
    done = started("serve", **environment)
    assert done.returncode == 1
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert line.startswith("Error: ")
    assert says in line


def _log_something(place: Place) -> None:
    name = str(uuid.uuid4())
    agency = place.said("organisations", "create", "--kind", "adoption_agency", "--name", name).strip()
    place.said("admins", "invite", "--organisation", agency, "--name", "K", "--email", f"{name}@s.example")


def _sql(place: Place, statement: str) -> None:
    database = Database(place.database_url(), pool_size=1)
    with database.writing() as uow:
        uow.connection.execute(sa.text(statement))
    database.close()
