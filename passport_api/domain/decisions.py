"""A decision is a value: Granted, or Refused with a reason that the log keeps and the answer does not show."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

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
_WAITING = Consensus(Agreement.NOT_SOUGHT, "a consent exists but has not taken effect")
_STANDS = Consensus(Agreement.GIVEN, "the family agreed; the reader's own standing has changed")
_OVER = Consensus(Agreement.NOT_SOUGHT, "the period or the scope that the family agreed to has ended")

_CONSENSUS: dict[Reason, Consensus] = {
    Reason.NO_SUCH_THING: _NOBODY_ASKED,
    Reason.NO_RELATION: _NOBODY_ASKED,
    Reason.NO_LONGER_A_PARENT: _NOBODY_ASKED,
    Reason.ROLE_MAY_NOT: _NOBODY_ASKED,
    Reason.NOT_THE_RECIPIENT: _NOBODY_ASKED,
    Reason.LEFT_THE_ORGANISATION: _STANDS,
    Reason.ROLE_LOST: _STANDS,
    Reason.ROLE_SEES_NO_CONTENT: _STANDS,
    Reason.CONSENT_PENDING: _WAITING,
    Reason.CONSENT_NOT_STARTED: _WAITING,
    Reason.CONSENT_REVOKED: Consensus(Agreement.REFUSED, "the family withdrew its consent"),
    Reason.CONSENT_SUPERSEDED: _OVER,
    Reason.CONSENT_EXPIRED: _OVER,
    Reason.TRANSITION_CANCELLED: _OVER,
}


def consensus_on(reason: Reason | None) -> Consensus:
    """What the register says of the family's agreement: given for a release, else by the reason for refusing."""
    return Consensus(Agreement.GIVEN) if reason is None else _CONSENSUS[reason]
