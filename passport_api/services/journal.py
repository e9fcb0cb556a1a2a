"""Writing to the access log from a use case, in its own transaction."""

from collections.abc import Sequence
from dataclasses import dataclass

from passport_api.domain.access_log import Decision, Entry, Leaf, Outcome
from passport_api.domain.consents import Standing
from passport_api.domain.decisions import Basis, consensus_on
from passport_api.domain.endings import Ending
from passport_api.domain.ids import EntryId, OrganisationId, PassportId
from passport_api.domain.people import Capacity
from passport_api.services.runtime import Step, Work
from passport_api.services.vault import PassportSeals
from passport_api.store import decisions, log
from passport_api.store import endings as kept


@dataclass(frozen=True, slots=True)
class Asked:
    """What a decision was about: whom the consent names and where it stands; nothing when no consent is involved."""

    recipient_id: OrganisationId | None = None
    standing: Standing | None = None


class Overtaken(Exception):
    """Access changed between deciding and logging: nothing was done, and the use case begins anew."""


def entry_of(work: Work, action: str, capacity: Capacity, passport_id: PassportId | None = None) -> Entry:
    """An entry of what a signed-in person was allowed to do: about a passport, or about none."""
    return Entry(
        entry_id=EntryId(work.runtime.new_id()),
        at=work.at,
        action=action,
        outcome=Outcome.ALLOWED,
        actor=capacity,
        account_id=work.actor.account_id,
        passport_id=passport_id,
    )


def write(step: Step, entry: Entry, seals: PassportSeals | None, endings: Sequence[Ending] = ()) -> int:
    """Append an entry, sealed under its passport's key or the service's; gives its place in the log.

    Args:
        step: the transaction.
        entry: what happened.
        seals: the passport's; None for an entry about no passport.
        endings: what it ended for good: anchored outside the database before the request is answered.

    Raises:
        Overtaken: somebody's access changed since this transaction began to read.
    """
    return write_all(step, [(entry, seals)], endings)


def write_all(step: Step, entries: Sequence[tuple[Entry, PassportSeals | None]], endings: Sequence[Ending] = ()) -> int:
    """Append entries; gives the place of the first, where what they ended is kept too.

    Call it last and once: the log is held from here until the transaction ends.

    Raises:
        Overtaken: somebody's access changed since this transaction began to read.
        LogDiverged: the log is shorter than it was.
    """
    leaves = [seal(step, entry, seals) for entry, seals in entries]
    head = log.take_turn(step.uow)
    step.runtime.anchoring.entered(head)
    if not step.expects(head.epoch):
        raise Overtaken
    log.append(step.uow, head, leaves, at=step.at, new_epoch=any(entry.may_take_access_away for entry, _ in entries))
    kept.add(step.uow, head.size, endings)
    return head.size


def write_decision(step: Step, entry: Entry, seals: PassportSeals | None, asked: Asked) -> int:
    """Append an entry that is a release or a refusal, with its row in the decision register."""
    position = write(step, entry, seals)
    decisions.add(step.uow, [(position, decision_of(entry, asked))])
    return position


def seal(step: Step, entry: Entry, seals: PassportSeals | None) -> Leaf:
    """Seal an entry under its passport's key, or under the service's when it is about none."""
    return step.runtime.vault.seal_entry(entry) if seals is None else seals.seal_entry(entry)


def decision_of(entry: Entry, asked: Asked) -> Decision:
    """The register's row for an entry: basis and agreement stand apart from each other."""
    consensus = consensus_on(entry.reason, asked.standing)
    return Decision(
        entry_id=entry.entry_id,
        at=entry.at,
        action=entry.action,
        outcome=entry.outcome,
        reason=entry.reason,
        basis=Basis.CONSENT,
        agreement=consensus.agreement,
        agreement_note=consensus.note,
        passport_id=entry.passport_id,
        consent_id=entry.consent_id,
        recipient_id=asked.recipient_id,
        purpose=entry.purpose,
        decided_by=entry.account_id,
    )
