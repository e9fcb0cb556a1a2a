"""Invitations: to be a parent on a passport, or staff of an organisation."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from passport_api.domain.passwords import MAX_LENGTH
from passport_api.domain.roles import Role
from passport_schemas.base import Answer, Strict, Text, email, moment


class NewInvitation(Strict):
    """Give `passport_id` to invite a parent, or `organisation_id` and `role` to invite staff."""

    name = Text(longest=120, required=True, metadata={"example": "Alex Rivers"})
    email = email()
    passport_id = fields.UUID()
    organisation_id = fields.UUID()
    role = fields.Enum(Role, by_value=True)

    @validates_schema
    def _one_purpose(self, data: dict[str, Any], **_: Any) -> None:
        if ("passport_id" in data) == ("organisation_id" in data):
            raise ValidationError("Give either passport_id or organisation_id.", "passport_id")
        if ("organisation_id" in data) != ("role" in data):
            raise ValidationError("A role goes with an organisation_id.", "role")


class Invitation(Answer):
    """An invitation, with its link: shown this once."""

    id = fields.UUID(required=True)
    link = fields.URL(required=True, require_tld=False)
    token = fields.String(required=True)
    expires_at = moment("After this the link does not work.")


class Acceptance(Strict):
    """The one-time token from the link, and a password: a new one, or that of the account one has."""

    token = fields.String(required=True, validate=validate.Length(1, 200))
    password = fields.String(required=True, validate=validate.Length(1, MAX_LENGTH))
