"""The thread that brings the log's anchors up to date: after so many entries or seconds, and when the process ends."""

import threading
from collections.abc import Callable

from passport_api.services.anchoring import Anchoring


class Publisher:
    """Publishes checkpoints beside whatever a process serves.

    Args:
        anchoring: what to publish to.
        seconds: how long to wait at most.
        complain: told the name of what went wrong, never its message; the thread goes on.
    """

    def __init__(self, anchoring: Anchoring, seconds: float, complain: Callable[[str], object]) -> None:
        self._anchoring = anchoring
        self._seconds = seconds
        self._complain = complain
        self._ending = False
        self._thread = threading.Thread(target=self._run, name="anchors", daemon=True)

    def start(self) -> None:
        """Begin; the process may end without waiting for it."""
        self._thread.start()

    def stop(self) -> None:
        """Publish a last time and end."""
        self._ending = True
        self._anchoring.due.set()
        self._thread.join()

    def _run(self) -> None:
        while True:
            self._anchoring.due.wait(self._seconds)
            try:
                self._anchoring.publish()
                self._anchoring.check()
                self._anchoring.check_endings()
            except Exception as error:  # noqa: BLE001 - a database that is away now may be back at the next turn
                self._complain(type(error).__name__)
            if self._ending:
                return
