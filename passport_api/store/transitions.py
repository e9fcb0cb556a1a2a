"""Transitions: the moves of a passport's child."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select, update

from passport_api.domain.ids import OrganisationId, PassportId, TransitionId
from passport_api.domain.transitions import Move, TransitionKind, TransitionState
from passport_api.store import _models as m
from passport_api.store._pages import newest_first
from passport_api.store._types import AnyRow
from passport_api.store.database import UnitOfWork


@dataclass(frozen=True, slots=True)
class TransitionRecord:
    """A transition as kept. `version` counts its changes."""

    transition_id: TransitionId
    passport_id: PassportId
    move: Move
    state: TransitionState
    version: int
    recorded_at: datetime
    changed_at: datetime


_TRANSITION = select(
    m.Transition.id,
    m.Transition.passport_id,
    m.Transition.kind,
    m.Transition.from_id,
    m.Transition.to_id,
    m.Transition.to_authority_id,
    m.Transition.planned_date,
    m.Transition.state,
    m.Transition.version,
    m.Transition.recorded_at,
    m.Transition.changed_at,
)


def find(uow: UnitOfWork, transition_id: TransitionId) -> TransitionRecord | None:
    """The transition with this id, if there is one."""
    row = uow.connection.execute(_TRANSITION.where(m.Transition.id == transition_id)).one_or_none()
    return None if row is None else _record(row)


def of_passport(
    uow: UnitOfWork, passport_id: PassportId, after: TransitionId | None, limit: int
) -> list[TransitionRecord]:
    """A passport's transitions, newest first."""
    query = _TRANSITION.where(m.Transition.passport_id == passport_id)
    return [_record(row) for row in newest_first(uow, query, m.Transition.id, after, limit)]


def planned_dates(uow: UnitOfWork, transition_ids: Sequence[TransitionId]) -> dict[TransitionId, date]:
    """When each of these moves is planned."""
    query = select(m.Transition.id, m.Transition.planned_date).where(m.Transition.id.in_(transition_ids))
    return {TransitionId(row[0]): row[1] for row in uow.connection.execute(query)}


def add(uow: UnitOfWork, transition: TransitionRecord) -> None:
    """Keep a new transition."""
    uow.connection.execute(
        insert(m.Transition).values(
            id=transition.transition_id,
            passport_id=transition.passport_id,
            kind=transition.move.kind.value,
            from_id=transition.move.from_id,
            to_id=transition.move.to_id,
            to_authority_id=transition.move.to_authority_id,
            planned_date=transition.move.planned_date,
            state=transition.state.value,
            version=transition.version,
            recorded_at=transition.recorded_at,
            changed_at=transition.changed_at,
        )
    )


def change(
    uow: UnitOfWork, transition: TransitionRecord, state: TransitionState, planned_date: date, at: datetime
) -> bool:
    """Set state and planned date; False when another change came between."""
    changed = uow.connection.execute(
        update(m.Transition)
        .where(m.Transition.id == transition.transition_id, m.Transition.version == transition.version)
        .values(state=state.value, planned_date=planned_date, version=transition.version + 1, changed_at=at)
    )
    return changed.rowcount == 1


def _record(row: AnyRow) -> TransitionRecord:
    move = Move(
        TransitionKind(row[2]),
        OrganisationId(row[3]),
        OrganisationId(row[4]),
        None if row[5] is None else OrganisationId(row[5]),
        row[6],
    )
    return TransitionRecord(
        TransitionId(row[0]), PassportId(row[1]), move, TransitionState(row[7]), row[8], row[9], row[10]
    )
