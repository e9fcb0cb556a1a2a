"""What only pg_dump and pg_restore can get wrong in a backup."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa

from passport_api.domain.backups import BackupRefused
from support import disaster
from support.disaster import back_up
from support.service import Service, listening, running_service


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """The service, on PostgreSQL alone."""
    with running_service("postgresql", tmp_path_factory.mktemp("service")) as running:
        yield running


@pytest.mark.parametrize(
    ("says", "complaint"),
    [
        (None, "pg_dump is not on PATH: install PostgreSQL's client, version"),
        ("pg_dump (PostgreSQL) 9.6.24", "pg_dump is older than the server: it is pg_dump"),
    ],
)
def test_a_tool_that_is_missing_or_old_is_named(
    says: str | None, complaint: str, service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if says is not None:
        (tmp_path / "pg_dump").write_text(f"#!/bin/sh\necho '{says}'\n", encoding="utf-8")
        (tmp_path / "pg_dump").chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}")
    with pytest.raises(BackupRefused, match=complaint):
        back_up(service, tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_a_password_is_on_no_command_line(service: Service, tmp_path: Path) -> None:
    secret = "marigold-teapot"
    url = sa.make_url(service.settings.database_url).set(password=secret)
    start = replace(service.settings, database_url=url.render_as_string(hide_password=False))
    seen: list[bytes] = []

    def look(line: str) -> None:
        if line.startswith("pg_"):
            seen.extend(_command_lines_of_children())

    with listening(start, service.clock, "postgresql", tmp_path) as running:
        backup = back_up(running, tmp_path, look)
        disaster.verify(backup, start, look)
    assert {Path(line.split(b"\0")[0].decode()).name for line in seen if line} == {"pg_dump", "pg_restore"}
    assert not [line for line in seen if secret.encode() in line]


def _command_lines_of_children() -> Iterator[bytes]:
    for children in Path("/proc/self/task").glob("*/children"):
        for child in children.read_text(encoding="ascii").split():
            yield Path(f"/proc/{child}/cmdline").read_bytes()
