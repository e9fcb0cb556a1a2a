"""Pages of lists whose newest comes first."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select
from sqlalchemy.orm import InstrumentedAttribute

from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


def newest_first(
    uow: UnitOfWork,
    query: Select[*tuple[Any, ...]],
    by: InstrumentedAttribute[UUID],
    after: UUID | None,
    limit: int,
) -> Sequence[AnyRow]:
    """The rows that come after one, from the newest on when there is none.

    Args:
        uow: the transaction.
        query: what is listed.
        by: the id of what is listed; ids grow with time.
        after: the last of the page before.
        limit: how many at most.
    """
    page = query.order_by(by.desc()).limit(limit)
    return uow.connection.execute(page if after is None else page.where(by < after)).all()
