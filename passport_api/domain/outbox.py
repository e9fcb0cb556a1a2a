"""Notices: what is told to whom, by which way, how often it is tried, and when it is given up.

A notice says that something happened, never what: it holds ids and words of closed sets. To know more, one signs in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import StrEnum
from http import HTTPStatus
from uuid import UUID

from passport_api.domain.ids import NoticeId, OrganisationId
from passport_api.domain.roles import SEES_CONTENT, Role


class Kind(StrEnum):
    """What happened. An email needs its words too (see senders.letters)."""

    VIEW_AVAILABLE = "view.available"
    STATEMENT_CORRECTED = "statement.corrected"
    CORRECTION_CHASED = "correction.chased"
    ALERT_RAISED = "alert.raised"
    PROTECTION_CHANGED = "protection.changed"
    CHALLENGE_MADE = "challenge.made"
    CHALLENGE_DUE = "challenge.due"
    CHALLENGE_OVERDUE = "challenge.overdue"
    CHALLENGE_RESOLVED = "challenge.resolved"
    WEBHOOK_ADDED = "webhook.added"


SUBJECT: dict[Kind, str] = {
    Kind.VIEW_AVAILABLE: "view_id",
    Kind.STATEMENT_CORRECTED: "correction_notice_id",
    Kind.CORRECTION_CHASED: "correction_notice_id",
    Kind.ALERT_RAISED: "alert_id",
    Kind.PROTECTION_CHANGED: "passport_id",
    Kind.CHALLENGE_MADE: "challenge_id",
    Kind.CHALLENGE_DUE: "challenge_id",
    Kind.CHALLENGE_OVERDUE: "challenge_id",
    Kind.CHALLENGE_RESOLVED: "challenge_id",
    Kind.WEBHOOK_ADDED: "webhook_id",
}
"""What the id of a notice's subject is called in the event that webhooks are sent."""

_NOBODY: frozenset[Role] = frozenset()
_SOCIAL_WORKERS = frozenset({Role.SOCIAL_WORKER})

TOLD: dict[Kind, frozenset[Role]] = {
    Kind.VIEW_AVAILABLE: SEES_CONTENT,
    Kind.STATEMENT_CORRECTED: SEES_CONTENT,
    Kind.CORRECTION_CHASED: SEES_CONTENT,
    Kind.ALERT_RAISED: _SOCIAL_WORKERS,
    Kind.PROTECTION_CHANGED: _NOBODY,
    Kind.CHALLENGE_MADE: _SOCIAL_WORKERS,
    Kind.CHALLENGE_DUE: _SOCIAL_WORKERS,
    Kind.CHALLENGE_OVERDUE: _SOCIAL_WORKERS,
    Kind.CHALLENGE_RESOLVED: _NOBODY,
    Kind.WEBHOOK_ADDED: _NOBODY,
}
"""Who is told when an organisation is: whoever holds one of these roles there. Nobody, of what goes to people as
themselves or to a webhook alone."""


class Channel(StrEnum):
    """Which way a notice goes.

    One to an organisation is, when it is due, divided into one to each of its people who are told (`TOLD`) and one to
    each of its webhooks.
    """

    ORGANISATION = "organisation"
    EMAIL = "email"
    WEBHOOK = "webhook"


class State(StrEnum):
    """Where a notice stands. It is dropped when it is no longer true, or no longer for whom it was for."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    DROPPED = "dropped"
    DEAD = "dead"


class Fault(StrEnum):
    """Why a notice did not arrive, in words that say nothing of whoever it was for."""

    NO_ANSWER = "no-answer"
    NO_SUCH_HOST = "no-such-host"
    CERTIFICATE = "certificate"
    TARGET_NOT_PUBLIC = "target-not-public"
    ANSWERED_3XX = "answered-3xx"
    ANSWERED_4XX = "answered-4xx"
    ANSWERED_5XX = "answered-5xx"
    BUSY = "busy"
    GONE = "gone"
    MAIL_REFUSED = "mail-refused"
    MAIL_PUT_OFF = "mail-put-off"
    MAIL_NOT_SECURE = "mail-not-secure"
    MAIL_SIGN_IN = "mail-sign-in"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, as it is kept.

    Attributes:
        notice_id: what a receiver knows it by: the same at every try.
        event_id: the id of the notice that it was divided from; its own, when it was not.
        organisation_id: the organisation that it is for; None when it is for somebody as themselves.
        target_id: the organisation, the account or the webhook that it goes to.
        subject_id: what it is about; its kind says what that is.
        tries: how often it was tried before.
    """

    notice_id: NoticeId
    event_id: NoticeId
    kind: Kind
    channel: Channel
    organisation_id: OrganisationId | None
    target_id: UUID
    subject_id: UUID
    created_at: datetime
    due_at: datetime
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Delivered:
    """Whoever it was for has taken it."""


@dataclass(frozen=True, slots=True)
class Dropped:
    """It is no longer true, or no longer for whom it was for: nobody is told, and nothing is wrong."""


@dataclass(frozen=True, slots=True)
class Failed:
    """It was not taken.

    Attributes:
        for_good: whether trying again would be no use.
        wait: how long the receiver asked us to wait.
    """

    fault: Fault
    for_good: bool = False
    wait: timedelta | None = None


Outcome = Delivered | Dropped | Failed

SCHEDULE = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=20),
)
"""How long after each try the next one comes (standardwebhooks.com, "Retries"). After the last it is a dead letter."""

LONGEST_WAIT = timedelta(hours=24)
"""How long a receiver can ask us to wait."""


def next_try(tries: int, failed: Failed) -> timedelta | None:
    """How long after a try that failed the next one comes; None when there is none, and it is a dead letter.

    Args:
        tries: how many there were, with this one.
        failed: what came of it.
    """
    if failed.for_good or tries > len(SCHEDULE):
        return None
    asked = min(failed.wait or timedelta(), LONGEST_WAIT)
    return max(SCHEDULE[tries - 1], asked)


def outcome_of(status: int, retry_after: str | None, at: datetime) -> Outcome:
    """What a webhook's answer means (standardwebhooks.com, "Deliverability and reliability").

    Success is 2xx and nothing else; a redirect is not followed. 410 says that nothing is to come any more. Whatever
    else went wrong may have been mended by the next try: 404 and 401 are what a receiver answers that is being set up.
    """
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Delivered()
    if status == HTTPStatus.GONE:
        return Failed(Fault.GONE, for_good=True)
    wait = wait_of(retry_after, at)
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return Failed(Fault.BUSY, wait=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Failed(Fault.ANSWERED_5XX, wait=wait)
    return Failed(Fault.ANSWERED_4XX if status >= HTTPStatus.BAD_REQUEST else Fault.ANSWERED_3XX)


def wait_of(retry_after: str | None, at: datetime) -> timedelta | None:
    """How long a Retry-After header asks to wait (RFC 9110 section 10.2.3): seconds, or a date; None when neither."""
    text = (retry_after or "").strip()
    if text.isascii() and text.isdigit():
        return timedelta(seconds=int(text[:9]))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):  # whatever a stranger writes there
        return None
    if until.tzinfo is None:
        return None
    return max(until - at, timedelta())
