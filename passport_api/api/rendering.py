"""Domain objects as the wire shows them. Each function makes what one schema describes."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from passport_api.api.edge import etag_of
from passport_api.domain.challenges import Finding as Resolved
from passport_api.domain.findings import Finding
from passport_api.domain.people import Capacity
from passport_api.domain.statements import Statement
from passport_api.services.access_log import LoggedEntry
from passport_api.services.correction_notices import Notice
from passport_api.services.layouts import Beside, Layout
from passport_api.services.statements import ExaminedStatement, KeptStatement

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
    return {"name": capacity.name or None, "role": capacity.role, "organisation": capacity.organisation}


def statement(shown: Statement, today: date) -> Rendered:
    """A statement."""
    return {
        "id": str(shown.statement_id),
        "version": shown.version,
        "hash": shown.hash,
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


def kept_statement(kept: KeptStatement, today: date) -> Rendered:
    """A version of a statement, with where it stands and why it took the place of the one before."""
    correction = kept.statement.correction
    return {
        **statement(kept.statement, today),
        "status": kept.status.value,
        "correction": None if correction is None else {"kind": correction.kind.value, "reason": correction.reason},
        "wording_reason": kept.statement.wording_reason,
        "rests_on": [str(each) for each in kept.statement.rests_on],
    }


def examined_statement(examined: ExaminedStatement, today: date) -> Rendered:
    """A version of a statement, with what is found in it."""
    return {**kept_statement(examined.kept, today), "findings": findings(examined.findings)}


def findings(found: Iterable[Finding]) -> list[Rendered]:
    """What was found in a text, in its order."""
    return [
        {
            "strength": each.strength.value,
            "field": each.field,
            "start": each.start,
            "end": each.end,
            "matched": each.matched,
            "category": each.category.value,
            "why": each.why,
            "instead": each.instead,
            "source": {
                "title": each.source.title,
                "publisher": each.source.publisher,
                "year": each.source.year,
                "address": each.source.address,
            },
        }
        for each in found
    ]


def statement_etag(kept: KeptStatement) -> str:
    """A tag of which version of a statement is the newest."""
    return etag_of(str(kept.statement.statement_id), kept.statement.version, kept.status.value)


def notice_status(shown: Notice) -> Rendered:
    """Where a correction notice stands."""
    record = shown.record
    return {
        "status": shown.status.value,
        "issued_at": moment(record.facts.issued_at),
        "chases": shown.chases,
        "acknowledged_at": moment_or_none(record.facts.acknowledged_at),
        "copies": None if record.copies is None else record.copies.value,
    }


def notice(shown: Notice) -> Rendered:
    """A correction notice."""
    facts = shown.record.facts
    return {
        "id": str(facts.notice_id),
        "statement_id": str(facts.statement_id),
        "correction": facts.kind.value,
        "versions": [{"version": each.number, "hash": each.hash} for each in shown.versions],
        "organisation": {"id": str(facts.organisation_id), "name": shown.record.organisation_name},
        "told_by": text_or_none(facts.told_by),
        **notice_status(shown),
    }


def layout(shown: Layout, today: date) -> Rendered:
    """What somebody sees, section by section, with the challenges beside the statements."""
    beside = shown.challenges
    return {
        "sections": [
            {
                "section": each.section.value,
                "detail_level": each.detail_level.value,
                "statements": [
                    {
                        **statement(said, today),
                        "challenges": [_beside(one) for one in beside.get(said.statement_id, ())],
                    }
                    for said in each.statements
                ],
            }
            for each in shown.sections
        ],
        "being_reviewed": shown.being_reviewed,
    }


def _beside(beside: Beside) -> Rendered:
    return {
        "id": str(beside.challenge_id),
        "challenger": beside.challenge.challenger.value,
        "words": None if beside.hushed else beside.challenge.words,
        "due_on": beside.due_on.isoformat() if beside.is_open else None,
        "status": "open" if beside.is_open else Resolved.NOT_UPHELD.value,
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
