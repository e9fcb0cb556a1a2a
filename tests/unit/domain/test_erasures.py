"""Proposals to erase a passport: open for fourteen days, and ended in one of three ways."""

from datetime import timedelta

import pytest

from passport_api.domain.erasures import Ground, erasure_status
from unit.domain.builders import INSTANT, NOON, SOMEBODY, erasure

FORTNIGHT = timedelta(days=14)


def test_the_grounds_are_those_that_the_law_knows():
    assert {ground.value for ground in Ground} == {
        "young_person_asked",
        "parents_asked",
        "retention_ended",
        "created_in_error",
        "court_order",
    }


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (NOON, "open"),
        (NOON + FORTNIGHT - INSTANT, "open"),
        (NOON + FORTNIGHT, "lapsed"),
        (NOON + 10 * FORTNIGHT, "lapsed"),
    ],
)
def test_a_proposal_lapses_after_fourteen_days_to_the_instant(at, status):
    assert erasure_status(erasure(), at) == status


def test_it_says_until_when_it_is_open():
    assert erasure().open_until == NOON + FORTNIGHT


@pytest.mark.parametrize("at", [NOON + INSTANT, NOON + 10 * FORTNIGHT])
def test_what_was_withdrawn_or_confirmed_stays_so(at):
    assert erasure_status(erasure(withdrawn_at=NOON + INSTANT), at) == "withdrawn"
    assert erasure_status(erasure(confirmed_by=SOMEBODY, confirmed_at=NOON + INSTANT), at) == "confirmed"
