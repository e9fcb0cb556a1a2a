"""The one place that decides access. Pure and table-driven: facts in, Granted or Refused out.

Two questions are asked here. What may somebody do with a passport itself (`decide_use`; `decide_confirmation` where
it takes a second person), and may somebody open the view that a consent gives (`decide_release`)? Every refusal has a
reason for the log.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from passport_api.domain.consents import ConsentFacts, Standing, standing_of
from passport_api.domain.decisions import Granted, Reason, Refused
from passport_api.domain.erasures import ErasureFacts
from passport_api.domain.ids import AccountId, OrganisationId, PassportId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.organisation_uses import NEEDED_ROLES, OrganisationUse
from passport_api.domain.people import Actor, Capacity, Membership
from passport_api.domain.roles import Role, ceiling_of


class Relation(StrEnum):
    """How somebody stands to a passport."""

    PARENT = "parent"
    CUSTODIAN = "custodian"
    MANAGER = "manager"


class Use(StrEnum):
    """What can be done with a passport by those responsible for it. The value is the access log's action."""

    READ_PASSPORT = "passport.read"
    WRITE_STATEMENT = "statement.written"
    CORRECT_STATEMENT = "statement.corrected"
    READ_RECIPIENTS = "statement.recipients_read"
    CHALLENGE_STATEMENT = "statement.challenged"
    READ_CHALLENGES = "challenges.read"
    WITHHOLD_STATEMENT = "statement.withheld"
    SHOW_STATEMENT_AGAIN = "statement.shown_again"
    RESOLVE_CHALLENGE = "challenge.resolved"
    READ_PROTECTED_LIST = "protected_list.read"
    CHANGE_PROTECTED_LIST = "protected_list.changed"
    CHECK_PROTECTION = "protected_list.asked"
    READ_ALERT = "alert.read"
    SETTLE_ALERT = "alert.settled"
    CORRECT_FOUND = "statement.corrected_together"
    RECORD_TRANSITION = "transition.recorded"
    CHANGE_TRANSITION = "transition.changed"
    READ_TRANSITIONS = "transitions.read"
    INVITE_PARENT = "parent.invited"
    PREVIEW_CONSENT = "consent.previewed"
    GIVE_CONSENT = "consent.given"
    APPROVE_CONSENT = "consent.approved"
    REVOKE_CONSENT = "consent.revoked"
    READ_CONSENTS = "consents.read"
    READ_ACCESS_LOG = "access_log.read"
    READ_DECISIONS = "decisions.read"
    PROPOSE_ERASURE = "erasure.proposed"
    WITHDRAW_ERASURE = "erasure.withdrawn"
    CONFIRM_ERASURE = "passport.erased"
    READ_ERASURE = "erasure.read"


_BOTH = frozenset({Relation.PARENT, Relation.CUSTODIAN})
_PARENT = frozenset({Relation.PARENT})
_CUSTODIAN = frozenset({Relation.CUSTODIAN})
_MANAGER = frozenset({Relation.MANAGER})
_STAFF = _CUSTODIAN | _MANAGER

ALLOWED: dict[Use, frozenset[Relation]] = {
    Use.READ_PASSPORT: _BOTH,
    Use.WRITE_STATEMENT: _BOTH,
    Use.CORRECT_STATEMENT: _BOTH,
    Use.READ_RECIPIENTS: _BOTH,
    Use.CHALLENGE_STATEMENT: _BOTH,
    Use.READ_CHALLENGES: _BOTH,
    Use.WITHHOLD_STATEMENT: _BOTH,
    Use.SHOW_STATEMENT_AGAIN: _BOTH,
    Use.RESOLVE_CHALLENGE: _CUSTODIAN,
    Use.READ_PROTECTED_LIST: _BOTH,
    Use.CHANGE_PROTECTED_LIST: _BOTH,
    Use.CHECK_PROTECTION: _BOTH,
    Use.READ_ALERT: _CUSTODIAN,
    Use.SETTLE_ALERT: _CUSTODIAN,
    Use.CORRECT_FOUND: _CUSTODIAN,
    Use.RECORD_TRANSITION: _BOTH,
    Use.CHANGE_TRANSITION: _BOTH,
    Use.READ_TRANSITIONS: _BOTH,
    Use.INVITE_PARENT: _CUSTODIAN,
    Use.PREVIEW_CONSENT: _PARENT,
    Use.GIVE_CONSENT: _PARENT,
    Use.APPROVE_CONSENT: _PARENT,
    Use.REVOKE_CONSENT: _PARENT,
    Use.READ_CONSENTS: _BOTH,
    Use.READ_ACCESS_LOG: _BOTH,
    Use.READ_DECISIONS: _BOTH,
    Use.PROPOSE_ERASURE: _CUSTODIAN,
    Use.WITHDRAW_ERASURE: _STAFF,
    Use.CONFIRM_ERASURE: _MANAGER,
    Use.READ_ERASURE: _STAFF,
}
"""Who may do what. A use that is missing here is refused."""

