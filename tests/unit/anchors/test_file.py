"""An anchor file: what is in it, who may write it, and what becomes of it when a write fails or a process dies."""

import errno
import os
import stat
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from passport_api.anchors import open_anchors
from passport_api.anchors.contract import AnchorDiverged, AnchorUnavailable
from passport_api.anchors.file import FileAnchor
from passport_api.config import SettingInvalid
from passport_api.domain.endings import EndingKind
from passport_keys.signing import SigningKey
from support.memory_log import BASE, MemoryLog, ending

TESTS = Path(__file__).parents[2]


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog().append(b"first", b"second", endings=[ending(1)])


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "anchors" / "log.anchor"


@pytest.fixture
def anchor(path: Path, log: MemoryLog) -> FileAnchor:
    """An anchor file that keeps the log's first two entries."""
    anchor = FileAnchor(path)
    anchor.enrol(log)
    return anchor


def sizes(anchor: FileAnchor, log: MemoryLog) -> list[int]:
    """The sizes of the log that a sound anchor file keeps."""
    stream = anchor.read(log)
    assert stream.faults == []
    return [record.checkpoint.size for record in stream.records]


def test_it_keeps_each_checkpoint_with_what_ended_since_the_one_before(anchor: FileAnchor, log: MemoryLog) -> None:
    log.append(b"third").append(b"fourth", endings=[ending(2, EndingKind.PASSPORT_ERASED)])
    anchor.update(log)
    assert sizes(anchor, log) == [2, 4]
    assert anchor.read(log).endings() == log.ended
    kept = anchor.kept(log)
    assert kept is not None
    assert kept.checkpoint == log.checkpoint()
    assert log.opened(kept.note) == log.checkpoint().body()


def test_a_log_that_has_not_grown_adds_nothing(anchor: FileAnchor, log: MemoryLog, path: Path) -> None:
    before = path.read_bytes()
    assert anchor.update(log).checkpoint == log.checkpoint()
    assert path.read_bytes() == before


def test_enrolling_again_adds_nothing(anchor: FileAnchor, log: MemoryLog, path: Path) -> None:
    before = path.read_bytes()
    anchor.enrol(log)
    assert path.read_bytes() == before
    log.append(b"third")
    anchor.enrol(log)
    assert sizes(anchor, log) == [2, 3]


def test_an_empty_log_is_kept_from_its_beginning(path: Path) -> None:
    log, anchor = MemoryLog(), FileAnchor(path)
    anchor.enrol(log)
    anchor.update(log.append(b"first"))
    assert sizes(anchor, log) == [0, 1]


def test_a_file_that_is_not_enrolled_keeps_nothing_and_takes_nothing(path: Path, log: MemoryLog) -> None:
    path.parent.mkdir()
    anchor = FileAnchor(path)
    assert (anchor.kept(log), anchor.is_there) == (None, False)
    with pytest.raises(AnchorDiverged, match="no such file"):
        anchor.update(log)
    assert anchor.read(log).faults == ["there is no such file"]
    path.touch()
    assert anchor.kept(log) is None
    with pytest.raises(AnchorDiverged, match="keeps nothing"):
        anchor.update(log)
    assert path.read_bytes() == b""


def test_a_folder_that_is_gone_is_away_and_not_empty(path: Path, log: MemoryLog) -> None:
    anchor = FileAnchor(path)
    for ask in (anchor.kept, anchor.update, anchor.read):
        with pytest.raises(AnchorUnavailable, match="no such folder"):
            ask(log)


def test_only_its_owner_can_read_or_write_what_it_makes(anchor: FileAnchor, path: Path) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


# A log that is not the one that the file knows.


def test_a_log_that_was_rolled_back_is_refused_and_the_file_stays(
    anchor: FileAnchor, log: MemoryLog, path: Path
) -> None:
    before = path.read_bytes()
    log.roll_back(1)
    for again in ([], [b"another second", b"and more"]):
        log.append(*again)
        for ask in (anchor.update, anchor.enrol):
            with pytest.raises(AnchorDiverged, match="2 entries that are not a beginning"):
                ask(log)
    assert path.read_bytes() == before


