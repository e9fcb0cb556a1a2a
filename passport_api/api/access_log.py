"""Who has looked: the access log and the decision register of a passport."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import Rendered, perform, reply_page
from passport_api.api.edge import Blueprint, PageQuery, access, number_position_of
from passport_api.api.parameters import PASSPORT_ID
from passport_api.api.rendering import moment, text_or_none
from passport_api.domain.ids import PassportId
from passport_api.services import access_log
from passport_api.services.access_log import RegisteredDecision
from passport_schemas import access_log as wire
from passport_schemas.examples import access_log as examples

blueprint = Blueprint("access_log", __name__, description="Every access and every decision.")


@blueprint.route("/v1/passports/<uuid:passport_id>/access-log", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="access_log.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.AccessLog, example=examples.ACCESS_LOG)
def list_access_log(query: dict[str, Any], passport_id: UUID) -> Response:
    """Who did what, when, why and with what outcome, newest first."""
    before, limit = number_position_of(query), query["limit"]
    entries = perform(lambda work: access_log.list_entries(work, PassportId(passport_id), before, limit + 1))
    return reply_page(entries, limit, rendering.entry, lambda logged: (logged.position,))


@blueprint.route("/v1/passports/<uuid:passport_id>/decisions", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="decisions.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Decisions, example=examples.DECISIONS)
def list_decisions(query: dict[str, Any], passport_id: UUID) -> Response:
    """Every release and every refusal: to whom, on what basis, with or without the family's agreement."""
    before, limit = number_position_of(query), query["limit"]
    decisions = perform(lambda work: access_log.list_decisions(work, PassportId(passport_id), before, limit + 1))
    return reply_page(decisions, limit, _render_decision, lambda registered: (registered.position,))


def _render_decision(registered: RegisteredDecision) -> Rendered:
    decision = registered.decision
    return {
        "entry": registered.position,
        "at": moment(decision.at),
        "action": decision.action,
        "outcome": decision.outcome.value,
        "reason": None if decision.reason is None else decision.reason.value,
        "basis": decision.basis.value,
        "agreement": decision.agreement.value,
        "agreement_note": decision.agreement_note,
        "consent_id": text_or_none(decision.consent_id),
        "recipient_id": text_or_none(decision.recipient_id),
        "purpose": decision.purpose,
        "decided_by": text_or_none(decision.decided_by),
    }
