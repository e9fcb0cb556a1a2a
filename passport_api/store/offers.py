"""Numbers that somebody used, as blind indexes, until they are compared with the former ones on protected lists."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select

from passport_api.domain.ids import AccountId, OfferId
from passport_api.domain.protection.terms import ProtectedKind
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class Offer:
    """A number that somebody used."""

    offer_id: OfferId
    value_index: bytes
    kind: ProtectedKind
    account_id: AccountId
    offered_at: datetime


def add(uow: UnitOfWork, offers: list[Offer]) -> None:
    """Keep what was offered until it is compared."""
    rows = [
        {
            "id": offer.offer_id,
            "value_index": offer.value_index,
            "kind": offer.kind.value,
            "account_id": offer.account_id,
            "offered_at": offer.offered_at,
        }
        for offer in offers
    ]
    if rows:
        uow.connection.execute(insert(m.OfferedNumber), rows)


def waiting_of(uow: UnitOfWork, account_id: AccountId, indexes: list[bytes]) -> set[bytes]:
    """Of some numbers those that somebody has offered already, and that wait to be compared."""
    query = select(m.OfferedNumber.value_index).where(
        m.OfferedNumber.account_id == account_id, m.OfferedNumber.value_index.in_(indexes)
    )
    return {bytes(row[0]) for row in uow.connection.execute(query)}


def oldest(uow: UnitOfWork) -> Offer | None:
    """What was offered first of what was not compared yet; until the transaction ends nobody else's."""
    query = (
        select(
            m.OfferedNumber.id,
            m.OfferedNumber.value_index,
            m.OfferedNumber.kind,
            m.OfferedNumber.account_id,
            m.OfferedNumber.offered_at,
        )
        .order_by(m.OfferedNumber.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    row = uow.connection.execute(query).one_or_none()
    if row is None:
        return None
    return Offer(OfferId(row[0]), row[1], ProtectedKind(row[2]), AccountId(row[3]), row[4])


def any_waiting(uow: UnitOfWork) -> bool:
    """Whether there is anything to compare."""
    return uow.connection.execute(select(m.OfferedNumber.id).limit(1)).one_or_none() is not None


def remove(uow: UnitOfWork, offer_id: OfferId) -> None:
    """Keep it no longer."""
    uow.connection.execute(delete(m.OfferedNumber).where(m.OfferedNumber.id == offer_id))
