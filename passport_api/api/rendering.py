"""Domain objects as the wire shows them. Each function makes what one schema describes."""

from datetime import UTC, date, datetime
from typing import Any

from passport_api.domain.people import Capacity
from passport_api.domain.statements import Statement
from passport_api.domain.views import SectionView
from passport_api.services.access_log import LoggedEntry

Rendered = dict[str, Any]


def moment(at: datetime) -> str:
    """An instant in UTC, to the microsecond."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def moment_or_none(at: datetime | None) -> str | None:
    """An instant, or null."""
    return None if at is None else moment(at)


def text_or_none(value: object | None) -> str | None:
    """An id or a date as text, or null."""
    return None if value is None else str(value)


def actor(capacity: Capacity) -> Rendered:
    """Who did something."""
    return {"name": capacity.name, "role": capacity.role, "organisation": capacity.organisation}


def statement(shown: Statement, today: date) -> Rendered:
    """A statement."""
    return {
        "id": str(shown.statement_id),
        "version": shown.version,
        "section": shown.section.value,
        "detail_level": shown.detail_level.value,
        "kind": shown.kind.value,
        "text": shown.text,
        "source": shown.source,
        "author": actor(shown.author),
        "recorded_on": shown.recorded_on.isoformat(),
        "review_on": text_or_none(shown.review_on),
        "out_of_date": shown.out_of_date(today),
    }


def section(shown: SectionView, today: date) -> Rendered:
    """A section of a view."""
    return {
        "section": shown.section.value,
        "detail_level": shown.detail_level.value,
        "statements": [statement(each, today) for each in shown.statements],
    }


def entry(logged: LoggedEntry) -> Rendered:
    """An entry of the access log."""
    said = logged.entry
    return {
        "entry": logged.position,
        "at": moment(said.at),
        "action": said.action,
        "outcome": said.outcome.value,
        "reason": None if said.reason is None else said.reason.value,
        "purpose": said.purpose,
        "consent_id": text_or_none(said.consent_id),
        "actor": actor(said.actor),
        "subject": None if said.subject is None else actor(said.subject),
        "detail": said.detail,
        "sections": [section.value for section in said.sections],
        "statements": [{"id": seen.statement_id, "version": seen.version} for seen in said.statements],
    }
