"""An append-only file that is not in the database: what it keeps does not go back when the database does.

Every record is flushed to disk before anybody is answered. Processes take turns by a lock on the file, waiting a while.
A record that a crash or a full disk cut short was promised to nobody: the next writer cuts it off.
"""

import fcntl
import os
import stat
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passport_api.anchors.contract import AnchorDiverged, Anchored, AnchoredLog, AnchorUnavailable
from passport_api.config import SettingInvalid
from passport_api.domain.anchor_records import AnchorRecord, EndingsList, RecordMalformed, Stream, read_stream

SCHEME = "file:"
_BLOCK = 64 * 1024
_LOCK_SECONDS = 5.0
_PAUSE_SECONDS = 0.01


class FileAnchor:
    """An anchor in a file. It keeps what has ended, besides checkpoints."""

    keeps_endings = True

    def __init__(self, path: Path) -> None:
        self._path = path

    @property
    def label(self) -> str:
        """The file's place."""
        return f"file:{self._path}"

    @property
    def is_there(self) -> bool:
        """Whether there is such a file."""
        return os.path.lexists(self._path)

    @property
    def is_begun(self) -> bool:
        """Whether there is anything in it; what is no file, or is away, is left to who reads it."""
        return self.is_there and os.lstat(self._path).st_size > 0

    def kept(self, log: AnchoredLog) -> Anchored | None:
        """The newest checkpoint of this generation of the log; see `Anchor.kept`."""
        if self._is_missing():
            return None
        with self._held(fcntl.LOCK_SH) as descriptor:
            return _newest(descriptor, log)

    def update(self, log: AnchoredLog) -> Anchored:
        """Append a record, if the log has grown; see `Anchor.update`."""
        if self._is_missing():
            raise AnchorDiverged("there is no such file: where it is new, run `passport-api anchors enrol`")
        with self._held(fcntl.LOCK_EX) as descriptor:
            _cut_off_what_is_torn(descriptor)
            last = _newest(descriptor, log)
            if last is None:
                raise AnchorDiverged("it keeps nothing of this log: where it is new, run `passport-api anchors enrol`")
            if not log.holds(last.checkpoint):
                size = last.checkpoint.size
                raise AnchorDiverged(f"it knows {size} entries that are not a beginning of the database's log")
            newest = log.newest()
            return last if newest.checkpoint.size == last.checkpoint.size else _append(descriptor, log, last, newest)

    def enrol(self, log: AnchoredLog) -> Anchored:
        """Begin to keep this generation of the log, all that has ended in it so far included.

        Raises:
            AnchorUnavailable: it cannot be written.
            AnchorDiverged: it keeps this generation already, and not as the database has it.
        """
        self._make()
        with self._held(fcntl.LOCK_EX) as descriptor:
            _cut_off_what_is_torn(descriptor)
            last = _newest(descriptor, log)
            if last is None:
                return _append(descriptor, log, None, log.newest())
        return self.update(log)

    def read(self, log: AnchoredLog) -> Stream:
        """All that it keeps, every generation.

        Raises:
            AnchorUnavailable: it cannot be read.
        """
        if self._is_missing():
            return Stream(faults=["there is no such file"])
        return read_stream(self.lines(), log.opened)

    def lines(self) -> Iterator[bytes]:
        """Every whole line, one by one; none where there is no such file.

        Raises:
            AnchorUnavailable: it cannot be read.
        """
        if self._is_missing():
            return
        with self._held(fcntl.LOCK_SH) as descriptor, os.fdopen(os.dup(descriptor), "rb") as file:
            end = file.seek(0, os.SEEK_END)
            file.seek(0)
            fcntl.flock(descriptor, fcntl.LOCK_UN)  # what is there does not change: whoever writes need not wait
            while file.tell() < end:
                line = file.readline()
                if line.endswith(b"\n"):
                    yield line

    def _is_missing(self) -> bool:
        """Whether the file alone is missing: without its folder too, whatever was mounted there is away."""
        if not self._path.parent.is_dir():
            raise AnchorUnavailable(f"{self.label}: there is no such folder")
        return not self.is_there

    def _make(self) -> None:
        try:
            self._path.parent.mkdir(mode=0o700, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
            os.close(os.open(self._path, flags, 0o600))
            directory = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(directory)
            finally:
                os.close(directory)
        except OSError as error:
            raise AnchorUnavailable(f"{self.label}: {error.strerror}") from error

    @contextmanager
    def _held(self, lock: int) -> Iterator[int]:
        """The open file, while nobody else writes to it."""
        writes = os.O_RDWR | os.O_APPEND if lock == fcntl.LOCK_EX else os.O_RDONLY
        try:
            descriptor = os.open(self._path, writes | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except OSError as error:
            raise AnchorUnavailable(f"{self.label}: {error.strerror}") from error
        try:
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise AnchorUnavailable(f"{self.label}: not a regular file")
            _lock(descriptor, lock)
            yield descriptor
        except OSError as error:
            raise AnchorUnavailable(f"{self.label}: {error.strerror}") from error
        finally:
            os.close(descriptor)


def parse(setting: str) -> FileAnchor:
    """Make the anchor of a setting such as `file:/var/lib/anchors/log.anchor`.

    Raises:
        SettingInvalid: it names no absolute path.
    """
    path = Path(setting.removeprefix(SCHEME).removeprefix("//"))
    if not path.is_absolute():
        raise SettingInvalid("PASSPORT_ANCHORS: a file has an absolute path: file:/var/lib/anchors/log.anchor.")
    return FileAnchor(path)


def _lock(descriptor: int, lock: int) -> None:
    deadline = time.monotonic() + _LOCK_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, lock | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_SECONDS)
        else:
            return


def _append(descriptor: int, log: AnchoredLog, last: Anchored | None, newest: Anchored) -> Anchored:
    if not log.holds(newest.checkpoint):
        raise AnchorDiverged("the database's log is edited: its head is not that of its entries")
    start = 0 if last is None else last.checkpoint.size
    endings = EndingsList(newest.checkpoint, start, tuple(log.endings(start, newest.checkpoint.size)))
    line = AnchorRecord(newest.note, log.sign(endings.body())).line()
    before = os.fstat(descriptor).st_size
    try:
        written = 0
        while written < len(line):
            written += os.write(descriptor, line[written:])
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, before)
        raise
    return newest


