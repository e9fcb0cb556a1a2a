"""The local key file: who may read it, what it must hold, and what it may say."""

import base64
import json
import os
import signal
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passport_keys.errors import KeyFileExposed, KeyFileInvalid, UnknownKey
from passport_keys.providers import local_file, open_provider
from passport_keys.providers.contract import WrappedKey
from passport_keys.providers.key_file import decode
from passport_keys.providers.local_file import LocalFileProvider

NOW = datetime(2026, 9, 1, 8, 30, tzinfo=UTC)
NOBODY = 65534
CONTEXT = b"data-key\0owner-1"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "kek.json"


@pytest.fixture
def key_file(path: Path) -> Path:
    LocalFileProvider.create(path, NOW)
    return path


def _write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))
    path.chmod(0o600)


def _entry(fill: int = 7) -> dict[str, object]:
    return {"created": NOW.isoformat(), "key": base64.b64encode(bytes([fill]) * 32).decode()}


def test_a_new_key_file_is_its_owners_only_whatever_the_umask(path):
    before = os.umask(0o277)
    try:
        LocalFileProvider.create(path, NOW)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o7777 == 0o600


def test_a_new_key_file_holds_one_active_key_of_32_bytes_and_its_time(key_file):
    document = json.loads(key_file.read_text())
    (key_id,) = document["keys"]
    assert (document["format"], document["active"]) == (1, key_id)
    assert datetime.fromisoformat(document["keys"][key_id]["created"]) == NOW
    assert len(base64.b64decode(document["keys"][key_id]["key"])) == 32


def test_two_new_key_files_hold_different_keys(tmp_path):
    for name in ("a", "b"):
        LocalFileProvider.create(tmp_path / name, NOW)
    first, second = (json.loads((tmp_path / name).read_text()) for name in ("a", "b"))
    assert first["active"] != second["active"]
    assert first["keys"][first["active"]]["key"] != second["keys"][second["active"]]["key"]


def test_creating_never_overwrites(key_file):
    before = key_file.read_bytes()
    with pytest.raises(FileExistsError):
        LocalFileProvider.create(key_file, NOW)
    assert key_file.read_bytes() == before


def test_creating_does_not_follow_a_link_to_elsewhere(tmp_path, path):
    path.symlink_to(tmp_path / "elsewhere")
    with pytest.raises(FileExistsError):
        LocalFileProvider.create(path, NOW)
    assert not (tmp_path / "elsewhere").exists()


def test_a_file_that_could_not_be_written_whole_is_not_left_behind(path, monkeypatch):
    def disk_full(descriptor):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        LocalFileProvider.create(path, NOW)
    assert not path.exists()


@pytest.mark.parametrize("mode", [0o600, 0o400])
def test_a_file_only_its_owner_can_read_opens(key_file, mode):
    key_file.chmod(mode)
    LocalFileProvider.open(key_file)


@pytest.mark.parametrize(
    "mode",
    [owner | others for owner in (0o600, 0o400) for others in range(1, 0o100)] + [0o700, 0o500, 0o4600, 0o2600],
    ids=oct,
)
def test_a_file_of_any_other_mode_is_refused(key_file, mode):
    key_file.chmod(mode)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(key_file)


def test_a_symbolic_link_to_a_key_file_is_refused(key_file, tmp_path):
    link = tmp_path / "link.json"
    link.symlink_to(key_file)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(link)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(key_file):
    os.chown(key_file, NOBODY, NOBODY)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(key_file)


@pytest.mark.parametrize("mode", [0o777, 0o1777, 0o702], ids=oct)
def test_a_directory_that_everybody_may_write_to_is_refused(key_file, mode):
    key_file.parent.chmod(mode)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(key_file)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.create(key_file.with_name("new.json"), NOW)
    assert not key_file.with_name("new.json").exists()


def test_a_directory_in_the_files_place_is_refused(path):
    path.mkdir(mode=0o600)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(path)


def test_a_pipe_in_the_files_place_is_refused_without_waiting(path):
    os.mkfifo(path, 0o600)
    with pytest.raises(KeyFileExposed):
        LocalFileProvider.open(path)


def test_a_missing_file_or_directory_is_refused(path):
    for missing in (path, path / "kek.json", path.parent / "nowhere" / "kek.json"):
        with pytest.raises(KeyFileInvalid):
            LocalFileProvider.open(missing)


