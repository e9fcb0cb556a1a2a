"""Waiting for something that must come."""

import threading
import time
from collections.abc import Callable

DEADLINE = 30


def until(holds: Callable[[], bool]) -> None:
    """Wait until it holds; fail when it does not for as long as anything may take."""
    deadline, pause = time.monotonic() + DEADLINE, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        pause.wait(0.002)
