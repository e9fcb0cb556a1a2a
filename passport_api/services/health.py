"""Whether the service can serve: the database answers, and its log is the one that its anchors know.

Keys and schema were checked when it started.
"""

from passport_api.services.runtime import Runtime


def check(runtime: Runtime) -> None:
    """Ask the database for where the log ends, and hold it against the anchors.

    Raises:
        StoreUnavailable: it does not answer.
        LogDiverged: an anchor knows another log.
        AnchorsAway: an anchor cannot be written, or none confirms the log.
    """
    runtime.anchoring.log.head()
    runtime.anchoring.check()
    runtime.anchoring.require_open()
