"""Whatever becomes of a log, it is served if and only if all that was ever anchored is a beginning of it."""

import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from passport_api.anchors.contract import AnchorDiverged, AnchorUnavailable
from passport_api.anchors.file import FileAnchor
from passport_api.services.anchoring import Anchoring, AnchorsAway, Finding, LogDiverged, Standing
from passport_api.services.publishing import Publisher
from support.memory_log import MemoryLog, ending
from support.until import until

words = st.binary(min_size=1, max_size=2)


class LogAndAnchors(RuleBasedStateMachine):
    """A log that grows, is rolled back and edited, and two anchor files that are told of it now and then."""

    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.log = MemoryLog()
        self.anchors = [FileAnchor(Path(self.folder.name) / name) for name in ("first", "second")]
        log: Any = self.log
        self.anchoring = Anchoring(log, self.anchors, lambda: 0.0, 1000)
        self.anchoring.begin()
        self.anchored: set[tuple[bytes, ...]] = {()}
        """Every history, from its beginning, that an anchor was ever told of."""

    @rule(entries=st.lists(words, min_size=1, max_size=5))
    def grow(self, entries: list[bytes]) -> None:
        self.log.append(*entries)
        if self.log.head_of is not None:
            self.log.head_of += entries

    @rule(fraction=st.floats(0, 1))
    def roll_back(self, fraction: float) -> None:
        self.log.roll_back(int(len(self.log.entries) * fraction))

    @precondition(lambda self: self.log.entries)
    @rule(entry=words, at=st.integers(0, 100))
    def edit(self, entry: bytes, at: int) -> None:
        self.log.entries[at % len(self.log.entries)] = entry

    @rule(head=st.lists(words, max_size=5))
    def edit_the_head(self, head: list[bytes]) -> None:
        self.log.head_of = head

    @rule()
    def mend_the_head(self) -> None:
        self.log.head_of = None

    @rule(which=st.integers(0, 1))
    def update(self, which: int) -> None:
        """Tell one anchor: it takes what goes on from all that it knows, and nothing else."""
        known = [Path(anchor.label.removeprefix("file:")).read_bytes() for anchor in self.anchors]
        try:
            taken = self.anchors[which].update(self.log)
        except AnchorDiverged:
            assert [Path(anchor.label.removeprefix("file:")).read_bytes() for anchor in self.anchors] == known
            return
        self.anchored.add(tuple(self.log.entries[: taken.checkpoint.size]))

    @invariant()
    def it_is_open_if_and_only_if_every_anchored_checkpoint_begins_the_log(self) -> None:
        entries = tuple(self.log.entries)
        begun = all(entries[: len(known)] == known for known in self.anchored)
        headed = self.log.head_of is None or tuple(self.log.head_of) == entries
        self.anchoring.check()
        assert (self.anchoring.standing is Standing.OPEN) == (begun and headed)

    def teardown(self) -> None:
        self.folder.cleanup()


TestLogAndAnchors = LogAndAnchors.TestCase
TestLogAndAnchors.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)


def test_a_log_that_was_rolled_back_or_edited_under_a_running_process_shuts_it(tmp_path: Path) -> None:
    """What the file kept when the process started is not all that it keeps now: other processes append as well."""
    log, anchor = MemoryLog(), FileAnchor(tmp_path / "log.anchor")
    anchoring = Anchoring(as_database_log(log), [anchor], lambda: 0.0, 1000)
    anchoring.begin()
    anchor.update(log.append(b"one", b"two"))
    log.roll_back(1)
    for again, standing in ((b"", Standing.DIVERGED), (b"another", Standing.DIVERGED), (b"two", Standing.OPEN)):
        log.roll_back(1)
        log.append(*([again] if again else []))
        anchoring.check()
        assert anchoring.standing is standing


def test_a_log_that_is_shorter_than_this_process_has_seen_it_shuts_it_whatever_was_anchored() -> None:
    for look in (Anchoring.check, Anchoring.keep_endings, Anchoring.publish):
        log = MemoryLog().append(b"one", b"two")
        anchoring = Anchoring(as_database_log(log), [], lambda: 0.0, 1000)
        anchoring.entered(log.head())
        log.roll_back(1)
        with suppress(LogDiverged):
            look(anchoring)
        assert anchoring.standing is Standing.DIVERGED
        with pytest.raises(LogDiverged):
            anchoring.require_open()
        log.append(b"two")
        anchoring.require_open()


