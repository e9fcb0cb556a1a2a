"""Erasing a passport: a social worker of its custodian proposes it, a manager there confirms it, never one alone.

What is decided about a proposal rests on the proposal's own row, so that it can be accounted for when the passport is
gone. Of a passport that is there, every step is an entry under its own key, which the family reads in its access log.
The entry that records the erasure itself is sealed under the service's key, for the passport's is destroyed with it;
its leaf says of no passport that it is about it, as of every entry under that key. It has the erasure's own id: so
the custodian's people find it, and an erasure is carried out once.
"""

from dataclasses import dataclass, replace

from passport_api.domain.access import (
    Grounds,
    PassportFacts,
    Use,
    decide_confirmation,
    decide_use,
)
from passport_api.domain.access_log import Entry
from passport_api.domain.decisions import Granted, Refused
from passport_api.domain.endings import Ending, EndingKind
from passport_api.domain.erasures import ErasureFacts, ErasureStatus, Ground, erasure_status
from passport_api.domain.errors import Clash, Conflict
from passport_api.domain.ids import AccountId, EntryId, ErasureId, OrganisationId, PassportId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.roles import Role
from passport_api.services import journal
from passport_api.services.access_log import LoggedEntry
from passport_api.services.admission import admit, admit_to_organisation, facts_of, refuse, seals_of
from passport_api.services.anchoring import AnchorsAway, LogDiverged
from passport_api.services.execution import perform, perform_unattended
from passport_api.services.runtime import Caller, Runtime, Step, Work
from passport_api.services.vault import PassportSeals
from passport_api.store import erasures, idempotency, log, passports, wiping
from passport_api.store.erasures import ErasureRecord, SamePerson
from passport_api.store.passports import PassportRecord


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who proposed or confirmed something."""

    account_id: AccountId
    name: str


@dataclass(frozen=True, slots=True)
class Erasure:
    """A proposal to erase a passport, and what became of it. Says nothing of the child.

    Attributes:
        record: the entry that records that it was carried out, when it was and one alone was asked for.
    """

    facts: ErasureFacts
    status: ErasureStatus
    proposed_by: Somebody
    confirmed_by: Somebody | None
    record: LoggedEntry | None = None


@dataclass(frozen=True, slots=True)
class Carried:
    """An erasure that was carried out.

    Attributes:
        wiped: whether the deleted bytes are gone from the database's files as well (see store.wiping).
    """

    erasure: Erasure
    wiped: bool


@dataclass(frozen=True, slots=True)
class _Admitted:
    """A proposal that the actor may act on; the passport is None once it is erased."""

    proposal: ErasureRecord
    passport: PassportRecord | None
    grounds: Grounds


def propose(work: Work, passport_id: PassportId, ground: Ground) -> Erasure | Refused:
    """Propose to erase a passport.

    Raises:
        Conflict: there is an open proposal already.
    """
    admitted = admit(work, Use.PROPOSE_ERASURE, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    before = erasures.of_passport(work.uow, passport_id)
    if any(erasure_status(each.facts, work.at) is ErasureStatus.OPEN for each in before):
        raise Conflict(Clash.ERASURE_PROPOSED)
    facts = ErasureFacts(
        erasure_id=ErasureId(work.runtime.new_id()),
        passport_id=passport_id,
        custodian_id=admitted.record.custodian_id,
        ground=ground,
        proposed_by=work.actor.account_id,
        proposed_at=work.at,
    )
    erasures.add(work.uow, facts)
    _note(work, Use.PROPOSE_ERASURE, facts, admitted.grounds, admitted.seals)
    return _shown_again(work, facts.erasure_id)


def withdraw(work: Work, erasure_id: ErasureId) -> Erasure | Refused:
    """Take a proposal back while it is open.

    Raises:
        Conflict: it is not.
    """
    admitted = _admit(work, Use.WITHDRAW_ERASURE, erasure_id)
    if isinstance(admitted, Refused):
        return admitted
    facts = _open(work, admitted)
    erasures.withdraw(work.uow, erasure_id, work.at)
    _note(work, Use.WITHDRAW_ERASURE, facts, admitted.grounds, _seals(work, admitted))
    return _shown_again(work, erasure_id)


def confirm(runtime: Runtime, caller: Caller, erasure_id: ErasureId) -> Carried | Refused:
    """Confirm a proposal as a second person, and carry it out.

    From the moment this is answered nobody, in any process, opens anything of the passport: the wrapped key is gone,
    and this process forgets the key itself. What is done after the transaction is to leave no bytes behind.

    Raises:
        Conflict: the proposal is not open.
        NotSignedIn: the caller's session has ended.
        AnchorsAway: it is carried out, or nothing was done; what ended could not be kept outside the database.
        LogDiverged: likewise.
    """
    try:
        carried_out = perform(runtime, caller, lambda work: _carry_out(work, erasure_id))
    except (AnchorsAway, LogDiverged):  # it may have been carried out, and not be kept outside the database yet
        runtime.vault.forget_every()
        wiping.wipe(runtime.database)
        raise
    if isinstance(carried_out, Refused):
        return carried_out
    runtime.vault.forget(carried_out.facts.passport_id)
    return Carried(carried_out, wipe(runtime))


def wipe(runtime: Runtime, *, hurried: bool = True) -> bool:
    """Get what erasures deleted out of the database's files; gives whether that was done (see store.wiping)."""
    perform_unattended(runtime, _forget_every_answer)
    return wiping.wipe(runtime.database, hurried=hurried)


