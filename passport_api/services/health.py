"""Whether the service can serve: the database answers. Keys and schema were checked when it started."""

from passport_api.services.runtime import Runtime
from passport_api.store import log


def check(runtime: Runtime) -> None:
    """Ask the database for where the log ends.

    Raises:
        StoreUnavailable: it does not answer.
    """
    with runtime.database.reading() as uow:
        log.head(uow)
