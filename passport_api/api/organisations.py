"""Organisations."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api.calls import Rendered, inspect, reply, reply_page
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import ORGANISATION_ID
from passport_api.api.rendering import text_or_none
from passport_api.domain.ids import OrganisationId
from passport_api.services import organisations
from passport_api.store.organisations import OrganisationRecord
from passport_schemas import organisations as wire
from passport_schemas.examples import organisations as examples

blueprint = Blueprint("organisations", __name__, description="Schools, authorities and agencies.")


class OrganisationQuery(PageQuery):
    """A page of organisations, narrowed to a code where one is given."""

    urn = wire.FILTERS["urn"]
    authority_code = wire.FILTERS["authority_code"]


@blueprint.route("/v1/organisations", methods=["GET"])
@access(callers=("signed_in",), logs="nothing")
@blueprint.arguments(OrganisationQuery, location="query")
@blueprint.response(200, wire.Organisations, example=examples.ORGANISATIONS)
def list_organisations(query: dict[str, Any]) -> Response:
    """Schools, authorities and agencies; by URN or authority code where one is given."""
    position = id_position_of(query)
    after = None if position is None else OrganisationId(position)
    limit = query["limit"]
    found = inspect(
        lambda work: organisations.page(work, query.get("urn"), query.get("authority_code"), after, limit + 1)
    )
    return reply_page(found, limit, _render, lambda each: (str(each.organisation_id),))


@blueprint.route("/v1/organisations/<uuid:organisation_id>", methods=["GET"], parameters=[ORGANISATION_ID])
@access(callers=("signed_in",), logs="nothing")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Organisation, example=examples.ORGANISATION)
def read_organisation(organisation_id: UUID) -> Response:
    """An organisation: its name, and the codes that others know it by."""
    return reply(_render(inspect(lambda work: organisations.find(work, OrganisationId(organisation_id)))))


def _render(organisation: OrganisationRecord) -> Rendered:
    return {
        "id": str(organisation.organisation_id),
        "kind": organisation.kind.value,
        "name": organisation.name,
        "urn": organisation.urn,
        "authority_code": organisation.authority_code,
        "gss_code": organisation.gss_code,
        "authority_id": text_or_none(organisation.authority_id),
    }
