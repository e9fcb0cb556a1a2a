"""Checking wording as it is written."""

from typing import Any

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import inspect, reply
from passport_api.api.edge import Blueprint, access
from passport_api.services import wording_checks
from passport_schemas import wording_checks as wire
from passport_schemas.examples import wording_checks as examples

blueprint = Blueprint("wording_checks", __name__, description="What a text says that could harm whom it is about.")


@blueprint.route("/v1/wording-checks", methods=["POST"])
@access(callers=("signed_in",), logs="nothing")
@blueprint.arguments(wire.NewWordingCheck, example=examples.CHECK)
@blueprint.response(200, wire.WordingCheck, example=examples.CHECKED)
def check_wording(body: dict[str, Any]) -> Response:
    """Find wording that blames, labels or puzzles, with what to write instead. The text is not kept."""
    findings = inspect(lambda _: wording_checks.check_wording(body["text"], body["kind"]))
    return reply({"findings": rendering.findings(findings)})
