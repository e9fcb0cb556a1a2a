"""The service's own keys, each wrapped by the key provider."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select

from passport_api.store import _models as m
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class ServiceKeyRecord:
    """A key as kept. The newest of a purpose is the one in use; older signing keys still verify."""

    purpose: str
    key_id: str
    wrapping_key_id: str
    wrapped_key: bytes
    public_key: bytes | None


def every(uow: UnitOfWork) -> list[ServiceKeyRecord]:
    """All service keys, oldest first."""
    query = select(
        m.ServiceKey.purpose,
        m.ServiceKey.key_id,
        m.ServiceKey.wrapping_key_id,
        m.ServiceKey.wrapped_key,
        m.ServiceKey.public_key,
    ).order_by(m.ServiceKey.id)
    return [ServiceKeyRecord(*row) for row in uow.connection.execute(query)]


def add(uow: UnitOfWork, row_id: UUID, key: ServiceKeyRecord, at: datetime) -> None:
    """Keep a new service key."""
    uow.connection.execute(
        insert(m.ServiceKey).values(
            id=row_id,
            purpose=key.purpose,
            key_id=key.key_id,
            wrapping_key_id=key.wrapping_key_id,
            wrapped_key=key.wrapped_key,
            public_key=key.public_key,
            created_at=at,
        )
    )
