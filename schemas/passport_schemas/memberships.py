"""Staff of an organisation."""

from marshmallow import fields

from passport_api.domain.roles import Role
from passport_schemas.base import Answer, Strict, listing, moment


class RoleChange(Strict):
    """The role that takes the place of the one held."""

    role = fields.Enum(Role, by_value=True, required=True)


class Member(Answer):
    """One person's role."""

    id = fields.UUID(required=True)
    account_id = fields.UUID(required=True)
    name = fields.String(required=True)
    email = fields.String(required=True)
    role = fields.Enum(Role, by_value=True, required=True)
    started_at = moment("Since when.")
    ended_at = moment("Until when; null while it lasts.", allow_none=True)


Members = listing(Member, "Members")
