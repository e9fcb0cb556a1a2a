"""Whether the service lives, and whether it can serve."""

from flask import Response

from passport_api.api.calls import reply, runtime
from passport_api.api.edge import Blueprint, access
from passport_api.services import health
from passport_schemas.examples.health import HEALTH
from passport_schemas.health import Health

blueprint = Blueprint("health", __name__, description="For those who run the service.")


@blueprint.route("/healthz", methods=["GET"])
@access(callers=("anyone",), logs="nothing")
@blueprint.response(200, Health, example=HEALTH)
def read_health() -> Response:
    """The process answers."""
    return reply({"status": "ok"})


@blueprint.route("/readyz", methods=["GET"])
@access(callers=("anyone",), logs="nothing")
@blueprint.problems("unavailable")
@blueprint.response(200, Health, example=HEALTH)
def read_readiness() -> Response:
    """The database answers, and after a fault can be written to again; clock and anchors are right."""
    health.check(runtime())
    return reply({"status": "ok"})
