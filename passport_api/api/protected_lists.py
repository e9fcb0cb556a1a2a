"""Protected lists, and what a text would give away."""

from typing import Any
from uuid import UUID

from flask import Response, request

from passport_api.api import rendering
from passport_api.api.calls import Rendered, perform, reply
from passport_api.api.edge import Blueprint, Problem, access, etag_of, require_if_match
from passport_api.api.parameters import ETAG, IF_MATCH, PASSPORT_ID
from passport_api.domain.ids import PassportId
from passport_api.services import protected_lists
from passport_api.services.protected_lists import KeptList
from passport_schemas import protected_lists as wire
from passport_schemas.examples import protected_lists as examples

blueprint = Blueprint(
    "protected_lists",
    __name__,
    description="What no view says. Nobody but the parents and the custodian learns that there is such a list.",
)


@blueprint.route("/v1/passports/<uuid:passport_id>/protected-list", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="protected_list.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.KeptProtectedList, example=examples.KEPT, headers={"ETag": ETAG})
def read_protected_list(passport_id: UUID) -> Response:
    """The protected list, with what to send in `If-Match` to edit it; empty while nobody has made one."""
    kept = perform(lambda work: protected_lists.read(work, PassportId(passport_id)))
    return reply(_render(kept), _etag(kept.passport_id, kept.version))


@blueprint.route("/v1/passports/<uuid:passport_id>/protected-list", methods=["PUT"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="protected_list.changed")
@blueprint.problems("not_found", "precondition_required", "precondition_failed")
@blueprint.doc(parameters=[IF_MATCH])
@blueprint.arguments(wire.NewProtectedList, example=examples.NEW)
@blueprint.response(200, wire.KeptProtectedList, example=examples.KEPT, headers={"ETag": ETAG})
def replace_protected_list(body: dict[str, Any], passport_id: UUID) -> Response:
    """Edit the protected list, whole. From the answer on no view shows a statement that says what is on it."""
    if "If-Match" not in request.headers:
        raise Problem("precondition_required")
    kept = perform(lambda work: protected_lists.replace(work, PassportId(passport_id), body["said"], _is_as_read))
    return reply(_render(kept), _etag(kept.passport_id, kept.version))


@blueprint.route("/v1/passports/<uuid:passport_id>/protection-checks", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="protected_list.asked")
@blueprint.problems("not_found")
@blueprint.arguments(wire.NewProtectionCheck, example=examples.CHECK)
@blueprint.response(200, wire.ProtectionCheck, example=examples.CHECKED)
def check_protection(body: dict[str, Any], passport_id: UUID) -> Response:
    """Find in a text, such as a letter to the first family, what must not reach its readers. The text is not kept."""
    found = perform(lambda work: protected_lists.check(work, PassportId(passport_id), body["text"], body["readers"]))
    return reply({"findings": rendering.findings(found)})


def _is_as_read(passport_id: PassportId, version: int) -> bool:
    require_if_match(_etag(passport_id, version))
    return True


def _etag(passport_id: PassportId, version: int) -> str:
    return etag_of(str(passport_id), version)


def _render(kept: KeptList) -> Rendered:
    return {
        "passport_id": str(kept.passport_id),
        "version": kept.version,
        "terms": [{"kind": term.kind.value, "text": term.text} for term in kept.said.terms],
        "names_in_use": list(kept.said.names_in_use),
        "stopped": [{"id": str(each.statement_id), "version": each.version} for each in kept.stopped],
    }