@pytest.mark.parametrize(
    ("name", "edited"), [("head_of", [b"something else"]), ("alive", [ending(1)])], ids=["the head", "an ending"]
)
def test_every_so_many_seconds_the_whole_is_looked_at_though_nothing_is_written(
    tmp_path: Path, name: str, edited: Any
) -> None:
    log, complaints, told = MemoryLog(), list[str](), list[Finding]()
    for alive in ([], [ending(1)]):  # the second process finds in the file what the database has brought back
        log.alive = alive
        anchoring = Anchoring(as_database_log(log), [FileAnchor(tmp_path / "log.anchor")], lambda: 0.0, 1000)
        anchoring.begin()
        if not log.entries:
            log.append(b"first", endings=[ending(1)])
            anchoring.publish()
    log.alive = []
    anchoring.require_open()
    publisher = Publisher(anchoring, 0.01, complaints.append, told.append)
    publisher.start()
    try:
        as_it_was = getattr(log, name)
        setattr(log, name, edited)
        until(lambda: anchoring.standing is Standing.DIVERGED)
        setattr(log, name, as_it_was)
        until(lambda: anchoring.standing is Standing.OPEN)
    finally:
        publisher.stop()
    assert complaints == []
    assert [finding.anchor for finding in told] == (["the database"] if name == "head_of" else [])


def test_what_an_anchor_file_contradicts_is_not_put_before_a_witness(tmp_path: Path) -> None:
    """It would cosign the second history of the two, where it had not seen the first to its end."""

    class Witness:
        label, keeps_endings = "witness", False

        def __init__(self) -> None:
            self.told: list[Any] = []

        def kept(self, _log: Any) -> Any:
            return self.told[-1] if self.told else None

        def update(self, log: Any) -> Any:
            self.told.append(log.newest())
            return self.told[-1]

    log, file, witness = MemoryLog(), FileAnchor(tmp_path / "log.anchor"), Witness()
    anything: Any = witness
    anchoring = Anchoring(as_database_log(log), [file, anything], lambda: 0.0, 1000)
    anchoring.begin()
    file.update(log.append(b"one", b"two"))
    log.roll_back(1)
    anchoring.publish()
    assert (witness.told, anchoring.standing) == ([], Standing.DIVERGED)
    log.append(b"two")
    anchoring.check()
    anchoring.publish()
    assert [told.checkpoint.size for told in witness.told] == [2]


def test_what_one_thread_ended_is_not_told_though_another_opened_the_service_meanwhile(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other's record may have been written before this one's ending was there."""

    class Full(FileAnchor):
        room = True

        def update(self, log: Any) -> Any:
            if not self.room:
                raise AnchorUnavailable
            return super().update(log)

    log, anchor = MemoryLog(), Full(tmp_path / "log.anchor")
    anchoring = Anchoring(as_database_log(log), [anchor], lambda: 0.0, 1000)
    anchoring.begin()
    refuse = anchoring._refuse_unless_open

    def be_overtaken() -> None:
        anchor.room = True
        anchoring.publish()
        refuse()

    monkeypatch.setattr(anchoring, "_refuse_unless_open", be_overtaken)
    anchor.room = False
    with pytest.raises(AnchorsAway):
        anchoring.keep_endings()
    assert anchoring.standing is Standing.OPEN


def test_writers_do_not_make_the_log_seem_shorter_to_who_looks_meanwhile(tmp_path: Path) -> None:
    log = MemoryLog()
    log.append(b"one")
    anchoring = Anchoring(as_database_log(log), [], lambda: 0.0, 1000)
    anchoring.entered(log.head())
    read = log.head

    def read_and_be_overtaken() -> Any:
        head = read()
        log.head = read  # type: ignore[method-assign]  # once
        log.append(b"two")
        anchoring.entered(log.head())
        return head

    log.head = read_and_be_overtaken  # type: ignore[method-assign]
    anchoring.keep_endings()
    assert anchoring.standing is Standing.OPEN


def test_whoever_comes_while_another_looks_is_refused_and_does_not_wait(tmp_path: Path) -> None:
    log = MemoryLog()
    looking, go_on = threading.Event(), threading.Event()

    class Slow:
        label, keeps_endings = "slow", False

        def kept(self, _log: Any) -> None:
            looking.set()
            assert go_on.wait(10)

        def update(self, _log: Any) -> Any:
            raise AnchorUnavailable

    slow: Any = Slow()
    anchoring = Anchoring(as_database_log(log), [slow], lambda: 100.0, 1000)
    go_on.set()
    anchoring.check()  # it says nothing, and no other anchor does: the service is shut
    looking.clear()
    go_on.clear()
    refused: list[bool] = []

    def look() -> None:
        with pytest.raises(AnchorsAway):
            anchoring.require_open()
        refused.append(True)

    first = threading.Thread(target=look)
    first.start()
    try:
        assert looking.wait(10)
        with pytest.raises(AnchorsAway):
            anchoring.require_open()
    finally:
        go_on.set()
        first.join()
    assert refused == [True]


def as_database_log(log: MemoryLog) -> Any:
    """A log in memory where one in a database is meant."""
    return log