def test_a_log_whose_head_is_not_that_of_its_entries_is_not_signed(
    anchor: FileAnchor, log: MemoryLog, path: Path
) -> None:
    before = path.read_bytes()
    log.append(b"third")
    log.head_of = [b"first", b"second", b"something else"]
    with pytest.raises(AnchorDiverged, match="its head is not that of its entries"):
        anchor.update(log)
    assert path.read_bytes() == before


def test_a_file_of_another_log_or_key_is_refused(anchor: FileAnchor, log: MemoryLog) -> None:
    elsewhere = MemoryLog(base="log.example/another", key=log.key, entries=log.entries)
    intruder = MemoryLog(key=SigningKey.generate(), entries=log.entries)
    for other in (elsewhere, intruder):
        for ask in (anchor.kept, anchor.update, anchor.enrol):
            with pytest.raises(AnchorDiverged, match="signed by none of this log's keys"):
                ask(other)


def test_a_file_of_an_earlier_generation_is_enrolled_anew_and_keeps_both(anchor: FileAnchor, log: MemoryLog) -> None:
    log.roll_back(1)
    log.generation = 2
    assert anchor.kept(log) is None
    with pytest.raises(AnchorDiverged, match="keeps nothing"):
        anchor.update(log)
    anchor.enrol(log)
    anchor.update(log.append(b"another second"))
    origins = [record.checkpoint.origin for record in anchor.read(log).records]
    assert origins == [BASE, f"{BASE}/2", f"{BASE}/2"]
    assert sizes(anchor, log) == [2, 1, 2]


def test_a_file_of_a_later_generation_is_refused(path: Path, log: MemoryLog) -> None:
    anchor = FileAnchor(path)
    log.generation = 2
    anchor.enrol(log)
    log.generation = 1
    for ask in (anchor.kept, anchor.update, anchor.enrol):
        with pytest.raises(AnchorDiverged, match=f"{BASE}/2, which comes after {BASE}"):
            ask(log)


def test_a_last_line_that_was_spoiled_is_refused(anchor: FileAnchor, log: MemoryLog, path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(b"consent_revoked", b"membership_ended"))
    for ask in (anchor.kept, anchor.update):
        with pytest.raises(AnchorDiverged, match="last record is not this log's"):
            ask(log)


# Crashes, full disks, and what is no file.


@pytest.mark.parametrize("cut", [1, 40, 400])
def test_a_line_that_a_crash_cut_short_is_ignored_by_readers_and_cut_off_by_the_next_writer(
    anchor: FileAnchor, log: MemoryLog, path: Path, cut: int
) -> None:
    anchor.update(log.append(b"third", endings=[ending(2)]))
    whole = path.read_bytes()
    first = whole[: whole.index(b"\n") + 1]
    path.write_bytes(first + whole[len(first) :][:cut])
    kept = anchor.kept(log)
    assert kept is not None
    assert kept.checkpoint.size == 2
    assert sizes(anchor, log) == [2]
    anchor.update(log)
    assert sizes(anchor, log) == [2, 3]
    assert anchor.read(log).endings() == log.ended


def test_a_first_line_that_a_crash_cut_short_keeps_nothing(anchor: FileAnchor, log: MemoryLog, path: Path) -> None:
    path.write_bytes(path.read_bytes()[:100])
    assert anchor.kept(log) is None
    anchor.enrol(log)
    assert sizes(anchor, log) == [2]


def test_a_history_longer_than_a_block_is_read_from_its_end(anchor: FileAnchor, log: MemoryLog, path: Path) -> None:
    for number in range(200):
        anchor.update(log.append(str(number).encode()))
    log.append(b"much at once", endings=[ending(number) for number in range(2000)])
    anchor.update(log)
    lines = path.read_bytes().splitlines(keepends=True)
    assert len(b"".join(lines[:-1])) > 65_536 < len(lines[-1])
    path.write_bytes(b"".join(lines) + lines[-1][:-1])
    kept = anchor.kept(log)
    assert kept is not None
    assert kept.checkpoint == log.checkpoint()
    anchor.update(log.append(b"last"))
    assert sizes(anchor, log) == [*range(2, 204), 204]


