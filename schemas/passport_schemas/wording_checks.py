"""Wording checks: a text, and what is found in it."""

from marshmallow import fields

from passport_api.domain.statements import MAX_TEXT, StatementKind
from passport_schemas.base import Answer, Strict, Text
from passport_schemas.findings import findings


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


class WordingCheck(Answer):
    """What is found in a text, in its order."""

    findings = findings("What could harm, with what to write instead.")
