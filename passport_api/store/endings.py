"""What has ended for good, beside the log entries that record it; read again whenever it is anchored."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from passport_api.domain.endings import Ending, EndingKind, PlacedEnding
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


def add(uow: UnitOfWork, position: int, endings: Sequence[Ending]) -> None:
    """Keep what an entry ended, in the transaction that ends it; the unit of work is marked as having done so."""
    if not endings:
        return
    rows = [
        {"position": position, "kind": each.kind.value, "subject_id": each.subject_id, "at": each.at}
        for each in endings
    ]
    uow.connection.execute(insert(m.Ending), rows)
    uow.ended = True


def between(uow: UnitOfWork, start: int, end: int) -> list[PlacedEnding]:
    """What the entries from position start to before end ended, in order."""
    query = (
        select(m.Ending.position, m.Ending.kind, m.Ending.subject_id, m.Ending.at)
        .where(m.Ending.position >= start, m.Ending.position < end)
        .order_by(m.Ending.position, m.Ending.kind, m.Ending.subject_id)
    )
    return [PlacedEnding(row[0], Ending(EndingKind(row[1]), row[2], row[3])) for row in uow.connection.execute(query)]
