"""Transitions."""

from typing import Any
from uuid import UUID

from flask import Response, request

from passport_api.api.calls import Rendered, create, perform, reply, reply_page
from passport_api.api.edge import Blueprint, PageQuery, Problem, access, etag_of, id_position_of, require_if_match
from passport_api.api.parameters import ETAG, IDEMPOTENCY_KEY, IF_MATCH, PASSPORT_ID, REPLAYED, TRANSITION_ID
from passport_api.api.rendering import moment, text_or_none
from passport_api.domain.ids import OrganisationId, PassportId, TransitionId
from passport_api.domain.transitions import Move
from passport_api.services import transitions
from passport_api.services.transitions import Change
from passport_api.store.transitions import TransitionRecord
from passport_schemas import transitions as wire
from passport_schemas.examples import transitions as examples

blueprint = Blueprint("transitions", __name__, description="The moves of a child.")


@blueprint.route("/v1/passports/<uuid:passport_id>/transitions", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="transition.recorded")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewTransition, example=examples.RECORD)
@blueprint.response(201, wire.Transition, example=examples.RECORDED, headers={"Idempotency-Replayed": REPLAYED})
def record_transition(body: dict[str, Any], passport_id: UUID) -> Response:
    """Record a move."""
    authority_id = body["to_authority_id"]
    move = Move(
        kind=body["kind"],
        from_id=OrganisationId(body["from_id"]),
        to_id=OrganisationId(body["to_id"]),
        to_authority_id=None if authority_id is None else OrganisationId(authority_id),
        planned_date=body["planned_date"],
    )
    return create(lambda work: transitions.record(work, PassportId(passport_id), move), _render)


@blueprint.route("/v1/passports/<uuid:passport_id>/transitions", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="transitions.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Transitions, example=examples.TRANSITIONS)
def list_transitions(query: dict[str, Any], passport_id: UUID) -> Response:
    """A child's moves, newest first."""
    position = id_position_of(query)
    after = None if position is None else TransitionId(position)
    limit = query["limit"]
    moves = perform(lambda work: transitions.list_of_passport(work, PassportId(passport_id), after, limit + 1))
    return reply_page(moves, limit, _render, lambda move: (str(move.transition_id),))


@blueprint.route("/v1/transitions/<uuid:transition_id>", methods=["GET"], parameters=[TRANSITION_ID])
@access(callers=("parent", "custodian"), logs="transitions.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Transition, example=examples.TRANSITION, headers={"ETag": ETAG})
def read_transition(transition_id: UUID) -> Response:
    """Read a move."""
    move = perform(lambda work: transitions.read(work, TransitionId(transition_id)))
    return reply(_render(move), _etag(move))


@blueprint.route("/v1/transitions/<uuid:transition_id>", methods=["PATCH"], parameters=[TRANSITION_ID])
@access(callers=("parent", "custodian"), logs="transition.changed")
@blueprint.problems("not_found", "conflict", "precondition_required", "precondition_failed")
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(wire.TransitionChange, examples=examples.CHANGE)
@blueprint.response(200, wire.Transition, example=examples.CHANGED, headers={"ETag": ETAG})
def change_transition(body: dict[str, Any], transition_id: UUID) -> Response:
    """Move its date, complete it, or cancel it: cancelling closes every view that was for it."""
    if "If-Match" not in request.headers:
        raise Problem("precondition_required")
    change = Change(body.get("state"), body.get("planned_date"))
    changed = perform(lambda work: transitions.change(work, TransitionId(transition_id), change, _is_as_read))
    return reply(_render(changed), _etag(changed))


def _is_as_read(move: TransitionRecord) -> bool:
    require_if_match(_etag(move))
    return True


def _etag(move: TransitionRecord) -> str:
    return etag_of(str(move.transition_id), move.version)


def _render(transition: TransitionRecord) -> Rendered:
    move = transition.move
    return {
        "id": str(transition.transition_id),
        "passport_id": str(transition.passport_id),
        "kind": move.kind.value,
        "from_id": str(move.from_id),
        "to_id": str(move.to_id),
        "to_authority_id": text_or_none(move.to_authority_id),
        "planned_date": move.planned_date.isoformat(),
        "state": transition.state.value,
        "version": transition.version,
        "recorded_at": moment(transition.recorded_at),
        "changed_at": moment(transition.changed_at),
    }