def rewrite(runtime: Runtime) -> bool:
    """Get what erasures deleted out of the database's files to the last byte, holding up whoever comes meanwhile."""
    perform_unattended(runtime, _forget_every_answer)
    return wiping.rewrite(runtime.database)


def read(work: Work, erasure_id: ErasureId) -> Erasure | Refused:
    """Read a proposal, with the entry that records the erasure once it was carried out; logged."""
    admitted = _admit(work, Use.READ_ERASURE, erasure_id)
    if isinstance(admitted, Refused):
        return admitted
    shown = replace(_shown(work, admitted.proposal), record=_record_of(work, erasure_id))
    _note(work, Use.READ_ERASURE, admitted.proposal.facts, admitted.grounds, _seals(work, admitted))
    return shown


def list_of_custodian(
    work: Work, organisation_id: OrganisationId, after: ErasureId | None, limit: int
) -> list[Erasure] | Refused:
    """A custodian's proposals, newest first, for its managers and social workers; logged."""
    decision = admit_to_organisation(work, OrganisationUse.LIST_ERASURES, organisation_id)
    if isinstance(decision, Refused):
        return decision
    found = [_shown(work, row) for row in erasures.of_custodian(work.uow, organisation_id, after, limit)]
    entry = _entry(work, EntryId(work.runtime.new_id()), OrganisationUse.LIST_ERASURES.value, decision.value)
    journal.write(work, entry, None)
    return found


def may_know_of_record(work: Work, entry_id: EntryId) -> bool:
    """Whether an entry records an erasure of which the actor may read."""
    found = erasures.find(work.uow, ErasureId(entry_id))
    return found is not None and isinstance(decide_use(Use.READ_ERASURE, work.actor, _facts(found, None)), Granted)


def _carry_out(work: Work, erasure_id: ErasureId) -> Erasure | Refused:
    admitted = _admit(work, Use.CONFIRM_ERASURE, erasure_id)
    if isinstance(admitted, Refused):
        return admitted
    facts = _open(work, admitted)
    try:
        erasures.confirm(work.uow, erasure_id, work.actor.account_id, work.at)
    except SamePerson as error:
        raise AssertionError("one person was let confirm their own proposal") from error
    log.take_turn(work.uow)  # an opening that raises an alert holds it: whatever it has raised goes too
    erasures.carry_out(work.uow, facts.passport_id, work.actor.account_id, work.at)
    idempotency.forget_every_answer(work.uow)  # they are sealed under the service's key, and some name the child
    proposer = _shown(work, admitted.proposal).proposed_by
    capacity = admitted.grounds.capacity
    entry = replace(
        _entry(work, EntryId(erasure_id), Use.CONFIRM_ERASURE.value, capacity),
        purpose=facts.ground.value,
        subject=Capacity(proposer.name, Role.SOCIAL_WORKER.value, capacity.organisation),
        detail=f"passport {facts.passport_id}",
    )
    journal.write(work, entry, None, (Ending(EndingKind.PASSPORT_ERASED, facts.passport_id, work.at),))
    return replace(_shown_again(work, erasure_id), record=_record_of(work, erasure_id))


