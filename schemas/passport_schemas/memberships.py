"""Staff of an organisation."""

from marshmallow import fields

from passport_api.domain.roles import Role
from passport_schemas.base import Answer, Strict, an_id, choice, listing, moment


class RoleChange(Strict):
    """The role that takes the place of the one held."""

    role = choice(Role, "The new role: one that the kind of organisation has.")


class Member(Answer):
    """One person's role in an organisation."""

    id = an_id("The membership.")
    account_id = an_id("The person's account.")
    name = fields.String(required=True, metadata={"description": "Their name."})
    email = fields.String(required=True, metadata={"format": "email", "description": "Their address at work."})
    role = choice(Role, "The role held.")
    started_at = moment("Since when.")
    ended_at = moment("Until when; null while it lasts.", allow_none=True)


Members = listing(Member, "Members")
