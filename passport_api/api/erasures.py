"""Erasures."""

from typing import Any
from uuid import UUID

from flask import Response, current_app

from passport_api.api import rendering
from passport_api.api.calls import Rendered, create, found, perform, reply, reply_page, runtime
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of, log_of
from passport_api.api.parameters import CUSTODIAN_ID, ERASURE_ID, IDEMPOTENCY_KEY, PASSPORT_ID, REPLAYED
from passport_api.api.rendering import moment, moment_or_none
from passport_api.api.tokens import caller
from passport_api.domain.ids import ErasureId, OrganisationId, PassportId
from passport_api.services import erasures
from passport_api.services.erasures import Erasure, Somebody
from passport_schemas import erasures as wire
from passport_schemas.examples import erasures as examples

blueprint = Blueprint("erasures", __name__, description="Erasing a passport: by two people, never one alone.")


@blueprint.route("/v1/passports/<uuid:passport_id>/erasures", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("custodian",), logs="erasure.proposed")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewErasure, example=examples.PROPOSE)
@blueprint.response(201, wire.Erasure, example=examples.PROPOSED, headers={"Idempotency-Replayed": REPLAYED})
def propose_erasure(body: dict[str, Any], passport_id: UUID) -> Response:
    """Propose to erase a passport, as the custodian's social worker. The family sees that in its access log."""
    return create(lambda work: erasures.propose(work, PassportId(passport_id), body["ground"]), _render)


@blueprint.route("/v1/erasures/<uuid:erasure_id>", methods=["GET"], parameters=[ERASURE_ID])
@access(callers=("custodian", "manager"), logs="erasure.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Erasure, example=examples.CONFIRMED)
def read_erasure(erasure_id: UUID) -> Response:
    """What became of a proposal; of one that was carried out, the entry of the log that records it."""
    return reply(_render(perform(lambda work: erasures.read(work, ErasureId(erasure_id)))))


@blueprint.route("/v1/erasures/<uuid:erasure_id>/confirmation", methods=["POST"], parameters=[ERASURE_ID])
@access(callers=("manager",), logs="passport.erased")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Erasure, example=examples.CONFIRMED)
def confirm_erasure(erasure_id: UUID) -> Response:
    """Confirm, as a manager who did not propose it, and erase: from this answer on nobody opens anything of it."""
    carried = found(erasures.confirm(runtime(), caller(), ErasureId(erasure_id)))
    if not carried.wiped:
        log_of(current_app).warning("erasure_not_wiped", erasure_id=str(erasure_id))
    return reply(_render(carried.erasure))


@blueprint.route("/v1/erasures/<uuid:erasure_id>/withdrawal", methods=["POST"], parameters=[ERASURE_ID])
@access(callers=("custodian", "manager"), logs="erasure.withdrawn")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Erasure, example=examples.WITHDRAWN)
def withdraw_erasure(erasure_id: UUID) -> Response:
    """Take a proposal back while it is open."""
    return reply(_render(perform(lambda work: erasures.withdraw(work, ErasureId(erasure_id)))))


@blueprint.route("/v1/organisations/<uuid:organisation_id>/erasures", methods=["GET"], parameters=[CUSTODIAN_ID])
@access(callers=("custodian", "manager"), logs="erasures.listed")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Erasures, example=examples.ERASURES)
def list_erasures(query: dict[str, Any], organisation_id: UUID) -> Response:
    """A custodian's proposals and erasures, newest first: nothing of any child."""
    position = id_position_of(query)
    after = None if position is None else ErasureId(position)
    limit = query["limit"]
    proposals = perform(
        lambda work: erasures.list_of_custodian(work, OrganisationId(organisation_id), after, limit + 1)
    )
    return reply_page(proposals, limit, _render_item, lambda each: (str(each.facts.erasure_id),))


def _render(erasure: Erasure) -> Rendered:
    record = None if erasure.record is None else rendering.entry(erasure.record)
    return {**_render_item(erasure), "record": record}


def _render_item(erasure: Erasure) -> Rendered:
    facts = erasure.facts
    return {
        "id": str(facts.erasure_id),
        "passport_id": str(facts.passport_id),
        "custodian_id": str(facts.custodian_id),
        "ground": facts.ground.value,
        "status": erasure.status.value,
        "proposed_by": _render_person(erasure.proposed_by),
        "proposed_at": moment(facts.proposed_at),
        "open_until": moment(facts.open_until),
        "confirmed_by": None if erasure.confirmed_by is None else _render_person(erasure.confirmed_by),
        "confirmed_at": moment_or_none(facts.confirmed_at),
        "withdrawn_at": moment_or_none(facts.withdrawn_at),
    }


def _render_person(person: Somebody) -> Rendered:
    return {"id": str(person.account_id), "name": person.name}
