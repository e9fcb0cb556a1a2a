"""Recording releases: threads that are ready at the same moment share one transaction.

A release changes nothing but the log, so the log's turn and its flush to disk are all that it costs. Whoever comes
first writes for those who came meanwhile. Each entry is still written in the transaction that makes its access count,
and no release goes on before that transaction is durable.
"""

import threading
from dataclasses import dataclass, field

from passport_api.domain.access_log import Decision, Leaf
from passport_api.services.anchoring import Anchoring
from passport_api.store import decisions, log
from passport_api.store.database import Database


@dataclass(slots=True)
class _Ticket:
    epoch: int
    leaf: Leaf
    decision: Decision
    position: int | None = None
    failure: BaseException | None = None
    settled: bool = field(default=False)


class Recorder:
    """Writes releases and refusals to the log and the decision register, in groups."""

    def __init__(self, database: Database, anchoring: Anchoring) -> None:
        self._database = database
        self._anchoring = anchoring
        self._waiting: list[_Ticket] = []
        self._queue = threading.Lock()
        self._turn = threading.Lock()

    def record(self, epoch: int, leaf: Leaf, decision: Decision) -> int | None:
        """Record a decision that was made at an epoch; gives its place in the log once that is durable.

        Returns:
            The position, or None when access changed since that epoch: nothing was recorded, decide again.

        Raises:
            StoreUnavailable: nothing was recorded.
            LogDiverged: nothing was recorded; the log is shorter than it was.
        """
        ticket = _Ticket(epoch, leaf, decision)
        with self._queue:
            self._waiting.append(ticket)
        with self._turn:
            if not ticket.settled:
                with self._queue:
                    group, self._waiting = self._waiting, []
                self._settle(group)
        if ticket.failure is not None:
            raise ticket.failure
        return ticket.position

    def _settle(self, group: list[_Ticket]) -> None:
        try:
            placed = self._write(group)
        except BaseException as failure:  # noqa: BLE001 - handed to the threads that wait on it, and raised there
            for ticket in group:
                ticket.failure = failure
        else:
            for position, ticket in placed:
                ticket.position = position
        for ticket in group:
            ticket.settled = True

    def _write(self, group: list[_Ticket]) -> list[tuple[int, _Ticket]]:
        with self._database.writing() as uow:
            head = log.take_turn(uow)
            self._anchoring.entered(head)
            still_right = [ticket for ticket in group if ticket.epoch == head.epoch]
            if not still_right:
                return []
            newest = max(ticket.decision.at for ticket in still_right)
            placed = list(enumerate(still_right, start=head.size))
            with uow.in_one_trip():
                log.append(uow, head, [ticket.leaf for ticket in still_right], at=newest, new_epoch=False)
                decisions.add(uow, [(position, ticket.decision) for position, ticket in placed])
        return placed
