"""Erasing a passport: proposed by one person, confirmed by another, never by the same; a proposal lapses by itself."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from passport_api.domain.ids import AccountId, ErasureId, OrganisationId, PassportId

LIFETIME = timedelta(days=14)
"""How long a proposal can be confirmed."""


class Ground(StrEnum):
    """Why a passport is to be erased."""

    YOUNG_PERSON_ASKED = "young_person_asked"
    PARENTS_ASKED = "parents_asked"
    RETENTION_ENDED = "retention_ended"
    CREATED_IN_ERROR = "created_in_error"
    COURT_ORDER = "court_order"


class ErasureStatus(StrEnum):
    """Where a proposal stands. It is decided when it is asked, so that no job can be late with it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


@dataclass(frozen=True, slots=True)
class ErasureFacts:
    """What decides about a proposal to erase a passport."""

    erasure_id: ErasureId
    passport_id: PassportId
    custodian_id: OrganisationId
    ground: Ground
    proposed_by: AccountId
    proposed_at: datetime
    confirmed_by: AccountId | None = None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None

    @property
    def open_until(self) -> datetime:
        """From when on it can no longer be confirmed."""
        return self.proposed_at + LIFETIME


def erasure_status(erasure: ErasureFacts, at: datetime) -> ErasureStatus:
    """Where a proposal stands at an instant. It is open until before `open_until`."""
    if erasure.confirmed_at is not None:
        return ErasureStatus.CONFIRMED
    if erasure.withdrawn_at is not None:
        return ErasureStatus.WITHDRAWN
    return ErasureStatus.OPEN if at < erasure.open_until else ErasureStatus.LAPSED
