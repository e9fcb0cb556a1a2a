"""Views: the inbox, opening, acknowledging. Nothing leaves before its entry in the log is durable.

Opening reads and decides without holding anything, then records the decision in a shared transaction that holds the
log (see recording). Should anything on which the decision rests have changed between, it is made again while the log
is held, so that no release ever stands in the log after the revocation that forbids it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from passport_api.domain.access import Reading, capacity_of, decide_release
from passport_api.domain.access_log import VIEW_ACKNOWLEDGED, VIEW_OPENED, Entry, Outcome, seen
from passport_api.domain.consents import ConsentFacts, Terms, standing_of
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import ConsentId, EntryId, OrganisationId
from passport_api.domain.roles import ceiling_of
from passport_api.domain.views import Changes, SectionView, changes_since, view_of
from passport_api.services import journal
from passport_api.services import transitions as moves
from passport_api.services.execution import actor_of
from passport_api.services.journal import Asked
from passport_api.services.runtime import Caller, Runtime, Work
from passport_api.services.vault import PassportSeals
from passport_api.store import consents, log, passports, statements, transitions, views
from passport_api.store.statements import SealedStatement
from passport_api.store.views import ReleaseFacts
from passport_keys.errors import KeyStoreError


@dataclass(frozen=True, slots=True)
class View:
    """What a reader sees."""

    consent_id: ConsentId
    purpose: str
    child_name: str
    known_as: str | None
    role: str
    valid_until: datetime
    sections: tuple[SectionView, ...]
    changes: Changes
    log_entry: int
    today: date


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
class _Prepared:
    """A decision with its entry, and the view when it was granted, ready to be recorded."""

    entry: Entry
    seals: PassportSeals | None
    asked: Asked
    view: View | Refused


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
        mark, found = views.release_facts(uow, consent_id, caller.account_id)
        work = Work(runtime, uow, runtime.instant(mark), actor_of(runtime, uow, caller), mark.epoch)
        prepared = _prepare(work, found, VIEW_OPENED)
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
    prepared = _prepare(work, found, VIEW_ACKNOWLEDGED)
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


def _open_while_holding_the_log(runtime: Runtime, caller: Caller, consent_id: ConsentId) -> View | Refused:
    with runtime.database.writing() as uow:
        log.take_turn(uow)
        mark, found = views.release_facts(uow, consent_id, caller.account_id)
        work = Work(runtime, uow, runtime.instant(mark), actor_of(runtime, uow, caller), mark.epoch)
        prepared = _prepare(work, found, VIEW_OPENED)
        position = journal.write_decision(work, prepared.entry, prepared.seals, prepared.asked)
    return prepared.view if isinstance(prepared.view, Refused) else replace(prepared.view, log_entry=position)


@dataclass(frozen=True, slots=True)
class _Unsealed:
    """A consent and its passport, opened: what is sealed decides, not the plain columns beside it."""

    found: ReleaseFacts
    seals: PassportSeals
    terms: Terms

    def facts(self) -> ConsentFacts:
        """The facts with what was sealed in place of the columns: widening those in the database gains nothing."""
        return replace(
            self.found.consent,
            recipient_id=self.terms.recipient_id,
            valid_from=self.terms.valid_from,
            valid_until=self.terms.valid_until,
            approvals_needed=self.terms.approvals_needed,
        )


def _prepare(work: Work, found: ReleaseFacts | None, action: str) -> _Prepared:
    unsealed = None if found is None else _unseal_for(work, found)
    facts = None if unsealed is None else unsealed.facts()
    decision = decide_release(work.actor, facts, work.at)
    if isinstance(decision, Refused):
        return _prepared_refusal(work, unsealed, action, decision)
    if unsealed is None:
        raise AssertionError("granted without a consent")
    return _prepared_view(work, unsealed, decision.value, action)


def _unseal_for(work: Work, found: ReleaseFacts) -> _Unsealed | None:
    """Open a consent; what does not open is as if it were not there for whoever may not see it anyway.

    Raises:
        KeyStoreError: it does not open, and by the plain columns this reader would be let in.
    """
    try:
        return _unseal(work, found)
    except KeyStoreError:
        if isinstance(decide_release(work.actor, found.consent, work.at), Refused):
            return None
        raise


def _unseal(work: Work, found: ReleaseFacts) -> _Unsealed:
    seals = work.runtime.vault.passport(found.consent.passport_id, found.wrapping_key_id, found.wrapped_key)
    return _Unsealed(found, seals, seals.open_terms(found.consent.consent_id, found.sealed_terms))


def _asked(work: Work, unsealed: _Unsealed) -> Asked:
    return Asked(unsealed.terms.recipient_id, standing_of(unsealed.facts(), work.at))


def _prepared_refusal(work: Work, unsealed: _Unsealed | None, action: str, refusal: Refused) -> _Prepared:
    asked = Asked() if unsealed is None else _asked(work, unsealed)
    entry = Entry(
        entry_id=EntryId(work.runtime.new_id()),
        at=work.at,
        action=action,
        outcome=Outcome.DENIED,
        actor=capacity_of(work.actor, asked.recipient_id, None),
        account_id=work.actor.account_id,
        passport_id=None if unsealed is None else unsealed.seals.passport_id,
        reason=refusal.reason,
        purpose=None if unsealed is None else unsealed.terms.purpose.value,
        consent_id=None if unsealed is None else unsealed.found.consent.consent_id,
    )
    return _Prepared(entry, None if unsealed is None else unsealed.seals, asked, refusal)


def _prepared_view(work: Work, unsealed: _Unsealed, reading: Reading, action: str) -> _Prepared:
    seals, terms = unsealed.seals, unsealed.terms
    standing = statements.standing(work.uow, seals.passport_id, unsealed.found.opened_before)
    sections = _laid_out(unsealed, standing.statements, reading)
    changes = changes_since(
        unsealed.found.opened_before, sections, standing.written, _laid_out(unsealed, standing.ended, reading)
    )
    child = seals.open_child(unsealed.found.sealed_child)
    entry = Entry(
        entry_id=EntryId(work.runtime.new_id()),
        at=work.at,
        action=action,
        outcome=Outcome.ALLOWED,
        actor=reading.capacity,
        account_id=work.actor.account_id,
        passport_id=seals.passport_id,
        purpose=terms.purpose.value,
        consent_id=unsealed.found.consent.consent_id,
        sections=tuple(shown.section for shown in sections),
        statements=seen(sections),
    )
    view = View(
        consent_id=unsealed.found.consent.consent_id,
        purpose=terms.purpose.value,
        child_name=child.name,
        known_as=child.known_as,
        role=reading.capacity.role,
        valid_until=terms.valid_until,
        sections=sections,
        changes=changes,
        log_entry=0,
        today=work.at.date(),
    )
    return _Prepared(entry, seals, _asked(work, unsealed), view)


def _laid_out(unsealed: _Unsealed, kept: Sequence[SealedStatement], reading: Reading) -> tuple[SectionView, ...]:
    opened = map(unsealed.seals.open_statement, kept)
    return view_of(opened, unsealed.terms.scope, reading.ceiling)
