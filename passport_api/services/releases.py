"""Preparing a release: deciding about it, opening what it shows, and making the entry that says so."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from passport_api.domain.access import Reading, capacity_of, decide_release
from passport_api.domain.access_log import Entry, Outcome, said_of_stopped, seen
from passport_api.domain.consents import ConsentFacts, Terms, standing_of
from passport_api.domain.decisions import Refused
from passport_api.domain.ids import ConsentId, EntryId
from passport_api.domain.statements import Statement
from passport_api.domain.views import Changes, changes_since
from passport_api.services.journal import Asked
from passport_api.services.layouts import Layout, lay_out, sections_of
from passport_api.services.runtime import Work
from passport_api.services.screening import Screen
from passport_api.services.vault import PassportSeals
from passport_api.store import statements
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
    layout: Layout
    changes: Changes
    log_entry: int
    today: date


@dataclass(frozen=True, slots=True)
class Prepared:
    """A decision with its entry, and the view when it was granted, ready to be recorded."""

    entry: Entry
    seals: PassportSeals | None
    asked: Asked
    view: View | Refused

    @property
    def stopped(self) -> tuple[Statement, ...]:
        """The statements that the view leaves out because of the protected list."""
        return () if isinstance(self.view, Refused) else self.view.layout.stopped


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


def prepare(work: Work, found: ReleaseFacts | None, action: str) -> Prepared:
    """Decide whether the actor sees a view, open it if so, and make the entry that is to record either.

    Args:
        work: the transaction.
        found: the consent and its passport; None when there is no such thing.
        action: what the entry says is done.

    Raises:
        KeyStoreError: what the actor may see does not open.
    """
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


def _prepared_refusal(work: Work, unsealed: _Unsealed | None, action: str, refusal: Refused) -> Prepared:
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
    return Prepared(entry, None if unsealed is None else unsealed.seals, asked, refusal)


def _prepared_view(work: Work, unsealed: _Unsealed, reading: Reading, action: str) -> Prepared:
    seals, terms = unsealed.seals, unsealed.terms
    standing = statements.standing(work.uow, seals.passport_id, unsealed.found.opened_before)
    child = seals.open_child(unsealed.found.sealed_child)
    screen = Screen(work.runtime.screening, seals, unsealed.found.protected, child)
    layout = lay_out(screen, standing, terms.scope, reading.ceiling, work.actor.account_id)
    sections = layout.sections
    before = sections_of(seals, standing.ended, terms.scope, reading.ceiling) if standing.ended else ()
    unseen = screen.verdict(before, {}).stopped if before else frozenset()
    changes = changes_since(unsealed.found.opened_before, sections, standing.written, before, unseen)
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
        detail=said_of_stopped(layout.stopped),
    )
    view = View(
        consent_id=unsealed.found.consent.consent_id,
        purpose=terms.purpose.value,
        child_name=child.name,
        known_as=child.known_as,
        role=reading.capacity.role,
        valid_until=terms.valid_until,
        layout=layout,
        changes=changes,
        log_entry=0,
        today=work.at.date(),
    )
    return Prepared(entry, seals, _asked(work, unsealed), view)
