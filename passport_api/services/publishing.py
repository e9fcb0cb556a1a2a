"""The thread that brings the log's anchors up to date: after so many entries or seconds, and when the process ends.

Every so many seconds it also holds the whole against them: what they say of the log, and what has ended.
"""

import threading
import time
from collections.abc import Callable

from passport_api.services.anchoring import Anchoring, Finding, Standing


class Publisher:
    """Publishes checkpoints beside whatever a process serves.

    Args:
        anchoring: what to publish to.
        seconds: how long to wait at most.
        complain: told the name of what went wrong, never its message; the thread goes on.
        tell: told what an anchor says, whenever that has changed.
    """

    def __init__(
        self,
        anchoring: Anchoring,
        seconds: float,
        complain: Callable[[str], object],
        tell: Callable[[Finding], object] = lambda _: None,
    ) -> None:
        self._anchoring = anchoring
        self._seconds = seconds
        self._complain = complain
        self._tell = tell
        self._told: dict[str, Standing] = {}
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
        """At once, since a process that died may have left something; then at each turn."""
        looked_at = float("-inf")
        while True:
            last = self._ending  # read first: what is published below is then all that there will be
            try:
                self._anchoring.publish()
                if time.monotonic() - looked_at >= self._seconds:
                    self._tell_changes(self._anchoring.check())
                    self._anchoring.check_endings()
                    looked_at = time.monotonic()
            except Exception as error:  # noqa: BLE001 - a database that is away now may be back at the next turn
                self._complain(type(error).__name__)
            if last:
                return
            if not self._ending:
                self._anchoring.due.wait(self._seconds)

    def _tell_changes(self, findings: list[Finding]) -> None:
        for finding in findings:
            if self._told.get(finding.anchor, Standing.OPEN) is not finding.standing:
                self._tell(finding)
            self._told[finding.anchor] = finding.standing
