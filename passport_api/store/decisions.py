"""The decision register: every release and every refusal, beside its entry in the log."""

from collections.abc import Sequence

from sqlalchemy import insert, select

from passport_api.domain.access_log import Decision, Outcome
from passport_api.domain.decisions import Agreement, Basis, Reason
from passport_api.domain.ids import AccountId, ConsentId, EntryId, OrganisationId, PassportId
from passport_api.store import _models as m
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
