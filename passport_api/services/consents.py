"""Consents: previewed, given, agreed to by a second parent, revoked, replaced; never edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from passport_api.domain.access import Use
from passport_api.domain.access_log import said_of_stopped, seen
from passport_api.domain.consents import (
    ConsentFacts,
    ConsentStatus,
    Destination,
    Scope,
    Standing,
    Terms,
    approvals_needed,
    can_still_end,
    check_terms,
    standing_of,
    status_of,
)
from passport_api.domain.decisions import Refused
from passport_api.domain.endings import Ending, EndingKind
from passport_api.domain.errors import Clash, Conflict, InvalidField
from passport_api.domain.ids import ConsentId, PassportId
from passport_api.domain.outbox import Kind
from passport_api.domain.roles import Role, ceiling_of
from passport_api.domain.transitions import OPEN, TransitionState
from passport_api.services import outbox
from passport_api.services import transitions as moves
from passport_api.services.admission import Admitted, admit, note
from passport_api.services.alerts import details_of, raise_stopped, subject_of
from passport_api.services.layouts import Layout, lay_out
from passport_api.services.protected_lists import screen_of
from passport_api.services.runtime import Work
from passport_api.store import consents, organisations, statements, transitions
from passport_api.store.consents import AlreadyApproved, ConsentRecord


@dataclass(frozen=True, slots=True)
class Consent:
    """A consent as those responsible for the child see it."""

    consent_id: ConsentId
    passport_id: PassportId
    terms: Terms
    status: ConsentStatus
    standing: Standing
    approvals: int
    approvals_needed: int
    proposed_at: datetime


@dataclass(frozen=True, slots=True)
class Preview:
    """Exactly what a reader with a role would see."""

    role: Role
    child_name: str
    known_as: str | None
    layout: Layout


def preview(work: Work, passport_id: PassportId, scope: Scope, role: Role) -> Preview | Refused:
    """Show a parent what a scope would show to a role, before they consent; logged.

    Raises:
        InvalidField: the role never sees content, or the scope is empty.
    """
    admitted = admit(work, Use.PREVIEW_CONSENT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    if not scope:
        raise InvalidField("/scope", "Choose at least one section to share.")
    return _preview(work, admitted, scope, role, "/role")


def preview_consent(work: Work, consent_id: ConsentId, role: Role) -> Preview | Refused:
    """Show a parent what a consent shows, or will show, to a role; logged.

    Raises:
        InvalidField: the role never sees content.
    """
    found = _find(work, Use.PREVIEW_CONSENT, consent_id)
    if isinstance(found, Refused):
        return found
    admitted, record = found
    terms = admitted.seals.open_terms(consent_id, record.sealed_terms)
    return _preview(work, admitted, terms.scope, role, "query:role", consent_id)


def give(work: Work, passport_id: PassportId, terms: Terms) -> Consent | Refused:
    """Consent, as a parent. It takes effect at once, or waits for the second parent where both must agree.

    Raises:
        InvalidField: the terms break a rule.
    """
    admitted = admit(work, Use.GIVE_CONSENT, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    if organisations.find(work.uow, terms.recipient_id) is None:
        raise InvalidField("/recipient_id", "There is no such organisation.")
    check_terms(terms, _destination(work, passport_id, terms), work.at)
    record = _record(work, admitted, terms)
    consents.add(work.uow, record)
    consents.approve(work.uow, record.facts.consent_id, work.actor.account_id, work.at)
    return _agreed(work, admitted, record.facts.consent_id)


def approve(work: Work, consent_id: ConsentId) -> Consent | Refused:
    """Agree, as the second parent, to a consent that waits.

    Raises:
        Conflict: this parent has agreed already, or the consent has ended.
    """
    found = _find(work, Use.APPROVE_CONSENT, consent_id)
    if isinstance(found, Refused):
        return found
    admitted, record = found
    if not can_still_end(record.facts, work.at):
        raise Conflict(Clash.CONSENT_ENDED)
    try:
        consents.approve(work.uow, consent_id, work.actor.account_id, work.at)
    except AlreadyApproved as error:
        raise Conflict(Clash.ALREADY_APPROVED) from error
    return _agreed(work, admitted, consent_id)


def revoke(work: Work, consent_id: ConsentId) -> Consent | Refused:
    """Withdraw a consent. From the moment this is answered no request opens its view.

    Raises:
        Conflict: it had ended already.
    """
    found = _find(work, Use.REVOKE_CONSENT, consent_id)
    if isinstance(found, Refused):
        return found
    admitted, record = found
    if not can_still_end(record.facts, work.at):
        raise Conflict(Clash.CONSENT_ENDED)
    consents.revoke(work.uow, consent_id, work.actor.account_id, work.at)
    return _noted(work, admitted, consent_id, endings=(Ending(EndingKind.CONSENT_REVOKED, consent_id, work.at),))


def read(work: Work, consent_id: ConsentId) -> Consent | Refused:
    """Read a consent; logged."""
    found = _find(work, Use.READ_CONSENTS, consent_id)
    if isinstance(found, Refused):
        return found
    return _noted(work, found[0], consent_id)


def list_of_passport(
    work: Work, passport_id: PassportId, after: ConsentId | None, limit: int
) -> list[Consent] | Refused:
    """A passport's consents, newest first; logged."""
    admitted = admit(work, Use.READ_CONSENTS, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    note(work, admitted)
    return [_shown(work, admitted, row) for row in consents.of_passport(work.uow, passport_id, after, limit)]


def _preview(
    work: Work, admitted: Admitted, scope: Scope, role: Role, field: str, consent_id: ConsentId | None = None
) -> Preview:
    ceiling = ceiling_of(role)
    if ceiling is None:
        raise InvalidField(field, "This role never sees content.")
    screen = screen_of(work, admitted.seals, admitted.record.sealed_child)
    layout = lay_out(screen, statements.standing(work.uow, admitted.record.passport_id), scope, ceiling)
    raise_stopped(work, subject_of(admitted), layout.stopped, details_of(work, admitted))
    note(
        work,
        admitted,
        sections=tuple(shown.section for shown in layout.sections),
        statements=seen(layout.sections),
        consent_id=consent_id,
        detail=said_of_stopped(layout.stopped),
    )
    return Preview(role, screen.child.name, screen.child.known_as, layout)


def _destination(work: Work, passport_id: PassportId, terms: Terms) -> Destination | None:
    move = None if terms.transition_id is None else transitions.find(work.uow, terms.transition_id)
    if move is None or move.passport_id != passport_id:
        return None
    return Destination(move.transition_id, move.move.recipients(), move.state in OPEN)


def _record(work: Work, admitted: Admitted, terms: Terms) -> ConsentRecord:
    needed = approvals_needed(requires_both_parents=admitted.record.requires_both_parents)
    settled = Terms(
        terms.recipient_id,
        terms.transition_id,
        terms.purpose,
        terms.scope,
        terms.valid_from,
        terms.valid_until,
        terms.child_view,
        needed,
    )
    consent_id = ConsentId(work.runtime.new_id())
    facts = ConsentFacts(
        consent_id=consent_id,
        passport_id=admitted.record.passport_id,
        recipient_id=terms.recipient_id,
        valid_from=terms.valid_from,
        valid_until=terms.valid_until,
        approvals=0,
        approvals_needed=needed,
    )
    return ConsentRecord(
        facts=facts,
        purpose=terms.purpose.value,
        transition_id=terms.transition_id,
        sealed_terms=admitted.seals.seal_terms(consent_id, settled),
        proposed_by=work.actor.account_id,
        proposed_at=work.at,
    )


def _agreed(work: Work, admitted: Admitted, consent_id: ConsentId) -> Consent:
    """What follows from an agreement: once all have agreed, older consents give way, the move is released.

    And the recipient is told, as soon as the view is open.
    """
    record = consents.find(work.uow, consent_id)
    endings: list[Ending] = []
    if record is not None and record.facts.agreed:
        at = max(work.at, record.facts.valid_from)
        replaced = consents.supersede_others(work.uow, record, at)
        endings = [Ending(EndingKind.CONSENT_SUPERSEDED, each, at) for each in replaced]
        moves.advance(work, record.transition_id, TransitionState.RELEASED)
        if record.facts.approvals == record.facts.approvals_needed:  # an agreement beyond those needed is no news
            outbox.notify_organisation(work, Kind.VIEW_AVAILABLE, record.facts.recipient_id, consent_id, at)
    detail = f"supersedes {', '.join(str(each.subject_id) for each in endings)}" if endings else None
    return _noted(work, admitted, consent_id, detail, endings)


def _find(work: Work, use: Use, consent_id: ConsentId) -> tuple[Admitted, ConsentRecord] | Refused:
    found = consents.find(work.uow, consent_id)
    admitted = admit(work, use, None if found is None else found.facts.passport_id, consent_id)
    if isinstance(admitted, Refused):
        return admitted
    # Read again now that the passport is held: the other parent may have acted between.
    held = consents.find(work.uow, consent_id)
    if held is None:
        raise AssertionError("a passport was admitted without the consent that led to it")
    return admitted, held


def _noted(
    work: Work,
    admitted: Admitted,
    consent_id: ConsentId,
    detail: str | None = None,
    endings: Sequence[Ending] = (),
) -> Consent:
    record = consents.find(work.uow, consent_id)
    if record is None:
        raise AssertionError("a consent vanished within its transaction")
    shown = _shown(work, admitted, record)
    note(
        work,
        admitted,
        sections=tuple(shown.terms.scope),
        consent_id=consent_id,
        purpose=shown.terms.purpose.value,
        detail=detail,
        endings=endings,
    )
    return shown


def _shown(work: Work, admitted: Admitted, record: ConsentRecord) -> Consent:
    facts = record.facts
    return Consent(
        consent_id=facts.consent_id,
        passport_id=facts.passport_id,
        terms=admitted.seals.open_terms(facts.consent_id, record.sealed_terms),
        status=status_of(facts, work.at),
        standing=standing_of(facts, work.at),
        approvals=facts.approvals,
        approvals_needed=facts.approvals_needed,
        proposed_at=record.proposed_at,
    )
