"""Protected lists, sealed whole; and blind indexes of the former numbers on them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from passport_api.domain.ids import AccountId, PassportId
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork
from passport_api.store.passports import NOT_ERASED


@dataclass(frozen=True, slots=True)
class SealedList:
    """A version of a protected list, as kept."""

    version: int
    sealed: bytes


def standing(uow: UnitOfWork, passport_id: PassportId) -> SealedList | None:
    """The version of a passport's protected list that stands; None where nobody has made one."""
    row = uow.connection.execute(
        select(m.ProtectedList.version, m.ProtectedList.sealed_list).where(
            m.ProtectedList.passport_id == passport_id, m.ProtectedList.ended_at.is_(None)
        )
    ).one_or_none()
    return None if row is None else SealedList(row[0], row[1])


def replace(
    uow: UnitOfWork,
    passport_id: PassportId,
    new: SealedList,
    former_numbers: Iterable[bytes],
    by: AccountId,
    at: datetime,
) -> None:
    """Let a new version stand, and keep the blind indexes of the former numbers that it has.

    Args:
        uow: the transaction, which holds the passport.
        passport_id: whose.
        new: the version.
        former_numbers: the blind index of each.
        by: who wrote it.
        at: when.
    """
    uow.connection.execute(
        update(m.ProtectedList)
        .where(m.ProtectedList.passport_id == passport_id, m.ProtectedList.ended_at.is_(None))
        .values(ended_at=at)
    )
    uow.connection.execute(
        insert(m.ProtectedList).values(
            passport_id=passport_id, version=new.version, sealed_list=new.sealed, recorded_at=at, recorded_by=by
        )
    )
    uow.connection.execute(delete(m.FormerNumber).where(m.FormerNumber.passport_id == passport_id))
    if rows := [{"passport_id": passport_id, "value_index": index} for index in dict.fromkeys(former_numbers)]:
        uow.connection.execute(insert(m.FormerNumber), rows)


def known_once_by(uow: UnitOfWork, value_index: bytes) -> list[PassportId]:
    """The passports of children who were once known by a number."""
    query = (
        select(m.FormerNumber.passport_id)
        .join(m.Passport, m.Passport.id == m.FormerNumber.passport_id)
        .where(m.FormerNumber.value_index == value_index, NOT_ERASED)
        .order_by(m.FormerNumber.passport_id)
    )
    return [PassportId(row[0]) for row in uow.connection.execute(query)]