LIMITED = """
    import resource, signal, sys
    from pathlib import Path
    from passport_api.anchors.contract import AnchorUnavailable
    from passport_api.anchors.file import FileAnchor
    from passport_keys.signing import SigningKey
    from support.memory_log import MemoryLog, ending

    path = Path(sys.argv[1])
    log, anchor = MemoryLog().append(b"first"), FileAnchor(path)
    anchor.enrol(log)
    before = path.read_bytes()
    log.append(b"second", endings=[ending(number) for number in range(100)])
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(before) + 1000, hard))
    try:
        anchor.update(log)
    except AnchorUnavailable as error:
        print(error)
    assert path.read_bytes() == before, "what did not fit was left there"
    assert anchor.kept(log).checkpoint == log.checkpoint(1)
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    anchor.update(log)
    assert [record.checkpoint.size for record in anchor.read(log).records] == [1, 2]
    assert len(anchor.read(log).endings()) == 100
"""


def test_a_write_that_does_not_fit_leaves_the_file_as_it_was(path: Path) -> None:
    ran = ran_with(LIMITED, str(path))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"file:{path}: {os.strerror(errno.EFBIG)}\n"


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk with room for two pages."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=8k", "tmpfs", disk], capture_output=True, check=False)
    if mounted.returncode != 0:
        pytest.skip("No small disk can be mounted here.")
    yield disk
    subprocess.run(["umount", disk], check=True)


def test_a_full_disk_leaves_the_file_as_it_was(small_disk: Path) -> None:
    path = small_disk / "log.anchor"
    log, anchor = MemoryLog().append(b"first"), FileAnchor(path)
    anchor.enrol(log)
    before = path.read_bytes()
    log.append(b"second", endings=[ending(number) for number in range(200)])
    with pytest.raises(AnchorUnavailable, match=os.strerror(errno.ENOSPC)):
        anchor.update(log)
    assert path.read_bytes() == before
    subprocess.run(["mount", "-o", "remount,size=1m", small_disk], check=True)
    anchor.update(log)
    assert sizes(anchor, log) == [1, 2]


