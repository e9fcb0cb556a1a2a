"""Statements."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import create, perform, reply, runtime
from passport_api.api.edge import Blueprint, access, page
from passport_api.api.parameters import IDEMPOTENCY_KEY, PASSPORT_ID, REPLAYED
from passport_api.domain.ids import PassportId
from passport_api.services import statements
from passport_api.services.statements import NewStatement
from passport_schemas import statements as wire
from passport_schemas.examples import statements as examples

blueprint = Blueprint("statements", __name__, description="What the custodian and the parents write.")


@blueprint.route("/v1/passports/<uuid:passport_id>/statements", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="statement.written")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewStatement, example=examples.WRITE)
@blueprint.response(201, wire.Statement, example=examples.STATEMENT, headers={"Idempotency-Replayed": REPLAYED})
def write_statement(body: dict[str, Any], passport_id: UUID) -> Response:
    """Write a statement."""
    new = NewStatement(
        section=body["section"],
        detail_level=body["detail_level"],
        kind=body["kind"],
        text=body["text"],
        source=body["source"],
        review_on=body["review_on"],
    )
    today = runtime().clock().date()
    return create(
        lambda work: statements.write(work, PassportId(passport_id), new),
        lambda statement: rendering.statement(statement, today),
    )


@blueprint.route("/v1/passports/<uuid:passport_id>/statements", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="passport.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Statements, example=examples.STATEMENTS)
def list_statements(passport_id: UUID) -> Response:
    """Every statement as it stands, section by section: a passport is read whole, so this list has one page."""
    today = runtime().clock().date()
    everything = perform(lambda work: statements.list_all(work, PassportId(passport_id)))
    return reply(page([rendering.statement(statement, today) for statement in everything], None))
