"""A loop that carries on long work piece by piece, until it is told to stop, and leaves others half of the time."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, Protocol, TypeVar

from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Runtime, Step
from passport_api.store.database import UnitOfWork

T = TypeVar("T")
R = TypeVar("R")

PAUSE_SECONDS = 1.0
"""How long it waits when there is nothing to do."""
_PAUSE_AFTER_A_FAULT_SECONDS = 5.0
_TURNS_BETWEEN_TIDYING = 3600


class Job(Protocol[T]):
    """Work that is taken for a while, carried on piece by piece, and left to others when its process ends."""

    def take(self) -> T | None:
        """Take some work that nobody has; None when there is none."""
        ...

    def carry_on(self, taken: T, /) -> T | None:
        """Do the next piece of it; gives it as it is taken from now on, or None when nothing is left to do."""
        ...

    def let_go(self, taken: T, /) -> None:
        """Leave it to whoever comes next."""
        ...

    def tidy(self) -> None:
        """Forget what is old."""
        ...


def claimed(
    runtime: Runtime,
    lease: timedelta,
    any_free: Callable[[UnitOfWork, datetime], bool],
    claim: Callable[[UnitOfWork, datetime, datetime], T | None],
) -> tuple[T, datetime] | None:
    """Take some work for a while; gives its id and until when it is this process's. None when there is none.

    Args:
        runtime: the service's parts.
        lease: for how long.
        any_free: whether there is any: a look that holds nobody up.
        claim: takes some that nobody has, until an instant.

    Raises:
        StoreUnavailable: the database does not answer.
        LogDiverged: the database is not the one that the log's anchors know.
    """
    with runtime.database.reading() as uow:
        if not any_free(uow, runtime.clock()):
            return None

    def taken(step: Step) -> tuple[T, datetime] | None:
        until = step.at + lease
        found = claim(step.uow, step.at, until)
        return None if found is None else (found, until)

    return perform_unattended(runtime, taken)


class Background(Generic[T]):
    """Carries on one job in a thread of its own.

    Args:
        name: what the job is called.
        job: what it is.
        complain: told of a fault; the loop goes on.
    """

    def __init__(self, name: str, job: Job[T], complain: Callable[[Exception], object]) -> None:
        self._job = job
        self._complain = complain
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self.run, name=name, daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """Have it end after the piece that it is at. May be called by a signal's handler, and by any thread."""
        self._ending.set()

    def join(self) -> None:
        """Wait until it has ended."""
        self._thread.join()

    def run(self) -> None:
        """Carry on until told to stop."""
        turn = 0
        while not self._ending.is_set():
            if turn % _TURNS_BETWEEN_TIDYING == 0:
                self._safely(self._job.tidy)
            turn += 1
            worked = self._safely(self.once)
            if worked is None:
                self._ending.wait(_PAUSE_AFTER_A_FAULT_SECONDS)
            elif not worked:
                self._ending.wait(PAUSE_SECONDS)

    def once(self) -> bool:
        """Take some work and carry it on to its end, resting as long as each piece took; False when there was none."""
        taken = self._job.take()
        if taken is None:
            return False
        while taken is not None and not self._ending.is_set():
            began = time.monotonic()
            taken = self._job.carry_on(taken)
            self._ending.wait(time.monotonic() - began)
        if taken is not None:
            self._job.let_go(taken)
        return True

    def _safely(self, act: Callable[[], R]) -> R | None:
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - a database that is away now may be back at the next turn
            self._complain(error)
            return None
