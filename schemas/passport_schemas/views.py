"""Views: the inbox without content, a view with it, and the acknowledgement."""

from marshmallow import fields

from passport_api.domain.consents import Purpose
from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section
from passport_schemas.base import Answer, listing, moment
from passport_schemas.statements import Statement


class InboxItem(Answer):
    """A view that one could open: no content and no name."""

    id = fields.UUID(required=True)
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    recipient_id = fields.UUID(required=True)
    transition_id = fields.UUID(required=True, allow_none=True)
    planned_date = fields.Date(required=True, allow_none=True)
    shared_at = moment("Since when it can be opened.")
    valid_until = moment("Until when it can be opened.")
    first_opened_at = moment("When one first opened it; null before.", allow_none=True)
    acknowledged_at = moment("When one acknowledged it; null before.", allow_none=True)


Inbox = listing(InboxItem, "Inbox")


class WhoItIsAbout(Answer):
    """The child's name, and what they like to be called."""

    name = fields.String(required=True)
    known_as = fields.String(required=True, allow_none=True)


class ViewSection(Answer):
    """A section with the statements that this reader may see."""

    section = fields.Enum(Section, by_value=True, required=True)
    detail_level = fields.Enum(
        DetailLevel, by_value=True, required=True, metadata={"description": "The highest level shown in it."}
    )
    statements = fields.List(fields.Nested(Statement), required=True)


class View(Answer):
    """What one consent lets one reader see."""

    id = fields.UUID(required=True, metadata={"description": "Its consent's id."})
    purpose = fields.Enum(Purpose, by_value=True, required=True)
    role = fields.String(required=True, metadata={"description": "The role it is read in."})
    child = fields.Nested(WhoItIsAbout, required=True)
    valid_until = moment("Until when it can be opened.")
    sections = fields.List(fields.Nested(ViewSection), required=True)
    log_entry = fields.Integer(required=True, metadata={"description": "The place of this opening in the access log."})


class Acknowledgement(Answer):
    """A reader's word that they have read a view."""

    id = fields.UUID(required=True, metadata={"description": "The view's id."})
    acknowledged_at = moment("When.")
