"""The loop that delivers notices, until it is told to stop."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from passport_api.domain.outbox import Outcome
from passport_api.services.delivery import Delivery, Taken

T = TypeVar("T")

PAUSE_SECONDS = 1.0
"""How long it waits when nothing is due."""
_PAUSE_AFTER_A_FAULT_SECONDS = 5.0
_TURNS_BETWEEN_TIDYING = 3600


class Worker:
    """Delivers notices, several at once. A slow receiver holds the others up for no longer than it is given.

    Args:
        delivery: takes and delivers them.
        threads: how many at once.
        tell: told of each notice, what came of it.
        complain: told of a fault of this service's own; the loop goes on.
    """

    def __init__(
        self,
        delivery: Delivery,
        threads: int,
        tell: Callable[[Taken, Outcome], object],
        complain: Callable[[Exception], object],
    ) -> None:
        self._delivery = delivery
        self._threads = threads
        self._tell = tell
        self._complain = complain
        self._ending = threading.Event()

    def stop(self) -> None:
        """Have it end once what it has taken is delivered. May be called by a signal's handler, and by any thread."""
        self._ending.set()

    def run(self) -> None:
        """Deliver until told to stop."""
        turn = 0
        with ThreadPoolExecutor(self._threads, "notices") as pool:
            while not self._ending.is_set():
                if turn % _TURNS_BETWEEN_TIDYING == 0:
                    self._safely(self._delivery.tidy)
                turn += 1
                delivered = self._safely(lambda: self.once(pool))
                if delivered is None:
                    self._ending.wait(_PAUSE_AFTER_A_FAULT_SECONDS)
                elif delivered == 0:
                    self._ending.wait(PAUSE_SECONDS)

    def once(self, pool: ThreadPoolExecutor) -> int:
        """Deliver what is due, as many as there are threads; gives how many there were."""
        taken = self._delivery.take(self._threads)
        list(pool.map(self._deliver, taken))
        return len(taken)

    def _deliver(self, taken: Taken) -> None:
        try:
            self._tell(taken, self._delivery.deliver(taken))
        except Exception as error:  # noqa: BLE001 - one notice that cannot be delivered must not stop the others
            self._complain(error)
            self._safely(lambda: self._delivery.put_off(taken))

    def _safely(self, act: Callable[[], T | None]) -> T | None:
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - a database that is away now may be back at the next turn
            self._complain(error)
            return None
