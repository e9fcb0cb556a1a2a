"""A decision is a value: Granted, or Refused with a reason that the log keeps and the answer does not show."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from passport_api.domain.consents import Standing

T_co = TypeVar("T_co", covariant=True)


class Reason(StrEnum):
    """Why access was refused. Kept in the access log and the decision register, never in an answer."""

    NO_SUCH_THING = "no_such_thing"
    NO_RELATION = "no_relation"
    NO_LONGER_A_PARENT = "no_longer_a_parent"
    ROLE_MAY_NOT = "role_may_not"
    NOT_THE_RECIPIENT = "not_the_recipient"
    LEFT_THE_ORGANISATION = "left_the_organisation"
    ROLE_LOST = "role_lost"
    ROLE_SEES_NO_CONTENT = "role_sees_no_content"
    CONSENT_PENDING = "consent_pending"
    CONSENT_NOT_STARTED = "consent_not_started"
    CONSENT_REVOKED = "consent_revoked"
    CONSENT_SUPERSEDED = "consent_superseded"
    CONSENT_EXPIRED = "consent_expired"
    TRANSITION_CANCELLED = "transition_cancelled"
    SAME_PERSON = "same_person"


@dataclass(frozen=True, slots=True)
class Granted(Generic[T_co]):
    """Access is given, with what follows from it (a relation, a ceiling)."""

    value: T_co


@dataclass(frozen=True, slots=True)
class Refused:
    """Access is refused. The caller learns only that nothing was found."""

    reason: Reason


class Basis(StrEnum):
    """The lawful basis of a release (DESIGN section 2)."""

    CONSENT = "consent"
    SAFEGUARDING = "safeguarding"
    INFORMATION_SHARING_DUTY = "information_sharing_duty"
    SUBJECT_ACCESS = "subject_access"


class Agreement(StrEnum):
    """Whether the family agreed: recorded apart from the basis."""

    GIVEN = "given"
    NOT_SOUGHT = "not_sought"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Consensus:
    """Whether the family agreed to what was asked for, and the reason where it was not sought."""

    agreement: Agreement
    note: str | None = None


_NOBODY_ASKED = Consensus(Agreement.NOT_SOUGHT, "no consent names this reader")
_OVER = Consensus(Agreement.NOT_SOUGHT, "what the family agreed to has ended")
_WAITING = Consensus(Agreement.NOT_SOUGHT, "a consent exists but has not taken effect")

_BY_STANDING: dict[Standing, Consensus] = {
    Standing.IN_FORCE: Consensus(Agreement.GIVEN),
    Standing.AWAITING_PARENT: _WAITING,
    Standing.NOT_STARTED: _WAITING,
    Standing.REVOKED: Consensus(Agreement.REFUSED, "the family withdrew its consent"),
    Standing.SUPERSEDED: _OVER,
    Standing.EXPIRED: _OVER,
    Standing.TRANSITION_CANCELLED: _OVER,
}


def consensus_on(reason: Reason | None, standing: Standing | None) -> Consensus:
    """What the register says of the family's agreement: as the consent stands, whatever else was in the way.

    Args:
        reason: why access was refused; None for a release.
        standing: where the consent that was asked for stands; None when no consent is involved.
    """
    if standing is None or reason is Reason.NOT_THE_RECIPIENT:
        return _NOBODY_ASKED
    return _BY_STANDING[standing]
