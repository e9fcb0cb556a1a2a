"""Notices on their way out, and the webhooks that some of them go to."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from passport_api.store._models.base import Base

_WAITING = text("state = 'waiting'")
_DEAD = text("state = 'dead'")


class OutboxNotice(Base):
    """A notice: ids and words of closed sets. An address is looked up, where it is sealed, when the notice goes out."""

    __tablename__ = "outbox"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    event_id: Mapped[UUID]
    kind: Mapped[str]
    channel: Mapped[str]
    organisation_id: Mapped[UUID | None] = mapped_column(ForeignKey("organisations.id"))
    target_id: Mapped[UUID]
    subject_id: Mapped[UUID]
    created_at: Mapped[datetime]
    due_at: Mapped[datetime]
    tries: Mapped[int]
    claimed_until: Mapped[datetime | None]
    state: Mapped[str]
    settled_at: Mapped[datetime | None]
    fault: Mapped[str | None]
    __table_args__ = (
        Index("ix_outbox_waiting", "due_at", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
        Index("ix_outbox_dead", "id", sqlite_where=_DEAD, postgresql_where=_DEAD),
        Index("ix_outbox_settled", "settled_at"),
    )


class WebhookEndpoint(Base):
    """Where an organisation is sent events, and the sealed secrets that they are signed with."""

    __tablename__ = "webhook_endpoints"
    id: Mapped[UUID] = mapped_column(primary_key=True)
    organisation_id: Mapped[UUID] = mapped_column(ForeignKey("organisations.id"))
    url: Mapped[str] = mapped_column(String(2000))
    sealed_secrets: Mapped[bytes]
    created_at: Mapped[datetime]
    verified_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]
    __table_args__ = (Index("ix_webhook_endpoints_of_organisation", "organisation_id", "id"),)
