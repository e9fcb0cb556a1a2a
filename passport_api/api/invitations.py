"""Invitations."""

from typing import Any

from flask import Response

from passport_api.api import throttle
from passport_api.api.calls import Rendered, create, reply, runtime, state
from passport_api.api.edge import Blueprint, access
from passport_api.api.parameters import IDEMPOTENCY_KEY, REPLAYED
from passport_api.api.rendering import moment
from passport_api.api.sessions import render_tokens
from passport_api.domain.decisions import Refused
from passport_api.domain.errors import SignInFailed
from passport_api.domain.ids import OrganisationId, PassportId
from passport_api.services import invitations
from passport_api.services.invitations import Invited, Invitee
from passport_api.services.runtime import Work
from passport_schemas import invitations as wire
from passport_schemas.examples import invitations as examples
from passport_schemas.examples.sessions import TOKENS
from passport_schemas.sessions import Tokens

blueprint = Blueprint("invitations", __name__, description="One-time links for parents and staff.")


@blueprint.route("/v1/invitations", methods=["POST"])
@access(callers=("custodian", "org_admin"), logs="parent.invited, member.invited")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewInvitation, examples=examples.INVITE)
@blueprint.response(201, wire.Invitation, example=examples.INVITATION, headers={"Idempotency-Replayed": REPLAYED})
def create_invitation(body: dict[str, Any]) -> Response:
    """Invite a parent to a passport, as its custodian, or staff to an organisation, as its administrator."""
    invitee = Invitee(body["name"], body["email"])

    def invite(work: Work) -> Invited | Refused:
        if "passport_id" in body:
            return invitations.invite_parent(work, PassportId(body["passport_id"]), invitee)
        return invitations.invite_member(work, OrganisationId(body["organisation_id"]), body["role"], invitee)

    return create(invite, _render)


@blueprint.route("/v1/invitations/acceptance", methods=["POST"])
@access(callers=("anyone",), logs="invitation.accepted")
@blueprint.problems("unauthenticated", "too_many_requests", "unavailable")
@blueprint.arguments(wire.Acceptance, example=examples.ACCEPT)
@blueprint.response(200, Tokens, example=TOKENS)
def accept_invitation(body: dict[str, Any]) -> Response:
    """Accept an invitation and sign in: with a new password, or with that of the account one has."""
    throttle.refuse_guessers()
    try:
        who, refresh_token = invitations.accept(runtime(), body["token"], body["password"])
    except SignInFailed as error:
        throttle.count_failure(error)
        raise
    return reply(render_tokens(who, refresh_token))


def _render(invited: Invited) -> Rendered:
    return {
        "id": str(invited.invitation_id),
        "link": invitations.link_of(state().settings.base_url, invited),
        "token": invited.token,
        "expires_at": moment(invited.expires_at),
    }
