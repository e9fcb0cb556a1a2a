"""Alerts: what waits for a custodian's reviewer to look at it, until somebody there says what came of it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from passport_api.domain.ids import AccountId, AlertId, PassportId, StatementId
from passport_api.domain.people import Capacity

MAX_NOTE = 1000
"""The longest note of what came of an alert, in characters."""


class AlertKind(StrEnum):
    """What there is to look at."""

    STATEMENT_STOPPED = "statement_stopped"
    """Views leave a statement out: it says what is on the child's protected list."""
    CHALLENGE_HUSHED = "challenge_hushed"
    """Views leave out the words of a challenge, for the same reason."""
    PROTECTION_EASED = "protection_eased"
    """A parent took something off the protected list, or let a name be used."""
    WORDING_KEPT = "wording_kept"
    """Somebody kept a wording that should be changed, and gave a reason."""
    OPINION_RESTS_ON_CORRECTED = "opinion_rests_on_corrected"
    """What an opinion rests on says something else now, or nothing."""
    NUMBER_OFFERED = "number_offered"
    """Somebody used a number by which the child was known once."""


TAKES_ANOTHER = frozenset({AlertKind.STATEMENT_STOPPED, AlertKind.WORDING_KEPT})
"""Alerts that whoever wrote what raised them cannot settle: nobody reviews their own words."""


class AlertStatus(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class AlertFacts:
    """An alert, without what is sealed of it.

    Attributes:
        statement_id: the statement that it is about, in the version with this number; None where it is about none.
    """

    alert_id: AlertId
    passport_id: PassportId
    kind: AlertKind
    statement_id: StatementId | None
    version: int | None
    raised_at: datetime
    settled_at: datetime | None = None

    @property
    def status(self) -> AlertStatus:
        """Whether it waits still."""
        return AlertStatus.OPEN if self.settled_at is None else AlertStatus.SETTLED


@dataclass(frozen=True, slots=True)
class AlertDetails:
    """What is sealed of an alert.

    Attributes:
        by: who did what raised it; None where nobody did.
        about: what more there is to say, in words of closed sets and ids: a number's kind, the statement it rests on,
            the challenge whose words are left out.
        account_id: whose doing it was; None where it was nobody's.
    """

    by: Capacity | None
    about: str | None = None
    account_id: AccountId | None = None
