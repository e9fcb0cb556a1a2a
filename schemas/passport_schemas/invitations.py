"""Invitations: to be a parent on a passport, or staff of an organisation."""

from typing import Any, ClassVar

from marshmallow import ValidationError, fields, validates_schema

from passport_api.domain.passwords import MAX_LENGTH, MIN_LENGTH
from passport_api.domain.roles import Role
from passport_schemas.base import Answer, Id, Secret, Strict, Text, an_id, email, moment


class NewInvitation(Strict):
    """Give `passport_id` to invite a parent, or `organisation_id` and `role` to invite staff."""

    contract: ClassVar[dict[str, Any]] = {
        "oneOf": [
            {
                "title": "A parent",
                "required": ["passport_id"],
                "not": {"anyOf": [{"required": ["organisation_id"]}, {"required": ["role"]}]},
            },
            {
                "title": "Staff",
                "required": ["organisation_id", "role"],
                "not": {"required": ["passport_id"]},
            },
        ]
    }

    name = Text(longest=120, required=True, metadata={"description": "Who is invited."})
    email = email()
    passport_id = Id(metadata={"description": "The passport to be a parent on."})
    organisation_id = Id(metadata={"description": "The organisation to work for."})
    role = fields.Enum(
        Role, by_value=True, metadata={"description": "The role there: one that the kind of organisation has."}
    )

    @validates_schema
    def _one_purpose(self, data: dict[str, Any], **_: Any) -> None:
        if ("passport_id" in data) == ("organisation_id" in data):
            raise ValidationError("Give either passport_id or organisation_id.", "passport_id")
        if ("organisation_id" in data) != ("role" in data):
            raise ValidationError("A role goes with an organisation_id.", "role")


class Invitation(Answer):
    """An invitation, with its link: shown this once."""

    id = an_id("The invitation.")
    link = fields.String(
        required=True,
        metadata={"format": "uri", "description": "Give it to the person invited. Its token stands after the #."},
    )
    token = fields.String(required=True, metadata={"description": "What the link carries; good for one acceptance."})
    expires_at = moment("After this the link does not work.")


class Acceptance(Strict):
    """The one-time token from the link, and a password: a new one, or that of the account one has."""

    token = Secret(longest=200, required=True, metadata={"description": "From the link, after the #."})
    password = Secret(
        longest=MAX_LENGTH,
        required=True,
        metadata={
            "format": "password",
            "description": f"A new one has at least {MIN_LENGTH} characters and is not one of the obvious.",
        },
    )
