"""`passport-api keys-file`: a key file gets a passphrase, another one, and none, and the service opens with it."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_COMMAND = str(Path(sys.executable).with_name("passport-api"))


def _run(*arguments: str, key_url: str = "", folder: Path | None = None) -> subprocess.CompletedProcess[str]:
    settings = {"PASSPORT_KEY_URL": key_url} if key_url else {}
    data = [] if folder is None else ["--data", str(folder)]
    return subprocess.run(
        [_COMMAND, *arguments, *data],
        env={**os.environ, **settings},
        check=False,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    assert _run("init", folder=tmp_path / "data").returncode == 0
    for name, words in (("old", "seven red kites\n"), ("new", "a lantern in the orchard\n")):
        (tmp_path / name).write_text(words)
        (tmp_path / name).chmod(0o600)
    return tmp_path / "data"


def test_a_key_file_is_protected_changed_and_unprotected_and_the_service_opens_with_it(folder):
    keys, old, new = str(folder / "keys.json"), str(folder.parent / "old"), str(folder.parent / "new")
    said = _run("keys-file", "protect", keys, "--passphrase-file", old)
    assert said.returncode == 0, said.stderr
    url = f"file:{keys}?passphrase-file={old}"
    assert url in said.stdout
    assert "kites" not in said.stdout + said.stderr
    assert _run("log", "key", folder=folder, key_url=url).returncode == 0
    changed = _run("keys-file", "protect", keys, "--passphrase-file", new, "--current-passphrase-file", old)
    assert changed.returncode == 0, changed.stderr
    refused = _run("log", "key", folder=folder, key_url=url)
    assert refused.returncode == 1
    assert "passphrase does not open" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert _run("keys-file", "unprotect", keys, "--passphrase-file", new).returncode == 0
    assert _run("log", "key", folder=folder).returncode == 0
