"""Statements: written by the custodian and the parents, sealed one by one."""

from dataclasses import dataclass

from passport_api.domain.access import Use
from passport_api.domain.access_log import StatementSeen
from passport_api.domain.decisions import Refused
from passport_api.domain.findings import Finding
from passport_api.domain.ids import PassportId, StatementId
from passport_api.domain.statements import Statement, StatementStatus
from passport_api.services.admission import Admitted, admit, note
from passport_api.services.runtime import Work
from passport_api.services.vault import PassportSeals
from passport_api.services.writing import NewStatement, examine, flag, found_in
from passport_api.store import statements
from passport_api.store.statements import VersionRecord


@dataclass(frozen=True, slots=True)
class KeptStatement:
    """A version of a statement, as those responsible for the child see it.

    Attributes:
        status: only what stands is what views show.
    """

    statement: Statement
    status: StatementStatus


@dataclass(frozen=True, slots=True)
class ExaminedStatement:
    """A version with what is found in it, as it was just written or is read by itself."""

    kept: KeptStatement
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class StatementPage:
    """Some of a passport's statements, and whether more follow."""

    statements: tuple[KeptStatement, ...]
    goes_on: bool


def write(work: Work, passport_id: PassportId, new: NewStatement) -> ExaminedStatement | Refused:
    """Keep a statement: its first version.

    Raises:
        InvalidField: the review date is in the past, or it rests on what it cannot.
        WordingHeld: wordings must be changed, or kept with a reason.
    """
    admitted = admit(work, Use.WRITE_STATEMENT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    findings = examine(work, admitted, new)
    statement = Statement(
        statement_id=StatementId(work.runtime.new_id()),
        version=1,
        section=new.section,
        detail_level=new.detail_level,
        kind=new.kind,
        text=new.text,
        source=new.source,
        author=admitted.grounds.capacity,
        recorded_on=work.at.date(),
        review_on=new.review_on,
        wording_reason=new.wording_reason,
        rests_on=new.rests_on,
    )
    kept = keep(work, admitted, statement)
    flag(work, admitted, statement, findings)
    note(work, admitted, sections=(statement.section,), statements=seen_of([statement]))
    return ExaminedStatement(opened(admitted.seals, kept), findings)


def keep(work: Work, admitted: Admitted, statement: Statement) -> VersionRecord:
    """Seal a version of a statement and keep it; one that withdraws the statement does not stand."""
    return statements.add(
        work.uow,
        admitted.record.passport_id,
        admitted.seals.seal_statement(statement),
        work.runtime.new_id(),
        work.actor.account_id,
        work.at,
        stands=not statement.is_withdrawn,
    )


def list_page(work: Work, passport_id: PassportId, after: StatementId | None, limit: int) -> StatementPage | Refused:
    """A page of the statements, each in its newest version, in the order in which they were first written.

    For those responsible for the child: what was withdrawn is there, and says so. The entry in the log names what this
    page shows, and no more.
    """
    admitted = admit(work, Use.READ_PASSPORT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    kept = statements.page_of(work.uow, passport_id, after, limit + 1)
    shown = tuple(opened(admitted.seals, each) for each in kept[:limit])
    _note_reading(work, admitted, [each.statement for each in shown])
    return StatementPage(shown, goes_on=len(kept) > limit)


def read(work: Work, statement_id: StatementId) -> ExaminedStatement | Refused:
    """A statement in its newest version, with what is found in it, for those responsible for the child; logged."""
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.READ_PASSPORT, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    newest = opened(admitted.seals, statements.versions_of(work.uow, statement_id)[-1])
    findings = found_in(work, admitted, newest.statement)
    _note_reading(work, admitted, [newest.statement])
    return ExaminedStatement(newest, findings)


def list_versions(
    work: Work, statement_id: StatementId, before: int | None, limit: int
) -> list[KeptStatement] | Refused:
    """The versions of a statement, newest first, for those responsible for the child; logged.

    What was replaced or withdrawn stays readable here, and nowhere else.

    Args:
        work: the transaction.
        statement_id: which.
        before: the version before which to begin; None for the newest.
        limit: how many at most.
    """
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.READ_PASSPORT, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    kept = [each for each in reversed(found) if before is None or each.statement.version < before][:limit]
    versions = [opened(admitted.seals, each) for each in kept]
    _note_reading(work, admitted, [each.statement for each in versions])
    return versions


def opened(seals: PassportSeals, kept: VersionRecord) -> KeptStatement:
    """A version as those responsible for the child see it."""
    statement = seals.open_statement(kept.statement)
    if statement.is_withdrawn:
        return KeptStatement(statement, StatementStatus.WITHDRAWN)
    return KeptStatement(statement, StatementStatus.STANDS if kept.ended_at is None else StatementStatus.REPLACED)


def seen_of(found: list[Statement]) -> tuple[StatementSeen, ...]:
    """Which versions those are, for the log."""
    return tuple(StatementSeen(str(statement.statement_id), statement.version) for statement in found)


def _note_reading(work: Work, admitted: Admitted, shown: list[Statement]) -> None:
    sections = tuple(dict.fromkeys(statement.section for statement in shown))
    note(work, admitted, sections=sections, statements=seen_of(shown))
