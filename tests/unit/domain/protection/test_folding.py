"""Folding: many ways of writing become one, and where each character stood is not lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.protection.folding import Reading, fold


@pytest.mark.parametrize(
    ("written", "folded"),
    [
        ("Kate DOYLE", "kate doyle"),
        ("Zo\u00eb", "zoe"),
        ("Zoe\u0308", "zoe"),
        ("\uff2b\uff41\uff54\uff45", "kate"),  # full width
        ("\u041a\u0430te", "kate"),  # Cyrillic
        ("\u039aate", "kate"),  # Greek
        ("Do\u00adyle", "doyle"),  # soft hyphen
        ("Do\u200b\u2060yle\ufeff", "doyle"),  # zero width
        ("Grif\ufb01n", "griffin"),  # ligature
        ("\u0141ukasz S\u00f8ren Stra\u00dfe \u00c6thel", "lukasz soren strasse aethel"),
        ("Kate\u2019s", "kate's"),
        ("Kerr\u2011Doyle \u2013 Kerr\u2014Doyle", "kerr-doyle - kerr-doyle"),
        ("01632\u00a0960\u2009123", "01632 960 123"),
        ("\u0660\u0661\u0662", "012"),  # Arabic digits
        ("\U0001d40a\U0001d41a\U0001d42d\U0001d41e", "kate"),  # mathematical bold
        ("\u0130stanbul", "istanbul"),
        ("one\u2028two", "one\ntwo"),
    ],
)
def test_many_ways_of_writing_become_one(written, folded):
    assert fold(written) == folded


@given(st.text())
def test_each_code_point_folds_by_itself(text):
    assert fold(text) == "".join(fold(character) for character in text)


@given(st.text())
def test_what_is_folded_stays_as_it_is(text):
    assert fold(fold(text)) == fold(text)


@given(st.text(st.characters(codec="ascii")))
def test_ascii_only_becomes_small(text):
    assert fold(text) == text.lower()


@given(st.text(min_size=1), st.data())
def test_offsets_lead_back_to_the_wording(text, data):
    reading = Reading(text)
    if not reading.folded:
        return
    start = data.draw(st.integers(0, len(reading.folded) - 1))
    end = data.draw(st.integers(start + 1, len(reading.folded)))
    first, last = reading.span(start, end)
    assert 0 <= first < last <= len(text)
    assert reading.folded[start:end] in fold(text[first:last])


@given(st.text(), st.text())
def test_offsets_of_a_word_are_never_shifted(before, after):
    text = f"{before} Kettleborough {after}"
    reading = Reading(text)
    start = len(fold(before)) + 1
    first, last = reading.span(start, start + 13)
    assert text[first : first + 13] == "Kettleborough"
    assert last >= first + 13
    assert fold(text[first:last]) == "kettleborough"
    assert reading.capital_at(start)


def test_an_accent_written_apart_belongs_to_its_letter():
    assert Reading("a Zoe\u0308 b").span(2, 5) == (2, 6)
