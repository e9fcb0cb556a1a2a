"""What a request's fields take, and that the contract's patterns say the same."""

import re
from datetime import UTC, date, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from marshmallow import ValidationError

from passport_schemas.base import Count, Day, Flag, Id, Instant, Secret, Text

A_LINE = Text(longest=20)
A_PAGE = Text(longest=20, lines=True)
characters = st.text(
    st.one_of(
        st.characters(codec="utf-8"), st.sampled_from(" \t\n\r\u00a0\u2003\u2028\u2029\u202e\u2066\u3000\u0085e\u0301")
    ),
    max_size=24,
)


def refuses(field, value):
    try:
        field.deserialize(value)
    except ValidationError:
        return True
    return False


@pytest.mark.parametrize("field", [A_LINE, A_PAGE])
@given(text=characters)
def test_the_pattern_takes_what_the_field_takes(field, text):
    has_controls = re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text)  # the reader of JSON refuses these
    if has_controls or len(text) > field.longest:
        return
    written = re.fullmatch(field.metadata["pattern"].strip("^$"), text)
    assert bool(written) == (not refuses(field, text))


@given(text=characters)
def test_the_pattern_takes_no_control_characters(text):
    if re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text):
        assert not re.fullmatch(A_PAGE.metadata["pattern"].strip("^$"), text)
        assert not re.fullmatch(Secret(longest=30).metadata["pattern"].strip("^$"), text)


@pytest.mark.parametrize(
    "value", ["2027-W01-1", "20270901", "2027-9-1", "2027-02-30", "2027-09-01T00:00:00Z", "", 20270901]
)
def test_a_day_has_one_form(value):
    assert refuses(Day(), value)
    assert Day().deserialize("2027-09-01") == date(2027, 9, 1)


@pytest.mark.parametrize(
    "value",
    [
        "2027-09-01T09:00:00",
        "2027-09-01 09:00:00Z",
        "20270901T090000Z",
        "2027-W01-1T09:00:00Z",
        "2027-W01-1",
        "2027-09-01T09:00Z",
        "2027-09-01T09:00:00+01",
        "2027-09-01T25:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59-23:59",
        "",
        1,
    ],
)
def test_an_instant_has_an_offset_and_the_form_of_rfc_3339(value):
    assert refuses(Instant(), value)


@pytest.mark.parametrize("value", ["2027-09-01T09:00:00Z", "2027-09-01t09:00:00.000000z", "2027-09-01T10:00:00+01:00"])
def test_an_instant_is_read_as_utc(value):
    assert Instant().deserialize(value) == datetime(2027, 9, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize("edge", ["0001-01-01", "9999-12-31"])
def test_a_day_at_the_edge_of_time_is_refused_or_read_and_never_a_fault(edge):
    for whole_day in (True, False):
        assert refuses(Instant(whole_day=whole_day), edge) in {True, False}


@pytest.mark.parametrize("value", [1, 0, 1.0, "true", "on", "1"])
def test_a_flag_is_true_or_false_and_nothing_that_stands_for_it(value):
    assert refuses(Flag(), value)
    assert Flag().deserialize(True) is True


@pytest.mark.parametrize("value", ["1_0", " 5", "+5", "-5", "5.0", "٣", "9" * 19, "", 5, True])
def test_a_count_is_plain_digits(value):
    assert refuses(Count(), value)
    assert Count().deserialize("0") == 0


KNOWN = UUID("019a4c3e-7b10-7c3e-9f52-3d1e8a6b4c01")


@pytest.mark.parametrize("form", ["{%s}", "urn:uuid:%s", "%s ", "%s\n"])
def test_an_id_has_one_form(form):
    assert refuses(Id(), form % KNOWN)
    assert refuses(Id(), KNOWN.hex)
    assert refuses(Id(), KNOWN.int)
    assert Id().deserialize(str(KNOWN).upper()) == KNOWN
