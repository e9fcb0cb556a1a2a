"""Challenges of statements, and what they came to."""

from marshmallow import ValidationError, fields, validate, validates_schema

from passport_api.domain.challenges import MAX_WORDS, Challenger, ChallengeStatus, Finding
from passport_schemas.base import Answer, Flag, Id, Strict, Text, an_id, choice, listing, moment
from passport_schemas.corrections import NewCorrection


class NewChallenge(Strict):
    """What somebody says against a statement."""

    words = Text(
        longest=MAX_WORDS,
        lines=True,
        required=True,
        metadata={"description": "In the challenger's own words. Every view shows them beside the statement."},
    )
    for_young_person = Flag(
        load_default=False,
        metadata={"description": "Whether it is the young person's challenge, brought by a parent or social worker."},
    )
    view_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "The view in which a reader was shown the statement; null for parents and custodian."},
    )


class Challenge(Answer):
    """A challenge, and what became of it."""

    id = an_id("The challenge.")
    statement_id = an_id("The statement.")
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    challenger = choice(Challenger, "Whose challenge it is.")
    words = fields.String(required=True)
    made_at = moment("When it was made.")
    due_on = fields.Date(
        required=True, metadata={"description": "The last day on which it is resolved in time: one calendar month."}
    )
    status = choice(ChallengeStatus, "Where it stands; overdue from the day after it was due.")
    withheld = fields.Boolean(required=True, metadata={"description": "Whether views leave the statement out now."})
    resolved_at = moment("When it was resolved; null before.", allow_none=True)
    reasons = fields.String(
        required=True, allow_none=True, metadata={"description": "Why it came to that; null before."}
    )


class WaitingChallenge(Answer):
    """A challenge that waits for the custodian: nothing of what was said."""

    id = an_id("The challenge.")
    passport_id = an_id("The passport.")
    statement_id = an_id("The statement.")
    made_at = moment("When it was made.")
    due_on = fields.Date(required=True)
    status = choice(ChallengeStatus, "Open, or overdue.")
    withheld = fields.Boolean(required=True)


class NewResolution(Strict):
    """What the custodian finds: a challenge that is upheld comes with a correction, and no other does."""

    finding = choice(Finding, "Whether the challenge is upheld.")
    reasons = Text(
        longest=MAX_WORDS, lines=True, required=True, metadata={"description": "Why, in words the child could read."}
    )
    correction = fields.Nested(
        NewCorrection,
        load_default=None,
        allow_none=True,
        metadata={"description": "What becomes of the statement where the challenge is upheld; null where it is not."},
    )

    @validates_schema(skip_on_field_errors=True)
    def _corrects_what_is_upheld(self, data: dict[str, object], **_: object) -> None:
        if (data["finding"] is Finding.UPHELD) is (data["correction"] is None):
            raise ValidationError("A challenge that is upheld comes with a correction, and no other.", "correction")


Challenges = listing(Challenge, "Challenges")
WaitingChallenges = listing(WaitingChallenge, "WaitingChallenges")
