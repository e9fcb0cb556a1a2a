"""Consents, and previews of what they show."""

from marshmallow import fields, validate

from passport_api.domain.consents import ConsentStatus, Purpose, Standing
from passport_api.domain.levels import DetailLevel
from passport_api.domain.roles import Role
from passport_api.domain.sections import Section
from passport_schemas.base import Answer, Instant, Strict, Text, listing, moment
from passport_schemas.views import ViewSection, WhoItIsAbout


def _scope() -> fields.Dict:
    return fields.Dict(
        keys=fields.Enum(Section, by_value=True),
        values=fields.Enum(DetailLevel, by_value=True),
        required=True,
        validate=validate.Length(min=1, error="Choose at least one section to share."),
        metadata={
            "description": "Section to the highest level that may be seen in it.",
            "example": {"about_me": "everyday", "regulation": "need_to_know"},
            "minProperties": 1,
        },
    )


class ChildView(Strict):
    """Whether the child was asked, and what they said."""

    asked = fields.Boolean(required=True, truthy={True}, falsy={False})
    words = Text(longest=2000, lines=True, load_default=None, allow_none=True)


class NewConsent(Strict):
    """What a parent consents to."""

    recipient_id = fields.UUID(required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    scope = _scope()
    valid_from = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "From when; at once when not given. A date begins at its first moment in the UK."},
    )
    valid_until = Instant(
        whole_day=True,
        required=True,
        metadata={"description": "Until when, exclusive. A date lasts to its end in the UK.", "example": "2028-07-31"},
    )
    transition_id = fields.UUID(load_default=None, allow_none=True)
    child_view = fields.Nested(ChildView, required=True)


class ChildViewShown(Answer):
    """Whether the child was asked, and what they said."""

    asked = fields.Boolean(required=True)
    words = fields.String(required=True, allow_none=True)


class Consent(Answer):
    """A consent."""

    id = fields.UUID(required=True)
    passport_id = fields.UUID(required=True)
    recipient_id = fields.UUID(required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    scope = _scope()
    valid_from = moment("From when.")
    valid_until = moment("Until when, exclusive.")
    transition_id = fields.UUID(required=True, allow_none=True)
    child_view = fields.Nested(ChildViewShown, required=True)
    status = fields.Enum(ConsentStatus, by_value=True, required=True)
    standing = fields.Enum(
        Standing, by_value=True, required=True, metadata={"description": "Why the status is what it is."}
    )
    approvals = fields.Integer(required=True)
    approvals_needed = fields.Integer(required=True)
    proposed_at = moment("When it was given.")


Consents = listing(Consent, "Consents")


class NewPreview(Strict):
    """A scope that is not yet consented to, and the role to see it as."""

    scope = _scope()
    role = fields.Enum(Role, by_value=True, required=True)


class PreviewQuery(Strict):
    """The role to see a consent as."""

    role = fields.Enum(Role, by_value=True, required=True)


class Preview(Answer):
    """Exactly what somebody with the role would see."""

    role = fields.Enum(Role, by_value=True, required=True)
    child = fields.Nested(WhoItIsAbout, required=True)
    sections = fields.List(fields.Nested(ViewSection), required=True)
