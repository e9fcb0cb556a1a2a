"""A phrase is found however it was typed, as words of its own, and another takes its place."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.phrases import Span, fold, phrase_of

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)
WORDS = st.lists(st.text("abcdefgß\u00e9\u00c9\ufb01", min_size=1, max_size=6), min_size=1, max_size=4).filter(
    lambda words: len("".join(words)) >= 3
)
SPACES = st.text(" \n\t\u00a0\u2003\r", min_size=1, max_size=3)


def found(phrase: str, text: str) -> list[str]:
    """What a phrase is found as, in a text."""
    sought = phrase_of(phrase)
    assert sought is not None
    return [text[span.start : span.end] for span in sought.spans(text)]


@pytest.mark.parametrize(
    ("phrase", "text", "expected"),
    [
        ("posed a risk", "He posed a risk to staff.", "posed a risk"),
        ("posed a risk", "He Posed A RISK.", "Posed A RISK"),
        ("posed a risk", "He posed\n  a\r\n\trisk.", "posed\n  a\r\n\trisk"),
        ("posed\na  risk ", "He posed a risk.", "posed a risk"),
        ("posed a risk", "He posed\u00a0a\u2009risk.", "posed\u00a0a\u2009risk"),
        ("posed a risk", "He po\u00adsed a\u200b risk.", "po\u00adsed a\u200b risk"),
        ("cafe trip", "The Caf\u00e9 trip.", "Caf\u00e9 trip"),
        ("cafe trip", "The Cafe\u0301 trip.", "Cafe\u0301 trip"),
        ("Z\u00f6e's", "Zoe\u2019s", "Zoe\u2019s"),
        ("'at risk'", "\u2018at risk\u2019", "\u2018at risk\u2019"),
        ('"at risk"', "\u201cat risk\u201d", "\u201cat risk\u201d"),
        ("self-harm", "self\u2011harm", "self\u2011harm"),
        ("strasse", "Stra\u00dfe", "Stra\u00dfe"),
        ("office", "o\ufb03ce", "o\ufb03ce"),
        ("risk", "\uff32isk", "\uff32isk"),
        ("risk", "the risk's size", "risk"),
    ],
)
def test_however_it_was_typed_it_is_found_and_just_that(phrase: str, text: str, expected: str) -> None:
    assert found(phrase, text) == [expected]


@pytest.mark.parametrize(
    ("phrase", "text"),
    [
        ("risk", "brisk"),
        ("risk", "risks"),
        ("risk", "risk2"),
        ("posed a risk", "posed a risky thing"),
        ("posed a risk", "posed  risk"),
        ("posed a risk", "posed a; risk"),
        ("stras", "Stra\u00dfe"),
        ("fice", "of\ufb01ce"),
        (". and", "\u2026 and"),  # the last third of an ellipsis is no place of its own
    ],
)
def test_neither_a_part_of_a_word_nor_other_words_are_found(phrase: str, text: str) -> None:
    assert found(phrase, text) == []


def test_it_is_found_as_often_as_it_stands_and_none_overlaps_another() -> None:
    assert found("abc abc", "abc abc abc ABC") == ["abc abc", "abc ABC"]
    sought = phrase_of("a risk")
    assert sought is not None
    assert sought.spans("a risk, a  risk") == (Span(0, 6), Span(8, 15))


def test_where_it_is_not_a_word_at_its_edge_it_needs_none_beside_it() -> None:
    assert found("(sic) yes", "no(sic) yes") == ["(sic) yes"]


@pytest.mark.parametrize("phrase", ["", "  ", "ab", "a b", "...", "\u0301\u0301\u0301\u0301", "- - - ab"])
def test_what_has_fewer_than_three_letters_and_digits_means_nothing(phrase: str) -> None:
    assert phrase_of(phrase) is None


def test_another_takes_its_place_wherever_it_stands_and_the_rest_stays() -> None:
    sought = phrase_of("posed a risk")
    assert sought is not None
    text = "He posed\na risk.\n\nShe said he POSED A RISK, too."
    assert sought.replaced(text, "hid") == "He hid.\n\nShe said he hid, too."
    assert sought.replaced("Nothing \ufb01ne.", "hid") == "Nothing \ufb01ne."


@given(TEXTS)
def test_comparing_what_is_compared_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(TEXTS, TEXTS, WORDS, SPACES, SPACES)
def test_words_are_found_in_any_text_whatever_the_spaces_case_and_normal_form(
    before: str, after: str, words: list[str], here: str, there: str
) -> None:
    sought = phrase_of(here.join(words))
    assert sought is not None
    for form in ("NFC", "NFD"):
        said = unicodedata.normalize(form, there.join(words).swapcase())
        text = f"{before} {said} {after}"
        assert sought.is_in(text)
        spans = sought.spans(text)
        assert all(phrase_of(text[span.start : span.end]) == sought for span in spans)
        assert all(one.end <= other.start for one, other in itertools.pairwise(spans))


@given(TEXTS, WORDS)
def test_whether_it_is_in_a_text_and_where_agree(text: str, words: list[str]) -> None:
    sought = phrase_of(" ".join(words))
    assert sought is not None
    assert sought.is_in(text) is bool(sought.spans(text))


@given(TEXTS, WORDS)
def test_once_it_is_replaced_by_something_else_it_is_not_found_there(text: str, words: list[str]) -> None:
    phrase = " ".join(words)
    sought = phrase_of(phrase)
    assert sought is not None
    mended = sought.replaced(f"{text} {phrase} {text}", "####")
    assert mended.count("####") >= 1
    assert not sought.is_in(mended)