RELATION_OF: dict[Role, Relation] = {Role.SOCIAL_WORKER: Relation.CUSTODIAN, Role.MANAGER: Relation.MANAGER}
"""How those who work for a passport's custodian stand to it, by the role they hold there; no other role counts."""


@dataclass(frozen=True, slots=True)
class PassportFacts:
    """What decides about a passport: who holds it, who its parents are and were."""

    passport_id: PassportId
    custodian_id: OrganisationId
    parents: frozenset[AccountId]
    former_parents: frozenset[AccountId] = frozenset()


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a use was granted: the relation, and the capacity the log records."""

    relation: Relation
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Reading:
    """Why a view was granted: the reader's role in the recipient organisation and its ceiling."""

    ceiling: DetailLevel
    capacity: Capacity


def decide_use(use: Use, actor: Actor, passport: PassportFacts | None) -> Granted[Grounds] | Refused:
    """Decide what an actor may do with a passport (None: there is no such passport)."""
    if passport is None:
        return Refused(Reason.NO_SUCH_THING)
    allowed = ALLOWED.get(use, frozenset())
    if actor.account_id in passport.parents and Relation.PARENT in allowed:
        return Granted(Grounds(Relation.PARENT, Capacity(actor.name, "parent")))
    staff = [held for held in actor.memberships if held.organisation_id == passport.custodian_id]
    related = [held for held in staff if held.role in RELATION_OF]
    fitting = [held for held in related if RELATION_OF[held.role] in allowed]
    for held in fitting:
        if not held.ended:
            capacity = Capacity(actor.name, held.role.value, held.organisation_name)
            return Granted(Grounds(RELATION_OF[held.role], capacity))
    return Refused(_why_not(actor, passport, staff, fitting or related))


def decide_confirmation(
    actor: Actor, passport: PassportFacts | None, erasure: ErasureFacts | None
) -> Granted[Grounds] | Refused:
    """Decide whether an actor may confirm a proposal to erase a passport: only a second person, whatever their roles.

    Args:
        actor: who would confirm it.
        passport: whose erasure is proposed.
        erasure: the proposal; None when there is no such thing.
    """
    decision = decide_use(Use.CONFIRM_ERASURE, actor, passport)
    if isinstance(decision, Granted) and erasure is not None and erasure.proposed_by == actor.account_id:
        return Refused(Reason.SAME_PERSON)
    return decision


def decide_in_organisation(
    use: OrganisationUse, actor: Actor, organisation_id: OrganisationId | None
) -> Granted[Capacity] | Refused:
    """Decide what an actor may do in an organisation (None: there is no such organisation)."""
    if organisation_id is None:
        return Refused(Reason.NO_SUCH_THING)
    here = [held for held in actor.memberships if held.organisation_id == organisation_id]
    fitting = [held for held in here if held.role in NEEDED_ROLES[use]]
    for held in fitting:
        if not held.ended:
            return Granted(Capacity(actor.name, held.role.value, held.organisation_name))
    if not here:
        return Refused(Reason.NO_RELATION)
    return Refused(_why_staff_may_not(here, fitting, Reason.ROLE_MAY_NOT))


