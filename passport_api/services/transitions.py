"""Transitions: the move is recorded, and steps on as the passport is released and read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from passport_api.domain.access import Use
from passport_api.domain.decisions import Refused
from passport_api.domain.endings import Ending, EndingKind
from passport_api.domain.errors import Clash, Conflict, InvalidField, Stale
from passport_api.domain.ids import OrganisationId, PassportId, TransitionId
from passport_api.domain.roles import OrganisationKind
from passport_api.domain.transitions import (
    OPEN,
    Move,
    TransitionState,
    check_move,
    check_planned_date,
    step,
)
from passport_api.services.admission import admit, note
from passport_api.services.runtime import Work
from passport_api.store import organisations, transitions
from passport_api.store.organisations import OrganisationRecord
from passport_api.store.transitions import TransitionRecord

Matches = Callable[[TransitionRecord], bool]
"""Whether a transition is still the one that the caller read (If-Match)."""


@dataclass(frozen=True, slots=True)
class Change:
    """What is to change about a transition; None leaves it."""

    state: TransitionState | None
    planned_date: date | None


def record(work: Work, passport_id: PassportId, move: Move) -> TransitionRecord | Refused:
    """Record a move.

    Raises:
        InvalidField: it leads nowhere else, to or from an unknown organisation, or lies too far away.
    """
    admitted = admit(work, Use.RECORD_TRANSITION, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    check_move(move, work.at.date())
    known = _with_authority(work, move)
    transition = TransitionRecord(
        transition_id=TransitionId(work.runtime.new_id()),
        passport_id=passport_id,
        move=known,
        state=TransitionState.PLANNED,
        version=1,
        recorded_at=work.at,
        changed_at=work.at,
    )
    transitions.add(work.uow, transition)
    note(work, admitted, purpose=move.kind.value)
    return transition


def read(work: Work, transition_id: TransitionId) -> TransitionRecord | Refused:
    """Read one move; logged."""
    found = transitions.find(work.uow, transition_id)
    admitted = admit(work, Use.READ_TRANSITIONS, None if found is None else found.passport_id)
    if isinstance(admitted, Refused) or found is None:
        return admitted if isinstance(admitted, Refused) else _missing()
    note(work, admitted)
    return found


def list_of_passport(
    work: Work, passport_id: PassportId, after: TransitionId | None, limit: int
) -> list[TransitionRecord] | Refused:
    """A passport's moves, newest first; logged."""
    admitted = admit(work, Use.READ_TRANSITIONS, passport_id)
    if isinstance(admitted, Refused):
        return admitted
    note(work, admitted)
    return transitions.of_passport(work.uow, passport_id, after, limit)


def change(work: Work, transition_id: TransitionId, change: Change, matches: Matches) -> TransitionRecord | Refused:
    """Change a move's planned date, complete it or cancel it. Cancelling closes every view that was for it.

    Raises:
        Stale: it is no longer as the caller read it.
        Conflict: it cannot pass into that state.
        InvalidField: the planned date lies too far away.
    """
    found = transitions.find(work.uow, transition_id)
    admitted = admit(work, Use.CHANGE_TRANSITION, None if found is None else found.passport_id)
    if isinstance(admitted, Refused) or found is None:
        return admitted if isinstance(admitted, Refused) else _missing()
    # Read again now that the passport is held: another change may have come between.
    held = transitions.find(work.uow, transition_id)
    if held is None or not matches(held):
        raise Stale
    if held.state not in OPEN:
        raise Conflict(Clash.STATE)
    state = held.state if change.state is None else step(held.state, change.state)
    planned = held.move.planned_date if change.planned_date is None else change.planned_date
    if change.planned_date is not None:
        check_planned_date(planned, work.at.date())
    changed = _keep(work, held, state, planned)
    cancelled = changed.state is TransitionState.CANCELLED
    endings = [Ending(EndingKind.TRANSITION_CANCELLED, transition_id, work.at)] if cancelled else []
    note(work, admitted, purpose=held.move.kind.value, detail=_difference(held, changed), endings=endings)
    return changed


def _difference(before: TransitionRecord, after: TransitionRecord) -> str:
    parts = (
        f"{name} {old} to {new}"
        for name, old, new in (
            ("state", before.state.value, after.state.value),
            ("planned_date", before.move.planned_date, after.move.planned_date),
        )
        if old != new
    )
    return ", ".join(parts)


def acknowledged_by(work: Work, transition_id: TransitionId | None, reader_of: OrganisationId) -> None:
    """Step a move on when somebody where it leads has read the view; the authority's reading is not the school's."""
    held = None if transition_id is None else transitions.find(work.uow, transition_id)
    if held is not None and held.move.to_id == reader_of:
        advance(work, transition_id, TransitionState.ACKNOWLEDGED)


def advance(work: Work, transition_id: TransitionId | None, towards: TransitionState) -> None:
    """Step a move on when a consent is agreed or a reader acknowledges; a move that is past it stays."""
    held = None if transition_id is None else transitions.find(work.uow, transition_id)
    if held is None or held.state not in OPEN or towards not in _AHEAD[held.state]:
        return
    _keep(work, held, towards, held.move.planned_date)


_AHEAD = {
    TransitionState.PLANNED: {TransitionState.RELEASED},
    TransitionState.RELEASED: {TransitionState.ACKNOWLEDGED},
    TransitionState.ACKNOWLEDGED: set[TransitionState](),
}


def _keep(work: Work, held: TransitionRecord, state: TransitionState, planned: date) -> TransitionRecord:
    if not transitions.change(work.uow, held, state, planned, work.at):
        raise Stale
    kept = transitions.find(work.uow, held.transition_id)
    if kept is None:
        raise Stale
    return kept


def _with_authority(work: Work, move: Move) -> Move:
    """Check that both ends exist; the receiving authority is the school's own unless another is named."""
    _organisation(work, move.from_id, "/from_id")
    to = _organisation(work, move.to_id, "/to_id")
    authority_id = move.to_authority_id or to.authority_id
    if authority_id is not None:
        authority = _organisation(work, authority_id, "/to_authority_id")
        if authority.kind is not OrganisationKind.LOCAL_AUTHORITY:
            raise InvalidField("/to_authority_id", "Must be a local authority.")
    return Move(move.kind, move.from_id, move.to_id, authority_id, move.planned_date)


def _organisation(work: Work, organisation_id: OrganisationId, field: str) -> OrganisationRecord:
    found = organisations.find(work.uow, organisation_id)
    if found is None:
        raise InvalidField(field, "There is no such organisation.")
    return found


def _missing() -> Refused:
    raise AssertionError("a passport was admitted without the transition that led to it")
