"""Webhooks: an organisation's own systems, told what happened by signed events."""

import base64

from passport_api.domain.addresses import target_of
from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import OrganisationId, WebhookId
from passport_api.domain.outbox import Kind
from passport_api.domain.webhooks import SECRET_PREFIX, Secret, Webhook, rotated
from passport_api.services import operating, outbox
from passport_api.services.runtime import Runtime, Step
from passport_api.store import organisations, webhooks

ADDED = "webhook.added"
ROTATED = "webhook.secret_rotated"
REMOVED = "webhook.removed"


def add(step: Step, organisation_id: OrganisationId, url: str, *, loopback: bool = False) -> tuple[Webhook, str]:
    """Send an organisation's events to a URL from now on; gives the secret that they are signed with, this once.

    The first event is `webhook.added`: the webhook is verified once it took one.

    Args:
        step: the transaction.
        organisation_id: whose events.
        url: where to.
        loopback: whether this machine itself may be meant: for development only.

    Raises:
        InvalidField: there is no such organisation, or the URL is no https URL of a public host.
    """
    target_of(url, loopback=loopback)
    if organisations.find(step.uow, organisation_id) is None:
        raise InvalidField("/organisation_id", "There is no such organisation.")
    webhook = Webhook(WebhookId(step.runtime.new_id()), organisation_id, url, step.at)
    secret = _new_secret(step.runtime)
    sealed = step.runtime.vault.seal_secrets(webhook.webhook_id, [Secret(secret)])
    webhooks.add(step.uow, webhook, sealed)
    outbox.notify_webhook(step, Kind.WEBHOOK_ADDED, organisation_id, webhook.webhook_id)
    operating.note(step, ADDED, f"{webhook.webhook_id} of {organisation_id}")
    return webhook, secret


def every(step: Step) -> list[Webhook]:
    """All webhooks, oldest first."""
    return [record.webhook for record in webhooks.every(step.uow)]


def of_organisation(step: Step, organisation_id: OrganisationId) -> list[Webhook]:
    """An organisation's webhooks, oldest first."""
    return [record.webhook for record in webhooks.of_organisation(step.uow, organisation_id)]


def rotate(step: Step, webhook_id: WebhookId) -> str:
    """Make a webhook a new secret; gives it, this once. The one before it signs as well for a day.

    Raises:
        InvalidField: there is no such webhook.
    """
    found = webhooks.find(step.uow, webhook_id, lock=True)
    if found is None:
        raise _unknown()
    secret, vault = _new_secret(step.runtime), step.runtime.vault
    secrets = rotated(vault.open_secrets(webhook_id, found.sealed_secrets), secret, step.at)
    webhooks.keep_secrets(step.uow, webhook_id, vault.seal_secrets(webhook_id, secrets))
    operating.note(step, ROTATED, str(webhook_id))
    return secret


def remove(step: Step, webhook_id: WebhookId) -> None:
    """Send a webhook nothing any more, and forget it: what was on its way to it is dropped.

    Raises:
        InvalidField: there is no such webhook.
    """
    if not webhooks.remove(step.uow, webhook_id):
        raise _unknown()
    operating.note(step, REMOVED, str(webhook_id))


def _new_secret(runtime: Runtime) -> str:
    return SECRET_PREFIX + base64.b64encode(runtime.new_secret().encode()).decode()


def _unknown() -> InvalidField:
    return InvalidField("webhook", "There is no such webhook.")
