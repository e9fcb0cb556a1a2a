"""Commands that say where organisations' own systems are told what happened."""

from pathlib import Path
from uuid import UUID

import click

from passport_api.cli.place import data_option, runtime_of, settings_of
from passport_api.domain.ids import OrganisationId, WebhookId
from passport_api.domain.webhooks import Webhook
from passport_api.services import webhooks
from passport_api.services.execution import perform_unattended


@click.group("webhooks")
def webhooks_group() -> None:
    """Where organisations' own systems are told what happened, by signed events."""


@webhooks_group.command("add")
@data_option
@click.option("--organisation", required=True, type=click.UUID)
@click.option("--url", required=True, help="An https URL of a public host.")
def add_webhook(data: Path | None, organisation: UUID, url: str) -> None:
    """Send an organisation's events to a URL; print the secret that they are signed with, this once."""
    loopback = settings_of(data).webhooks_loopback
    webhook, secret = perform_unattended(
        runtime_of(data), lambda step: webhooks.add(step, OrganisationId(organisation), url, loopback=loopback)
    )
    click.echo(f"webhook: {webhook.webhook_id}")
    click.echo(f"secret:  {secret}")


@webhooks_group.command("list")
@data_option
def list_webhooks(data: Path | None) -> None:
    """List every webhook: whether it ever took an event, and whether it asked for no more."""
    for webhook in perform_unattended(runtime_of(data), webhooks.every):
        click.echo(f"{webhook.webhook_id}  {webhook.organisation_id}  {_standing(webhook):<8}  {webhook.url}")


@webhooks_group.command("rotate")
@data_option
@click.argument("webhook", type=click.UUID)
def rotate_secret(data: Path | None, webhook: UUID) -> None:
    """Make a webhook a new secret and print it, this once; the one before it signs as well for a day."""
    secret = perform_unattended(runtime_of(data), lambda step: webhooks.rotate(step, WebhookId(webhook)))
    click.echo(f"secret:  {secret}")


@webhooks_group.command("remove")
@data_option
@click.argument("webhook", type=click.UUID)
def remove_webhook(data: Path | None, webhook: UUID) -> None:
    """Send a webhook nothing any more, and forget it."""
    perform_unattended(runtime_of(data), lambda step: webhooks.remove(step, WebhookId(webhook)))
    click.echo("Removed.")


def _standing(webhook: Webhook) -> str:
    if webhook.disabled_at is not None:
        return "disabled"
    return "new" if webhook.verified_at is None else "verified"
