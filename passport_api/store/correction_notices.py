"""Correction notices: to whom they went, and what was answered."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, insert, select, update

from passport_api.domain.correction_notices import CHASED_AFTER, Copies, NoticeFacts, NoticeStatus
from passport_api.domain.corrections import CorrectionKind
from passport_api.domain.ids import AccountId, CorrectionNoticeId, OrganisationId, PassportId, StatementId
from passport_api.store import _models as m
from passport_api.store._pages import newest_first
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork
from passport_api.store.passports import NOT_ERASED


@dataclass(frozen=True, slots=True)
class NoticeRecord:
    """A notice as kept, with the organisation's name and what it answered."""

    facts: NoticeFacts
    organisation_name: str
    acknowledged_by: AccountId | None
    copies: Copies | None


_NOTICE = (
    select(
        m.CorrectionNotice.id,
        m.CorrectionNotice.passport_id,
        m.CorrectionNotice.statement_id,
        m.CorrectionNotice.version,
        m.CorrectionNotice.kind,
        m.CorrectionNotice.organisation_id,
        m.CorrectionNotice.told_by,
        m.CorrectionNotice.issued_at,
        m.CorrectionNotice.acknowledged_at,
        m.CorrectionNotice.acknowledged_by,
        m.CorrectionNotice.copies,
        m.Organisation.name,
    )
    .join(m.Organisation, m.Organisation.id == m.CorrectionNotice.organisation_id)
    .join(m.Passport, m.Passport.id == m.CorrectionNotice.passport_id)
    .where(NOT_ERASED)
)


def add(uow: UnitOfWork, notices: Sequence[NoticeFacts]) -> None:
    """Keep new notices."""
    if notices:
        uow.connection.execute(
            insert(m.CorrectionNotice),
            [
                {
                    "id": notice.notice_id,
                    "passport_id": notice.passport_id,
                    "statement_id": notice.statement_id,
                    "version": notice.version,
                    "kind": notice.kind.value,
                    "organisation_id": notice.organisation_id,
                    "told_by": notice.told_by,
                    "issued_at": notice.issued_at,
                }
                for notice in notices
            ],
        )


def find(uow: UnitOfWork, notice_id: CorrectionNoticeId) -> NoticeRecord | None:
    """The notice with this id, if there is one about a passport that was not erased."""
    row = uow.connection.execute(_NOTICE.where(m.CorrectionNotice.id == notice_id)).one_or_none()
    return None if row is None else _record(row)


def of_statement(uow: UnitOfWork, statement_id: StatementId) -> list[NoticeRecord]:
    """Every notice about a statement, oldest first."""
    query = _NOTICE.where(m.CorrectionNotice.statement_id == statement_id).order_by(m.CorrectionNotice.id)
    return [_record(row) for row in uow.connection.execute(query)]


def to_organisations(
    uow: UnitOfWork, organisations: Iterable[OrganisationId], after: CorrectionNoticeId | None, limit: int
) -> list[NoticeRecord]:
    """The notices to some organisations, newest first."""
    query = _NOTICE.where(m.CorrectionNotice.organisation_id.in_(list(organisations)))
    return [_record(row) for row in newest_first(uow, query, m.CorrectionNotice.id, after, limit)]


def of_custodian(
    uow: UnitOfWork,
    custodian_id: OrganisationId,
    status: NoticeStatus | None,
    at: datetime,
    after: CorrectionNoticeId | None,
    limit: int,
) -> list[NoticeRecord]:
    """The notices about a custodian's passports, newest first; of one status, or of any."""
    query = _NOTICE.where(m.Passport.custodian_id == custodian_id)
    if status is not None:
        query = query.where(_has(status, at))
    return [_record(row) for row in newest_first(uow, query, m.CorrectionNotice.id, after, limit)]


def acknowledge(uow: UnitOfWork, notice_id: CorrectionNoticeId, by: AccountId, copies: Copies, at: datetime) -> None:
    """Keep an organisation's answer, unless it has answered before."""
    uow.connection.execute(
        update(m.CorrectionNotice)
        .where(m.CorrectionNotice.id == notice_id, m.CorrectionNotice.acknowledged_at.is_(None))
        .values(acknowledged_at=at, acknowledged_by=by, copies=copies.value)
    )


def _has(status: NoticeStatus, at: datetime) -> ColumnElement[bool]:
    """What domain.correction_notices.notice_status decides, for many rows at once."""
    answered = m.CorrectionNotice.acknowledged_at.is_not(None)
    overdue = m.CorrectionNotice.issued_at <= at - CHASED_AFTER[-1]
    return {
        NoticeStatus.ACKNOWLEDGED: answered,
        NoticeStatus.OVERDUE: and_(~answered, overdue),
        NoticeStatus.OPEN: and_(~answered, ~overdue),
    }[status]


def _record(row: AnyRow) -> NoticeRecord:
    facts = NoticeFacts(
        notice_id=CorrectionNoticeId(row[0]),
        passport_id=PassportId(row[1]),
        statement_id=StatementId(row[2]),
        version=row[3],
        kind=CorrectionKind(row[4]),
        organisation_id=OrganisationId(row[5]),
        told_by=None if row[6] is None else OrganisationId(row[6]),
        issued_at=row[7],
        acknowledged_at=row[8],
    )
    return NoticeRecord(
        facts=facts,
        organisation_name=row[11],
        acknowledged_by=None if row[9] is None else AccountId(row[9]),
        copies=None if row[10] is None else Copies(row[10]),
    )
