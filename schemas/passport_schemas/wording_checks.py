"""Wording checks: a text, and what is found in it."""

from marshmallow import fields, validate

from passport_api.domain.findings import Category, Strength
from passport_api.domain.statements import MAX_TEXT, StatementKind
from passport_schemas.base import Answer, Strict, Text, choice


class NewWordingCheck(Strict):
    """What somebody is about to write."""

    text = Text(
        longest=MAX_TEXT,
        lines=True,
        required=True,
        metadata={"description": "As it would be kept: in NFC, without white space at its ends."},
    )
    kind = fields.Enum(
        StatementKind,
        by_value=True,
        load_default=StatementKind.OBSERVATION,
        metadata={"description": "What sort of assertion it is to be. In the child's own words nothing is found."},
    )


class WordingSource(Answer):
    """Published guidance that a finding follows."""

    title = fields.String(required=True)
    publisher = fields.String(required=True)
    year = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "Where it is published."})


class WordingFinding(Answer):
    """A wording that could harm."""

    strength = choice(Strength, "Strong: change it, or have a reason. Advice may be left.")
    start = fields.Integer(
        required=True,
        validate=validate.Range(0),
        metadata={"description": "Where it begins in the text, counted in Unicode code points from 0."},
    )
    end = fields.Integer(required=True, validate=validate.Range(1), metadata={"description": "Before where it ends."})
    matched = fields.String(required=True, metadata={"description": "The wording."})
    category = choice(Category, "What kind of harm it does.")
    why = fields.String(required=True, metadata={"description": "Why it harms, in a line."})
    instead = fields.String(required=True, metadata={"description": "What to write instead."})
    source = fields.Nested(WordingSource, required=True)


class WordingCheck(Answer):
    """What is found in a text, in its order."""

    findings = fields.List(fields.Nested(WordingFinding), required=True)
