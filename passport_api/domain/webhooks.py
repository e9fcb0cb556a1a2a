"""Webhooks: what is sent to an organisation's own systems, and the secrets that it is signed with.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from passport_api.domain.ids import OrganisationId, WebhookId
from passport_api.domain.outbox import SUBJECT, Notice

OVERLAP = timedelta(hours=24)
"""How long what is sent is signed with the secret before as well, once a new one was made."""

SECRET_PREFIX = "whsec_"  # noqa: S105 - how every secret begins; the specification's


@dataclass(frozen=True, slots=True)
class Secret:
    """What messages are signed with, as its receiver was given it.

    Attributes:
        until: when it signs no more; None for the newest.
    """

    value: str = field(repr=False)
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an organisation is sent events.

    Attributes:
        verified_at: when it first took one.
        disabled_at: when it answered that it wants none any more (410).
    """

    webhook_id: WebhookId
    organisation_id: OrganisationId
    url: str
    created_at: datetime
    verified_at: datetime | None = None
    disabled_at: datetime | None = None


def living(secrets: Sequence[Secret], at: datetime) -> tuple[Secret, ...]:
    """The secrets that sign at an instant, the newest first."""
    return tuple(secret for secret in secrets if secret.until is None or at < secret.until)


def rotated(secrets: Sequence[Secret], new: str, at: datetime) -> tuple[Secret, ...]:
    """The secrets once there is a new one: the one before it goes on for a while, any older ones end."""
    return Secret(new), *(Secret(secret.value, at + OVERLAP) for secret in secrets if secret.until is None)


def event_of(notice: Notice) -> str:
    """What is sent: the same to the last byte at every try. It holds a kind, a time and ids, and nothing else."""
    data = {
        "event_id": str(notice.event_id),
        "organisation_id": str(notice.organisation_id),
        SUBJECT[notice.kind]: str(notice.subject_id),
    }
    event = {"type": notice.kind.value, "timestamp": notice.created_at.isoformat(timespec="seconds"), "data": data}
    return json.dumps(event, separators=(",", ":"))
