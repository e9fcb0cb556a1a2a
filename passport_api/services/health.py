"""Whether the service can serve: the database answers and takes what is written, and the clock can be decided by.

Keys and schema were checked when it started.
"""

from passport_api.services.runtime import Runtime
from passport_api.store import log


def check(runtime: Runtime) -> None:
    """Ask the database for where the log ends; after a fault, see that it can be written to again.

    Raises:
        StoreUnavailable: it does not answer, or cannot be written to.
        ClockBehind: the clock is too far behind the log.
    """
    runtime.database.prove()
    with runtime.database.reading() as uow:
        runtime.instant(log.mark(uow))
