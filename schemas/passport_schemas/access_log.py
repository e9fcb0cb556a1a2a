"""The access log and the decision register, as those responsible for the child read them."""

from marshmallow import fields, validate

from passport_api.domain.access_log import Outcome
from passport_api.domain.decisions import Agreement, Basis, Reason
from passport_api.domain.sections import Section
from passport_schemas.base import Actor, Answer, an_id, choice, listing, moment

_AT_LEAST_0 = validate.Range(min=0)


class StatementSeen(Answer):
    """Which version of which statement."""

    id = an_id("The statement.")
    version = fields.Integer(required=True, validate=validate.Range(min=1))


class AccessLogItem(Answer):
    """One access, allowed or denied."""

    entry = fields.Integer(
        required=True, validate=_AT_LEAST_0, metadata={"description": "Its place in the log, from 0."}
    )
    at = moment("When.")
    action = fields.String(
        required=True, metadata={"description": "What was done, such as `view.opened` or `consent.revoked`."}
    )
    outcome = choice(Outcome, "What became of it.")
    reason = choice(Reason, "Why it was denied; null when it was allowed.", allow_none=True)
    purpose = fields.String(
        required=True, allow_none=True, metadata={"description": "What it was for, where it was for something."}
    )
    consent_id = an_id("The consent it rested on or was about.", allow_none=True)
    actor = fields.Nested(Actor, required=True)
    subject = fields.Nested(
        Actor,
        required=True,
        allow_none=True,
        metadata={"description": "Whom it was about, where that is a person: who was invited."},
    )
    detail = fields.String(
        required=True, allow_none=True, metadata={"description": "What changed, from what to what, where it did."}
    )
    sections = fields.List(
        fields.Enum(Section, by_value=True), required=True, metadata={"description": "The sections it touched."}
    )
    statements = fields.List(
        fields.Nested(StatementSeen), required=True, metadata={"description": "The statements it showed or wrote."}
    )


AccessLog = listing(AccessLogItem, "AccessLog")


class DecisionItem(Answer):
    """One release or refusal: basis and agreement stand apart from each other."""

    entry = fields.Integer(
        required=True, validate=_AT_LEAST_0, metadata={"description": "The place of its entry in the log."}
    )
    at = moment("When.")
    action = fields.String(required=True, metadata={"description": "What was asked for."})
    outcome = choice(Outcome, "What was decided.")
    reason = choice(Reason, "Why it was denied; null when it was allowed.", allow_none=True)
    basis = choice(Basis, "The lawful basis of the release, or of what was refused.")
    agreement = choice(Agreement, "Whether the family agreed.")
    agreement_note = fields.String(
        required=True, allow_none=True, metadata={"description": "Why agreement was not sought, where it was not."}
    )
    consent_id = an_id("The consent it rested on.", allow_none=True)
    recipient_id = an_id("The organisation that it was for.", allow_none=True)
    purpose = fields.String(required=True, allow_none=True, metadata={"description": "What it was for."})
    decided_by = an_id("The account that acted.", allow_none=True)


Decisions = listing(DecisionItem, "Decisions")
