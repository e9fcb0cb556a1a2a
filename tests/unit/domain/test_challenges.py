"""A challenge has one calendar month."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.challenges import (
    ChallengeFacts,
    ChallengeStatus,
    Finding,
    challenge_status,
    one_month_after,
)
from passport_api.domain.ids import ChallengeId, PassportId, StatementId


@pytest.mark.parametrize(
    ("day", "due"),
    [
        (date(2026, 9, 3), date(2026, 10, 3)),
        (date(2026, 12, 31), date(2027, 1, 31)),
        (date(2027, 1, 31), date(2027, 2, 28)),
        (date(2028, 1, 30), date(2028, 2, 29)),
        (date(2026, 3, 31), date(2026, 4, 30)),
    ],
)
def test_it_is_due_on_the_corresponding_day_or_the_months_last(day: date, due: date) -> None:
    assert one_month_after(day) == due


@given(st.dates(max_value=date(9998, 1, 1)))
def test_a_month_is_never_longer_than_its_days_and_never_shorter_than_february(day: date) -> None:
    assert timedelta(days=28) <= one_month_after(day) - day <= timedelta(days=31)
    assert one_month_after(day).month == day.month % 12 + 1


def facts(**more: object) -> ChallengeFacts:
    made = datetime(2026, 9, 3, 23, 59, tzinfo=UTC)
    some = UUID(int=1)
    return ChallengeFacts(ChallengeId(some), PassportId(some), StatementId(some), 1, made, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("at", "status"),
    [
        (datetime(2026, 10, 3, 23, 59, 59, tzinfo=UTC), ChallengeStatus.OPEN),
        (datetime(2026, 10, 4, tzinfo=UTC), ChallengeStatus.OVERDUE),
    ],
)
def test_it_is_overdue_from_the_day_after(at: datetime, status: ChallengeStatus) -> None:
    assert challenge_status(facts(), at) is status


def test_the_custodian_is_reminded_a_week_before_its_last_day() -> None:
    assert facts().reminded_at == datetime(2026, 9, 26, tzinfo=UTC)


@pytest.mark.parametrize("finding", Finding)
def test_what_was_found_is_never_overdue_and_withholds_nothing(finding: Finding) -> None:
    long_after = datetime(2030, 1, 1, tzinfo=UTC)
    resolved = facts(finding=finding, resolved_at=long_after, withheld_at=long_after)
    assert challenge_status(resolved, long_after).value == finding.value
    assert not resolved.withholds
    assert facts(withheld_at=long_after).withholds
    assert not facts().withholds
