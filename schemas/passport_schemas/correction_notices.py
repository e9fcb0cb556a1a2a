"""Correction notices: what an organisation is told, and what it answers."""

from marshmallow import fields, validate

from passport_api.domain.correction_notices import MOST_PASSED_ON, Copies, NoticeStatus
from passport_api.domain.corrections import CorrectionKind
from passport_schemas.base import Answer, Id, Strict, an_id, choice, listing, moment


class RecipientOrganisation(Answer):
    """An organisation that received something."""

    id = an_id("The organisation.")
    name = fields.String(required=True)


class NoticeState(Answer):
    """Where a notice stands."""

    status = choice(NoticeStatus, "Overdue from 28 days after it was issued.")
    issued_at = moment("When it was issued.")
    chases = fields.Integer(
        required=True,
        validate=validate.Range(0),
        metadata={"description": "How many reminders were due by now: after 7, 14 and 28 days."},
    )
    acknowledged_at = moment("When the organisation answered; null before.", allow_none=True)
    copies = fields.Enum(
        Copies,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={"description": "What became of the copies in its own records; null before it answered."},
    )


class NoticedVersion(Answer):
    """A version that is not to be used any more."""

    version = fields.Integer(required=True, validate=validate.Range(min=1))
    hash = fields.String(required=True, metadata={"description": "As it was in the view that had it."})


class Notice(NoticeState):
    """A correction notice. It repeats nothing of what was said and carries nothing new."""

    id = an_id("The notice.")
    statement_id = an_id("Which statement, as views name it.")
    correction = choice(CorrectionKind, "Whether it was replaced or withdrawn.")
    versions = fields.List(
        fields.Nested(NoticedVersion),
        required=True,
        metadata={"description": "The versions that are not to be used: amend or destroy every copy of them."},
    )
    organisation = fields.Nested(RecipientOrganisation, required=True)
    told_by = an_id("The organisation that said that it had passed the statement on.", allow_none=True)


class NewAnswer(Strict):
    """What an organisation did."""

    copies = choice(Copies, "What became of the copies in its own records.")
    passed_on_to = fields.List(
        Id(),
        load_default=list,
        validate=validate.Length(max=MOST_PASSED_ON),
        metadata={"description": "Other organisations to which it had given the statement: they are told as well."},
    )


FILTERS = {
    "status": fields.Enum(
        NoticeStatus, by_value=True, metadata={"description": "Only notices that stand so.", "examples": ["overdue"]}
    )
}
Notices = listing(Notice, "Notices")
