"""Statements."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import create, perform, reply, runtime
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of, page
from passport_api.api.parameters import IDEMPOTENCY_KEY, PASSPORT_ID, REPLAYED
from passport_api.domain.ids import PassportId, StatementId
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
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Statements, example=examples.STATEMENTS)
def list_statements(query: dict[str, Any], passport_id: UUID) -> Response:
    """Every statement as it stands, in the order in which they were first written."""
    today = runtime().clock().date()
    position = id_position_of(query)
    after = None if position is None else StatementId(position)
    found = perform(lambda work: statements.list_page(work, PassportId(passport_id), after, query["limit"]))
    items = [rendering.statement(statement, today) for statement in found.statements]
    return reply(page(items, (str(found.statements[-1].statement_id),) if found.goes_on else None))
