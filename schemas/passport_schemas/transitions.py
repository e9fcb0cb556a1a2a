"""Transitions: the move itself."""

from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validate, validates_schema

from passport_api.domain.transitions import BY_HAND, TransitionKind, TransitionState
from passport_schemas.base import Answer, Day, Id, Strict, an_id, choice, listing, moment

_PLANNED = {"description": "The day of the move: within ten years of today."}


class NewTransition(Strict):
    """A move: what kind, from where, to where, when."""

    kind = choice(TransitionKind, "What sort of move it is.")
    from_id = Id(required=True, metadata={"description": "The organisation that the child leaves."})
    to_id = Id(required=True, metadata={"description": "The organisation that receives the child: another one."})
    to_authority_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "The receiving authority; by default the one whose area the school is in."},
    )
    planned_date = Day(required=True, metadata=_PLANNED)


class TransitionChange(Strict):
    """What changes about a move: its date, or that it is completed or cancelled."""

    contract: ClassVar[dict[str, Any]] = {"minProperties": 1}

    state = fields.Enum(
        TransitionState,
        by_value=True,
        validate=validate.OneOf(sorted(BY_HAND), error="Must be completed or cancelled."),
        metadata={"description": "The other states follow from consents and acknowledgements."},
    )
    planned_date = Day(metadata=_PLANNED)

    @validates_schema
    def _something(self, data: dict[str, Any], **_: Any) -> None:
        if not data:
            raise ValidationError("Say what changes.", "state")


class Transition(Answer):
    """A move."""

    id = an_id("The move.")
    passport_id = an_id("The passport of the child who moves.")
    kind = choice(TransitionKind, "What sort of move it is.")
    from_id = an_id("The organisation that the child leaves.")
    to_id = an_id("The organisation that receives the child.")
    to_authority_id = an_id("The receiving authority.", allow_none=True)
    planned_date = fields.Date(required=True, metadata={"description": "The day of the move."})
    state = choice(TransitionState, "How far it has come.")
    version = fields.Integer(
        required=True, validate=validate.Range(min=1), metadata={"description": "Counts its changes."}
    )
    recorded_at = moment("When it was recorded.")
    changed_at = moment("When it last changed.")


Transitions = listing(Transition, "Transitions")
