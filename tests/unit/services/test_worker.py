"""The worker's loop: it goes on after a fault, and ends when it is told to, not before."""

import threading
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from passport_api.domain.ids import NoticeId
from passport_api.domain.outbox import Channel, Delivered, Kind, Notice, Outcome
from passport_api.services import worker as loop
from passport_api.services.delivery import Taken
from passport_api.services.worker import Worker
from passport_api.store.database import Fault, StoreUnavailable

NOW = datetime(2026, 11, 25, tzinfo=UTC)
ID = UUID("01990000-0000-7000-8000-000000000001")
NOTICE = Notice(NoticeId(ID), NoticeId(ID), Kind.VIEW_AVAILABLE, Channel.EMAIL, None, ID, ID, NOW, NOW)


class Office:
    """Has one notice, once its database has come back."""

    def __init__(self, away: int) -> None:
        self.away = away
        self.turns: list[str] = []

    def tidy(self) -> None:
        self.turns.append("tidy")

    def take(self, _: int) -> list[Taken]:
        self.turns.append("take")
        if self.turns.count("take") <= self.away:
            raise StoreUnavailable(Fault.NO_ANSWER)
        return [Taken(NOTICE, NOW)] if self.turns.count("take") == self.away + 1 else []

    def deliver(self, _: Taken) -> Outcome:
        self.turns.append("deliver")
        return Delivered()


def run(office: Any) -> tuple[list[Outcome], list[Exception]]:
    """Run a worker until it has told of something."""
    told: list[Outcome] = []
    faults: list[Exception] = []

    def tell(_: Taken, outcome: Outcome) -> None:
        told.append(outcome)
        worker.stop()

    worker = Worker(office, 2, tell, faults.append)
    thread = threading.Thread(target=worker.run, daemon=True)
    thread.start()
    thread.join(20)
    assert not thread.is_alive()
    return told, faults


@pytest.fixture(autouse=True)
def _in_no_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(loop, "_PAUSE_AFTER_A_FAULT_SECONDS", 0.001)


def test_it_goes_on_when_the_database_is_back() -> None:
    office = Office(away=3)
    told, faults = run(office)
    assert told == [Delivered()]
    assert [type(fault) for fault in faults] == [StoreUnavailable] * 3
    assert office.turns == ["tidy", "take", "take", "take", "take", "deliver"]


def test_what_it_has_taken_is_delivered_before_it_ends() -> None:
    told, faults = run(Office(away=0))
    assert told == [Delivered()]
    assert faults == []