@pytest.mark.parametrize(
    "document",
    [
        None,
        [],
        {},
        {"format": 2, "active": "a", "keys": {"a": _entry()}},
        {"format": 3, "active": "a", "keys": {"a": _entry()}},
        {"format": "1", "active": "a", "keys": {"a": _entry()}},
        {"format": 1, "keys": {"a": _entry()}},
        {"format": 1, "active": "b", "keys": {"a": _entry()}},
        {"format": 1, "active": "a", "keys": {}},
        {"format": 1, "active": "a", "keys": [_entry()]},
        {"format": 1, "active": "a", "keys": {"a": "text"}},
        {"format": 1, "active": "a", "keys": {"a": _entry() | {"created": "yesterday"}}},
        {"format": 1, "active": "a", "keys": {"a": _entry() | {"created": "2026-09-01T08:30:00"}}},
        {"format": 1, "active": "a", "keys": {"a": _entry() | {"key": "AAAA"}}},
        {"format": 1, "active": "a", "keys": {"a": _entry() | {"key": "not base64!"}}},
        {"format": 1, "active": "a", "keys": {"a": _entry(), "b": _entry() | {"key": 5}}},
    ],
)
def test_a_file_that_is_not_a_key_file_is_refused(path, document):
    _write(path, document)
    with pytest.raises(KeyFileInvalid):
        LocalFileProvider.open(path)


def test_a_damaged_key_file_is_refused_without_any_of_it_in_the_error(key_file):
    content = key_file.read_text()
    key_file.write_text(content[:-3])
    with pytest.raises(KeyFileInvalid) as refusal:
        LocalFileProvider.open(key_file)
    assert refusal.value.__context__ is None
    assert not set(content.split('"')) & set(str(refusal.value).split('"'))


def test_a_file_that_is_not_text_is_refused(path):
    path.write_bytes(b"\xff\xfe\x00")
    path.chmod(0o600)
    with pytest.raises(KeyFileInvalid):
        LocalFileProvider.open(path)


def test_the_key_named_by_a_wrapped_key_unwraps_it_whichever_is_active(path):
    entries = {"old": _entry(1), "new": _entry(2)}
    _write(path, {"format": 1, "active": "old", "keys": entries})
    wrapped = LocalFileProvider.open(path).wrap(bytes(32), CONTEXT)
    _write(path, {"format": 1, "active": "new", "keys": entries})
    rotated = LocalFileProvider.open(path)
    assert (wrapped.key_id, rotated.wrap(bytes(32), CONTEXT).key_id) == ("old", "new")
    assert rotated.unwrap(wrapped, CONTEXT) == bytes(32)


def test_a_key_wrapped_by_the_first_release_still_unwraps(path):
    _write(path, {"format": 1, "active": "a", "keys": {"a": _entry()}})
    wrapped = WrappedKey(
        "a", bytes.fromhex("4914cd28e55fbde3326001716c84e0e29b91496917b597341e24258bc4d05140c9c4cda5708c9c95")
    )
    assert LocalFileProvider.open(path).unwrap(wrapped, CONTEXT) == bytes(range(32))


def test_a_file_url_may_write_its_path_with_or_without_the_two_slashes(key_file):
    assert open_provider(f"file:{key_file}").active_key_id == open_provider(f"file://{key_file}").active_key_id


@pytest.mark.parametrize("url", ["file:", "file://", "file://elsewhere.example/kek.json"])
def test_a_file_url_of_another_host_or_of_no_file_is_refused(url):
    with pytest.raises(KeyFileInvalid):
        open_provider(url)


def test_the_providers_repr_hides_its_keys(path):
    _write(path, {"format": 1, "active": "a", "keys": {"a": _entry()}})
    shown = repr(LocalFileProvider.open(path))
    assert str(_entry()["key"]) not in shown
    assert repr(b"\x07" * 4)[2:-1] not in shown


ROTATE = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from passport_keys.providers.local_file import LocalFileProvider
provider = LocalFileProvider.open(Path(sys.argv[1]))
print("ready", flush=True)
sys.stdin.readline()
for _ in range(20):
    print(provider.add_key(datetime(2026, 9, 1, tzinfo=UTC)), flush=True)
"""

KILLED_BEFORE_THE_RENAME = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from passport_keys.providers.local_file import LocalFileProvider
provider = LocalFileProvider.open(Path(sys.argv[1]))
Path.replace = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
provider.add_key(datetime(2026, 9, 1, tzinfo=UTC))
"""


