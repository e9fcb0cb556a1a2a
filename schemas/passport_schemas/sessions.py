"""Signing in, refreshing, signing out, and who one is."""

from marshmallow import fields, validate

from passport_api.domain.passwords import MAX_LENGTH
from passport_schemas.base import Answer, Strict, email


class SignIn(Strict):
    """What signing in takes."""

    email = email()
    password = fields.String(required=True, validate=validate.Length(1, MAX_LENGTH))


class Refresh(Strict):
    """What refreshing takes."""

    refresh_token = fields.String(required=True, validate=validate.Length(1, 200))


class Tokens(Answer):
    """A signed-in session's tokens."""

    access_token = fields.String(required=True)
    refresh_token = fields.String(required=True)
    token_type = fields.String(required=True, validate=validate.OneOf(["Bearer"]))
    expires_in = fields.Integer(
        required=True, metadata={"description": "Seconds that the access token is good for.", "example": 600}
    )


class MyMembership(Answer):
    """A role that one holds now."""

    organisation_id = fields.UUID(required=True)
    organisation = fields.String(required=True)
    role = fields.String(required=True)


class Me(Answer):
    """Who is signed in."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)
    memberships = fields.List(fields.Nested(MyMembership), required=True)


class JsonWebKeySet(Answer):
    """The public keys that access tokens are signed with (RFC 7517)."""

    keys = fields.List(fields.Dict(keys=fields.String(), values=fields.String()), required=True)
