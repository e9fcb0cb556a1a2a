"""What is found in a text as somebody writes it: where, why it harms, what to write instead."""

from typing import Any

from marshmallow import fields, validate

from passport_api.domain.findings import Category, Strength
from passport_schemas.base import Answer, choice


class FindingSource(Answer):
    """Published guidance that a finding follows."""

    title = fields.String(required=True)
    publisher = fields.String(required=True)
    year = fields.String(required=True)
    address = fields.String(required=True, metadata={"description": "Where it is published."})


class Finding(Answer):
    """A wording that could harm."""

    strength = choice(Strength, "Strong: change it, or have a reason. Advice may be left.")
    field = fields.String(
        required=True,
        validate=validate.OneOf(("text", "source")),
        metadata={"description": "Which field of what was written it stands in."},
    )
    start = fields.Integer(
        required=True,
        validate=validate.Range(0),
        metadata={
            "description": "Where it begins in that field, in Unicode code points from 0. The field is looked at "
            "as it is kept: in NFC, without white space at its ends."
        },
    )
    end = fields.Integer(required=True, validate=validate.Range(1), metadata={"description": "Before where it ends."})
    matched = fields.String(required=True, metadata={"description": "The wording."})
    category = choice(Category, "What kind of harm it does.")
    why = fields.String(required=True, metadata={"description": "Why it harms, in a line."})
    instead = fields.String(required=True, metadata={"description": "What to write instead."})
    source = fields.Nested(FindingSource, required=True)


def findings(description: str) -> fields.List[Any]:
    """A field of findings, in the order in which they stand."""
    return fields.List(fields.Nested(Finding), required=True, metadata={"description": description})
