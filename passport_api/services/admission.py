"""Letting somebody at a passport: load the facts, ask the domain, and log the refusal when there is one."""

from collections.abc import Sequence
from dataclasses import dataclass

from passport_api.domain.access import (
    Grounds,
    PassportFacts,
    Use,
    capacity_of,
    decide_in_organisation,
    decide_use,
)
from passport_api.domain.access_log import Entry, Outcome, StatementSeen
from passport_api.domain.decisions import Granted, Reason, Refused
from passport_api.domain.endings import Ending
from passport_api.domain.ids import ConsentId, EntryId, OrganisationId, PassportId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.sections import Section
from passport_api.services import journal
from passport_api.services.journal import Asked
from passport_api.services.runtime import Step, Work
from passport_api.services.vault import PassportSeals
from passport_api.store import passports
from passport_api.store.passports import ParentRow, PassportRecord
from passport_keys.errors import KeyStoreError


@dataclass(frozen=True, slots=True)
class Admitted:
    """A passport that the actor may use as asked, with the means to open it."""

    record: PassportRecord
    parents: tuple[ParentRow, ...]
    seals: PassportSeals
    use: Use
    grounds: Grounds

    def living_parents(self) -> tuple[ParentRow, ...]:
        """The parents whose relation has not ended."""
        return tuple(parent for parent in self.parents if not parent.ended)


def admit(
    work: Work, use: Use, passport_id: PassportId | None, consent_id: ConsentId | None = None
) -> Admitted | Refused:
    """Decide whether the actor may use a passport; a refusal is logged and registered.

    None stands for a passport that was not found; the same work is done for it, so that it takes as long.
    """
    wanted = passport_id if passport_id is not None else PassportId(work.runtime.new_id())
    record = passports.find(work.uow, wanted)
    parents = tuple(passports.parents_of(work.uow, wanted))
    facts = None if record is None else facts_of(record, parents)
    decision = decide_use(use, work.actor, facts)
    if isinstance(decision, Refused):
        return refuse(work, use, record, facts, decision, consent_id)
    if record is None:
        raise AssertionError("granted without a passport")
    return Admitted(record, parents, seals_of(work, record), use, decision.value)


def refuse(
    work: Work,
    use: Use,
    record: PassportRecord | None,
    facts: PassportFacts | None,
    refusal: Refused,
    consent_id: ConsentId | None = None,
) -> Refused:
    """Log and register a refusal; gives it back. Call it last.

    Args:
        work: the transaction.
        use: what was asked for.
        record: the passport; None when it was not found, and the entry is sealed as one about none.
        facts: what decided about it.
        refusal: what was decided.
        consent_id: the consent that was asked for, where it was one.
    """
    seals = None if record is None else seals_if_whole(work, record)
    entry = _refusal(work, use, facts if seals is not None else None, refusal.reason, consent_id)
    journal.write_decision(work, entry, seals, Asked())
    return refusal


def admit_to_organisation(
    work: Work, use: OrganisationUse, organisation_id: OrganisationId | None
) -> Granted[Capacity] | Refused:
    """Decide what the actor may do in an organisation; a refusal is logged and registered.

    None stands for an organisation that was not found.
    """
    decision = decide_in_organisation(use, work.actor, organisation_id)
    if isinstance(decision, Refused):
        entry = Entry(
            entry_id=EntryId(work.runtime.new_id()),
            at=work.at,
            action=use.value,
            outcome=Outcome.DENIED,
            actor=capacity_of(work.actor, organisation_id, None),
            account_id=work.actor.account_id,
            passport_id=None,
            reason=decision.reason,
        )
        journal.write_decision(work, entry, None, Asked())
    return decision


def note(  # noqa: PLR0913 - what an entry can say
    work: Work,
    admitted: Admitted,
    *,
    sections: tuple[Section, ...] = (),
    statements: tuple[StatementSeen, ...] = (),
    consent_id: ConsentId | None = None,
    purpose: str | None = None,
    subject: Capacity | None = None,
    detail: str | None = None,
    endings: Sequence[Ending] = (),
) -> int:
    """Log what an admitted actor did, and what that ended for good. Call it last."""
    entry = Entry(
        entry_id=EntryId(work.runtime.new_id()),
        at=work.at,
        action=admitted.use.value,
        outcome=Outcome.ALLOWED,
        actor=admitted.grounds.capacity,
        account_id=work.actor.account_id,
        passport_id=admitted.record.passport_id,
        purpose=purpose,
        consent_id=consent_id,
        sections=sections,
        statements=statements,
        subject=subject,
        detail=detail,
    )
    return journal.write(work, entry, admitted.seals, endings)


def seals_of(step: Step, record: PassportRecord) -> PassportSeals:
    """The means to open a passport's content."""
    return step.runtime.vault.passport(record.passport_id, record.wrapping_key_id, record.wrapped_key)


def seals_if_whole(work: Work, record: PassportRecord) -> PassportSeals | None:
    """The means to seal an entry; None when the key does not open: a stranger is refused alike, whatever is broken."""
    try:
        return seals_of(work, record)
    except KeyStoreError:
        return None


def facts_of(record: PassportRecord, parents: Sequence[ParentRow]) -> PassportFacts:
    """What decides about a passport, as it is kept."""
    return PassportFacts(
        passport_id=record.passport_id,
        custodian_id=record.custodian_id,
        parents=frozenset(parent.account_id for parent in parents if not parent.ended),
        former_parents=frozenset(parent.account_id for parent in parents if parent.ended),
    )


def _refusal(work: Work, use: Use, facts: PassportFacts | None, reason: Reason, consent_id: ConsentId | None) -> Entry:
    return Entry(
        entry_id=EntryId(work.runtime.new_id()),
        at=work.at,
        action=use.value,
        outcome=Outcome.DENIED,
        actor=capacity_of(work.actor, None if facts is None else facts.custodian_id, facts),
        account_id=work.actor.account_id,
        passport_id=None if facts is None else facts.passport_id,
        reason=reason,
        consent_id=consent_id if facts is not None else None,
    )
