"""Views: the inbox, opening, acknowledging. Nothing leaves before its entry in the log is durable.

Opening reads and decides without holding anything, then records the decision in a shared transaction that holds the
log (see recording). Should anything on which the decision rests have changed between, it is made again while the log
is held, so that no release ever stands in the log after the revocation that forbids it.
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from passport_api.domain.access_log import VIEW_ACKNOWLEDGED, VIEW_OPENED, Entry, Outcome, StatementSeen
from passport_api.domain.alerts import AlertDetails
from passport_api.domain.decisions import Reason, Refused
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import ConsentId, OrganisationId, StatementId
from passport_api.domain.roles import ceiling_of
from passport_api.domain.statements import Statement
from passport_api.services import journal
from passport_api.services import transitions as moves
from passport_api.services.alerts import Subject, are_raised, raise_stopped
from passport_api.services.execution import actor_from
from passport_api.services.releases import Prepared, View, prepare
from passport_api.services.runtime import Caller, Runtime, Work
from passport_api.services.vault import PassportSeals
from passport_api.store import consents, log, passports, transitions, views


@dataclass(frozen=True, slots=True)
class InboxItem:
    """A view that somebody could open: no content, no name."""

    consent_id: ConsentId
    purpose: str
    recipient_id: OrganisationId
    transition_id: UUID | None
    planned_date: date | None
    shared_at: datetime
    valid_until: datetime
    first_opened_at: datetime | None
    acknowledged_at: datetime | None


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """A reader's word that they have read a view."""

    consent_id: ConsentId
    acknowledged_at: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """A statement that its reader is shown, with the entry that says what they did with it, ready to be written."""

    statement: Statement
    seals: PassportSeals
    custodian_id: OrganisationId
    sealed_child: bytes
    entry: Entry


def open_view(runtime: Runtime, caller: Caller, consent_id: ConsentId) -> View | Refused:
    """Open a view, once the access is durably in the log; a refusal is logged as well.

    Raises:
        NotSignedIn: the caller's session has ended.
        StoreUnavailable: the log could not be written; nothing was released.
        ClockBehind: there is no time by which to decide.
    """
    runtime.anchoring.require_open()
    with runtime.database.reading() as uow:
        # The epoch first: whatever changes after it is read, however it is interleaved, is noticed when recording.
        mark, found, who = views.opening_facts(uow, consent_id, caller.account_id, caller.session_id)
        work = Work(runtime, uow, runtime.instant(mark), actor_from(runtime, caller, who), mark.epoch)
        prepared = prepare(work, found, VIEW_OPENED)
        to_alert = bool(prepared.stopped) and not are_raised(work, prepared.stopped)
    if to_alert:  # a release alone changes nothing but the log; an alert is raised in a transaction of its own
        return _open_while_holding_the_log(runtime, caller, consent_id)
    leaf = journal.seal(work, prepared.entry, prepared.seals)
    decision = journal.decision_of(prepared.entry, prepared.asked)
    position = runtime.recorder.record(mark.epoch, leaf, decision)
    if position is None:
        return _open_while_holding_the_log(runtime, caller, consent_id)
    return prepared.view if isinstance(prepared.view, Refused) else replace(prepared.view, log_entry=position)


def list_inbox(work: Work, after: ConsentId | None, limit: int) -> list[InboxItem]:
    """The views that the actor could open now, newest first."""
    recipients = tuple({held.organisation_id for held in work.actor.active() if ceiling_of(held.role) is not None})
    rows = consents.for_recipients(work.uow, recipients, work.at, after, limit)
    ids = [row.facts.consent_id for row in rows]
    opened = views.first_opened(work.uow, ids, work.actor.account_id)
    acknowledged = views.acknowledged(work.uow, ids, work.actor.account_id)
    planned = transitions.planned_dates(work.uow, [row.transition_id for row in rows if row.transition_id is not None])
    return [
        InboxItem(
            consent_id=row.facts.consent_id,
            purpose=row.purpose,
            recipient_id=row.facts.recipient_id,
            transition_id=row.transition_id,
            planned_date=None if row.transition_id is None else planned.get(row.transition_id),
            shared_at=max(row.proposed_at, row.facts.valid_from),
            valid_until=row.facts.valid_until,
            first_opened_at=opened.get(row.facts.consent_id),
            acknowledged_at=acknowledged.get(row.facts.consent_id),
        )
        for row in rows
    ]


