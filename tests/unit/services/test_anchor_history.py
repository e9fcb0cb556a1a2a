"""What an anchor file has kept from its first line on counts, and not its last line alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from passport_api.anchors.file import FileAnchor
from passport_api.domain.anchor_records import AnchorRecord, EndingsList
from passport_api.services.anchoring import Anchoring, AnchorsAway, LogDiverged, Standing
from passport_keys.signing import SigningKey
from support.memory_log import MemoryLog, ending


@pytest.fixture
def log() -> MemoryLog:
    return MemoryLog()


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.anchor"


def begun(log: MemoryLog, path: Path) -> Anchoring:
    """A process that starts."""
    anything: Any = log
    anchoring = Anchoring(anything, [FileAnchor(path)], lambda: 0.0, 1000)
    anchoring.begin()
    return anchoring


def keep(log: MemoryLog, path: Path, sizes: int) -> list[bytes]:
    """Have so many checkpoints anchored, of one entry more each; gives the file's lines."""
    anchoring = begun(log, path)
    for number in range(sizes):
        log.append(bytes([number]))
        anchoring.publish()
    return lines_of(path)


def lines_of(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines(keepends=True)


def signed_by_another(log: MemoryLog, record: EndingsList) -> bytes:
    """A line that says something in the log's name, signed by somebody else's key."""
    mine, log.key = log.key, SigningKey.generate()
    line = AnchorRecord(log.sign(record.checkpoint.body()), log.sign(record.body())).line()
    log.key = mine
    return line


def repeated(lines: list[bytes]) -> list[bytes]:
    return [*lines, lines[3]]


def swapped(lines: list[bytes]) -> list[bytes]:
    return [*lines[:-2], lines[-1], lines[-2]]


@pytest.mark.parametrize("how", [repeated, swapped])
def test_an_older_line_at_the_end_does_not_hide_that_a_log_was_rolled_back(
    log: MemoryLog, path: Path, how: Callable[[list[bytes]], list[bytes]]
) -> None:
    lines = keep(log, path, 5)
    path.write_bytes(b"".join(how(lines)))
    assert begun(log, path).standing is Standing.OPEN  # the log has all that the file knows: no harm is done
    log.roll_back(3)
    anchoring = begun(log, path)
    assert anchoring.standing is Standing.DIVERGED
    assert [finding.what for finding in anchoring.check()] == [
        "it knows 5 entries and the database has 3: it was rolled back"
    ]


def test_what_somebody_else_wrote_before_the_last_line_shuts_nothing(log: MemoryLog, path: Path) -> None:
    lines = keep(log, path, 3)
    log.append(b"more", endings=[ending(1)])
    foreign = signed_by_another(log, EndingsList(log.checkpoint(), 3, tuple(log.ended)))
    log.roll_back(3)
    log.alive = [ending(1)]
    path.write_bytes(b"".join([*lines[:2], foreign, b"nonsense\n", *lines[2:]]))
    assert begun(log, path).standing is Standing.OPEN


@pytest.mark.parametrize("since", [0, 600])
def test_what_a_file_keeps_as_ended_and_the_database_has_brought_back_shuts_the_service(
    log: MemoryLog, path: Path, since: int
) -> None:
    """Though the database says nothing of its having ended; however long ago."""
    anchoring = begun(log, path)
    log.append(b"first", endings=[ending(1), ending(2)])
    for number in range(since + 1):
        anchoring.publish()
        log.append(bytes([number % 256]))
    log.alive = [ending(2)]
    anchoring = begun(log, path)
    assert anchoring.standing is Standing.DIVERGED
    with pytest.raises(LogDiverged):
        anchoring.require_open()
    log.alive = []
    anchoring.require_open()


def test_a_file_that_was_away_when_the_process_started_is_read_once_it_is_back(log: MemoryLog, tmp_path: Path) -> None:
    path = tmp_path / "mounted/log.anchor"
    path.parent.mkdir()
    anchoring = begun(log, path)
    log.append(b"first", endings=[ending(1)])
    anchoring.publish()
    path.parent.rename(tmp_path / "away")
    log.alive = [ending(1)]
    anchoring = begun(log, path)
    with pytest.raises(AnchorsAway):
        anchoring.require_open()
    (tmp_path / "away").rename(path.parent)
    with pytest.raises(LogDiverged):
        anchoring.require_open()


def test_what_an_earlier_generation_lost_does_not_shut_the_next(log: MemoryLog, path: Path) -> None:
    keep(log, path, 5)
    log.roll_back(3)
    log.generation = 2
    FileAnchor(path).enrol(log)
    assert begun(log, path).standing is Standing.OPEN


def test_whoever_writes_does_not_wait_for_whoever_reads_it_all(log: MemoryLog, path: Path) -> None:
    keep(log, path, 3)
    reading = FileAnchor(path).lines()
    first = next(reading)
    log.append(b"meanwhile")
    FileAnchor(path).update(log)
    assert [first, *reading] == lines_of(path)[:-1]
