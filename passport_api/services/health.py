"""Whether the service can serve: database and anchors are there and agree, and the clock can be decided by.

Keys and schema were checked when it started.
"""

from passport_api.services.runtime import Runtime
from passport_api.store import log


def check(runtime: Runtime) -> None:
    """Ask the database for where the log ends, and hold it against the clock and the anchors.

    After a fault, see that the database can be written to again.

    Raises:
        StoreUnavailable: it does not answer, or cannot be written to.
        ClockBehind: the clock is too far behind the log.
        LogDiverged: an anchor knows another log, or something that had ended was brought back.
        AnchorsAway: an anchor cannot be written, or none confirms the log.
    """
    runtime.database.prove()
    with runtime.database.reading() as uow:
        runtime.instant(log.mark(uow))
    runtime.anchoring.check()
    runtime.anchoring.check_endings()
    runtime.anchoring.require_open()
