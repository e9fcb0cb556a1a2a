"""What becomes of a statement that was found: all of it as it was but the phrase, or nothing of it, or no change."""

from dataclasses import replace
from datetime import date

import pytest

from passport_api.domain.phrases import Phrase
from passport_api.domain.searches import HitOutcome, mended_text, review_day
from passport_api.domain.statements import MAX_TEXT, StatementKind
from unit.domain.builders import statement

RISK = Phrase("posed a risk")
FOUND = replace(statement("safety", "everyday", 1), text="He posed\na risk to staff.")
TODAY = date(2026, 11, 25)


def test_the_phrase_is_replaced_and_nothing_else() -> None:
    assert mended_text(FOUND, RISK, "hid from") == "He hid from to staff."


def test_without_other_words_nothing_is_to_stand() -> None:
    assert mended_text(FOUND, RISK, None) is None


@pytest.mark.parametrize("instead", [None, "hid"])
def test_what_the_child_said_is_left_as_it_is(instead: str | None) -> None:
    theirs = replace(FOUND, kind=StatementKind.CHILDS_WORDS)
    assert mended_text(theirs, RISK, instead) is HitOutcome.CHILDS_WORDS


def test_what_would_be_too_long_is_left_as_it_is() -> None:
    just = "x" * (MAX_TEXT - len("He  to staff."))
    assert len(str(mended_text(FOUND, RISK, just))) == MAX_TEXT
    assert mended_text(FOUND, RISK, just + "x") is HitOutcome.TOO_LONG


def test_it_is_to_be_reviewed_when_it_was_and_at_once_where_that_has_passed() -> None:
    assert review_day(replace(FOUND, review_on=None), TODAY) is None
    assert review_day(replace(FOUND, review_on=date(2027, 1, 1)), TODAY) == date(2027, 1, 1)
    assert review_day(replace(FOUND, review_on=date(2026, 1, 1)), TODAY) == TODAY
