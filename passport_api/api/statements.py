"""Statements."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import create, perform, reply, reply_page, runtime
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of, number_position_of, page
from passport_api.api.parameters import ETAG, IDEMPOTENCY_KEY, PASSPORT_ID, REPLAYED, STATEMENT_ID
from passport_api.domain.ids import PassportId, StatementId
from passport_api.services import statements
from passport_api.services.writing import NewStatement
from passport_schemas import statements as wire
from passport_schemas.examples import statements as examples

blueprint = Blueprint("statements", __name__, description="What the custodian and the parents write.")


@blueprint.route("/v1/passports/<uuid:passport_id>/statements", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="statement.written")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch", "wording_held")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewStatement, example=examples.WRITE)
@blueprint.response(201, wire.ExaminedStatement, example=examples.EXAMINED, headers={"Idempotency-Replayed": REPLAYED})
def write_statement(body: dict[str, Any], passport_id: UUID) -> Response:
    """Write a statement. What the wording check, the protected list and leaks find in it comes with the answer."""
    new = NewStatement(**body)
    today = runtime().clock().date()
    return create(
        lambda work: statements.write(work, PassportId(passport_id), new),
        lambda written: rendering.examined_statement(written, today),
    )


@blueprint.route("/v1/passports/<uuid:passport_id>/statements", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="passport.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Statements, example=examples.STATEMENTS)
def list_statements(query: dict[str, Any], passport_id: UUID) -> Response:
    """Every statement in its newest version, in the order in which they were first written; withdrawn ones say so."""
    today = runtime().clock().date()
    position = id_position_of(query)
    after = None if position is None else StatementId(position)
    found = perform(lambda work: statements.list_page(work, PassportId(passport_id), after, query["limit"]))
    items = [rendering.kept_statement(each, today) for each in found.statements]
    return reply(page(items, (str(found.statements[-1].statement.statement_id),) if found.goes_on else None))


@blueprint.route("/v1/statements/<uuid:statement_id>", methods=["GET"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian"), logs="passport.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.ExaminedStatement, example=examples.EXAMINED, headers={"ETag": ETAG})
def read_statement(statement_id: UUID) -> Response:
    """A statement in its newest version, with what is found in it, and what to send in `If-Match` to correct it."""
    newest = perform(lambda work: statements.read(work, StatementId(statement_id)))
    return reply(rendering.examined_statement(newest, runtime().clock().date()), rendering.statement_etag(newest.kept))


@blueprint.route("/v1/statements/<uuid:statement_id>/versions", methods=["GET"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian"), logs="passport.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Statements, example=examples.VERSIONS)
def list_versions(query: dict[str, Any], statement_id: UUID) -> Response:
    """Every version of a statement, newest first: what was replaced or withdrawn can be read here, and nowhere else."""
    today = runtime().clock().date()
    before, limit = number_position_of(query), query["limit"]
    versions = perform(lambda work: statements.list_versions(work, StatementId(statement_id), before, limit + 1))
    return reply_page(
        versions, limit, lambda each: rendering.kept_statement(each, today), lambda each: (each.statement.version,)
    )