def acknowledge(work: Work, consent_id: ConsentId) -> Acknowledgement | Refused:
    """Say that one has read a view. Saying so again changes nothing.

    Raises:
        Conflict: the reader has not opened it.
    """
    _, found = views.release_facts(work.uow, consent_id, work.actor.account_id)
    prepared = prepare(work, found, VIEW_ACKNOWLEDGED)
    if isinstance(prepared.view, Refused):
        journal.write_decision(work, prepared.entry, prepared.seals, prepared.asked)
        return prepared.view
    account_id = work.actor.account_id
    record = consents.find(work.uow, consent_id)
    if record is None:
        raise AssertionError("a view was granted without its consent")
    passports.find(work.uow, record.facts.passport_id)  # held: readers who acknowledge at once take turns
    before = views.acknowledged(work.uow, [consent_id], account_id)
    if before:
        return Acknowledgement(consent_id, before[consent_id])
    if not views.first_opened(work.uow, [consent_id], account_id):
        raise Conflict(Clash.NOT_OPENED)
    views.acknowledge(work.uow, consent_id, account_id, work.at)
    moves.acknowledged_by(work, record.transition_id, record.facts.recipient_id)
    journal.write(work, prepared.entry, prepared.seals)
    return Acknowledgement(consent_id, work.at)


def find_shown(work: Work, consent_id: ConsentId, statement_id: StatementId, action: str) -> Shown | Refused:
    """A statement that a view shows to the actor now; a refusal is logged, as is a statement that is not in it.

    Args:
        work: the transaction.
        consent_id: the view's.
        statement_id: which.
        action: what the actor is about to do with it, for the log.
    """
    _, found = views.release_facts(work.uow, consent_id, work.actor.account_id)
    prepared = prepare(work, found, action)
    if isinstance(prepared.view, View) and prepared.seals is not None:
        record = passports.find(work.uow, prepared.seals.passport_id)  # held: the statement stays as it is
        for section in prepared.view.layout.sections:
            for statement in section.statements:
                if statement.statement_id == statement_id and record is not None:
                    seen = (StatementSeen(str(statement_id), statement.version),)
                    entry = replace(prepared.entry, sections=(section.section,), statements=seen)
                    return Shown(statement, prepared.seals, record.custodian_id, record.sealed_child, entry)
        entry = replace(prepared.entry, outcome=Outcome.DENIED, reason=Reason.NO_SUCH_THING, sections=(), statements=())
        prepared = replace(prepared, entry=entry, view=Refused(Reason.NO_SUCH_THING))
    journal.write_decision(work, prepared.entry, prepared.seals, prepared.asked)
    return prepared.view if isinstance(prepared.view, Refused) else Refused(Reason.NO_SUCH_THING)


def _open_while_holding_the_log(runtime: Runtime, caller: Caller, consent_id: ConsentId) -> View | Refused:
    with runtime.database.writing() as uow:
        log.take_turn(uow)
        mark, found, who = views.opening_facts(uow, consent_id, caller.account_id, caller.session_id)
        work = Work(runtime, uow, runtime.instant(mark), actor_from(runtime, caller, who), mark.epoch)
        prepared = prepare(work, found, VIEW_OPENED)
        if prepared.seals is not None:
            _alert(work, prepared, prepared.seals)
        position = journal.write_decision(work, prepared.entry, prepared.seals, prepared.asked)
    return prepared.view if isinstance(prepared.view, Refused) else replace(prepared.view, log_entry=position)


def _alert(work: Work, prepared: Prepared, seals: PassportSeals) -> None:
    """Alert the custodian to what a view leaves out, and by whom it was about to be read."""
    if prepared.stopped:
        custodian_id = passports.custodian_of(work.uow, seals.passport_id)
        raise_stopped(work, Subject(seals, custodian_id), prepared.stopped, AlertDetails(prepared.entry.actor))
