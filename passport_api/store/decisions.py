"""The decision register: every release and every refusal, beside its entry in the log."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import insert, select

from passport_api.domain.access_log import VIEW_OPENED, Decision, Leaf, Outcome
from passport_api.domain.decisions import Agreement, Basis, Reason
from passport_api.domain.ids import AccountId, ConsentId, EntryId, OrganisationId, PassportId
from passport_api.store import _models as m
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork

_INSERT = insert(m.Decision)


def add(uow: UnitOfWork, placed: Sequence[tuple[int, Decision]]) -> None:
    """Keep decisions, each with the position of its entry in the log."""
    uow.connection.execute(
        _INSERT,
        [
            {
                "position": position,
                "at": decision.at,
                "action": decision.action,
                "outcome": decision.outcome.value,
                "reason": None if decision.reason is None else decision.reason.value,
                "basis": decision.basis.value,
                "agreement": decision.agreement.value,
                "agreement_note": decision.agreement_note,
                "passport_id": decision.passport_id,
                "consent_id": decision.consent_id,
                "recipient_id": decision.recipient_id,
                "purpose": decision.purpose,
                "decided_by": decision.decided_by,
            }
            for position, decision in placed
        ],
    )


@dataclass(frozen=True, slots=True)
class Released:
    """A release, with its sealed entry in the log."""

    position: int
    leaf: Leaf
    recipient_id: OrganisationId


def releases_of(uow: UnitOfWork, passport_id: PassportId, start: int) -> list[Released]:
    """Every release of a passport from a place in the log on, oldest first."""
    query = (
        select(m.Decision.position, m.LogEntry.id, m.LogEntry.sealed_payload, m.Decision.recipient_id)
        .join(m.LogEntry, m.LogEntry.position == m.Decision.position)
        .where(
            m.Decision.passport_id == passport_id,
            m.Decision.position >= start,
            m.Decision.action == VIEW_OPENED,
            m.Decision.outcome == Outcome.ALLOWED.value,
            m.Decision.recipient_id.is_not(None),
        )
        .order_by(m.Decision.position)
    )
    rows: Iterable[AnyRow] = uow.connection.execute(query)
    return [Released(row[0], Leaf(EntryId(row[1]), passport_id, row[2]), OrganisationId(row[3])) for row in rows]


def of_passport(uow: UnitOfWork, passport_id: PassportId, before: int | None, limit: int) -> list[tuple[int, Decision]]:
    """A passport's decisions with their positions in the log, newest first."""
    query = (
        select(m.Decision, m.LogEntry.id.label("entry_id"))
        .with_only_columns(*m.Decision.__table__.columns, m.LogEntry.id.label("entry_id"))
        .join(m.LogEntry, m.LogEntry.position == m.Decision.position)
        .where(m.Decision.passport_id == passport_id)
        .order_by(m.Decision.position.desc())
        .limit(limit)
    )
    if before is not None:
        query = query.where(m.Decision.position < before)
    return [
        (
            row.position,
            Decision(
                entry_id=EntryId(row.entry_id),
                at=row.at,
                action=row.action,
                outcome=Outcome(row.outcome),
                reason=None if row.reason is None else Reason(row.reason),
                basis=Basis(row.basis),
                agreement=Agreement(row.agreement),
                agreement_note=row.agreement_note,
                passport_id=None if row.passport_id is None else PassportId(row.passport_id),
                consent_id=None if row.consent_id is None else ConsentId(row.consent_id),
                recipient_id=None if row.recipient_id is None else OrganisationId(row.recipient_id),
                purpose=row.purpose,
                decided_by=None if row.decided_by is None else AccountId(row.decided_by),
            ),
        )
        for row in uow.connection.execute(query)
    ]
