"""Time that does not run backwards."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.clock import TOLERANCE, ClockBehind, instant_of

NEWEST = datetime(2026, 11, 25, 13, 0, tzinfo=UTC)
MOMENT = timedelta(microseconds=1)


def test_an_empty_log_asks_nothing_of_the_clock() -> None:
    assert instant_of(NEWEST, None) == NEWEST


@pytest.mark.parametrize("ahead", [timedelta(), MOMENT, timedelta(days=400)])
def test_a_clock_that_is_not_behind_is_believed(ahead: timedelta) -> None:
    assert instant_of(NEWEST + ahead, NEWEST) == NEWEST + ahead


@pytest.mark.parametrize("behind", [MOMENT, timedelta(seconds=30), TOLERANCE])
def test_a_clock_a_little_behind_stands_still(behind: timedelta) -> None:
    assert instant_of(NEWEST - behind, NEWEST) == NEWEST


@pytest.mark.parametrize("behind", [TOLERANCE + MOMENT, timedelta(days=1)])
def test_a_clock_far_behind_decides_nothing(behind: timedelta) -> None:
    with pytest.raises(ClockBehind):
        instant_of(NEWEST - behind, NEWEST)


@given(st.lists(st.timedeltas(timedelta(minutes=-5), timedelta(minutes=5)), min_size=2))
def test_whatever_a_clock_does_within_the_tolerance_no_instant_is_before_the_last(steps: list[timedelta]) -> None:
    newest: datetime | None = None
    for step in steps:
        instant = instant_of((newest or NEWEST) + step, newest)
        assert newest is None or instant >= newest
        newest = instant
