"""The lines of an anchor file: what is written is read back, and nothing else is read at all."""

import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.anchor_records import ENDINGS, AnchorRecord, EndingsList, RecordMalformed, read_stream
from passport_api.domain.checkpoints import Checkpoint, encode
from passport_api.domain.endings import Ending, EndingKind, PlacedEnding
from support.memory_log import BASE, SOME_DAY, MemoryLog, ending

ROOT = bytes(range(32))
sizes = st.integers(0, (1 << 63) - 1)
times = st.datetimes(datetime(2000, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as hypothesis asks
endings = st.builds(PlacedEnding, sizes, st.builds(Ending, st.sampled_from(EndingKind), st.uuids(), times))
spans = st.tuples(sizes, sizes).map(sorted)
lists = st.builds(
    lambda span, root, ended: EndingsList(Checkpoint(BASE, span[1], root), span[0], tuple(ended)),
    spans,
    st.binary(min_size=32, max_size=32),
    st.lists(endings, max_size=5),
)


def line_of(log: MemoryLog, start: int, end: int) -> bytes:
    """The line that an anchor writes when the log has grown from one size to another."""
    checkpoint = log.checkpoint(end)
    listed = EndingsList(checkpoint, start, tuple(log.endings(start, end)))
    return AnchorRecord(log.sign(checkpoint.body()), log.sign(listed.body())).line()


@pytest.fixture
def log() -> MemoryLog:
    return (
        MemoryLog()
        .append(b"first", endings=[ending(1)])
        .append(b"second", endings=[ending(2, EndingKind.INVITATION_USED)])
        .append(b"third", endings=[ending(3, EndingKind.MEMBERSHIP_ENDED)])
    )


@pytest.fixture
def lines(log: MemoryLog) -> list[bytes]:
    return [line_of(log, 0, 1), line_of(log, 1, 2), line_of(log, 2, 3)]


@given(lists)
def test_a_list_of_endings_reads_back_as_it_was_written(listed: EndingsList) -> None:
    assert EndingsList.parse(listed.body()) == listed


@given(lists)
def test_a_line_reads_back_as_it_was_written_and_is_one_line(listed: EndingsList) -> None:
    record = AnchorRecord(listed.checkpoint.body(), listed.body())
    line = record.line()
    assert (line.count(b"\n"), line[-1:]) == (1, b"\n")
    assert AnchorRecord.parse(line) == record
    assert record.opened(lambda note: note) == listed


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader_of_lines(line: bytes) -> None:
    stream = read_stream([line], lambda note: note)
    assert (len(stream.records), len(stream.faults)) in {(0, 1), (1, 0)}


@given(st.text(max_size=400))
def test_no_text_breaks_the_reader_of_lists(text: str) -> None:
    try:
        listed = EndingsList.parse(text)
    except RecordMalformed:
        return
    assert listed.body() == text


HEAD = f"{BASE}{ENDINGS}\n4 9\n{encode(ROOT)}\n"
ONE = "consent_revoked 00000000-0000-0000-0000-000000000001 5 2026-11-02T09:30:00.000125+00:00\n"


def test_the_bytes_of_a_list_are_these() -> None:
    placed = PlacedEnding(5, Ending(EndingKind.CONSENT_REVOKED, UUID(int=1), SOME_DAY))
    assert EndingsList(Checkpoint(BASE, 9, ROOT), 4, (placed,)).body() == HEAD + ONE
    assert EndingsList.parse(HEAD + ONE).endings == (placed,)


MALFORMED_LISTS: dict[str, str] = {
    "nothing": "",
    "no last newline": HEAD[:-1],
    "two lines": f"{BASE}{ENDINGS}\n4 9\n",
    "a checkpoint": Checkpoint(BASE, 9, ROOT).body(),
    "no name": HEAD.replace(BASE, ""),
    "no span": HEAD.replace("4 9", "9"),
    "a span of three": HEAD.replace("4 9", "4 9 9"),
    "a span with zeros": HEAD.replace("4 9", "04 9"),
    "a negative span": HEAD.replace("4 9", "-4 9"),
    "a span that ends before it begins": HEAD.replace("4 9", "9 4"),
    "a size past every log": HEAD.replace("4 9", f"4 {1 << 63}"),
    "a root too short": HEAD.replace(encode(ROOT), encode(ROOT[1:])),
    "a root that is no base64": HEAD.replace(encode(ROOT), "?" * 44),
    "an empty ending": HEAD + "\n",
    "a kind that is not known": HEAD + ONE.replace("consent_revoked", "consent_given"),
    "a kind in capitals": HEAD + ONE.replace("consent_revoked", "CONSENT_REVOKED"),
    "an id in capitals": HEAD + ONE.replace("00000000-", "AAAAAAAA-"),
    "an id without dashes": HEAD + ONE.replace("-0000", "0000"),
    "no position": HEAD + ONE.replace(" 5 ", " "),
    "a position with zeros": HEAD + ONE.replace(" 5 ", " 05 "),
    "a time of another zone": HEAD + ONE.replace("+00:00", "+01:00"),
    "a time of no zone": HEAD + ONE.replace("+00:00", ""),
    "a thirteenth month": HEAD + ONE.replace("-11-", "-13-"),
    "a word more": HEAD + ONE.replace("\n", " Robin\n"),
    "two spaces": HEAD + ONE.replace(" 5 ", "  5 "),
    "a carriage return": HEAD + ONE.replace("\n", "\r\n"),
}  # fmt: skip


@pytest.mark.parametrize("why", MALFORMED_LISTS)
def test_a_list_that_is_not_of_the_form_is_refused(why: str) -> None:
    with pytest.raises(RecordMalformed):
        EndingsList.parse(MALFORMED_LISTS[why])


MALFORMED_LINES: dict[str, bytes] = {
    "empty": b"\n",
    "no JSON": b"checkpoint\n",
    "no UTF-8": b'{"checkpoint":"\xff","endings":""}\n',
    "cut off": b'{"checkpoint":"a","endings":\n',
    "a list": b'["a","b"]\n',
    "a number": b"1\n",
    "nothing": b"null\n",
    "no endings": b'{"checkpoint":"a"}\n',
    "a number for a note": b'{"checkpoint":"a","endings":1}\n',
    "more than a record": b'{"checkpoint":"a","endings":"b","more":"c"}\n',
    "a number of 5000 digits": b'{"checkpoint":"a","endings":' + b"9" * 5000 + b"}\n",
    "too deep": b"[" * 100_000 + b"\n",
}


@pytest.mark.parametrize("why", MALFORMED_LINES)
def test_a_line_that_is_no_record_is_refused(why: str) -> None:
    with pytest.raises(RecordMalformed):
        AnchorRecord.parse(MALFORMED_LINES[why])


def test_a_stream_is_every_record_in_order(log: MemoryLog, lines: list[bytes]) -> None:
    stream = read_stream(lines, log.opened)
    assert stream.faults == []
    assert [(record.start, record.checkpoint) for record in stream.records] == [
        (size, log.checkpoint(size + 1)) for size in range(3)
    ]
    assert stream.endings() == log.ended


def foreign(line: bytes) -> bytes:
    """A line in every way like the given one, of another log with the same name."""
    return line_of(MemoryLog().append(b"first").append(b"second"), 1, 2)


def beside_another(lines: list[bytes]) -> bytes:
    """The endings of the first line put beside the checkpoint of the second."""
    first, second = json.loads(lines[0]), json.loads(lines[1])
    return AnchorRecord(second["checkpoint"], first["endings"]).line()


def edited(line: bytes) -> bytes:
    return line.replace(b"invitation_used", b"consent_revoked")


FAULTS: dict[str, tuple[Callable[[list[bytes]], list[bytes]], list[str]]] = {
    "the first is taken out": (lambda ls: ls[1:], ["line 1: begins at entry 1, not at 0"]),
    "the second is taken out": (lambda ls: [ls[0], ls[2]], ["line 2: begins at entry 2, not at 1"]),
    "two are swapped": (
        lambda ls: [ls[0], ls[2], ls[1]],
        ["line 2: begins at entry 2, not at 1", "line 3: begins at entry 1, not at 3"],
    ),
    "one is repeated": (lambda ls: [*ls[:2], *ls[1:]], ["line 3: begins at entry 1, not at 2"]),
    "the first is repeated at the end": (lambda ls: [*ls, ls[0]], ["line 4: begins at entry 0, not at 3"]),
    "one is of another log": (
        lambda ls: [ls[0], foreign(ls[1]), ls[2]],
        ["line 2: signed by none of this log's keys", "line 3: begins at entry 2, not at 1"],
    ),
    "an ending is edited": (
        lambda ls: [ls[0], edited(ls[1]), ls[2]],
        ["line 2: signed by none of this log's keys", "line 3: begins at entry 2, not at 1"],
    ),
    "endings are put beside another checkpoint": (
        lambda ls: [ls[0], beside_another(ls), ls[2]],
        ["line 2: its checkpoint and its endings are of two records", "line 3: begins at entry 2, not at 1"],
    ),
    "a line is cut off in the middle": (
        lambda ls: [ls[0], ls[1][:80] + b"\n", ls[2]],
        ["line 2: a record is one line of JSON", "line 3: begins at entry 2, not at 1"],
    ),
    "two notes are in each other's place": (
        lambda ls: [AnchorRecord(json.loads(ls[0])["endings"], json.loads(ls[0])["checkpoint"]).line()],
        ["line 1: a list of endings begins with the log's name, its span and the root"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", FAULTS)
def test_a_fault_in_the_chain_is_named_by_its_line(log: MemoryLog, lines: list[bytes], what: str) -> None:
    change, faults = FAULTS[what]
    assert read_stream(change(lines), log.opened).faults == faults


def test_what_follows_a_line_that_cannot_be_read_is_still_read(log: MemoryLog, lines: list[bytes]) -> None:
    stream = read_stream([lines[0], b"spoiled\n", lines[2]], log.opened)
    assert [each.ending for each in stream.endings()] == [ending(1), ending(3, EndingKind.MEMBERSHIP_ENDED)]


def test_each_generation_begins_anew(log: MemoryLog, lines: list[bytes]) -> None:
    log.generation = 2
    assert read_stream([*lines, line_of(log, 0, 3)], log.opened).faults == []
    assert read_stream([*lines, line_of(log, 3, 3)], log.opened).faults == ["line 4: begins at entry 3, not at 0"]


def test_a_line_says_kinds_ids_places_and_times_and_nothing_else(log: MemoryLog, lines: list[bytes]) -> None:
    number = "(0|[1-9][0-9]*)"
    uuid, at = "[0-9a-f-]{36}", r"[0-9-]{10}T[0-9:.]{15}\+00:00"
    kinds = "|".join(kind.value for kind in EndingKind)
    signature = f"— {re.escape(BASE)} [A-Za-z0-9+/=]+"
    expected = {
        "checkpoint": rf"{re.escape(BASE)}\n{number}\n[A-Za-z0-9+/=]{{44}}\n\n{signature}\n",
        "endings": rf"{re.escape(BASE)}/endings\n{number} {number}\n[A-Za-z0-9+/=]{{44}}\n"
        rf"(({kinds}) {uuid} {number} {at}\n)*\n{signature}\n",
    }
    for line in lines:
        written = json.loads(line)
        assert written.keys() == expected.keys()
        for part, pattern in expected.items():
            assert re.fullmatch(pattern, written[part]), written[part]
