"""Corrections: a new version of a statement, and word of it to everyone who ever received the statement."""

from collections.abc import Callable
from dataclasses import dataclass

from passport_api.domain.access import Use
from passport_api.domain.correction_notices import NoticeFacts
from passport_api.domain.corrections import Correction, CorrectionKind
from passport_api.domain.decisions import Refused
from passport_api.domain.endings import Ending, EndingKind
from passport_api.domain.errors import Clash, Conflict, Stale
from passport_api.domain.ids import CorrectionNoticeId, StatementId
from passport_api.domain.statements import Statement
from passport_api.services.admission import Admitted, admit, note
from passport_api.services.alerts import raise_shaken, subject_of
from passport_api.services.correction_notices import Notice, issue, of_statement
from passport_api.services.runtime import Work
from passport_api.services.statements import ExaminedStatement, KeptStatement, keep, opened, seen_of
from passport_api.services.traces import Receipt, receipts_of
from passport_api.services.writing import NewStatement, examine, flag
from passport_api.store import alerts, correction_notices, log, organisations, statements

Matches = Callable[[KeptStatement], bool]
"""Whether a statement is still the one that the caller read (If-Match)."""


@dataclass(frozen=True, slots=True)
class NewCorrection:
    """What somebody corrects.

    Attributes:
        replacement: what is to stand from now on; None to withdraw the statement.
    """

    reason: str
    replacement: NewStatement | None


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction that was made, and the organisations that are told of it.

    Attributes:
        ending: the version that it ended.
        detail: what the log says of it.
    """

    version: ExaminedStatement
    notices: tuple[NoticeFacts, ...]
    ending: Ending
    detail: str


@dataclass(frozen=True, slots=True)
class Recipient:
    """A release of a statement, and where the newest notice to whom it went stands; None where there is none."""

    receipt: Receipt
    organisation_name: str
    notice: Notice | None


def correct(work: Work, statement_id: StatementId, new: NewCorrection, matches: Matches) -> Corrected | Refused:
    """Replace or withdraw a statement. From the answer on no view shows what it said before.

    Every organisation to which any version of it was ever released is told, also where its access has ended since.

    Raises:
        Stale: it is no longer as the caller read it.
        Conflict: it was withdrawn already.
        InvalidField: the new review date is in the past, or it rests on what it cannot.
        WordingHeld: wordings must be changed, or kept with a reason.
    """
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.CORRECT_STATEMENT, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    made = carry_out(work, admitted, statement_id, new, matches)
    after = made.version.kept.statement
    note(
        work,
        admitted,
        sections=(after.section,),
        statements=seen_of([after]),
        detail=made.detail,
        endings=[made.ending],
    )
    return made


def carry_out(
    work: Work,
    admitted: Admitted,
    statement_id: StatementId,
    new: NewCorrection,
    matches: Matches = lambda _: True,
    where: str = "/replacement",
) -> Corrected:
    """Correct a statement for somebody who was admitted to do so. What it ended is to be logged with it.

    Raises:
        Stale: it is no longer as the caller read it.
        Conflict: it was withdrawn already.
        InvalidField: the new review date is in the past, or it rests on what it cannot.
        WordingHeld: wordings must be changed, or kept with a reason.
    """
    # Read now that the passport is held: another correction may have come before.
    newest = statements.versions_of(work.uow, statement_id)[-1]
    before = opened(admitted.seals, newest)
    if not matches(before):
        raise Stale
    if before.statement.is_withdrawn:
        raise Conflict(Clash.STATEMENT_WITHDRAWN)
    findings = () if new.replacement is None else examine(work, admitted, new.replacement, where, statement_id)
    after = _next_version(work, admitted, before.statement, new)
    statements.end(work.uow, newest.version_id, work.at)
    kept = keep(work, admitted, after)
    alerts.supersede(work.uow, statement_id, work.actor.account_id, work.at)
    flag(work, admitted, after, findings)
    raise_shaken(work, subject_of(admitted), _resting_on(work, admitted, statement_id), after)
    notices = _tell(work, admitted, after)
    return Corrected(
        version=ExaminedStatement(opened(admitted.seals, kept), findings),
        notices=notices,
        ending=Ending(EndingKind.STATEMENT_VERSION_ENDED, newest.version_id, work.at),
        detail=f"version {before.statement.version} to {after.version}, {new_kind(new).value}",
    )


def list_recipients(work: Work, statement_id: StatementId, before: int | None, limit: int) -> list[Recipient] | Refused:
    """Where a statement went, in all its versions, newest first, for those responsible for the child; logged.

    Args:
        work: the transaction.
        statement_id: which.
        before: the place in the log before which to begin; None for the newest.
        limit: how many at most.
    """
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.READ_RECIPIENTS, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    receipts = receipts_of(work, admitted.seals, statement_id)
    page = [each for each in reversed(receipts) if before is None or each.position < before][:limit]
    newest = {notice.record.facts.organisation_id: notice for notice in of_statement(work, statement_id)}
    names = organisations.names(work.uow, {each.organisation_id for each in page})
    recipients = [Recipient(each, names[each.organisation_id], newest.get(each.organisation_id)) for each in page]
    note(work, admitted, statements=seen_of([opened(admitted.seals, found[-1]).statement]))
    return recipients


def list_notices(
    work: Work, statement_id: StatementId, after: CorrectionNoticeId | None, limit: int
) -> list[Notice] | Refused:
    """Whom a statement's corrections were told to, also by word of another, newest first; logged."""
    found = statements.versions_of(work.uow, statement_id)
    admitted = admit(work, Use.READ_RECIPIENTS, found[0].passport_id if found else None)
    if isinstance(admitted, Refused):
        return admitted
    notices = [
        notice
        for notice in reversed(of_statement(work, statement_id))
        if after is None or notice.record.facts.notice_id < after
    ][:limit]
    note(work, admitted, statements=seen_of([opened(admitted.seals, found[-1]).statement]))
    return notices


