"""How long a request waits for the database before it is answered that there is none."""

WAIT_SECONDS = 8
"""The full measure: long enough for a queue of writers, short enough for a caller to be told while they look."""
PATIENT_SECONDS = 3600
"""For what an operator runs and nobody else waits for: a migration, a restore."""
_SUSPECT_SECONDS = 1


class Patience:
    """Full while the database answers; short from a fault until the next commit.

    Where a server has a few threads and each waits its full time for what is not there, whoever queues behind them
    waits many times that. May be used by several threads at once.

    Attributes:
        full: the full measure, in seconds.
    """

    def __init__(self, full: float = WAIT_SECONDS) -> None:
        self.full = full
        self._suspect = False

    @property
    def seconds(self) -> float:
        """How long to wait now."""
        return min(self.full, _SUSPECT_SECONDS) if self._suspect else self.full

    @property
    def suspects(self) -> bool:
        """Whether the last that was heard of the database is a fault."""
        return self._suspect

    def lost(self) -> None:
        """The database showed a fault."""
        self._suspect = True

    def restored(self) -> None:
        """The database committed: it is there, and there is room on its disk."""
        self._suspect = False
