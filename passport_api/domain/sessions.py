"""Sign-in sessions: a family of refresh tokens, each used once. A second use means theft and ends the family.

Follows RFC 9700 section 4.14.2 (refresh token rotation).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

ACCESS_LIFETIME = timedelta(minutes=10)
REFRESH_IDLE = timedelta(hours=12)
SESSION_LIFETIME = timedelta(days=7)


class RefreshVerdict(StrEnum):
    """What to do with a refresh token that somebody presents."""

    ROTATE = "rotate"
    REVOKE_FAMILY = "revoke_family"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class RefreshFacts:
    """What decides about a presented refresh token."""

    issued_at: datetime
    used_at: datetime | None
    session_started_at: datetime
    session_ended_at: datetime | None


def judge_refresh(token: RefreshFacts | None, at: datetime) -> RefreshVerdict:
    """Decide what a presented refresh token brings."""
    if token is None or token.session_ended_at is not None:
        return RefreshVerdict.REFUSE
    if token.used_at is not None:
        return RefreshVerdict.REVOKE_FAMILY
    if at >= token.issued_at + REFRESH_IDLE or at >= token.session_started_at + SESSION_LIFETIME:
        return RefreshVerdict.REFUSE
    return RefreshVerdict.ROTATE
