"""Challenges: somebody says that a statement is wrong or unfair; it is shown with their words until that is resolved.

The custodian has one calendar month, as for a request to rectify (UK GDPR articles 12(3) and 16).
"""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from passport_api.domain.ids import ChallengeId, PassportId, StatementId

MAX_WORDS = 2000
"""The longest challenge, and the longest reasons, in characters (Unicode code points after NFC)."""

REMINDED_BEFORE = timedelta(days=7)
"""How long before the last day the custodian is reminded of what it has not resolved."""


class Challenger(StrEnum):
    """Whose challenge it is. A young person's may be brought by a parent or by their social worker."""

    PARENT = "parent"
    YOUNG_PERSON = "young_person"
    PROFESSIONAL = "professional"


class Finding(StrEnum):
    """What a challenge came to."""

    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"


class ChallengeStatus(StrEnum):
    """Where a challenge stands. It is decided when it is asked, so that no job can be late with it."""

    OPEN = "open"
    OVERDUE = "overdue"
    UPHELD = "upheld"
    NOT_UPHELD = "not_upheld"


@dataclass(frozen=True, slots=True)
class Challenge:
    """What is sealed of a challenge: in whose name it is, and their own words."""

    challenger: Challenger
    words: str


@dataclass(frozen=True, slots=True)
class ChallengeFacts:
    """What decides about a challenge.

    Attributes:
        version: the version that stood when it was made.
        withheld_at: since when views leave the statement out while the challenge is open; None where they do not.
    """

    challenge_id: ChallengeId
    passport_id: PassportId
    statement_id: StatementId
    version: int
    made_at: datetime
    withheld_at: datetime | None = None
    resolved_at: datetime | None = None
    finding: Finding | None = None

    @property
    def due_on(self) -> date:
        """The last day on which it is resolved in time."""
        return one_month_after(self.made_at.date())

    @property
    def reminded_at(self) -> datetime:
        """When the custodian is reminded."""
        return _start_of(self.due_on - REMINDED_BEFORE)

    @property
    def overdue_from(self) -> datetime:
        """From when on it is late."""
        return _start_of(self.due_on + timedelta(days=1))

    @property
    def withholds(self) -> bool:
        """Whether views leave the statement out now."""
        return self.finding is None and self.withheld_at is not None


def challenge_status(challenge: ChallengeFacts, at: datetime) -> ChallengeStatus:
    """Where a challenge stands at an instant. It is overdue from the day after it was due."""
    if challenge.finding is not None:
        return ChallengeStatus(challenge.finding.value)
    return ChallengeStatus.OVERDUE if at >= challenge.overdue_from else ChallengeStatus.OPEN


def one_month_after(day: date) -> date:
    """The corresponding day of the next month, or its last day where it has none (ICO guidance on time limits)."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)  # noqa: PLR2004 - December
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _start_of(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)
