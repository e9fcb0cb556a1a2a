"""Time that does not run backwards, though a machine's clock may."""

from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=5)
"""How far clocks may stand apart, or one be set back, and decisions go on."""


class ClockBehind(Exception):
    """The clock is further behind the newest entry in the log than clocks stand apart.

    Either it is slow now, or it was fast when that entry was written. By a slow clock, consents that have expired
    would open again, so nothing is decided until it has caught up, or an operator has said that it is right.
    """


def instant_of(now: datetime, newest_at: datetime | None) -> datetime:
    """The instant at which to decide: the clock's, or the newest entry's when the clock is a little behind it.

    Args:
        now: what the clock says.
        newest_at: the latest time of an entry in the log; None when it has none.

    Raises:
        ClockBehind: it is behind by more than the tolerance.
    """
    if newest_at is None or now >= newest_at:
        return now
    if newest_at - now > TOLERANCE:
        raise ClockBehind
    return newest_at
