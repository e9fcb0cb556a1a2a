"""Writing: what is looked at whenever somebody writes a statement, before it is kept."""

from dataclasses import dataclass, replace
from datetime import date

from passport_api.domain.errors import InvalidField, WordingHeld
from passport_api.domain.findings import Category, Finding, in_order, strong_among
from passport_api.domain.ids import StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.protection.remarks import leaking_in, protected_in
from passport_api.domain.protection.terms import KeptFrom
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.services.admission import Admitted
from passport_api.services.alerts import details_of, raise_kept_wording, raise_stopped, subject_of
from passport_api.services.protected_lists import said_of
from passport_api.services.runtime import Work
from passport_api.services.screening import names_of
from passport_api.services.wording_checks import check_wording
from passport_api.store import statements


@dataclass(frozen=True, slots=True)
class NewStatement:
    """What somebody writes.

    Attributes:
        wording_reason: why wordings stay that should be changed; None where there are none.
        rests_on: the statements that an opinion rests on.
    """

    section: Section
    detail_level: DetailLevel
    kind: StatementKind
    text: str
    source: str
    review_on: date | None
    wording_reason: str | None = None
    rests_on: tuple[StatementId, ...] = ()


def examine(
    work: Work, admitted: Admitted, new: NewStatement, where: str = "", itself: StatementId | None = None
) -> tuple[Finding, ...]:
    """Look at what somebody is about to write; gives what was found in it.

    Args:
        work: the transaction.
        admitted: the passport, and who writes.
        new: what they write.
        where: what comes before its fields in the request, as a JSON pointer.
        itself: the statement that it corrects; None for a new one.

    Raises:
        InvalidField: the review date is in the past, or it rests on what it cannot.
        WordingHeld: wordings must be changed, or kept with a reason.
    """
    if new.review_on is not None and new.review_on < work.at.date():
        raise InvalidField(f"{where}/review_on", "Must not be in the past.")
    _check_what_it_rests_on(work, admitted, new, where, itself)
    findings = found_in(work, admitted, new)
    if strong_among(findings) and new.wording_reason is None:
        raise WordingHeld(findings, f"{where}/wording_reason")
    return findings


def found_in(work: Work, admitted: Admitted, said: NewStatement | Statement) -> tuple[Finding, ...]:
    """What is found in what somebody wrote: wording, what is on the protected list, and what leaks."""
    names = names_of(admitted.seals.open_child(admitted.record.sealed_child))
    protected = said_of(work, admitted)
    matchers = [protected.matcher(readers, names) for readers in KeptFrom if protected.kept_from(readers)]
    found = list(check_wording(said.text, said.kind))
    found += (replace(each, field="source") for each in check_wording(said.source, StatementKind.OBSERVATION))
    for field, text in (("text", said.text), ("source", said.source)):
        hits = [hit for matcher in matchers for hit in protected_in(text, matcher, KeptFrom.READERS)]
        found += (replace(each, field=field) for each in (*hits, *leaking_in(text, names, hits)))
    return in_order(found)


def flag(work: Work, admitted: Admitted, written: Statement, findings: tuple[Finding, ...]) -> None:
    """Alert the custodian's reviewer to what somebody kept although it was found, and to what no view will show."""
    strong = strong_among(findings)
    if any(found.category is Category.PROTECTED for found in strong):
        raise_stopped(work, subject_of(admitted), [written], details_of(work, admitted))
    if any(found.category is not Category.PROTECTED for found in strong):
        raise_kept_wording(work, subject_of(admitted), written, details_of(work, admitted))


def _check_what_it_rests_on(
    work: Work, admitted: Admitted, new: NewStatement, where: str, itself: StatementId | None
) -> None:
    if new.rests_on and new.kind is not StatementKind.OPINION:
        raise InvalidField(f"{where}/rests_on", "Only an opinion says what it rests on.")
    for number, statement_id in enumerate(new.rests_on):
        if statement_id == itself:
            raise InvalidField(f"{where}/rests_on/{number}", "Nothing rests on itself.")
        versions = statements.versions_of(work.uow, statement_id)
        if not versions or versions[0].passport_id != admitted.record.passport_id:
            raise InvalidField(f"{where}/rests_on/{number}", "There is no such statement in this passport.")
        if admitted.seals.open_statement(versions[-1].statement).is_withdrawn:
            raise InvalidField(f"{where}/rests_on/{number}", "This statement was withdrawn.")