def test_two_processes_that_rotate_at_once_lose_none_of_each_others_keys(key_file):
    first = LocalFileProvider.open(key_file).active_key_id
    rotating = [
        subprocess.Popen(
            [sys.executable, "-c", ROTATE, key_file], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for _ in range(2)
    ]
    for process in rotating:
        assert process.stdout.readline() == "ready\n"
    for process in rotating:
        process.stdin.write("go\n")
        process.stdin.flush()
    added = [key_id for process in rotating for key_id in process.communicate(timeout=60)[0].split()]
    assert len(set(added)) == 40
    assert set(LocalFileProvider.open(key_file).key_ids()) == {first, *added}
    assert key_file.stat().st_mode & 0o7777 == 0o600


def test_a_process_killed_before_the_rename_leaves_the_old_file_and_stands_in_nobodys_way(key_file):
    before = key_file.read_bytes()
    killed = subprocess.run([sys.executable, "-c", KILLED_BEFORE_THE_RENAME, key_file], check=False, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert key_file.read_bytes() == before
    left = key_file.with_name(".kek.json.new")
    assert left.stat().st_mode & 0o7777 == 0o600
    added = LocalFileProvider.open(key_file).add_key(NOW)
    assert LocalFileProvider.open(key_file).active_key_id == added
    assert not left.exists()


def test_nobody_reads_half_a_file_while_it_is_replaced(key_file):
    rotating = LocalFileProvider.open(key_file)
    wrapped = rotating.wrap(bytes(32), CONTEXT)
    done = threading.Event()

    def read_on() -> None:
        while not done.is_set():
            assert LocalFileProvider.open(key_file).unwrap(wrapped, CONTEXT) == bytes(32)

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read_on) for _ in range(2)]
        for _ in range(50):
            rotating.add_key(NOW)
        done.set()
        for reader in readers:
            reader.result(30)


SPOILT = {
    "no key file": lambda path: path.write_bytes(b"{}"),
    "gone": lambda path: path.unlink(),
    "another key": lambda path: _write(path, {"format": 1, "active": "a", "keys": {"a": _entry() | {"key": 1}}}),
    "anybody may read it": lambda path: path.chmod(0o644),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_file_spoilt_while_running_goes_on_unwrapping_and_neither_wraps_nor_rotates(key_file, how):
    good = key_file.read_bytes()
    running = LocalFileProvider.open(key_file)
    wrapped = running.wrap(bytes(32), CONTEXT)
    SPOILT[how](key_file)
    assert running.unwrap(wrapped, CONTEXT) == bytes(32)
    for refused in (
        lambda: running.wrap(bytes(32), CONTEXT),
        lambda: running.add_key(NOW),
        lambda: running.active_key_id,
        running.key_ids,
        lambda: running.destroy_key(wrapped.key_id),
        lambda: running.unwrap(WrappedKey("unknown", wrapped.ciphertext), CONTEXT),
    ):
        with pytest.raises((KeyFileInvalid, KeyFileExposed)):
            refused()
    key_file.unlink(missing_ok=True)
    key_file.write_bytes(good)
    key_file.chmod(0o600)
    assert running.unwrap(running.wrap(bytes(32), CONTEXT), CONTEXT) == bytes(32)


def test_a_spoilt_file_is_not_read_again_at_every_call(key_file, monkeypatch):
    running = LocalFileProvider.open(key_file)
    wrapped = running.wrap(bytes(32), CONTEXT)
    key_file.write_bytes(b"{}")
    reads = []
    monkeypatch.setattr(local_file, "decode", lambda content: reads.append(content) or decode(content))
    for _ in range(5):
        running.unwrap(wrapped, CONTEXT)
    assert len(reads) == 1


def test_a_key_destroyed_by_another_process_unwraps_nothing_here_any_more(key_file):
    running, operator = LocalFileProvider.open(key_file), LocalFileProvider.open(key_file)
    wrapped = running.wrap(bytes(32), CONTEXT)
    operator.add_key(NOW)
    operator.destroy_key(wrapped.key_id)
    with pytest.raises(UnknownKey):
        running.unwrap(wrapped, CONTEXT)


def test_a_destroyed_key_is_nowhere_in_the_file(key_file):
    provider = LocalFileProvider.open(key_file)
    old = json.loads(key_file.read_text())["keys"][provider.active_key_id]["key"]
    first = provider.active_key_id
    provider.add_key(NOW)
    provider.destroy_key(first)
    assert first.encode() not in key_file.read_bytes()
    assert old.encode() not in key_file.read_bytes()
