"""What `passport-api worker` and its commands do alike whatever the database is: on SQLite alone."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.config import Settings, to_environment
from support.receivers import notify_api
from support.service import Service, running_service
from support.until import until
from support.working import working
from support.world import Family, World


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running_service("sqlite", tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.fixture
def settings(service: Service, tmp_path: Path) -> Settings:
    return replace(service.settings, mail_folder=str(tmp_path / "mail"), webhooks_loopback=True, threads=2)


@pytest.fixture
def family(world: World) -> Family:
    return world.family()


def test_what_a_library_says_of_an_address_is_not_logged(
    world: World, settings: Settings, family: Family, tmp_path: Path
) -> None:
    """Notify's client logs what it was answered, and Notify's answer names the address that it refuses."""
    for role in ("designated_teacher", "senco"):
        world.member(family.school_id, role)
    world.consent(family)
    some_id = UUID(int=1)
    with notify_api(400) as (url, _):
        by_notify = replace(
            settings, mail_folder="", notify_key=f"key-{some_id}-{some_id}", notify_template="a", notify_url=url
        )
        with working(by_notify, tmp_path / "output") as worker:
            until(lambda: worker.said().count('"fault":"mail-refused"') == 2)
    assert '"event":"library"' in worker.said()
    assert "@" not in worker.said()


def test_a_dead_letter_that_is_not_there_is_said(settings: Settings) -> None:
    for words in (["redeliver", str(UUID(int=0))], ["redeliver"], ["redeliver", str(UUID(int=0)), "--all"]):
        result = CliRunner().invoke(main, ["notices", *words], env=to_environment(settings))
        assert result.exit_code != 0
        assert "dead" in result.output


def test_a_webhook_into_a_private_network_is_refused_when_it_is_added(settings: Settings, family: Family) -> None:
    careful = to_environment(replace(settings, webhooks_loopback=False))
    for url in ("https://10.0.0.1/", "http://hooks.example/", "https://127.0.0.1/"):
        words = ["webhooks", "add", "--organisation", family.school_id, "--url", url]
        result = CliRunner().invoke(main, words, env=careful)
        assert result.exit_code == 1
        assert result.output.startswith("Error: /url: ")


def test_without_a_way_for_emails_it_says_so_and_does_not_start(settings: Settings) -> None:
    nowhere = to_environment(replace(settings, mail_folder=""))
    command = Path(sys.executable).with_name("passport-api")
    done = subprocess.run(
        [str(command), "worker"], env={**os.environ, **nowhere}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr == "Error: PASSPORT_SMTP_URL is missing, or PASSPORT_NOTIFY_KEY: emails would go nowhere.\n"


def test_a_worker_beside_a_server_ends_with_it_even_when_that_is_killed(settings: Settings, tmp_path: Path) -> None:
    program = """
import os, time
from passport_api.cli.worker import beside
from passport_api.config import from_environment

if __name__ == "__main__":
    with beside(from_environment(os.environ)):
        time.sleep(60)
"""
    script, output = tmp_path / "served.py", tmp_path / "output"
    script.write_text(program, encoding="utf-8")
    with output.open("wb") as sink:
        served = subprocess.Popen(
            [sys.executable, str(script)],
            env={**os.environ, **to_environment(settings)},
            stdout=sink,
            stderr=sink,
        )
    until(lambda: b"worker_started" in output.read_bytes())
    children = Path(f"/proc/{served.pid}/task/{served.pid}/children").read_text(encoding="ascii").split()
    assert children
    served.kill()
    served.wait(timeout=30)
    until(lambda: not any(_runs(child) for child in children))


def _runs(process: str) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except FileNotFoundError:
        return False
