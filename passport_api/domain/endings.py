"""What has ended for good, and must not come back with a restored backup.

It is written outside the database too, by kind and id alone: nothing of it says whose it was, or what was in it.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class EndingKind(StrEnum):
    """What ended."""

    CONSENT_REVOKED = "consent_revoked"
    CONSENT_SUPERSEDED = "consent_superseded"
    TRANSITION_CANCELLED = "transition_cancelled"
    MEMBERSHIP_ENDED = "membership_ended"
    INVITATION_USED = "invitation_used"
    PASSPORT_ERASED = "passport_erased"
    STATEMENT_VERSION_ENDED = "statement_version_ended"


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing that ended.

    Attributes:
        subject_id: the id of the consent, transition, membership, invitation, passport or version of a statement.
        at: from when on.
    """

    kind: EndingKind
    subject_id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class PlacedEnding:
    """An ending with the position of the log entry that records it."""

    position: int
    ending: Ending
