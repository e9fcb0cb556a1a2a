"""Statements: written by the custodian and the parents, sealed one by one."""

from dataclasses import dataclass
from datetime import date

from passport_api.domain.access import Use
from passport_api.domain.access_log import StatementSeen
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import PassportId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.services.admission import admit, note
from passport_api.services.runtime import Work
from passport_api.services.vault import PassportSeals
from passport_api.store import statements


@dataclass(frozen=True, slots=True)
class NewStatement:
    """What somebody writes."""

    section: Section
    detail_level: DetailLevel
    kind: StatementKind
    text: str
    source: str
    review_on: date | None


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some of a passport's statements, and whether more follow."""

    statements: tuple[Statement, ...]
    goes_on: bool


def write(work: Work, passport_id: PassportId, new: NewStatement) -> Statement | Refused:
    """Keep a statement: its first version.

    Raises:
        InvalidField: the review date is in the past.
    """
    admitted = admit(work, Use.WRITE_STATEMENT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    today = work.at.date()
    if new.review_on is not None and new.review_on < today:
        raise InvalidField("/review_on", "Must not be in the past.")
    statement = Statement(
        statement_id=StatementId(work.runtime.new_id()),
        version=1,
        section=new.section,
        detail_level=new.detail_level,
        kind=new.kind,
        text=new.text,
        source=new.source,
        author=admitted.grounds.capacity,
        recorded_on=today,
        review_on=new.review_on,
    )
    sealed = admitted.seals.seal_statement(statement)
    statements.add(work.uow, passport_id, sealed, work.actor.account_id, work.at)
    note(work, admitted, sections=(statement.section,), statements=_seen([statement]))
    return statement


def list_page(work: Work, passport_id: PassportId, after: StatementId | None, limit: int) -> StatementPage | Refused:
    """A page of the statements as they stand now, in the order in which they were first written.

    For those responsible for the child. The entry in the log names what this page shows, and no more.
    """
    admitted = admit(work, Use.READ_PASSPORT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    kept = statements.page_of(work.uow, passport_id, after, limit + 1)
    shown = [admitted.seals.open_statement(each) for each in kept[:limit]]
    sections = tuple(dict.fromkeys(statement.section for statement in shown))
    note(work, admitted, sections=sections, statements=_seen(shown))
    return StatementPage(tuple(shown), goes_on=len(kept) > limit)


def current(work: Work, seals: PassportSeals) -> list[Statement]:
    """Open the newest version of each of a passport's statements."""
    return [seals.open_statement(kept) for kept in statements.current(work.uow, seals.passport_id)]


def _seen(found: list[Statement]) -> tuple[StatementSeen, ...]:
    return tuple(StatementSeen(str(statement.statement_id), statement.version) for statement in found)
