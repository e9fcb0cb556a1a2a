"""Alerts: what waits for a custodian's reviewer."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import Rendered, perform, reply, reply_page
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import ALERT_ID, CUSTODIAN_ID
from passport_api.api.rendering import moment, moment_or_none, text_or_none
from passport_api.domain.alerts import AlertFacts
from passport_api.domain.ids import AlertId, OrganisationId
from passport_api.services import alerts
from passport_api.services.alerts import ShownAlert
from passport_schemas import alerts as wire
from passport_schemas.examples import alerts as examples

blueprint = Blueprint(
    "alerts", __name__, description="What a custodian's reviewer is to look at: stopped, kept with a reason, shaken."
)


class AlertQuery(PageQuery):
    """A page of alerts of one status: those that are open where none is given."""

    status = wire.FILTERS["status"]


@blueprint.route("/v1/organisations/<uuid:organisation_id>/alerts", methods=["GET"], parameters=[CUSTODIAN_ID])
@access(callers=("custodian",), logs="alerts.listed")
@blueprint.problems("not_found")
@blueprint.arguments(AlertQuery, location="query")
@blueprint.response(200, wire.Alerts, example=examples.ALERTS)
def list_alerts(query: dict[str, Any], organisation_id: UUID) -> Response:
    """What waits for a custodian's reviewer, newest first; nothing of what it says."""
    position = id_position_of(query)
    after = None if position is None else AlertId(position)
    limit, status = query["limit"], query["status"]
    found = perform(
        lambda work: alerts.list_of_custodian(work, OrganisationId(organisation_id), status, after, limit + 1)
    )
    return reply_page(found, limit, _render_facts, lambda each: (str(each.alert_id),))


@blueprint.route("/v1/alerts/<uuid:alert_id>", methods=["GET"], parameters=[ALERT_ID])
@access(callers=("custodian",), logs="alert.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Alert, example=examples.ALERT)
def read_alert(alert_id: UUID) -> Response:
    """Who raised an alert by doing what, and what came of it."""
    return reply(_render(perform(lambda work: alerts.read(work, AlertId(alert_id)))))


@blueprint.route("/v1/alerts/<uuid:alert_id>/settlement", methods=["POST"], parameters=[ALERT_ID])
@access(callers=("custodian",), logs="alert.settled")
@blueprint.problems("not_found", "conflict")
@blueprint.arguments(wire.NewSettlement, example=examples.SETTLE)
@blueprint.response(200, wire.Alert, example=examples.SETTLED)
def settle_alert(body: dict[str, Any], alert_id: UUID) -> Response:
    """Say what came of an alert. What it stopped stays stopped until it is corrected, or off the list."""
    return reply(_render(perform(lambda work: alerts.settle(work, AlertId(alert_id), body["note"]))))


def _render_facts(facts: AlertFacts) -> Rendered:
    return {
        "id": str(facts.alert_id),
        "passport_id": str(facts.passport_id),
        "kind": facts.kind.value,
        "statement_id": text_or_none(facts.statement_id),
        "version": facts.version,
        "status": facts.status.value,
        "raised_at": moment(facts.raised_at),
        "settled_at": moment_or_none(facts.settled_at),
    }


def _render(shown: ShownAlert) -> Rendered:
    by = shown.details.by
    return {
        **_render_facts(shown.facts),
        "by": None if by is None else rendering.actor(by),
        "about": shown.details.about,
        "note": shown.note,
    }