def decide_release(actor: Actor, consent: ConsentFacts | None, at: datetime) -> Granted[Reading] | Refused:
    """Decide whether an actor may open the view that a consent gives, at an instant.

    A person with several roles in the recipient organisation reads with the highest ceiling among them.
    """
    if consent is None:
        return Refused(Reason.NO_SUCH_THING)
    here = [held for held in actor.memberships if held.organisation_id == consent.recipient_id]
    if not here:
        return Refused(Reason.NOT_THE_RECIPIENT)
    seeing = [held for held in here if ceiling_of(held.role) is not None]
    current = [held for held in seeing if not held.ended]
    if not current:
        return Refused(_why_staff_may_not(here, seeing, Reason.ROLE_SEES_NO_CONTENT))
    refusal = _STANDING_REFUSALS[standing_of(consent, at)]
    if refusal is not None:
        return Refused(refusal)
    return Granted(_reading(actor, current))


def decide_notice(actor: Actor, organisation_id: OrganisationId | None) -> Granted[Capacity] | Refused:
    """Decide whether an actor may answer a correction notice to an organisation (None: there is no such notice).

    Whoever may be shown content there may: also when no consent opens anything to them any more.
    """
    if organisation_id is None:
        return Refused(Reason.NO_SUCH_THING)
    here = [held for held in actor.memberships if held.organisation_id == organisation_id]
    if not here:
        return Refused(Reason.NOT_THE_RECIPIENT)
    seeing = [held for held in here if ceiling_of(held.role) is not None]
    for held in seeing:
        if not held.ended:
            return Granted(Capacity(actor.name, held.role.value, held.organisation_name))
    return Refused(_why_staff_may_not(here, seeing, Reason.ROLE_SEES_NO_CONTENT))


def capacity_of(actor: Actor, organisation_id: OrganisationId | None, passport: PassportFacts | None) -> Capacity:
    """How the log names somebody who was refused: by their relation to this child, else by a role they hold.

    Args:
        actor: who was refused.
        organisation_id: where a role would have mattered.
        passport: what was asked for, where a relation to it would have mattered.
    """
    if passport is not None and actor.account_id in passport.parents:
        return Capacity(actor.name, Relation.PARENT.value)
    if passport is not None and actor.account_id in passport.former_parents:
        return Capacity(actor.name, "former_parent")
    held = [*actor.active(), *actor.memberships]
    there = [membership for membership in held if membership.organisation_id == organisation_id]
    for membership in [*there, *held]:
        return Capacity(actor.name, membership.role.value, membership.organisation_name)
    return Capacity(actor.name, Relation.PARENT.value)  # who was never staff was invited as a parent, of another child


_STANDING_REFUSALS: dict[Standing, Reason | None] = {
    Standing.IN_FORCE: None,
    Standing.AWAITING_PARENT: Reason.CONSENT_PENDING,
    Standing.NOT_STARTED: Reason.CONSENT_NOT_STARTED,
    Standing.REVOKED: Reason.CONSENT_REVOKED,
    Standing.SUPERSEDED: Reason.CONSENT_SUPERSEDED,
    Standing.EXPIRED: Reason.CONSENT_EXPIRED,
    Standing.TRANSITION_CANCELLED: Reason.TRANSITION_CANCELLED,
}


def _reading(actor: Actor, current: list[Membership]) -> Reading:
    levels = {held: ceiling_of(held.role) or DetailLevel.EVERYDAY for held in current}
    best = max(current, key=lambda held: levels[held].rank)
    return Reading(levels[best], Capacity(actor.name, best.role.value, best.organisation_name))


def _why_not(actor: Actor, passport: PassportFacts, staff: list[Membership], suited: list[Membership]) -> Reason:
    if actor.account_id in passport.parents:
        return Reason.ROLE_MAY_NOT
    if actor.account_id in passport.former_parents:
        return Reason.NO_LONGER_A_PARENT
    if not staff:
        return Reason.NO_RELATION
    return _why_staff_may_not(staff, suited, Reason.ROLE_MAY_NOT)


def _why_staff_may_not(here: list[Membership], suited: list[Membership], otherwise: Reason) -> Reason:
    """Tell apart: left altogether, lost the fitting role but kept another, or the role never allowed it."""
    if all(held.ended for held in here):
        return Reason.LEFT_THE_ORGANISATION
    if suited and all(held.ended for held in suited):
        return Reason.ROLE_LOST
    return otherwise
