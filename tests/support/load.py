"""People at work while a fault comes and goes: what they were told, what they were refused, and how long that took."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from support.served import Served
from support.torture import Cast, Json, Round
from support.world import Person, World

DEADLINE = 60
_PAUSE = 0.02


class _Unavailable(Exception):
    """An answer said that the service cannot answer now."""


class Load(Round):
    """Writers, readers and a parent who decides, each in a thread, until they are told to stop."""

    def __init__(self, served: Served, cast: Cast, world: World) -> None:
        super().__init__(served, cast, world, kill_after=0, linger=0)
        self._end = threading.Event()
        self.refused_after: list[float] = []

    @contextmanager
    def running(self) -> Iterator["Load"]:
        """Work for as long as the block lasts."""
        threads = self._begin()
        try:
            yield self
        finally:
            self._end.set()
            for thread in threads:
                thread.join()

    @property
    def answered(self) -> int:
        """How many requests were answered with success."""
        return self._answered

    def until_answered(self, more: int) -> None:
        """Wait until some more requests have been answered."""
        goal = self._answered + more
        until(lambda: self._answered >= goal or bool(self._told.wrong), "too little was answered")

    def until_refused(self, more: int) -> None:
        """Wait until some more requests have been answered that the service is unavailable."""
        goal = len(self.refused_after) + more
        until(lambda: len(self.refused_after) >= goal or bool(self._told.wrong), "too little was refused")

    def _work(self, job: Callable[[httpx.Client, Person, int], None], client: httpx.Client, person: Person) -> None:
        number = 0
        while not self._end.is_set():
            number += 1
            try:
                job(client, person, number)
            except _Unavailable:
                self._end.wait(_PAUSE)
            except (AssertionError, httpx.TransportError) as error:
                self._told.wrong.append(repr(error))
                return

    def _good(self, answer: httpx.Response) -> Json:
        if answer.status_code != 503:
            return super()._good(answer)
        self.refused_after.append(answer.elapsed.total_seconds())
        expect_unavailable(answer)
        raise _Unavailable


def expect_unavailable(answer: httpx.Response) -> None:
    """Hold an answer against what a caller is to be told of a fault: when to come again, and nothing else."""
    assert answer.status_code == 503, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert answer.json() == {
        "type": "/problems/unavailable",
        "title": "The service cannot answer now.",
        "status": 503,
    }


def until(holds: Callable[[], bool], otherwise: str, seconds: float = DEADLINE) -> None:
    """Wait for something that must come."""
    deadline, pause = time.monotonic() + seconds, threading.Event()
    while not holds():
        assert time.monotonic() < deadline, otherwise
        pause.wait(_PAUSE)
