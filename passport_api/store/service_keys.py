"""The service's own keys, each wrapped by the key provider."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, or_, select, update

from passport_api.domain.key_validity import ALWAYS, Validity
from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class ServiceKeyRecord:
    """A key as kept."""

    row_id: UUID
    purpose: str
    key_id: str
    wrapping_key_id: str
    wrapped_key: bytes
    public_key: bytes | None
    validity: Validity = ALWAYS


def every(uow: UnitOfWork) -> list[ServiceKeyRecord]:
    """All service keys, oldest first."""
    query = select(
        m.ServiceKey.id,
        m.ServiceKey.purpose,
        m.ServiceKey.key_id,
        m.ServiceKey.wrapping_key_id,
        m.ServiceKey.wrapped_key,
        m.ServiceKey.public_key,
        m.ServiceKey.active_from,
        m.ServiceKey.retired_at,
    ).order_by(m.ServiceKey.id)
    return [ServiceKeyRecord(*row[:6], Validity(row[6], row[7])) for row in uow.connection.execute(query)]


def add(uow: UnitOfWork, key: ServiceKeyRecord, at: datetime) -> None:
    """Keep a new service key."""
    uow.connection.execute(
        insert(m.ServiceKey).values(
            id=key.row_id,
            purpose=key.purpose,
            key_id=key.key_id,
            wrapping_key_id=key.wrapping_key_id,
            wrapped_key=key.wrapped_key,
            public_key=key.public_key,
            created_at=at,
            active_from=key.validity.active_from,
            retired_at=key.validity.retired_at,
        )
    )


def retire(uow: UnitOfWork, purposes: Sequence[str], at: datetime) -> None:
    """Let every key of these purposes end at an instant, unless it ends sooner."""
    ends_later = or_(m.ServiceKey.retired_at.is_(None), m.ServiceKey.retired_at > at)
    uow.connection.execute(
        update(m.ServiceKey).where(m.ServiceKey.purpose.in_(purposes), ends_later).values(retired_at=at)
    )
