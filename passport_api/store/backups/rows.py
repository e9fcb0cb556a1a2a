"""What a database holds, for a manifest; and its wrapped keys: read, left out of a copy, and put back into one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alembic.migration import MigrationContext
from sqlalchemy import func, insert, select

from passport_api.domain.backups import KeyGeneration, WrappedDataKey, WrappedServiceKey
from passport_api.domain.ids import PassportId
from passport_api.domain.merkle import Frontier
from passport_api.store import _models as m
from passport_api.store import erasures
from passport_api.store.database import UnitOfWork

KEY_TABLES = (m.DataKey.__tablename__, m.ServiceKey.__tablename__)
"""The tables that no copy of the content holds a row of."""

_BATCH = 5000


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database held at one instant.

    Attributes:
        revision: the newest migration carried out on it.
        generation: how often its log has begun anew, counted from 1.
        size: how many entries its log has.
        root: the root hash over them.
        rows: how many rows each table has, but for the wrapped keys.
        erased: the passports that were erased.
    """

    revision: str
    generation: int
    size: int
    root: bytes
    rows: dict[str, int]
    data_keys: tuple[WrappedDataKey, ...]
    service_keys: tuple[WrappedServiceKey, ...]
    erased: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Fitted:
    """What became of a generation's data keys in a copy.

    Attributes:
        opened: passports that have their key.
        left_out: keys of passports that the copy does not have, or has as erased.
        erased: passports that the copy has and that were erased since: gone for good.
    """

    opened: int
    left_out: int
    erased: int


class PassportsUnknown(Exception):
    """A key-backup generation has neither a key nor a word of passports that a copy has.

    Attributes:
        count: how many.
    """

    def __init__(self, count: int) -> None:
        super().__init__(f"{count} passports are unknown to the keys")
        self.count = count


_ENTRIES_KNOWN = select(m.LogHead.generation, m.LogHead.size, m.LogHead.frontier)
_ERASED = select(m.Passport.id).where(m.Passport.sealed_child.is_(None)).order_by(m.Passport.id)
_DATA_KEYS = select(m.DataKey.passport_id, m.DataKey.wrapping_key_id, m.DataKey.wrapped_key).order_by(
    m.DataKey.passport_id
)
_SERVICE_KEYS = select(
    m.ServiceKey.id,
    m.ServiceKey.purpose,
    m.ServiceKey.key_id,
    m.ServiceKey.wrapping_key_id,
    m.ServiceKey.wrapped_key,
    m.ServiceKey.public_key,
    m.ServiceKey.created_at,
    m.ServiceKey.active_from,
    m.ServiceKey.retired_at,
).order_by(m.ServiceKey.id)


def contents(uow: UnitOfWork) -> Contents:
    """What the database holds as this transaction sees it: one that reads a snapshot."""
    generation, size, frontier = uow.connection.execute(_ENTRIES_KNOWN).one()
    return Contents(
        revision=MigrationContext.configure(uow.connection).get_current_revision() or "",
        generation=generation,
        size=size,
        root=Frontier.from_bytes(size, frontier).root(),
        rows=counts(uow),
        data_keys=tuple(WrappedDataKey(*row) for row in uow.connection.execute(_DATA_KEYS)),
        service_keys=tuple(WrappedServiceKey(*row) for row in uow.connection.execute(_SERVICE_KEYS)),
        erased=tuple(uow.connection.execute(_ERASED).scalars()),
    )


def counts(uow: UnitOfWork) -> dict[str, int]:
    """How many rows each table has, but for the wrapped keys."""
    tables = [table for table in m.Base.metadata.sorted_tables if table.name not in KEY_TABLES]
    return {
        table.name: uow.connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables
    }


def sealed_children(uow: UnitOfWork, passports: Sequence[UUID]) -> dict[UUID, bytes]:
    """The sealed identities of these passports, but for those that were erased."""
    query = select(m.Passport.id, m.Passport.sealed_child).where(m.Passport.id.in_(passports))
    return {row[0]: row[1] for row in uow.connection.execute(query) if row[1] is not None}


def put_keys(uow: UnitOfWork, generation: KeyGeneration, at: datetime) -> Fitted:
    """Put a generation's keys into a copy that has none.

    A passport that was erased between the two is erased in the copy too.

    Args:
        uow: the transaction, in the copy.
        generation: the keys.
        at: now: when an erasure is carried out again.

    Raises:
        PassportsUnknown: the generation knows nothing of a passport that the copy has: it is of another history.
    """
    known = _passports_with_content(uow)
    given = generation.data_keys
    fitting = [key for key in given if key.passport_id in known]
    without_key = known - {key.passport_id for key in fitting}
    unknown = without_key.difference(generation.erased)
    if unknown:
        raise PassportsUnknown(len(unknown))
    for start in range(0, len(fitting), _BATCH):
        rows = [
            {"passport_id": key.passport_id, "wrapping_key_id": key.wrapping_key_id, "wrapped_key": key.wrapped_key}
            for key in fitting[start : start + _BATCH]
        ]
        uow.connection.execute(insert(m.DataKey), rows)
    uow.connection.execute(insert(m.ServiceKey), [_service_row(key) for key in generation.service_keys])
    for passport_id in sorted(without_key):
        erasures.carry_out(uow, PassportId(passport_id), None, at)
    return Fitted(opened=len(fitting), left_out=len(given) - len(fitting), erased=len(without_key))


def _passports_with_content(uow: UnitOfWork) -> set[UUID]:
    query = select(m.Passport.id).where(m.Passport.sealed_child.is_not(None))
    return set(uow.connection.execute(query).scalars())


def _service_row(key: WrappedServiceKey) -> dict[str, object]:
    return {
        "id": key.id,
        "purpose": key.purpose,
        "key_id": key.key_id,
        "wrapping_key_id": key.wrapping_key_id,
        "wrapped_key": key.wrapped_key,
        "public_key": key.public_key,
        "created_at": key.created_at,
        "active_from": key.active_from,
        "retired_at": key.retired_at,
    }
