"""Bodies with more than one meaning, or made to break the reader, get a 4xx that points at the place."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.api.edge.problems import Problem
from passport_api.api.edge.strict_json import has_control_characters, pointer, read_object


def refusal(body):
    with pytest.raises(Problem) as caught:
        read_object(body)
    return caught.value


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{",
        b"{'name': 1}",
        b'{"name": 1,}',
        b'{"name": 1} {}',
        b'{"name": 01}',
        b'{"name": "\x01"}',
        b'{"name": "line\nfeed"}',
        b'\xef\xbb\xbf{"name": "bom"}',
        b'{"name": "\xff"}',
        b'{"name": "\xed\xa0\x80"}',
        '{"name": "utf-16"}'.encode("utf-16"),
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": -Infinity}',
        b"[]",
        b'[{"name": 1}]',
        b'"text"',
        b"1",
        b"null",
        b"9" * 5000,
        b"[" * 60_000,
        b'{"a":' * 12_000,
        b'{"a":' * 33 + b"1" + b"}" * 33,
        b'{"name": "' + b"\\" * 60_000,
        b'"' + b'\\"[' * 20_000,
    ],
)
def test_what_is_not_one_json_object_is_an_invalid_body(body, send, fields_of):
    assert refusal(body).type.slug == "invalid_body"
    fields_of(send(body), "invalid_body", 400)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"name": "a", "name": "b"}', "/name"),
        (b'{"scope": {"safety": 1, "safety": 2}}', "/scope/safety"),
        (b'{"parts": [{"name": 1}, {"name": 1, "n\\u0061me": 2}]}', "/parts/1/name"),
        (b'{"count": ' + b"9" * 5000 + b"}", "/count"),
        (b'{"count": -' + b"9" * 19 + b"}", "/count"),
        (b'{"ratio": 1e999}', "/ratio"),
        (b'{"name": "\\ud800"}', "/name"),
        (b'{"name": "a\\udfff b"}', "/name"),
        (b'{"parts": [{"name": "\\ude00\\ud83d"}]}', "/parts/0/name"),
        (b'{"scope": {"\\ud800": 1}}', "/scope"),
    ],
)
def test_a_value_with_no_safe_meaning_is_an_invalid_body_that_names_the_field(body, field, send, fields_of):
    assert fields_of(send(body), "invalid_body", 400) == [field]


@pytest.mark.parametrize("character", ["\\u0000", "\\u0001", "\\r", "\\b", "\\f", "\\u001b", "\x7f", "\x85", "\x9b"])
def test_a_control_character_is_an_invalid_field(character, send, fields_of):
    body = f'{{"parts": [{{"name": "a{character}b"}}]}}'.encode()
    assert fields_of(send(body), "invalid_fields", 422) == ["/parts/0/name"]


def test_a_byte_order_mark_is_called_by_its_name():
    assert "byte order mark" in refusal(b'\xef\xbb\xbf{"name": "bom"}').detail


def test_line_feeds_tabs_accents_and_joined_surrogates_are_text():
    text = 'Año\n\ttwo 😀 [[[{{{ \\ " /'
    assert read_object(json.dumps({"t": text}).encode()) == {"t": text}
    assert read_object(b'{"t": "\\ud83d\\ude00"}') == {"t": "😀"}


def test_integers_of_eighteen_digits_floats_and_thirty_two_levels_are_read():
    assert read_object(b'{"n": -999999999999999999, "f": 1.5}') == {"n": -(10**18 - 1), "f": 1.5}
    deep = b'{"a":' * 32 + b"1" + b"}" * 32
    assert read_object(deep)["a"]


def test_brackets_within_text_are_not_depth():
    text = "[{" * 5000 + '"]\\'
    assert read_object(json.dumps({"t": text, "u": [text]}).encode()) == {"t": text, "u": [text]}


def test_many_siblings_are_not_depth():
    body = {"list": [{"a": []} for _ in range(1000)]}
    assert read_object(json.dumps(body).encode()) == body


def test_a_refusal_names_at_most_twenty_places():
    body = json.dumps({"list": ["\x00"] * 500}).encode()
    assert len(refusal(body).errors) == 20


def test_a_name_that_is_a_sentence_is_not_sent_back(send):
    response = send(b'{"Rosie Thornfield was born": "\\u0000"}')
    assert response.status_code == 422
    assert "Rosie" not in response.text


def test_a_pointer_stops_before_a_name_that_is_not_a_word():
    assert pointer(("scope", "a/b", "c")) == "/scope"
    assert pointer(()) == ""


_text = st.text(st.characters(exclude_categories=["Cs", "Cc"]))
_json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**17), 10**17)
    | st.floats(allow_nan=False, allow_infinity=False)
    | _text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_text, inner, max_size=4),
    max_leaves=20,
)


@given(st.dictionaries(_text, _json, max_size=4))
def test_ordinary_json_is_read_as_the_standard_library_reads_it(value):
    body = json.dumps(value).encode()
    assert read_object(body) == json.loads(body)


@given(st.binary(max_size=200) | st.text('{}[]",:\\ue1dNa-9 \n').map(lambda text: text.encode()))
def test_no_bytes_break_the_reader(body):
    with suppress(Problem):
        assert isinstance(read_object(body), dict)


def test_a_hostile_body_is_read_in_linear_time():
    import time

    started = time.perf_counter()
    for body in (b'"' * 65_000, b'\\"' * 32_000, b'["' * 32_000, b'{"a":[' * 10_000):
        refusal(body)
    assert time.perf_counter() - started < 1


def test_control_characters_are_recognised_outside_bodies_too():
    assert has_control_characters("a\x00")
    assert has_control_characters("\ud800")
    assert not has_control_characters("a\n\t")
