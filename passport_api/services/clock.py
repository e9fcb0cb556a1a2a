"""Going on after a clock had been ahead: an operator says that it is right now."""

from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.access_log import Entry, Outcome
from passport_api.domain.ids import EntryId
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal
from passport_api.services.runtime import Runtime, Step
from passport_api.store import log, sessions

CLOCK_ACCEPTED = "clock.accepted"


@dataclass(frozen=True, slots=True)
class Accepted:
    """What an operator accepted: time goes on from one instant instead of another, which was wrong."""

    wrong: datetime
    now: datetime
    sessions_ended: int
    log_entry: int


def ahead(runtime: Runtime) -> datetime | None:
    """The time of the newest entry when the clock is behind it; None when all is well."""
    with runtime.database.reading() as uow:
        newest_at = log.mark(uow).newest_at
    return newest_at if newest_at is not None and runtime.clock() < newest_at else None


def accept(runtime: Runtime) -> Accepted | None:
    """Take the present clock for right though the log has a later entry; logged. None when it has none.

    Sessions that began in the time that never was end: their tokens would be good for too long.
    """
    runtime.anchoring.require_open()
    with runtime.database.writing() as uow:
        wrong = log.take_turn(uow).newest_at
        now = runtime.clock()
        if wrong is None or now >= wrong:
            return None
        entry = Entry(
            entry_id=EntryId(runtime.new_id()),
            at=now,
            action=CLOCK_ACCEPTED,
            outcome=Outcome.ALLOWED,
            actor=Capacity("command line", Role.OPERATOR.value),
            account_id=None,
            passport_id=None,
            detail=f"{wrong.isoformat()} → {now.isoformat()}",
        )
        position = journal.write(Step(runtime, uow, now), entry, None)
        log.accept_time(uow, now)
        return Accepted(wrong, now, sessions.end_begun_after(uow, now), position)