def _forget_every_answer(step: Step) -> None:
    """Once more, now that nothing is held: within the erasure's own transaction some may have been passed over."""
    idempotency.forget_every_answer(step.uow)


def _admit(work: Work, use: Use, erasure_id: ErasureId) -> _Admitted | Refused:
    """Decide whether the actor may act on a proposal; a refusal is logged and registered.

    For a proposal that was not found the same work is done, so that it takes as long.
    """
    found = erasures.find(work.uow, erasure_id)
    passport_id = PassportId(work.runtime.new_id()) if found is None else found.facts.passport_id
    passport = passports.find(work.uow, passport_id)
    parents = passports.parents_of(work.uow, passport_id)
    facts = None if found is None else _facts(found, None if passport is None else facts_of(passport, parents))
    if use is Use.CONFIRM_ERASURE:
        decision = decide_confirmation(work.actor, facts, None if found is None else found.facts)
    else:
        decision = decide_use(use, work.actor, facts)
    if isinstance(decision, Refused):
        return refuse(work, use, passport, facts, decision)
    # Read again now that the passport is held: another manager may have acted between.
    held = erasures.find(work.uow, erasure_id)
    if held is None:
        raise AssertionError("granted without a proposal")
    return _Admitted(held, passport, decision.value)


def _facts(found: ErasureRecord, passport: PassportFacts | None) -> PassportFacts:
    """What decides about a proposal's passport, also when it has been erased: then it has no parents any more."""
    return passport or PassportFacts(found.facts.passport_id, found.facts.custodian_id, frozenset())


def _open(work: Work, admitted: _Admitted) -> ErasureFacts:
    facts = admitted.proposal.facts
    if erasure_status(facts, work.at) is not ErasureStatus.OPEN:
        raise Conflict(Clash.ERASURE_NOT_OPEN)
    return facts


def _seals(work: Work, admitted: _Admitted) -> PassportSeals | None:
    return None if admitted.passport is None else seals_of(work, admitted.passport)


def _shown_again(work: Work, erasure_id: ErasureId) -> Erasure:
    found = erasures.find(work.uow, erasure_id)
    if found is None:
        raise AssertionError("a proposal vanished within its transaction")
    return _shown(work, found)


def _shown(work: Work, found: ErasureRecord) -> Erasure:
    facts = found.facts
    proposed_by = _somebody(work, facts.proposed_by, found.sealed_proposer)
    confirmed_by = None
    if facts.confirmed_by is not None and found.sealed_confirmer is not None:
        confirmed_by = _somebody(work, facts.confirmed_by, found.sealed_confirmer)
    return Erasure(facts, erasure_status(facts, work.at), proposed_by, confirmed_by)


def _somebody(work: Work, account_id: AccountId, sealed_identity: bytes) -> Somebody:
    return Somebody(account_id, work.runtime.vault.open_person("accounts", account_id, sealed_identity)[0])


def _record_of(work: Work, erasure_id: ErasureId) -> LoggedEntry | None:
    kept = log.by_entry_id(work.uow, EntryId(erasure_id))
    return None if kept is None else LoggedEntry(kept.position, work.runtime.vault.open_entry(kept.leaf))


def _note(work: Work, use: Use, facts: ErasureFacts, grounds: Grounds, seals: PassportSeals | None) -> None:
    """Log a step: about the passport while there is one, else about none."""
    entry = _entry(work, EntryId(work.runtime.new_id()), use.value, grounds.capacity)
    about = None if seals is None else facts.passport_id
    journal.write(work, replace(entry, passport_id=about, purpose=facts.ground.value), seals)


def _entry(work: Work, entry_id: EntryId, action: str, capacity: Capacity) -> Entry:
    return replace(journal.entry_of(work, action, capacity), entry_id=entry_id)
