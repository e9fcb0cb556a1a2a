"""Statements: one assertion, of a stated kind."""

from marshmallow import fields

from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section
from passport_api.domain.statements import MAX_TEXT, StatementKind
from passport_schemas.base import Actor, Answer, Day, Strict, Text, listing


class NewStatement(Strict):
    """What somebody writes."""

    section = fields.Enum(Section, by_value=True, required=True)
    detail_level = fields.Enum(DetailLevel, by_value=True, required=True)
    kind = fields.Enum(StatementKind, by_value=True, load_default=StatementKind.OBSERVATION)
    text = Text(
        longest=MAX_TEXT,
        lines=True,
        required=True,
        metadata={"example": "Sam settles when an adult sits beside him and says what will happen next."},
    )
    source = Text(longest=120, required=True, metadata={"example": "parent"})
    review_on = Day(load_default=None, allow_none=True)


class Statement(Answer):
    """A statement as it stands."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)
    section = fields.Enum(Section, by_value=True, required=True)
    detail_level = fields.Enum(DetailLevel, by_value=True, required=True)
    kind = fields.Enum(StatementKind, by_value=True, required=True)
    text = fields.String(required=True)
    source = fields.String(required=True)
    author = fields.Nested(Actor, required=True)
    recorded_on = fields.Date(required=True)
    review_on = fields.Date(required=True, allow_none=True)
    out_of_date = fields.Boolean(required=True)


Statements = listing(Statement, "Statements")
