"""The loop beside the worker's: it carries work on to its end, goes on after a fault, and leaves what it is at."""

import threading

import pytest

from passport_api.services import background
from passport_api.services.background import Background
from passport_api.store.database import Fault, StoreUnavailable


class Work:
    """A job with some pieces of work, each done in so many turns, once its database has come back."""

    def __init__(self, pieces: int, turns: int, away: int = 0) -> None:
        self.pieces = pieces
        self.turns = turns
        self.away = away
        self.did: list[str] = []
        self.done = threading.Event()

    def take(self) -> int | None:
        if self.away:
            self.away -= 1
            raise StoreUnavailable(Fault.NO_ANSWER)
        if not self.pieces:
            self.done.set()
            return None
        self.pieces -= 1
        return self.turns

    def carry_on(self, taken: int) -> int | None:
        self.did.append("piece")
        return taken - 1 or None

    def let_go(self, taken: int) -> None:
        self.did.append(f"left {taken}")

    def tidy(self) -> None:
        self.did.append("tidy")


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PAUSE_SECONDS", 0)
    monkeypatch.setattr(background, "_PAUSE_AFTER_A_FAULT_SECONDS", 0)
    monkeypatch.setattr(background, "_TURNS_BETWEEN_TIDYING", 10**9)  # without pauses the turns are many


def run(work: Work) -> list[Exception]:
    """Run it until there is nothing more to do; gives its complaints."""
    faults: list[Exception] = []
    loop = Background("work", work, faults.append)
    loop.start()
    assert work.done.wait(20)
    loop.stop()
    loop.join()
    return faults


def test_it_does_all_that_there_is_piece_by_piece_and_tidies_once() -> None:
    work = Work(pieces=2, turns=3)
    assert run(work) == []
    assert work.did == ["tidy", *["piece"] * 6]


def test_it_goes_on_after_a_fault() -> None:
    work = Work(pieces=1, turns=1, away=2)
    assert [type(fault) for fault in run(work)] == [StoreUnavailable, StoreUnavailable]
    assert work.did == ["tidy", "piece"]


def test_told_to_stop_it_leaves_what_it_is_at_to_others() -> None:
    work = Work(pieces=2, turns=3)
    loop = Background("work", work, [].append)
    work.carry_on = lambda taken: loop.stop() or taken - 1  # type: ignore[method-assign, func-returns-value]
    loop.run()
    assert work.did == ["tidy", "left 2"]
    assert work.pieces == 1
