"""Correction notices: each organisation that ever received a statement is told, and chased until it has answered."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from passport_api.domain.corrections import CorrectionKind
from passport_api.domain.ids import CorrectionNoticeId, OrganisationId, PassportId, StatementId

CHASED_AFTER = (timedelta(days=7), timedelta(days=14), timedelta(days=28))
"""When an organisation that has not answered is reminded. After the last it is the custodian's to follow up."""

MOST_PASSED_ON = 50
"""To how many organisations one may say, in one answer, that it passed a statement on."""


class NoticeStatus(StrEnum):
    """Where a notice stands. It is decided when it is asked, so that no job can be late with it."""

    OPEN = "open"
    OVERDUE = "overdue"
    ACKNOWLEDGED = "acknowledged"


class Copies(StrEnum):
    """What an organisation did with the copies in its own records."""

    AMENDED = "amended"
    DESTROYED = "destroyed"
    NONE_HELD = "none_held"


@dataclass(frozen=True, slots=True)
class NoticeFacts:
    """What decides about a notice.

    Attributes:
        statement_id: which statement was corrected.
        version: the version that the correction made; whatever is older is not to be used.
        kind: whether the statement was replaced or withdrawn.
        organisation_id: who is told.
        told_by: the organisation that said that it passed the statement on; None for one that was given it here.
    """

    notice_id: CorrectionNoticeId
    passport_id: PassportId
    statement_id: StatementId
    version: int
    kind: CorrectionKind
    organisation_id: OrganisationId
    told_by: OrganisationId | None
    issued_at: datetime
    acknowledged_at: datetime | None = None

    @property
    def overdue_from(self) -> datetime:
        """From when on the custodian is to follow it up."""
        return self.issued_at + CHASED_AFTER[-1]


def notice_status(notice: NoticeFacts, at: datetime) -> NoticeStatus:
    """Where a notice stands at an instant."""
    if notice.acknowledged_at is not None:
        return NoticeStatus.ACKNOWLEDGED
    return NoticeStatus.OVERDUE if at >= notice.overdue_from else NoticeStatus.OPEN


def chases_due(notice: NoticeFacts, at: datetime) -> int:
    """How many times an organisation is to have been reminded by an instant; none once it has answered."""
    if notice.acknowledged_at is not None:
        return 0
    return sum(at >= notice.issued_at + after for after in CHASED_AFTER)
