"""Corrections of statements, and where the statements went."""

from typing import Any
from uuid import UUID

from flask import Response, request

from passport_api.api import rendering
from passport_api.api.calls import Rendered, create, perform, reply_page, runtime
from passport_api.api.edge import (
    Blueprint,
    PageQuery,
    Problem,
    access,
    id_position_of,
    number_position_of,
    require_if_match,
)
from passport_api.api.parameters import IDEMPOTENCY_KEY, IF_MATCH, REPLAYED, STATEMENT_ID
from passport_api.api.rendering import moment, text_or_none
from passport_api.domain.ids import CorrectionNoticeId, StatementId
from passport_api.services import corrections
from passport_api.services.corrections import Corrected, NewCorrection, Recipient
from passport_api.services.statements import KeptStatement
from passport_api.services.writing import NewStatement
from passport_schemas import corrections as wire
from passport_schemas.correction_notices import Notices
from passport_schemas.examples import corrections as examples
from passport_schemas.examples.correction_notices import NOTICES

blueprint = Blueprint("corrections", __name__, description="A statement is corrected, and everyone who has it is told.")


@blueprint.route("/v1/statements/<uuid:statement_id>/corrections", methods=["POST"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian"), logs="statement.corrected")
@blueprint.problems(
    "not_found", "conflict", "idempotency_mismatch", "precondition_required", "precondition_failed", "wording_held"
)
@blueprint.doc(parameters=[IF_MATCH, IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewCorrection, examples=examples.CORRECT)
@blueprint.response(201, wire.Corrected, example=examples.CORRECTED, headers={"Idempotency-Replayed": REPLAYED})
def correct_statement(body: dict[str, Any], statement_id: UUID) -> Response:
    """Replace or withdraw a statement, with a reason. Every organisation that ever received it is told."""
    if "If-Match" not in request.headers:
        raise Problem("precondition_required")
    new = correction_of(body)
    today = runtime().clock().date()
    return create(
        lambda work: corrections.correct(work, StatementId(statement_id), new, _is_as_read),
        lambda corrected: _render_corrected(corrected, rendering.examined_statement(corrected.version, today)),
    )


@blueprint.route("/v1/statements/<uuid:statement_id>/recipients", methods=["GET"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian"), logs="statement.recipients_read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Recipients, example=examples.RECIPIENTS)
def list_recipients(query: dict[str, Any], statement_id: UUID) -> Response:
    """Every release that held the statement, in whichever version, newest first: to whom, when, what they answered."""
    before, limit = number_position_of(query), query["limit"]
    found = perform(lambda work: corrections.list_recipients(work, StatementId(statement_id), before, limit + 1))
    return reply_page(found, limit, _render_recipient, lambda each: (each.receipt.position,))


@blueprint.route("/v1/statements/<uuid:statement_id>/correction-notices", methods=["GET"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian"), logs="statement.recipients_read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, Notices, example=NOTICES)
def list_notices_about_statement(query: dict[str, Any], statement_id: UUID) -> Response:
    """Whom the statement's corrections were told to, and what they answered; newest first."""
    position = id_position_of(query)
    after = None if position is None else CorrectionNoticeId(position)
    limit = query["limit"]
    found = perform(lambda work: corrections.list_notices(work, StatementId(statement_id), after, limit + 1))
    return reply_page(found, limit, rendering.notice, lambda each: (str(each.record.facts.notice_id),))


def correction_of(body: dict[str, Any]) -> NewCorrection:
    """What somebody corrects, from a request."""
    said = body["replacement"]
    return NewCorrection(body["reason"], None if said is None else NewStatement(**said))


def _is_as_read(kept: KeptStatement) -> bool:
    require_if_match(rendering.statement_etag(kept))
    return True


def _render_corrected(corrected: Corrected, statement: Rendered) -> Rendered:
    told = [str(notice.organisation_id) for notice in corrected.notices]
    return {"statement": statement, "told": told}


def _render_recipient(recipient: Recipient) -> Rendered:
    receipt, notice = recipient.receipt, recipient.notice
    return {
        "organisation": {"id": str(receipt.organisation_id), "name": recipient.organisation_name},
        "reader": rendering.actor(receipt.reader),
        "version": receipt.version,
        "opened_at": moment(receipt.at),
        "log_entry": receipt.position,
        "consent_id": text_or_none(receipt.consent_id),
        "correction": None if notice is None else rendering.notice_status(notice),
    }
