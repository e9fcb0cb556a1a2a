"""What an anchor file says, line by line: a signed checkpoint, and a signed list of what ended since the line before.

Each line is a JSON object of two C2SP signed notes. The list names the checkpoint that it goes with and where it
begins, so that a line taken out, put elsewhere or left out shows. docs/log-format.md has the bytes.
"""

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Self
from uuid import UUID

from passport_api.domain.checkpoints import (
    Checkpoint,
    CheckpointMalformed,
    NoteRejected,
    decode,
    encode,
    split_note,
)
from passport_api.domain.endings import Ending, EndingKind, PlacedEnding

ENDINGS = "/endings"
"""What follows the log's name in the first line of a list of endings, which is therefore no checkpoint."""

Opened = Callable[[str], str | None]
"""Note to its text, when one of the log's keys signed it rightly."""

_SPAN = re.compile("(0|[1-9][0-9]{0,18}) (0|[1-9][0-9]{0,18})")
_ENDING = re.compile(
    r"([a-z_]+) ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}) (0|[1-9][0-9]{0,18}) ([0-9T:.\-]+\+00:00)"
)


class RecordMalformed(ValueError):
    """A line is not one that this log wrote: cut off, edited, or signed by somebody else. Says what is wrong."""


@dataclass(frozen=True, slots=True)
class EndingsList:
    """What ended in the entries from `start` to before the checkpoint's size."""

    checkpoint: Checkpoint
    start: int
    endings: tuple[PlacedEnding, ...]

    def body(self) -> str:
        """The text that is signed."""
        lines = [
            f"{self.checkpoint.origin}{ENDINGS}",
            f"{self.start} {self.checkpoint.size}",
            encode(self.checkpoint.root),
            *(_written(each) for each in self.endings),
        ]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read what `body` wrote.

        Raises:
            RecordMalformed: it is another text.
        """
        lines = text.split("\n")
        if len(lines) < 4 or lines.pop():  # noqa: PLR2004 - three lines and what follows the last newline
            raise RecordMalformed("a list of endings has three lines or more")
        span, root = _SPAN.fullmatch(lines[1]), decode(lines[2])
        if not lines[0].endswith(ENDINGS) or span is None or root is None:
            raise RecordMalformed("a list of endings begins with the log's name, its span and the root")
        if int(span[1]) > int(span[2]):
            raise RecordMalformed("a span ends before it begins")
        try:
            checkpoint = Checkpoint(lines[0].removesuffix(ENDINGS), int(span[2]), root)
        except CheckpointMalformed as error:
            raise RecordMalformed(str(error)) from error
        return cls(checkpoint, int(span[1]), tuple(_read(line) for line in lines[3:]))


@dataclass(frozen=True, slots=True)
class AnchorRecord:
    """One line of an anchor file: the two notes, as they were signed."""

    checkpoint_note: str
    endings_note: str

    def line(self) -> bytes:
        """The line, with its newline."""
        written = {"checkpoint": self.checkpoint_note, "endings": self.endings_note}
        return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self:
        """Read a line.

        Raises:
            RecordMalformed: it is no record.
        """
        try:
            written = json.loads(line)
        except (ValueError, RecursionError):
            raise RecordMalformed("a record is one line of JSON") from None
        match written:
            case {"checkpoint": str(checkpoint), "endings": str(endings), **more} if not more:
                return cls(checkpoint, endings)
            case _:
                raise RecordMalformed("a record has a checkpoint and a list of endings")

    def claimed(self) -> EndingsList:
        """What the record says, whoever signed it: to find what is worth being opened.

        Raises:
            RecordMalformed: it says nothing that makes sense.
        """
        try:
            return EndingsList.parse(split_note(self.endings_note)[0])
        except NoteRejected as error:
            raise RecordMalformed(str(error)) from error

    def opened(self, opened: Opened) -> EndingsList:
        """The record's content, once both notes are found to be the log's and to belong together.

        Raises:
            RecordMalformed: they are not.
        """
        checkpoint, endings = opened(self.checkpoint_note), opened(self.endings_note)
        if checkpoint is None or endings is None:
            raise RecordMalformed("signed by none of this log's keys")
        listed = EndingsList.parse(endings)
        try:
            same = Checkpoint.parse(checkpoint) == listed.checkpoint
        except CheckpointMalformed as error:
            raise RecordMalformed(str(error)) from error
        if not same:
            raise RecordMalformed("its checkpoint and its endings are of two records")
        return listed


@dataclass(slots=True)
class Stream:
    """What a whole anchor file says.

    Attributes:
        records: every record that could be read, in order.
        faults: what is wrong with the file, a sentence each, by line number.
    """

    records: list[EndingsList] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)

    def endings(self) -> list[PlacedEnding]:
        """Everything that ever ended, in the order in which it was written."""
        return [each for record in self.records for each in record.endings]


def read_stream(lines: Iterable[bytes], opened: Opened) -> Stream:
    """Read an anchor file from its beginning. A line that cannot be read is a fault, and what follows is still read."""
    stream = Stream()
    reached: dict[str, int] = {}
    for number, line in enumerate(lines, start=1):
        try:
            record = AnchorRecord.parse(line).opened(opened)
        except RecordMalformed as error:
            stream.faults.append(f"line {number}: {error}")
            continue
        origin = record.checkpoint.origin
        if record.start != reached.get(origin, 0):
            stream.faults.append(f"line {number}: begins at entry {record.start}, not at {reached.get(origin, 0)}")
        reached[origin] = record.checkpoint.size
        stream.records.append(record)
    return stream


def _written(placed: PlacedEnding) -> str:
    ending = placed.ending
    at = ending.at.astimezone(UTC).isoformat(timespec="microseconds")
    return f"{ending.kind.value} {ending.subject_id} {placed.position} {at}"


def _read(line: str) -> PlacedEnding:
    found = _ENDING.fullmatch(line)
    if found is None:
        raise RecordMalformed("an ending is a kind, an id, a position and a time")
    kind, subject_id, position, at = found.groups()
    try:
        return PlacedEnding(int(position), Ending(EndingKind(kind), UUID(subject_id), datetime.fromisoformat(at)))
    except ValueError:
        raise RecordMalformed("an ending is of no kind that is known, or at no time") from None
