"""Signing in, refreshing, signing out, and who one is."""

from marshmallow import fields, validate

from passport_api.domain.passwords import MAX_LENGTH
from passport_api.domain.roles import Role
from passport_schemas.base import Answer, Secret, Strict, an_id, choice, email


class SignIn(Strict):
    """An email address and the password that goes with it."""

    email = email()
    password = Secret(longest=MAX_LENGTH, required=True, metadata={"format": "password"})


class Refresh(Strict):
    """The refresh token that came last."""

    refresh_token = Secret(longest=200, required=True, metadata={"description": "Good for one use."})


class Tokens(Answer):
    """A signed-in session's tokens."""

    access_token = fields.String(
        required=True, metadata={"description": "A JWT (EdDSA): send it as `Authorization: Bearer`."}
    )
    refresh_token = fields.String(
        required=True, metadata={"description": "Trade it for new tokens before the access token expires."}
    )
    token_type = fields.String(required=True, validate=validate.OneOf(["Bearer"]))
    expires_in = fields.Integer(
        required=True,
        validate=validate.Range(min=1),
        metadata={"description": "Seconds that the access token is good for."},
    )


class MyMembership(Answer):
    """A role that one holds now."""

    organisation_id = an_id("The organisation.")
    organisation = fields.String(required=True, metadata={"description": "Its name."})
    role = choice(Role, "The role held.")


class Me(Answer):
    """Who is signed in."""

    id = an_id("One's account.")
    name = fields.String(required=True)
    memberships = fields.List(fields.Nested(MyMembership), required=True)


class JsonWebKey(Answer):
    """An Ed25519 public key (RFC 8037)."""

    kty = fields.String(required=True, validate=validate.OneOf(["OKP"]))
    crv = fields.String(required=True, validate=validate.OneOf(["Ed25519"]))
    x = fields.String(required=True, metadata={"pattern": "^[A-Za-z0-9_-]{43}$", "description": "The key, base64url."})
    kid = fields.String(required=True, metadata={"description": "The id that a token's header names."})
    use = fields.String(required=True, validate=validate.OneOf(["sig"]))
    alg = fields.String(required=True, validate=validate.OneOf(["EdDSA"]))


class JsonWebKeySet(Answer):
    """The public keys that access tokens are signed with (RFC 7517)."""

    keys = fields.List(fields.Nested(JsonWebKey), required=True)
