"""The move itself: what kind, from where, to where, when; and the states it passes through."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passport_api.domain.errors import Clash, Conflict, InvalidField
from passport_api.domain.ids import OrganisationId


class TransitionKind(StrEnum):
    """What sort of move it is."""

    PHASE_TRANSFER = "phase_transfer"
    SCHOOL_MOVE = "school_move"
    AREA_MOVE = "area_move"
    MANAGED_MOVE = "managed_move"


class TransitionState(StrEnum):
    """planned, released (a consent is agreed), acknowledged (the recipient has read it), completed; or cancelled."""

    PLANNED = "planned"
    RELEASED = "released"
    ACKNOWLEDGED = "acknowledged"
    COMPLETED = "completed"
    CANCELLED = "cancelled"


NEXT: dict[TransitionState, frozenset[TransitionState]] = {
    TransitionState.PLANNED: frozenset({TransitionState.RELEASED, TransitionState.CANCELLED}),
    TransitionState.RELEASED: frozenset({TransitionState.ACKNOWLEDGED, TransitionState.CANCELLED}),
    TransitionState.ACKNOWLEDGED: frozenset({TransitionState.COMPLETED, TransitionState.CANCELLED}),
    TransitionState.COMPLETED: frozenset(),
    TransitionState.CANCELLED: frozenset(),
}
"""Which states may follow which. A move does not go back."""

BY_HAND = frozenset({TransitionState.COMPLETED, TransitionState.CANCELLED})
"""The states a person chooses; the others follow from a consent and an acknowledgement."""

OPEN = frozenset({TransitionState.PLANNED, TransitionState.RELEASED, TransitionState.ACKNOWLEDGED})
"""The states in which the move still lies ahead or is under way."""


@dataclass(frozen=True, slots=True)
class Move:
    """What a person says of a move. `to_authority_id` is the authority that receives the child, if known."""

    kind: TransitionKind
    from_id: OrganisationId
    to_id: OrganisationId
    to_authority_id: OrganisationId | None
    planned_date: date

    def recipients(self) -> frozenset[OrganisationId]:
        """The organisations that a consent for this move may name."""
        if self.to_authority_id is None:
            return frozenset({self.to_id})
        return frozenset({self.to_id, self.to_authority_id})


def check_move(move: Move, today: date) -> None:
    """Hold a move against the rules.

    Raises:
        InvalidField: it leads nowhere else, or lies more than ten years away either way.
    """
    if move.to_id == move.from_id:
        raise InvalidField("/to_id", "Must differ from from_id.")
    check_planned_date(move.planned_date, today)


def check_planned_date(planned: date, today: date) -> None:
    """A planned date is within ten years of today.

    Raises:
        InvalidField: it is not.
    """
    if abs((planned - today).days) > 3653:  # noqa: PLR2004 - ten years with their leap days
        raise InvalidField("/planned_date", "Must be within ten years of today.")


def step(state: TransitionState, towards: TransitionState) -> TransitionState:
    """The state that follows.

    Raises:
        Conflict: the move cannot pass from one to the other.
    """
    if towards not in NEXT[state]:
        raise Conflict(Clash.STATE)
    return towards
