"""Consent: a scope for one recipient, one purpose and a period; given, awaited, ended, never edited."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from passport_api.domain.errors import InvalidField
from passport_api.domain.ids import ConsentId, OrganisationId, PassportId, TransitionId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section

Scope = Mapping[Section, DetailLevel]
"""Section to the highest level that may be seen in it. A section that is not there is not shared."""


class Purpose(StrEnum):
    """What a release is for."""

    PHASE_TRANSFER = "phase_transfer"
    SCHOOL_MOVE = "school_move"
    AREA_MOVE = "area_move"
    MANAGED_MOVE = "managed_move"
    EHC_NEEDS_ASSESSMENT = "ehc_needs_assessment"
    ADOPTION_SUPPORT = "adoption_support"
    SAFEGUARDING = "safeguarding"


LONGEST = timedelta(days=100 * 365)
"""How far ahead a consent may end."""

MOVES = frozenset(
    {Purpose.PHASE_TRANSFER, Purpose.SCHOOL_MOVE, Purpose.AREA_MOVE, Purpose.MANAGED_MOVE},
)
"""The purposes that are a move, and so need the transition that they serve."""


class ConsentStatus(StrEnum):
    """What the API says of a consent."""

    PENDING = "pending"
    ACTIVE = "active"
    REVOKED = "revoked"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class Standing(StrEnum):
    """Where a consent stands, finer than its status: what a refusal's reason is read from."""

    IN_FORCE = "in_force"
    AWAITING_PARENT = "awaiting_parent"
    NOT_STARTED = "not_started"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    EXPIRED = "expired"
    TRANSITION_CANCELLED = "transition_cancelled"


STATUS_OF: dict[Standing, ConsentStatus] = {
    Standing.IN_FORCE: ConsentStatus.ACTIVE,
    Standing.AWAITING_PARENT: ConsentStatus.PENDING,
    Standing.NOT_STARTED: ConsentStatus.PENDING,
    Standing.REVOKED: ConsentStatus.REVOKED,
    Standing.SUPERSEDED: ConsentStatus.SUPERSEDED,
    Standing.EXPIRED: ConsentStatus.EXPIRED,
    Standing.TRANSITION_CANCELLED: ConsentStatus.REVOKED,
}


@dataclass(frozen=True, slots=True)
class ChildView:
    """Whether the child was asked about the sharing, and what they said, in their words."""

    asked: bool
    words: str | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """What a consent allows. Sealed with the passport's key, so that nobody widens it in the database."""

    recipient_id: OrganisationId
    transition_id: TransitionId | None
    purpose: Purpose
    scope: Scope
    valid_from: datetime
    valid_until: datetime
    child_view: ChildView
    approvals_needed: int = 1


@dataclass(frozen=True, slots=True)
class ConsentFacts:
    """What decides about a consent at any moment."""

    consent_id: ConsentId
    passport_id: PassportId
    recipient_id: OrganisationId
    valid_from: datetime
    valid_until: datetime
    approvals: int
    approvals_needed: int
    revoked_at: datetime | None = None
    superseded_at: datetime | None = None
    transition_cancelled: bool = False

    @property
    def agreed(self) -> bool:
        """Whether every parent whose agreement is needed has given it."""
        return self.approvals >= self.approvals_needed


def standing_of(consent: ConsentFacts, at: datetime) -> Standing:
    """Where a consent stands at an instant. It is in force from `valid_from` and until before `valid_until`."""
    replaced_at = consent.superseded_at
    replaced = replaced_at is not None and at >= replaced_at and replaced_at < consent.valid_until
    weighed = (
        (consent.revoked_at is not None, Standing.REVOKED),
        (replaced, Standing.SUPERSEDED),
        (at >= consent.valid_until, Standing.EXPIRED),
        (consent.transition_cancelled, Standing.TRANSITION_CANCELLED),
        (not consent.agreed, Standing.AWAITING_PARENT),
        (at < consent.valid_from, Standing.NOT_STARTED),
    )
    return next((standing for holds, standing in weighed if holds), Standing.IN_FORCE)


def status_of(consent: ConsentFacts, at: datetime) -> ConsentStatus:
    """The status that the API shows at an instant."""
    return STATUS_OF[standing_of(consent, at)]


def can_still_end(consent: ConsentFacts, at: datetime) -> bool:
    """Whether revoking would change anything: it is in force, or could still come into force."""
    return standing_of(consent, at) in {Standing.IN_FORCE, Standing.AWAITING_PARENT, Standing.NOT_STARTED}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a transition leads: the organisations that a consent for it may name."""

    transition_id: TransitionId
    recipients: frozenset[OrganisationId]
    open: bool


def check_terms(terms: Terms, destination: Destination | None, at: datetime) -> None:
    """Hold a proposed consent against the rules.

    Args:
        terms: what the parent proposes.
        destination: the transition it names, or None when it names none (or none of this passport's).
        at: now.

    Raises:
        InvalidField: naming the first field that breaks a rule.
    """
    if not terms.scope:
        raise InvalidField("/scope", "Choose at least one section to share.")
    if terms.child_view.words is not None and not terms.child_view.asked:
        raise InvalidField("/child_view/words", "The child's words need child_view.asked to be true.")
    _check_period(terms, at)
    _check_destination(terms, destination)


def _check_period(terms: Terms, at: datetime) -> None:
    if terms.valid_until <= terms.valid_from:
        raise InvalidField("/valid_until", "Must be later than valid_from.")
    if terms.valid_until <= at:
        raise InvalidField("/valid_until", "Must be in the future.")
    if terms.valid_until > at + LONGEST:
        raise InvalidField("/valid_until", "Must be within a lifetime.")


def _check_destination(terms: Terms, destination: Destination | None) -> None:
    if terms.transition_id is None:
        if terms.purpose in MOVES:
            raise InvalidField("/transition_id", "This purpose is a move: name the transition it serves.")
        return
    if destination is None or not destination.open:
        raise InvalidField("/transition_id", "Must be an open transition of this passport.")
    if terms.recipient_id not in destination.recipients:
        raise InvalidField("/recipient_id", "Must be where the transition leads.")


def approvals_needed(*, requires_both_parents: bool) -> int:
    """How many parents must agree before a consent takes effect."""
    return 2 if requires_both_parents else 1
