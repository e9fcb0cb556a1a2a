"""Transitions: the move itself."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from passport_api.domain.transitions import BY_HAND, TransitionKind, TransitionState
from passport_schemas.base import Answer, Day, Strict, listing, moment


class NewTransition(Strict):
    """A move: what kind, from where, to where, when."""

    kind = fields.Enum(TransitionKind, by_value=True, required=True)
    from_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)
    to_authority_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "The receiving authority; by default the one whose area the school is in."},
    )
    planned_date = Day(required=True, metadata={"example": "2027-09-01"})


class TransitionChange(Strict):
    """What changes about a move: its date, or that it is completed or cancelled."""

    state = fields.Enum(
        TransitionState,
        by_value=True,
        validate=validate.OneOf(sorted(BY_HAND), error="Must be completed or cancelled."),
    )
    planned_date = Day()

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Say what changes.", "state")


class Transition(Answer):
    """A move."""

    id = fields.UUID(required=True)
    passport_id = fields.UUID(required=True)
    kind = fields.Enum(TransitionKind, by_value=True, required=True)
    from_id = fields.UUID(required=True)
    to_id = fields.UUID(required=True)
    to_authority_id = fields.UUID(required=True, allow_none=True)
    planned_date = fields.Date(required=True)
    state = fields.Enum(TransitionState, by_value=True, required=True)
    version = fields.Integer(required=True)
    recorded_at = moment("When it was recorded.")
    changed_at = moment("When it last changed.")


Transitions = listing(Transition, "Transitions")
