"""Every key that is kept wrapped, passports' and the service's alike: which key-encryption key each is under."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from sqlalchemy import Select, bindparam, func, select, update

from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class WrappedRow:
    """A key as it is kept: its row, whose it is (a passport's id, or a purpose of the service), and what is there."""

    row_id: UUID
    belongs_to: str
    wrapping_key_id: str
    wrapped_key: bytes


@dataclass(frozen=True, slots=True)
class Uses:
    """How many keys are wrapped under one key-encryption key."""

    data_keys: int = 0
    service_keys: int = 0

    @property
    def total(self) -> int:
        """All of them."""
        return self.data_keys + self.service_keys


class Kind(Enum):
    """Whose keys."""

    DATA = "data key"
    SERVICE = "service key"


_ROWS: dict[Kind, Select[UUID, UUID | str, str, bytes]] = {
    Kind.DATA: select(
        m.DataKey.passport_id, m.DataKey.passport_id, m.DataKey.wrapping_key_id, m.DataKey.wrapped_key
    ).order_by(m.DataKey.passport_id),
    Kind.SERVICE: select(
        m.ServiceKey.id, m.ServiceKey.purpose, m.ServiceKey.wrapping_key_id, m.ServiceKey.wrapped_key
    ).order_by(m.ServiceKey.id),
}
_REPLACE = {
    Kind.DATA: update(m.DataKey)
    .where(m.DataKey.passport_id == bindparam("row"), m.DataKey.wrapping_key_id == bindparam("was_under"))
    .where(m.DataKey.wrapped_key == bindparam("was"))
    .values(wrapping_key_id=bindparam("is_under"), wrapped_key=bindparam("becomes")),
    Kind.SERVICE: update(m.ServiceKey)
    .where(m.ServiceKey.id == bindparam("row"), m.ServiceKey.wrapping_key_id == bindparam("was_under"))
    .where(m.ServiceKey.wrapped_key == bindparam("was"))
    .values(wrapping_key_id=bindparam("is_under"), wrapped_key=bindparam("becomes")),
}


def uses(uow: UnitOfWork) -> dict[str, Uses]:
    """How many keys are under each key-encryption key that anything is under."""
    data, service = (
        {row[0]: row[1] for row in uow.connection.execute(select(column, func.count()).group_by(column))}
        for column in (m.DataKey.wrapping_key_id, m.ServiceKey.wrapping_key_id)
    )
    key_ids = sorted(data.keys() | service.keys())
    return {key_id: Uses(data.get(key_id, 0), service.get(key_id, 0)) for key_id in key_ids}


def under(uow: UnitOfWork, kind: Kind, key_id: str, after: UUID | None, limit: int) -> list[WrappedRow]:
    """Some of the keys under a key-encryption key, in the order of their rows, beginning after one of them."""
    row, _, under_key, _ = _ROWS[kind].selected_columns
    query = _ROWS[kind].where(under_key == key_id).limit(limit)
    if after is not None:
        query = query.where(row > after)
    return [WrappedRow(each[0], str(each[1]), each[2], each[3]) for each in uow.connection.execute(query)]


def replace(uow: UnitOfWork, kind: Kind, rewrapped: Sequence[tuple[WrappedRow, str, bytes]]) -> None:
    """Put other wrapped forms in the place of those that were read, where those are still there.

    What was erased or rewrapped by somebody else meanwhile stays as it is.

    Args:
        uow: the transaction.
        kind: whose keys they are.
        rewrapped: what was read, and the key-encryption key and the bytes that it becomes.
    """
    uow.connection.execute(
        _REPLACE[kind],
        [
            {
                "row": row.row_id,
                "was_under": row.wrapping_key_id,
                "was": row.wrapped_key,
                "is_under": key_id,
                "becomes": becomes,
            }
            for row, key_id, becomes in rewrapped
        ],
    )
