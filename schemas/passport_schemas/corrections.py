"""Corrections of statements, and where the statements went."""

from marshmallow import fields, validate

from passport_api.domain.corrections import MAX_REASON
from passport_schemas.base import Actor, Answer, Strict, Text, an_id, listing, moment
from passport_schemas.correction_notices import NoticeState, RecipientOrganisation
from passport_schemas.statements import ExaminedStatement, NewStatement


class NewCorrection(Strict):
    """What is to stand from now on, or nothing; and why."""

    reason = Text(
        longest=MAX_REASON,
        lines=True,
        required=True,
        metadata={"description": "Why. Kept with the version; the custodian and the parents read it."},
    )
    replacement = fields.Nested(
        NewStatement,
        load_default=None,
        allow_none=True,
        metadata={"description": "The whole statement as it is to stand; null to withdraw it."},
    )


class Corrected(Answer):
    """A correction that was made."""

    statement = fields.Nested(ExaminedStatement, required=True)
    told = fields.List(
        fields.UUID(),
        required=True,
        metadata={"description": "The organisations that are told: all that ever received it, in any version."},
    )


class Recipient(Answer):
    """A release that held the statement."""

    organisation = fields.Nested(RecipientOrganisation, required=True)
    reader = fields.Nested(Actor, required=True)
    version = fields.Integer(required=True, validate=validate.Range(min=1))
    opened_at = moment("When it was opened.")
    log_entry = fields.Integer(required=True, metadata={"description": "The place of the opening in the access log."})
    consent_id = an_id("The consent under which it was opened.", allow_none=True)
    correction = fields.Nested(
        NoticeState,
        required=True,
        allow_none=True,
        metadata={"description": "The newest notice to this organisation; null where nothing was corrected since."},
    )


Recipients = listing(Recipient, "Recipients")
