"""Statements: their kinds, how their text is kept, and when they are out of date."""

from dataclasses import FrozenInstanceError
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.statements import MAX_TEXT, StatementKind, normalised
from unit.domain.builders import TODAY, statement


def test_the_kinds_are_those_of_the_design():
    assert [kind.value for kind in StatementKind] == ["fact", "observation", "opinion", "allegation", "childs_words"]


def test_a_statement_has_at_most_four_thousand_characters():
    assert MAX_TEXT == 4000


def test_a_statement_is_never_edited():
    with pytest.raises(FrozenInstanceError):
        statement("safety", "restricted").text = "Something else."


@pytest.mark.parametrize(
    ("review_on", "out_of_date"),
    [
        (None, False),
        (TODAY - timedelta(days=1), True),
        (TODAY, False),
        (TODAY + timedelta(days=1), False),
        (date.min, True),
    ],
)
def test_a_statement_is_out_of_date_after_its_review_date(review_on, out_of_date):
    assert statement("safety", "everyday", review_on=review_on).out_of_date(TODAY) is out_of_date


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("Zoe\u0308 likes maps.", "Zo\u00eb likes maps."),
        ("  Likes maps.\n", "Likes maps."),
        ("\u00a0\u2003Likes maps.\u2028", "Likes maps."),
        ("Likes maps.\n\n  And trains.", "Likes maps.\n\n  And trains."),
        (" \t\n", ""),
        ("", ""),
        ("\u00bd an hour, \ufb01rst thing", "\u00bd an hour, \ufb01rst thing"),
    ],
)
def test_text_is_kept_composed_and_trimmed_and_otherwise_as_written(written, kept):
    assert normalised(written) == kept


@given(st.text())
def test_text_that_was_kept_once_is_kept_as_it_is(text):
    assert normalised(normalised(text)) == normalised(text)