def test_what_could_not_be_flushed_to_disk_is_not_kept(
    anchor: FileAnchor, log: MemoryLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = path.read_bytes()

    def broken_disk(_descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    log.append(b"third")
    monkeypatch.setattr("os.fsync", broken_disk)
    with pytest.raises(AnchorUnavailable, match=os.strerror(errno.EIO)):
        anchor.update(log)
    monkeypatch.undo()
    assert path.read_bytes() == before
    anchor.update(log)
    assert sizes(anchor, log) == [2, 3]


def test_what_is_no_regular_file_is_refused_without_waiting(tmp_path: Path, log: MemoryLog) -> None:
    kept = FileAnchor(tmp_path / "kept")
    kept.enrol(log)
    (tmp_path / "a link").symlink_to(tmp_path / "kept")
    (tmp_path / "a link to nothing").symlink_to(tmp_path / "nothing")
    (tmp_path / "a folder").mkdir()
    os.mkfifo(tmp_path / "a pipe")
    log.append(b"third")
    for name in ("a link", "a link to nothing", "a folder", "a pipe", "/dev/null"):
        anchor = FileAnchor(tmp_path / name)
        for ask in (anchor.kept, anchor.read, anchor.update, anchor.enrol):
            with pytest.raises(AnchorUnavailable):
                ask(log)
    assert sizes(kept, log) == [2]
    assert not (tmp_path / "nothing").exists()


READ_ONLY = """
    import os, sys
    from pathlib import Path
    from passport_api.anchors.contract import AnchorUnavailable
    from passport_api.anchors.file import FileAnchor
    from support.memory_log import MemoryLog

    path = Path(sys.argv[1])
    log, anchor = MemoryLog().append(b"first"), FileAnchor(path)
    anchor.enrol(log)
    path.chmod(0o444)
    path.parent.chmod(0o755)
    if os.geteuid() == 0:  # who may write everywhere is refused by nothing: be somebody else
        os.setuid(65534)
    try:
        anchor.update(log.append(b"second"))
    except AnchorUnavailable as error:
        print(error)
    assert anchor.kept(log).checkpoint == log.checkpoint(1)
"""


def test_a_file_that_can_only_be_read_is_read_and_takes_nothing(path: Path) -> None:
    for folder in path.parents[1:]:
        if folder.stat().st_uid == os.geteuid() and len(folder.parts) > 2:
            folder.chmod(folder.stat().st_mode | 0o011)
    ran = ran_with(READ_ONLY, str(path))
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout == f"file:{path}: {os.strerror(errno.EACCES)}\n"


# Several at once.

WRITER = """
    import sys
    from pathlib import Path
    from passport_api.anchors.file import FileAnchor
    from passport_keys.signing import SigningKey
    from support.memory_log import MemoryLog, ending

    log = MemoryLog(key=SigningKey.from_private_bytes(bytes(32)))
    anchor = FileAnchor(Path(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(60):
        log.append(str(number).encode(), endings=[ending(number)])
        try:
            anchor.update(log)
        except Exception as error:
            # The other process is further: this log is a beginning of the one in the file.
            assert "entries that are not a beginning" in str(error), error
"""


def test_two_processes_that_write_at_once_leave_one_sound_history(path: Path) -> None:
    log = MemoryLog(key=SigningKey.from_private_bytes(bytes(32)))
    FileAnchor(path).enrol(log)
    writers = [
        subprocess.Popen([*command(WRITER), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    for writer in writers:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
    for writer in writers:
        assert writer.stdin is not None
        writer.stdin.write("go\n")
        writer.stdin.flush()
    for writer in writers:
        writer.communicate(timeout=60)
        assert writer.returncode == 0
    for number in range(60):
        log.append(str(number).encode(), endings=[ending(number)])
    kept = sizes(FileAnchor(path), log)
    assert kept == sorted(set(kept))
    assert kept[-1] == 60
    assert FileAnchor(path).read(log).endings() == log.ended


HOLDER = """
    import fcntl, sys
    with open(sys.argv[1], "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        print("held", flush=True)
        sys.stdin.readline()
"""


def test_a_file_that_another_process_does_not_let_go_of_is_away(
    anchor: FileAnchor, log: MemoryLog, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passport_api.anchors.file._LOCK_SECONDS", 0.05)
    holder = subprocess.Popen([*command(HOLDER), str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    log.append(b"third")
    for ask in (anchor.kept, anchor.update):
        with pytest.raises(AnchorUnavailable):
            ask(log)
    holder.communicate("let go\n", timeout=30)
    anchor.update(log)
    assert sizes(anchor, log) == [2, 3]


def test_a_setting_names_an_absolute_path_and_a_kind_that_there_is(tmp_path: Path) -> None:
    opened = open_anchors([f"file:{tmp_path}/a", f"file://{tmp_path}/b"])
    assert [anchor.label for anchor in opened] == [f"file:{tmp_path}/a", f"file:{tmp_path}/b"]
    for setting in ("file:log.anchor", "file:", "ftp://secret@anchors.example/", ""):
        with pytest.raises(SettingInvalid) as caught:
            open_anchors([setting])
        assert "secret" not in str(caught.value)


def command(program: str) -> list[str]:
    """A program of its own, which can import what tests can."""
    return [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(TESTS)!r})\n{textwrap.dedent(program)}"]


def ran_with(program: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a program to its end."""
    return subprocess.run([*command(program), *words], capture_output=True, text=True, check=False, timeout=60)
