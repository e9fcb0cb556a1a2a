"""When a notice is tried again, what an answer means, and how long anybody can make us wait."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.outbox import (
    LONGEST_WAIT,
    SCHEDULE,
    SUBJECT,
    TOLD,
    Delivered,
    Failed,
    Fault,
    Kind,
    next_try,
    outcome_of,
    wait_of,
)
from passport_api.domain.roles import SEES_CONTENT

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
FAILED = Failed(Fault.NO_ANSWER)


def test_the_tries_are_spread_over_two_days_and_end() -> None:
    delays = [next_try(tries, FAILED) for tries in range(1, len(SCHEDULE) + 1)]
    assert delays == [
        timedelta(minutes=1),
        timedelta(minutes=5),
        timedelta(minutes=30),
        timedelta(hours=2),
        timedelta(hours=5),
        timedelta(hours=10),
        timedelta(hours=14),
        timedelta(hours=20),
    ]
    assert next_try(len(SCHEDULE) + 1, FAILED) is None


def test_what_failed_for_good_is_not_tried_again() -> None:
    assert next_try(1, Failed(Fault.GONE, for_good=True)) is None


def test_a_receiver_can_ask_us_to_wait_longer_but_neither_less_nor_for_ever() -> None:
    assert next_try(1, Failed(Fault.BUSY, wait=timedelta(hours=1))) == timedelta(hours=1)
    assert next_try(3, Failed(Fault.BUSY, wait=timedelta(seconds=1))) == timedelta(minutes=30)
    assert next_try(1, Failed(Fault.BUSY, wait=timedelta(days=400))) == LONGEST_WAIT


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_any_2xx_is_success(status: int) -> None:
    assert outcome_of(status, None, NOW) == Delivered()


@pytest.mark.parametrize(
    ("status", "fault"),
    [
        (101, Fault.ANSWERED_3XX),
        (301, Fault.ANSWERED_3XX),
        (307, Fault.ANSWERED_3XX),
        (400, Fault.ANSWERED_4XX),
        (401, Fault.ANSWERED_4XX),
        (404, Fault.ANSWERED_4XX),
        (429, Fault.BUSY),
        (500, Fault.ANSWERED_5XX),
        (502, Fault.ANSWERED_5XX),
        (504, Fault.ANSWERED_5XX),
    ],
)
def test_anything_else_is_tried_again(status: int, fault: Fault) -> None:
    assert outcome_of(status, None, NOW) == Failed(fault)


def test_gone_is_gone() -> None:
    assert outcome_of(410, "5", NOW) == Failed(Fault.GONE, for_good=True)


@pytest.mark.parametrize("status", [429, 503])
def test_who_is_busy_says_until_when(status: int) -> None:
    outcome = outcome_of(status, "600", NOW)
    assert isinstance(outcome, Failed)
    assert outcome.wait == timedelta(minutes=10)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ("120", timedelta(minutes=2)),
        ("Wed, 25 Nov 2026 12:05:00 GMT", timedelta(minutes=5)),
        ("Wed, 25 Nov 2026 11:00:00 GMT", timedelta()),
        ("Wed, 25 Nov 2026 12:05:00 -0000", None),
        ("soon", None),
        ("-5", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_a_wait_is_seconds_or_a_date(header: str | None, wait: timedelta | None) -> None:
    assert wait_of(header, NOW) == wait


@given(st.text())
def test_whatever_a_receiver_writes_there_is_a_wait_or_none(header: str) -> None:
    wait = wait_of(header, NOW)
    assert wait is None or wait >= timedelta()


def test_what_each_kind_is_about_has_a_name() -> None:
    assert SUBJECT.keys() == set(Kind)
    assert all(name.endswith("_id") for name in SUBJECT.values())


def test_who_is_told_of_each_kind_is_written_and_is_somebody_who_may_see_content() -> None:
    assert TOLD.keys() == set(Kind)
    assert all(roles <= SEES_CONTENT for roles in TOLD.values())
