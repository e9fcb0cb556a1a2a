"""Promise 10, command by command: one that is killed (-9, at any moment) is run again, and nothing is half done.

Backing up, restoring, rotating key-encryption keys, the witness and the worker are killed in tests of their own.
"""

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from passport_api.config import to_environment
from support import attacked
from support.attacked import Place, Scene
from support.databases import BACKENDS
from support.torture import Chance

_PROGRAM = str(Path(sys.executable).with_name("passport-api"))
_LONGEST_MS = 1500
"""A command that works for as long has come to its end on any machine."""
_DEADLINE = 60


@dataclass(frozen=True)
class Command:
    """What is run, and what makes it have something to do."""

    words: tuple[str, ...]
    before: Callable[[Place], None] = lambda _: None
    done: str = ""
    """What it says when there is nothing left for it to do, and that is an error."""


def put_the_older_copy_back(place: Place) -> None:
    place.put_back(place.scene.older)


def take_the_anchor_away(place: Place) -> None:
    place.anchor.unlink()


def let_the_clock_have_been_ahead(place: Place) -> None:
    head = place.database.rows("log_head")[0]
    place.database.change("log_head", {"id": 1}, newest_at=head["newest_at"] + timedelta(days=2))


COMMANDS = {
    "recover": Command(("recover", "--yes"), put_the_older_copy_back, "There is nothing to recover from."),
    "anchors enrol": Command(("anchors", "enrol"), take_the_anchor_away),
    "keys rotate-tokens": Command(("keys", "rotate-tokens", "--now")),
    "keys rotate-log": Command(("keys", "rotate-log", "--now")),
    "erasures wipe": Command(("erasures", "wipe")),
    "recover-clock": Command(("recover-clock", "--yes"), let_the_clock_have_been_ahead),
}


ALWAYS = {"recover", "keys rotate-log"}
"""What is killed in every run of the suite; the others in `make torture`."""


@pytest.fixture(scope="module", params=BACKENDS)
def scene(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with attacked.scene(request.param, tmp_path_factory.mktemp("scene")) as made:
        yield made


@pytest.fixture
def place(scene: Scene, tmp_path: Path) -> Iterator[Place]:
    with attacked.place(scene, tmp_path) as made:
        yield made


def run_and_kill(place: Place, words: tuple[str, ...], after_ms: int) -> None:
    """Start a command in a process of its own, and kill it after some time, if it is still there."""
    environment = {**os.environ, **to_environment(place.settings)}
    process = subprocess.Popen(
        [_PROGRAM, *words],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        process.wait(after_ms / 1000)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(_DEADLINE)


@pytest.mark.torture
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in ALWAYS else pytest.mark.at_length) for name in COMMANDS]
)
def test_a_command_that_is_killed_is_run_again_and_comes_to_its_end(
    name: str, place: Place, request: pytest.FixtureRequest
) -> None:
    command = COMMANDS[name]
    command.before(place)
    place.database.close()
    seed = os.environ.get("PASSPORT_TORTURE_SEED") or secrets.token_hex(8)
    print(f"PASSPORT_TORTURE_SEED={seed}")
    chance = Chance(seed)
    for number in range(max(1, request.config.getoption("--torture-rounds") // 3)):
        run_and_kill(place, command.words, 300 + chance.below(_LONGEST_MS - 300, name, number))
    last = place.command(*command.words)
    assert last.exit_code == 0 or (command.done and command.done in last.output), last.output
    doctor = place.command("doctor")
    assert doctor.exit_code == 0, doctor.output
    with place.serving() as service:
        family = place.scene.family
        parent, reader = family.parent.at(service), place.scene.reader.at(service)
        assert parent.get(f"/v1/passports/{family.passport_id}/statements").status_code == 200
        revoked = place.scene.subjects["consent_revoked"]
        assert reader.get(f"/v1/views/{revoked}").status_code == 404
        erased = place.scene.subjects["passport_erased"]
        assert parent.get(f"/v1/passports/{erased}").status_code == 404
    if name != "recover":  # whose log goes on without what was lost
        assert place.verify().exit_code == 0
