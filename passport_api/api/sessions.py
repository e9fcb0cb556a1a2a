"""Signing in, refreshing, signing out; the keys that tokens are checked with."""

from typing import Any

from flask import Response, current_app

from passport_api.api import throttle
from passport_api.api.calls import Rendered, inspect, reply, runtime
from passport_api.api.edge import Blueprint, access, allow_caching, log_of
from passport_api.api.tokens import access_seconds, access_token, caller
from passport_api.domain.errors import SignInFailed, TokenReused
from passport_api.domain.people import Actor
from passport_api.services import sessions
from passport_api.services.runtime import Caller
from passport_schemas import sessions as wire
from passport_schemas.examples import sessions as examples

blueprint = Blueprint("sessions", __name__, description="Signing in and out.")

_KEYS_FRESH_SECONDS = 300


@blueprint.route("/v1/auth/login", methods=["POST"])
@access(callers=("anyone",), logs="nothing")
@blueprint.problems("unauthenticated", "too_many_requests", "unavailable")
@blueprint.arguments(wire.SignIn, example=examples.SIGN_IN)
@blueprint.response(200, wire.Tokens, example=examples.TOKENS)
def sign_in(body: dict[str, Any]) -> Response:
    """Sign in with an email address and a password."""
    account = runtime().vault.email_index(body["email"]).hex()
    throttle.refuse_guessers(account)
    try:
        who, refresh_token = sessions.sign_in(runtime(), body["email"], body["password"])
    except SignInFailed as error:
        throttle.count_failure(error, account)
        raise
    return reply(render_tokens(who, refresh_token))


@blueprint.route("/v1/auth/refresh", methods=["POST"])
@access(callers=("anyone",), logs="nothing")
@blueprint.problems("unauthenticated", "unavailable")
@blueprint.arguments(wire.Refresh, example=examples.REFRESH)
@blueprint.response(200, wire.Tokens, example=examples.TOKENS)
def refresh(body: dict[str, Any]) -> Response:
    """Trade a refresh token for new tokens. A token that comes a second time ends its whole session."""
    try:
        who, refresh_token = sessions.refresh(runtime(), body["refresh_token"])
    except TokenReused as error:
        log_of(current_app).warning("refresh_token_reused", session_id=str(error.session_id))
        raise
    return reply(render_tokens(who, refresh_token))


@blueprint.route("/v1/auth/logout", methods=["POST"])
@access(callers=("signed_in",), logs="nothing")
@blueprint.response(204, description="Signed out.")
def sign_out() -> Response:
    """Sign out: this session's tokens stop working at once."""
    sessions.sign_out(runtime(), caller())
    return Response(status=204)


@blueprint.route("/v1/me", methods=["GET"])
@access(callers=("signed_in",), logs="nothing")
@blueprint.response(200, wire.Me, example=examples.ME)
def read_me() -> Response:
    """Who is signed in, and the roles they hold."""
    return reply(_render_me(inspect(lambda work: work.actor)))


@blueprint.route("/.well-known/jwks.json", methods=["GET"])
@access(callers=("anyone",), logs="nothing")
@blueprint.response(200, wire.JsonWebKeySet, example=examples.KEYS)
def read_keys() -> Response:
    """The public keys of access tokens (RFC 7517)."""
    return allow_caching(reply({"keys": [key.jwk() for key in runtime().keys.tokens]}), _KEYS_FRESH_SECONDS)


def render_tokens(who: Caller, refresh_token: str) -> Rendered:
    """A session's tokens."""
    return {
        "access_token": access_token(who),
        "refresh_token": refresh_token,
        "token_type": "Bearer",
        "expires_in": access_seconds(),
    }


def _render_me(actor: Actor) -> Rendered:
    return {
        "id": str(actor.account_id),
        "name": actor.name,
        "memberships": [
            {
                "organisation_id": str(held.organisation_id),
                "organisation": held.organisation_name,
                "role": held.role.value,
            }
            for held in actor.active()
        ],
    }
