"""What kept the database from answering, in words that an operator can look up in the runbook."""

from enum import StrEnum

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolExhausted

from passport_api.store._postgresql import NoAnswer


class Fault(StrEnum):
    """A kind of fault. The service log says it and nothing of what was being done."""

    DISK_FULL = "disk-full"
    DISK_BROKEN = "disk-broken"
    READ_ONLY = "read-only"
    LOCKED = "locked"
    TOO_SLOW = "too-slow"
    NO_ANSWER = "no-answer"
    CONNECTION_LOST = "connection-lost"
    CONNECTIONS_EXHAUSTED = "connections-exhausted"
    OTHER = "other"


class StoreUnavailable(Exception):
    """The database did not answer, or could not do what was asked; nothing was changed.

    One case cannot be told apart: a connection lost while a commit was under way may or may not have committed, on
    PostgreSQL as on any server. Nobody was told that it had, and an Idempotency-Key makes a repeat safe.

    Attributes:
        fault: what kind of fault it was.
    """

    def __init__(self, fault: Fault = Fault.NO_ANSWER) -> None:
        super().__init__(fault.value)
        self.fault = fault


# https://sqlite.org/rescode.html: extended names begin with these.
_OF_SQLITE = {
    "SQLITE_FULL": Fault.DISK_FULL,
    "SQLITE_IOERR": Fault.DISK_BROKEN,
    "SQLITE_CANTOPEN": Fault.DISK_BROKEN,
    "SQLITE_READONLY": Fault.READ_ONLY,
    "SQLITE_BUSY": Fault.LOCKED,
    "SQLITE_LOCKED": Fault.LOCKED,
}
# https://www.postgresql.org/docs/current/errcodes-appendix.html: classes of two characters, or whole codes.
_OF_POSTGRESQL = {
    "53100": Fault.DISK_FULL,
    "53300": Fault.CONNECTIONS_EXHAUSTED,
    "58": Fault.DISK_BROKEN,
    "25006": Fault.READ_ONLY,
    "55P03": Fault.LOCKED,
    "40P01": Fault.LOCKED,
    "57014": Fault.TOO_SLOW,
    "25P03": Fault.CONNECTION_LOST,
    "57P": Fault.CONNECTION_LOST,
    "08": Fault.CONNECTION_LOST,
}


def fault_of(error: DBAPIError | PoolExhausted) -> Fault | None:
    """The kind of fault behind an error; None when the database is there, and the error is about what it was told."""
    if isinstance(error, PoolExhausted):
        return Fault.CONNECTIONS_EXHAUSTED
    if isinstance(error.orig, NoAnswer):
        return Fault.NO_ANSWER
    code = getattr(error.orig, "sqlite_errorname", None) or getattr(error.orig, "sqlstate", None) or ""
    for beginning, fault in (_OF_SQLITE | _OF_POSTGRESQL).items():
        if code.startswith(beginning):
            return fault
    if error.connection_invalidated or (isinstance(error, OperationalError | InterfaceError) and not code):
        return Fault.CONNECTION_LOST
    return Fault.OTHER if isinstance(error, OperationalError | InterfaceError) else None