def new_kind(new: NewCorrection) -> CorrectionKind:
    """What a correction does."""
    return CorrectionKind.WITHDRAWN if new.replacement is None else CorrectionKind.REPLACED


def _next_version(work: Work, admitted: Admitted, before: Statement, new: NewCorrection) -> Statement:
    said = new.replacement
    return Statement(
        statement_id=before.statement_id,
        version=before.version + 1,
        section=before.section if said is None else said.section,
        detail_level=before.detail_level if said is None else said.detail_level,
        kind=before.kind if said is None else said.kind,
        text="" if said is None else said.text,
        source=before.source if said is None else said.source,
        author=admitted.grounds.capacity,
        recorded_on=work.at.date(),
        review_on=None if said is None else said.review_on,
        correction=Correction(new_kind(new), new.reason),
        wording_reason=None if said is None else said.wording_reason,
        rests_on=() if said is None else said.rests_on,
    )


def _resting_on(work: Work, admitted: Admitted, statement_id: StatementId) -> list[Statement]:
    """The opinions that stand and say that they rest on a statement."""
    standing = statements.standing(work.uow, admitted.record.passport_id)
    return [each for each in map(admitted.seals.open_statement, standing.statements) if statement_id in each.rests_on]


def _tell(work: Work, admitted: Admitted, corrected: Statement) -> tuple[NoticeFacts, ...]:
    """Issue a notice to everyone who received the statement.

    The log is held before the last look: a release that commits after that is of the new version. What was released
    before is read without holding it, for that may be much.
    """
    if corrected.correction is None:
        raise AssertionError("a first version corrects nothing")
    statement_id = corrected.statement_id
    size = log.head(work.uow).size
    receipts = receipts_of(work, admitted.seals, statement_id)
    log.take_turn(work.uow)
    receipts += receipts_of(work, admitted.seals, statement_id, start=size)
    told = [notice.facts for notice in correction_notices.of_statement(work.uow, statement_id)]
    passed_on = {notice.organisation_id: notice.told_by for notice in told}
    given = dict.fromkeys(receipt.organisation_id for receipt in receipts)
    kind, whom = corrected.correction.kind, {**passed_on, **given}
    return issue(work, admitted.record.passport_id, statement_id, corrected.version, kind, whom)
