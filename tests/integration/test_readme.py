"""The README's walk is run as it is written."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

README = Path(__file__).parents[2] / "README.md"
DEADLINE = 60


@pytest.fixture
def folder_with_a_demonstration(tmp_path: Path) -> Iterator[Path]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [str(Path(sys.executable).with_name("passport-api")), "demo", "--data", "data", "--port", str(port)]
    with (tmp_path / "output").open("wb") as output:
        process = subprocess.Popen(command, cwd=tmp_path, stdout=output, stderr=subprocess.STDOUT)
        try:
            _wait_until_ready(f"http://127.0.0.1:{port}/readyz", process)
            yield tmp_path
        finally:
            process.terminate()
            process.wait(timeout=30)


def test_the_walk_works_as_written(folder_with_a_demonstration: Path) -> None:
    walk = README.read_text(encoding="utf-8").split("## A five-minute walk")[1].split("\n## ")[0]
    blocks = re.findall(r"```sh\n(.*?)```", walk, flags=re.DOTALL)
    script = "set -euo pipefail\n" + "\necho '-----'\n".join(blocks)
    done = subprocess.run(  # noqa: PLW1510 - a failure is shown with what the walk printed
        ["bash", "-c", script],
        cwd=folder_with_a_demonstration,
        env={"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    _, opened, challenged, alerted, acknowledged, written, held, *rest = done.stdout.split("-----\n")
    previewed, looked, revoked, checkpoint = rest
    inbox, text, teacher_bytes, class_teacher_bytes = _lines_of(opened)
    assert '"items"' in inbox
    assert text
    assert int(class_teacher_bytes) < int(teacher_bytes)
    words, being_reviewed = challenged.strip().split("\n")
    assert words.startswith("I did tell somebody.")
    assert being_reviewed == "True"
    assert "Kittiwake Quay Nursery" in alerted
    assert '"statement_stopped"' in alerted
    assert '"opinion_rests_on_corrected"' in alerted
    assert "acknowledged_at" in acknowledged
    assert "fire drill" in written
    assert '"type":"/problems/wording_held"' in held
    assert '"matched":"kicked off"' in held
    assert '"role":"class_teacher"' in previewed
    assert "view.opened" in looked
    assert "Tolland Bridge School" in looked
    assert revoked.startswith("revoked\n")
    assert '"status":404' in revoked
    assert checkpoint.startswith("passport.localhost/access-log\n")


def _lines_of(opened: str) -> list[str]:
    """The inbox ends without a line break, so the first statement's text follows it on the same line."""
    first, teacher_bytes, class_teacher_bytes = opened.strip().split("\n")
    inbox, text = first.split('"next":null}', 1)
    return [inbox, text, teacher_bytes, class_teacher_bytes]


def _wait_until_ready(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + DEADLINE
    while time.monotonic() < deadline:
        assert process.poll() is None, "the demonstration ended by itself"
        try:
            if httpx.get(url, timeout=1).status_code == 200:
                return
        except httpx.TransportError:
            continue
    pytest.fail("the demonstration did not come up")
