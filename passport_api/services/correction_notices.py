"""Correction notices: an organisation reads which statement was corrected, mends its own records, and says so.

A notice repeats nothing of what was said, and carries nothing new: it names a statement by its id and by the hashes of
the versions that the organisation has. So it can go where no consent opens anything any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from passport_api.domain.access import (
    capacity_of,
    decide_notice,
)
from passport_api.domain.access_log import CORRECTION_ACKNOWLEDGED, Entry, Outcome, StatementSeen
from passport_api.domain.correction_notices import (
    CHASED_AFTER,
    Copies,
    NoticeFacts,
    NoticeStatus,
    chases_due,
    notice_status,
)
from passport_api.domain.corrections import CorrectionKind, version_hash
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import CorrectionNoticeId, OrganisationId, PassportId, StatementId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.outbox import Kind
from passport_api.domain.people import Capacity
from passport_api.domain.roles import ceiling_of
from passport_api.services import journal, outbox
from passport_api.services.admission import admit_to_organisation, seals_if_whole, seals_of
from passport_api.services.journal import Asked
from passport_api.services.runtime import Work
from passport_api.services.vault import PassportSeals
from passport_api.store import correction_notices, organisations, passports, statements
from passport_api.store.correction_notices import NoticeRecord


@dataclass(frozen=True, slots=True)
class Version:
    """A version that is not to be used any more: nothing of what it said."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Notice:
    """A notice as an organisation and the custodian see it.

    Attributes:
        versions: the versions that are not to be used any more.
        chases: how many times the organisation was to be reminded by now.
    """

    record: NoticeRecord
    status: NoticeStatus
    versions: tuple[Version, ...]
    chases: int


@dataclass(frozen=True, slots=True)
class Answer:
    """What an organisation says it did.

    Attributes:
        passed_on_to: other organisations to which it had given the statement: they are told as well.
    """

    copies: Copies
    passed_on_to: tuple[OrganisationId, ...] = ()


def issue(
    work: Work,
    passport_id: PassportId,
    statement_id: StatementId,
    version: int,
    kind: CorrectionKind,
    whom: Mapping[OrganisationId, OrganisationId | None],
) -> tuple[NoticeFacts, ...]:
    """Issue notices of a correction, and have each organisation told at once, and again on the days of the schedule.

    A reminder whose notice has been answered by then is not sent.

    Args:
        work: the transaction.
        passport_id: in which passport.
        statement_id: which statement was corrected.
        version: the version that the correction made.
        kind: what it did.
        whom: the organisations to tell, each with the one that said that it passed the statement on.
    """
    notices = tuple(
        NoticeFacts(
            notice_id=CorrectionNoticeId(work.runtime.new_id()),
            passport_id=passport_id,
            statement_id=statement_id,
            version=version,
            kind=kind,
            organisation_id=organisation_id,
            told_by=told_by,
            issued_at=work.at,
        )
        for organisation_id, told_by in whom.items()
    )
    correction_notices.add(work.uow, notices)
    for notice in notices:
        to, about = notice.organisation_id, notice.notice_id
        outbox.notify_organisation(work, Kind.STATEMENT_CORRECTED, to, about)
        for after in CHASED_AFTER:
            outbox.notify_organisation(work, Kind.CORRECTION_CHASED, to, about, notice.issued_at + after)
    return notices


def list_inbox(work: Work, after: CorrectionNoticeId | None, limit: int) -> list[Notice]:
    """The notices to the organisations in which the actor may see content, newest first; no content, so not logged."""
    mine = {held.organisation_id for held in work.actor.active() if ceiling_of(held.role) is not None}
    records = correction_notices.to_organisations(work.uow, mine, after, limit)
    return _shown(work, records)


def list_of_custodian(
    work: Work,
    organisation_id: OrganisationId,
    status: NoticeStatus | None,
    after: CorrectionNoticeId | None,
    limit: int,
) -> list[Notice] | Refused:
    """The notices about a custodian's passports, newest first: whom to follow up; logged."""
    admitted = admit_to_organisation(work, OrganisationUse.LIST_CORRECTION_NOTICES, organisation_id)
    if isinstance(admitted, Refused):
        return admitted
    records = correction_notices.of_custodian(work.uow, organisation_id, status, work.at, after, limit)
    shown = _shown(work, records)
    journal.write(work, _entry(work, OrganisationUse.LIST_CORRECTION_NOTICES.value, admitted.value, None), None)
    return shown


def of_statement(work: Work, statement_id: StatementId) -> list[Notice]:
    """Every notice about a statement, oldest first: for whoever was admitted to its passport."""
    return _shown(work, correction_notices.of_statement(work.uow, statement_id))