def _cut_off_what_is_torn(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    if size and os.pread(descriptor, 1, size - 1) != b"\n":
        os.ftruncate(descriptor, size - len(_tail(descriptor, size).rpartition(b"\n")[2]))


def _newest(descriptor: int, log: AnchoredLog) -> Anchored | None:
    """The last whole record, if it is of the log's present generation."""
    whole = _tail(descriptor, os.fstat(descriptor).st_size).rpartition(b"\n")[0]
    line = whole.rpartition(b"\n")[2]
    if not line:
        return None
    try:
        record = AnchorRecord.parse(line)
        checkpoint = record.opened(log.opened).checkpoint
    except RecordMalformed as error:
        raise AnchorDiverged(f"its last record is not this log's: {error}") from error
    if checkpoint.origin == log.origin:
        return Anchored(checkpoint, record.checkpoint_note)
    if log.is_earlier(checkpoint.origin):
        return None
    raise AnchorDiverged(f"it keeps {checkpoint.origin}, which comes after {log.origin}")


def _tail(descriptor: int, size: int) -> bytes:
    """The end of the file, with at least one whole line before whatever is torn."""
    start = size
    read = b""
    while start > 0 and read.count(b"\n") < 2:  # noqa: PLR2004 - the newline that ends the last line, and the one before
        step = min(_BLOCK, start)
        start -= step
        read = os.pread(descriptor, step, start) + read
    return read
