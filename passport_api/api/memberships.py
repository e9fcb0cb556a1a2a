"""Staff of an organisation."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api.calls import Rendered, perform, reply, reply_page
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import MEMBERSHIP_ID, ORGANISATION_ID
from passport_api.api.rendering import moment, moment_or_none
from passport_api.domain.ids import MembershipId, OrganisationId
from passport_api.services import memberships
from passport_api.services.memberships import Member
from passport_schemas import memberships as wire
from passport_schemas.examples import memberships as examples

blueprint = Blueprint("memberships", __name__, description="Who holds which role in an organisation.")


@blueprint.route("/v1/organisations/<uuid:organisation_id>/memberships", methods=["GET"], parameters=[ORGANISATION_ID])
@access(callers=("org_admin",), logs="members.listed")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Members, example=examples.MEMBERS)
def list_members(query: dict[str, Any], organisation_id: UUID) -> Response:
    """An organisation's people, with those who have left."""
    position = id_position_of(query)
    after = None if position is None else MembershipId(position)
    limit = query["limit"]
    members = perform(lambda work: memberships.list_members(work, OrganisationId(organisation_id), after, limit + 1))
    return reply_page(members, limit, _render, lambda member: (str(member.membership_id),))


@blueprint.route("/v1/memberships/<uuid:membership_id>", methods=["PATCH"], parameters=[MEMBERSHIP_ID])
@access(callers=("org_admin",), logs="membership.role_changed")
@blueprint.problems("not_found", "conflict")
@blueprint.arguments(wire.RoleChange, example=examples.CHANGE)
@blueprint.response(200, wire.Member, example=examples.CHANGED)
def change_role(body: dict[str, Any], membership_id: UUID) -> Response:
    """Give somebody another role in place of this one, from the next request on."""
    changed = perform(lambda work: memberships.change_role(work, MembershipId(membership_id), body["role"]))
    return reply(_render(changed))


@blueprint.route("/v1/memberships/<uuid:membership_id>", methods=["DELETE"], parameters=[MEMBERSHIP_ID])
@access(callers=("org_admin",), logs="membership.ended")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Member, example=examples.ENDED)
def end_membership(membership_id: UUID) -> Response:
    """End a membership. Whatever it opened is closed from the next request on; the record of it stays."""
    return reply(_render(perform(lambda work: memberships.end(work, MembershipId(membership_id)))))


def _render(member: Member) -> Rendered:
    return {
        "id": str(member.membership_id),
        "account_id": str(member.account_id),
        "name": member.name,
        "email": member.email,
        "role": member.role.value,
        "started_at": moment(member.started_at),
        "ended_at": moment_or_none(member.ended_at),
    }
