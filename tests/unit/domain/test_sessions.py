"""Sessions: a refresh token works once; an old one that comes again ends its family (RFC 9700 section 4.14.2)."""

from datetime import timedelta

import pytest

from passport_api.domain.sessions import (
    ACCESS_LIFETIME,
    REFRESH_IDLE,
    SESSION_LIFETIME,
    RefreshFacts,
    RefreshVerdict,
    judge_refresh,
)
from unit.domain.builders import INSTANT, NOON, SECOND


def verdict(at, *, started=NOON, issued=NOON, used=None, ended=None):
    return judge_refresh(RefreshFacts(issued, used, started, ended), at)


def test_an_access_token_lives_ten_minutes():
    assert timedelta(minutes=10) == ACCESS_LIFETIME


def test_a_fresh_token_is_rotated():
    assert verdict(NOON) is RefreshVerdict.ROTATE
    assert verdict(NOON + timedelta(minutes=10)) is RefreshVerdict.ROTATE


def test_an_unknown_token_is_refused():
    assert judge_refresh(None, NOON) is RefreshVerdict.REFUSE


@pytest.mark.parametrize("after", [timedelta(0), SECOND, timedelta(hours=13), timedelta(days=8)])
def test_a_token_that_comes_again_ends_the_family_however_late(after):
    assert verdict(NOON + after, used=NOON) is RefreshVerdict.REVOKE_FAMILY


@pytest.mark.parametrize("used", [None, NOON])
def test_a_token_of_a_session_that_ended_is_refused(used):
    assert verdict(NOON + SECOND, used=used, ended=NOON) is RefreshVerdict.REFUSE


@pytest.mark.parametrize(
    ("idle", "expected"),
    [
        (timedelta(hours=12) - INSTANT, RefreshVerdict.ROTATE),
        (timedelta(hours=12), RefreshVerdict.REFUSE),
        (timedelta(hours=12) + INSTANT, RefreshVerdict.REFUSE),
    ],
)
def test_a_token_left_idle_for_half_a_day_is_refused(idle, expected):
    assert timedelta(hours=12) == REFRESH_IDLE
    assert verdict(NOON + idle) is expected


@pytest.mark.parametrize(
    ("age", "expected"),
    [
        (timedelta(days=7) - INSTANT, RefreshVerdict.ROTATE),
        (timedelta(days=7), RefreshVerdict.REFUSE),
    ],
)
def test_a_session_ends_after_a_week_however_busy(age, expected):
    assert timedelta(days=7) == SESSION_LIFETIME
    assert verdict(NOON + age, issued=NOON + age - SECOND) is expected
