"""Statements: one assertion, of a stated kind."""

from marshmallow import fields, validate

from passport_api.domain.corrections import CorrectionKind
from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section
from passport_api.domain.statements import MAX_TEXT, StatementKind, StatementStatus
from passport_schemas.base import Actor, Answer, Day, Strict, Text, an_id, choice, listing


class NewStatement(Strict):
    """What somebody writes: one assertion, with where it comes from. The child may read it one day."""

    section = choice(Section, "Where it belongs.")
    detail_level = choice(DetailLevel, "How far it may travel: everyday is for any adult working with the child.")
    kind = fields.Enum(
        StatementKind,
        by_value=True,
        load_default=StatementKind.OBSERVATION,
        metadata={"description": "What sort of assertion it is: an opinion never travels as a fact."},
    )
    text = Text(
        longest=MAX_TEXT,
        lines=True,
        required=True,
        metadata={"description": "Counted in characters after NFC, without white space at its ends."},
    )
    source = Text(
        longest=120, required=True, metadata={"description": "Whose knowledge it is, such as `parent` or `teacher`."}
    )
    review_on = Day(
        load_default=None,
        allow_none=True,
        metadata={"description": "After this day it is shown as out of date; not in the past."},
    )


class Statement(Answer):
    """A statement as it stands."""

    id = an_id("The statement, in all its versions.")
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    hash = fields.String(
        required=True,
        validate=validate.Regexp("[0-9a-f]{32}"),
        metadata={"description": "What this version is recognised by wherever it went. Says nothing of the text."},
    )
    section = choice(Section, "Where it belongs.")
    detail_level = choice(DetailLevel, "How far it may travel.")
    kind = choice(StatementKind, "What sort of assertion it is.")
    text = fields.String(required=True)
    source = fields.String(required=True, metadata={"description": "Whose knowledge it is."})
    author = fields.Nested(Actor, required=True, metadata={"description": "Who wrote it down."})
    recorded_on = fields.Date(required=True)
    review_on = fields.Date(required=True, allow_none=True)
    out_of_date = fields.Boolean(required=True, metadata={"description": "Whether its review date has passed."})


class Correction(Answer):
    """Why a version took the place of the one before."""

    kind = choice(CorrectionKind, "Whether it replaces what was said, or withdraws it.")
    reason = fields.String(required=True)


class KeptStatement(Statement):
    """A version of a statement, as those responsible for the child see it."""

    status = choice(StatementStatus, "Only what stands is what views show.")
    correction = fields.Nested(
        Correction, required=True, allow_none=True, metadata={"description": "Null for the first version."}
    )


Statements = listing(KeptStatement, "Statements")
