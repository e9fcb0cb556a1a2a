"""Statements: one assertion, of a stated kind."""

from typing import Any

from marshmallow import fields, post_load, validate

from passport_api.domain.corrections import CorrectionKind
from passport_api.domain.levels import DetailLevel
from passport_api.domain.sections import Section
from passport_api.domain.statements import MAX_RESTS_ON, MAX_TEXT, MAX_WORDING_REASON, StatementKind, StatementStatus
from passport_schemas.base import Actor, Answer, Day, Id, Strict, Text, an_id, choice, listing
from passport_schemas.findings import findings


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
    wording_reason = Text(
        longest=MAX_WORDING_REASON,
        lines=True,
        load_default=None,
        allow_none=True,
        metadata={
            "description": "Why wordings stay that the check says to change; without it they are refused "
            "(`wording_held`). Kept with the version and shown to the custodian's reviewer."
        },
    )
    rests_on = fields.List(
        Id(),
        load_default=(),
        validate=validate.Length(max=MAX_RESTS_ON),
        metadata={
            "description": "The statements of this passport that an opinion rests on: should one be corrected, the "
            "custodian is asked to look at the opinion again."
        },
    )

    @post_load
    def _once_each(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "rests_on": tuple(dict.fromkeys(data["rests_on"]))}


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
    wording_reason = fields.String(
        required=True, allow_none=True, metadata={"description": "Why wordings stayed; null where there was no reason."}
    )
    rests_on = fields.List(
        fields.UUID(), required=True, metadata={"description": "The statements that an opinion rests on."}
    )


class ExaminedStatement(KeptStatement):
    """A version as it was just written, or read by itself, with what is found in it."""

    findings = findings("What could harm in it, and what leaks: advice, and what was kept with a reason.")


Statements = listing(KeptStatement, "Statements")