def acknowledge(work: Work, notice_id: CorrectionNoticeId, answer: Answer) -> Notice | Refused:
    """Say that one's organisation has read a notice and mended its records. Saying so again changes nothing.

    Raises:
        InvalidField: the statement was passed on to no organisation that is known, or to oneself.
    """
    found = correction_notices.find(work.uow, notice_id)
    facts = None if found is None else found.facts
    decision = decide_notice(work.actor, None if facts is None else facts.organisation_id)
    if isinstance(decision, Refused):
        return _refused(work, facts, decision)
    if facts is None:
        raise AssertionError("granted without a notice")
    seals = _seals(work, facts)
    held = correction_notices.find(work.uow, notice_id)  # again, now that the passport is held
    if held is not None and held.facts.acknowledged_at is None:
        correction_notices.acknowledge(work.uow, notice_id, work.actor.account_id, answer.copies, work.at)
        told = _tell_others(work, facts, answer.passed_on_to)
        journal.write(work, _answered(work, facts, decision.value, answer, told), seals)
    answered = correction_notices.find(work.uow, notice_id)
    if answered is None:
        raise AssertionError("a notice is gone while its passport is held")
    return _shown(work, [answered])[0]


def _tell_others(work: Work, facts: NoticeFacts, passed_on_to: Sequence[OrganisationId]) -> int:
    """Issue notices to those to whom a statement was passed on and who do not have one yet; gives how many."""
    for number, organisation_id in enumerate(passed_on_to):
        if organisation_id == facts.organisation_id or organisations.find(work.uow, organisation_id) is None:
            raise InvalidField(f"/passed_on_to/{number}", "Must be another organisation that is known here.")
    told = {
        notice.facts.organisation_id
        for notice in correction_notices.of_statement(work.uow, facts.statement_id)
        if notice.facts.version == facts.version
    }
    new = dict.fromkeys((each for each in passed_on_to if each not in told), facts.organisation_id)
    return len(issue(work, facts.passport_id, facts.statement_id, facts.version, facts.kind, new))


def _shown(work: Work, records: Sequence[NoticeRecord]) -> list[Notice]:
    hashes = {facts.statement_id: _hashes(work, facts.statement_id) for facts in (record.facts for record in records)}
    return [
        Notice(
            record,
            notice_status(record.facts, work.at),
            tuple(version for version in hashes[record.facts.statement_id] if version.number < record.facts.version),
            chases_due(record.facts, work.at),
        )
        for record in records
    ]


def _hashes(work: Work, statement_id: StatementId) -> list[Version]:
    versions = statements.versions_of(work.uow, statement_id)
    return [Version(each.statement.version, version_hash(each.statement.sealed)) for each in versions]


def _seals(work: Work, facts: NoticeFacts) -> PassportSeals:
    record = passports.find(work.uow, facts.passport_id)
    if record is None:
        raise AssertionError("a notice was found about a passport that was erased")
    return seals_of(work, record)


def _refused(work: Work, facts: NoticeFacts | None, refusal: Refused) -> Refused:
    # The same work where there is no such notice, so that it takes as long.
    wanted = PassportId(work.runtime.new_id()) if facts is None else facts.passport_id
    record = passports.find(work.uow, wanted)
    seals = None if record is None else seals_if_whole(work, record)
    capacity = capacity_of(work.actor, None if facts is None else facts.organisation_id, None)
    entry = _entry(work, CORRECTION_ACKNOWLEDGED, capacity, facts if seals is not None else None, refusal)
    journal.write_decision(work, entry, seals, Asked())
    return refusal


def _answered(work: Work, facts: NoticeFacts, capacity: Capacity, answer: Answer, told: int) -> Entry:
    detail = f"copies {answer.copies.value}; passed on to {len(answer.passed_on_to)} others, {told} of them told now"
    return _entry(work, CORRECTION_ACKNOWLEDGED, capacity, facts, detail=detail)


def _entry(
    work: Work,
    action: str,
    capacity: Capacity,
    facts: NoticeFacts | None,
    refusal: Refused | None = None,
    detail: str | None = None,
) -> Entry:
    allowed = journal.entry_of(work, action, capacity, None if facts is None else facts.passport_id)
    return replace(
        allowed,
        outcome=Outcome.ALLOWED if refusal is None else Outcome.DENIED,
        reason=None if refusal is None else refusal.reason,
        statements=() if facts is None else (StatementSeen(str(facts.statement_id), facts.version),),
        detail=detail,
    )
