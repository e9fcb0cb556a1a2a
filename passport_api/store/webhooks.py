"""Webhooks: where organisations are sent events, and the sealed secrets that these are signed with."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, select, update

from passport_api.domain.ids import OrganisationId, WebhookId
from passport_api.domain.webhooks import Webhook
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """A webhook as kept."""

    webhook: Webhook
    sealed_secrets: bytes


_WEBHOOK = select(
    m.WebhookEndpoint.id,
    m.WebhookEndpoint.organisation_id,
    m.WebhookEndpoint.url,
    m.WebhookEndpoint.created_at,
    m.WebhookEndpoint.verified_at,
    m.WebhookEndpoint.disabled_at,
    m.WebhookEndpoint.sealed_secrets,
).order_by(m.WebhookEndpoint.id)


def find(uow: UnitOfWork, webhook_id: WebhookId, *, lock: bool = False) -> WebhookRecord | None:
    """The webhook with this id, if there is one; locked, two changes to it take turns."""
    query = _WEBHOOK.where(m.WebhookEndpoint.id == webhook_id)
    row = uow.connection.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _record(row)


def of_organisation(uow: UnitOfWork, organisation_id: OrganisationId) -> list[WebhookRecord]:
    """An organisation's webhooks, oldest first."""
    query = _WEBHOOK.where(m.WebhookEndpoint.organisation_id == organisation_id)
    return [_record(row) for row in uow.connection.execute(query)]


def every(uow: UnitOfWork) -> list[WebhookRecord]:
    """All webhooks, oldest first: for the operator's command line."""
    return [_record(row) for row in uow.connection.execute(_WEBHOOK)]


def add(uow: UnitOfWork, webhook: Webhook, sealed_secrets: bytes) -> None:
    """Keep a new webhook."""
    uow.connection.execute(
        insert(m.WebhookEndpoint).values(
            id=webhook.webhook_id,
            organisation_id=webhook.organisation_id,
            url=webhook.url,
            sealed_secrets=sealed_secrets,
            created_at=webhook.created_at,
        )
    )


def keep_secrets(uow: UnitOfWork, webhook_id: WebhookId, sealed_secrets: bytes) -> None:
    """Keep other secrets in the place of a webhook's."""
    uow.connection.execute(
        update(m.WebhookEndpoint).where(m.WebhookEndpoint.id == webhook_id).values(sealed_secrets=sealed_secrets)
    )


def verify(uow: UnitOfWork, webhook_id: WebhookId, at: datetime) -> None:
    """Keep when a webhook took an event, the first time that it does."""
    uow.connection.execute(
        update(m.WebhookEndpoint)
        .where(m.WebhookEndpoint.id == webhook_id, m.WebhookEndpoint.verified_at.is_(None))
        .values(verified_at=at)
    )


def disable(uow: UnitOfWork, webhook_id: WebhookId, at: datetime) -> None:
    """Send a webhook nothing any more."""
    uow.connection.execute(
        update(m.WebhookEndpoint)
        .where(m.WebhookEndpoint.id == webhook_id, m.WebhookEndpoint.disabled_at.is_(None))
        .values(disabled_at=at)
    )


def remove(uow: UnitOfWork, webhook_id: WebhookId) -> bool:
    """Forget a webhook and its secrets; False when there is none."""
    gone = uow.connection.execute(delete(m.WebhookEndpoint).where(m.WebhookEndpoint.id == webhook_id))
    return gone.rowcount == 1


def _record(row: AnyRow) -> WebhookRecord:
    return WebhookRecord(Webhook(WebhookId(row[0]), OrganisationId(row[1]), row[2], row[3], row[4], row[5]), row[6])
