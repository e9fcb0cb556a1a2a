"""What every sender offers: it hands one message over, within bounded time, and says what came of it.

No sender raises for what a receiver does. A message whose answer was lost is handed over again, under the same id:
whoever checks ids takes it once.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from passport_api.domain.outbox import Outcome


@dataclass(frozen=True, slots=True)
class Letter:
    """An email's words, twice: as text, and as HTML that looks the same to everybody."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Email:
    """An email for one person.

    Attributes:
        notice_id: what it is known by.
        to: their address.
        at: when it is sent.
    """

    notice_id: str
    to: str = field(repr=False)
    letter: Letter
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """An event for one webhook.

    Attributes:
        notice_id: what it is known by.
        url: where it goes.
        secrets: what it is signed with, each by itself.
        body: what is sent.
        at: when it is sent.
    """

    notice_id: str
    url: str
    secrets: Sequence[str] = field(repr=False)
    body: str
    at: datetime


class Mailer(Protocol):
    """Sends emails. Used by several threads at once."""

    def send(self, email: Email) -> Outcome:
        """Hand an email over; says what came of it."""
        ...


class Poster(Protocol):
    """Sends events to webhooks. Used by several threads at once."""

    def post(self, event: Event) -> Outcome:
        """Hand an event over; says what came of it."""
        ...


@dataclass(frozen=True, slots=True)
class Senders:
    """What notices go out by."""

    mail: Mailer
    hooks: Poster
