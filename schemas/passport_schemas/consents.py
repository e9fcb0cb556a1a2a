"""Consents, and previews of what they show."""

from typing import Any, ClassVar

from marshmallow import fields, validate

from passport_api.domain.consents import MOVES, ConsentStatus, Purpose, Standing
from passport_api.domain.levels import DetailLevel
from passport_api.domain.roles import Role, ceiling_of
from passport_api.domain.sections import Section
from passport_schemas.base import Answer, Flag, Id, Instant, Strict, Text, an_id, choice, listing, moment
from passport_schemas.views import ViewSection, WhoItIsAbout

_READERS = [role for role in Role if ceiling_of(role) is not None]


def _scope() -> fields.Dict:
    return fields.Dict(
        keys=fields.Enum(Section, by_value=True),
        values=fields.Enum(DetailLevel, by_value=True),
        required=True,
        validate=validate.Length(min=1, error="Choose at least one section to share."),
        metadata={
            "description": "Section to the highest level that may be seen in it. What is left out is not shared.",
        },
    )


def _reader() -> fields.Enum[Role]:
    return fields.Enum(
        Role,
        by_value=True,
        required=True,
        validate=validate.OneOf(_READERS, error="This role never sees content."),
        metadata={"description": "The role to see it as.", "examples": ["designated_teacher"]},
    )


class ChildView(Strict):
    """Whether the child was asked, and what they said: words only from a child who was asked."""

    contract: ClassVar[dict[str, Any]] = {
        "anyOf": [{"properties": {"asked": {"const": True}}}, {"properties": {"words": {"type": "null"}}}]
    }

    asked = Flag(required=True, metadata={"description": "Whether somebody asked the child about this sharing."})
    words = Text(
        longest=2000,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={"description": "What they said, in their own words."},
    )


class NewConsent(Strict):
    """What a parent consents to. A purpose that is a move names the transition that it serves."""

    contract: ClassVar[dict[str, Any]] = {
        "anyOf": [
            {"required": ["transition_id"], "properties": {"transition_id": {"type": "string"}}},
            {"properties": {"purpose": {"enum": [purpose.value for purpose in Purpose if purpose not in MOVES]}}},
        ]
    }

    recipient_id = Id(
        required=True, metadata={"description": "The organisation that may see it: where the transition leads."}
    )
    purpose = choice(Purpose, "What it is for.")
    scope = _scope()
    valid_from = Instant(
        load_default=None,
        allow_none=True,
        metadata={"description": "From when; at once when not given. A date begins at its first moment in the UK."},
    )
    valid_until = Instant(
        whole_day=True,
        required=True,
        metadata={"description": "Until when, exclusive. A date lasts to its end in the UK."},
    )
    transition_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "The move that it serves: one of this passport's that is under way."},
    )
    child_view = fields.Nested(ChildView, required=True)


class ChildViewShown(Answer):
    """Whether the child was asked, and what they said."""

    asked = fields.Boolean(required=True)
    words = fields.String(required=True, allow_none=True)


class Consent(Answer):
    """A consent as it stands now."""

    id = an_id("Its id, and the id of the view that it opens.")
    passport_id = an_id("The passport.")
    recipient_id = an_id("The organisation that may see it.")
    purpose = choice(Purpose, "What it is for.")
    scope = _scope()
    valid_from = moment("From when.")
    valid_until = moment("Until when, exclusive.")
    transition_id = an_id("The move that it serves.", allow_none=True)
    child_view = fields.Nested(ChildViewShown, required=True)
    status = choice(ConsentStatus, "Whether it opens a view now.")
    standing = choice(Standing, "Why the status is what it is.")
    approvals = fields.Integer(
        required=True, validate=validate.Range(min=0), metadata={"description": "How many parents have agreed."}
    )
    approvals_needed = fields.Integer(
        required=True, validate=validate.Range(min=1), metadata={"description": "How many must agree."}
    )
    proposed_at = moment("When it was given.")


Consents = listing(Consent, "Consents")


class NewPreview(Strict):
    """A scope that is not yet consented to, and the role to see it as."""

    scope = _scope()
    role = _reader()


class PreviewQuery(Strict):
    """The role to see a consent as."""

    role = _reader()


class Preview(Answer):
    """Exactly what somebody with the role would see."""

    role = choice(Role, "The role that it is seen as.")
    child = fields.Nested(WhoItIsAbout, required=True)
    sections = fields.List(fields.Nested(ViewSection), required=True)
    being_reviewed = fields.Boolean(
        required=True, metadata={"description": "Whether a statement is left out while it is being reviewed."}
    )
    stopped = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "Statements that are left out because they say what is on the protected list."},
    )
