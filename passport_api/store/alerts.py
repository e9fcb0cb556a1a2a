"""Alerts: what waits for a custodian's reviewer, with its details sealed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, tuple_, update

from passport_api.domain.alerts import AlertFacts, AlertKind, AlertStatus
from passport_api.domain.ids import AccountId, AlertId, OrganisationId, PassportId, StatementId
from passport_api.store import _models as m
from passport_api.store._pages import newest_first
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork
from passport_api.store.passports import NOT_ERASED

Version = tuple[StatementId, int]
"""A statement in one of its versions."""


@dataclass(frozen=True, slots=True)
class AlertRecord:
    """An alert as kept."""

    facts: AlertFacts
    sealed_details: bytes
    sealed_note: bytes | None = None


_ALERT = (
    select(
        m.Alert.id,
        m.Alert.passport_id,
        m.Alert.kind,
        m.Alert.statement_id,
        m.Alert.version,
        m.Alert.raised_at,
        m.Alert.settled_at,
        m.Alert.sealed_details,
        m.Alert.sealed_note,
    )
    .join(m.Passport, m.Passport.id == m.Alert.passport_id)
    .where(NOT_ERASED)
)


def add(uow: UnitOfWork, alert: AlertRecord) -> None:
    """Keep a new alert."""
    facts = alert.facts
    uow.connection.execute(
        insert(m.Alert).values(
            id=facts.alert_id,
            passport_id=facts.passport_id,
            kind=facts.kind.value,
            statement_id=facts.statement_id,
            version=facts.version,
            sealed_details=alert.sealed_details,
            raised_at=facts.raised_at,
        )
    )


def find(uow: UnitOfWork, alert_id: AlertId) -> AlertRecord | None:
    """The alert with this id, if there is one about a passport that was not erased."""
    row = uow.connection.execute(_ALERT.where(m.Alert.id == alert_id)).one_or_none()
    return None if row is None else _record(row)


def of_custodian(
    uow: UnitOfWork, custodian_id: OrganisationId, status: AlertStatus, after: AlertId | None, limit: int
) -> list[AlertRecord]:
    """A custodian's alerts in one status, newest first."""
    is_open = m.Alert.settled_at.is_(None) if status is AlertStatus.OPEN else m.Alert.settled_at.is_not(None)
    query = _ALERT.where(m.Passport.custodian_id == custodian_id, is_open)
    return [_record(row) for row in newest_first(uow, query, m.Alert.id, after, limit)]


def raised(uow: UnitOfWork, kind: AlertKind, versions: Iterable[Version], *, open_ones: bool = False) -> set[Version]:
    """Of some versions of statements, those about which there is an alert of a kind already.

    Args:
        uow: the transaction.
        kind: which.
        versions: of which statements.
        open_ones: whether one that was settled does not count.
    """
    wanted = list(versions)
    query = select(m.Alert.statement_id, m.Alert.version).where(
        m.Alert.kind == kind.value, tuple_(m.Alert.statement_id, m.Alert.version).in_(wanted)
    )
    if open_ones:
        query = query.where(m.Alert.settled_at.is_(None))
    rows: Sequence[AnyRow] = uow.connection.execute(query).all()
    return {(StatementId(row[0]), row[1]) for row in rows}


def of_passport(uow: UnitOfWork, passport_id: PassportId, kind: AlertKind) -> list[AlertRecord]:
    """A passport's open alerts of a kind."""
    query = _ALERT.where(m.Alert.passport_id == passport_id, m.Alert.kind == kind.value, m.Alert.settled_at.is_(None))
    return [_record(row) for row in uow.connection.execute(query)]


def supersede(uow: UnitOfWork, statement_id: StatementId, by: AccountId, at: datetime) -> None:
    """Settle what is open about a statement of which another version stands now."""
    uow.connection.execute(
        update(m.Alert)
        .where(m.Alert.statement_id == statement_id, m.Alert.settled_at.is_(None))
        .values(settled_at=at, settled_by=by)
    )


def settle(uow: UnitOfWork, alert_id: AlertId, sealed_note: bytes, by: AccountId, at: datetime) -> None:
    """Keep what came of an alert."""
    uow.connection.execute(
        update(m.Alert).where(m.Alert.id == alert_id).values(settled_at=at, settled_by=by, sealed_note=sealed_note)
    )


def _record(row: AnyRow) -> AlertRecord:
    facts = AlertFacts(
        alert_id=AlertId(row[0]),
        passport_id=PassportId(row[1]),
        kind=AlertKind(row[2]),
        statement_id=None if row[3] is None else StatementId(row[3]),
        version=row[4],
        raised_at=row[5],
        settled_at=row[6],
    )
    return AlertRecord(facts, row[7], row[8])
