"""The access log and the decision register, as those responsible for the child read them."""

from marshmallow import fields

from passport_api.domain.access_log import Outcome
from passport_api.domain.decisions import Agreement, Basis, Reason
from passport_api.domain.sections import Section
from passport_schemas.base import Actor, Answer, listing, moment


class StatementSeen(Answer):
    """Which version of which statement."""

    id = fields.UUID(required=True)
    version = fields.Integer(required=True)


class AccessLogItem(Answer):
    """One access."""

    entry = fields.Integer(required=True, metadata={"description": "Its place in the log."})
    at = moment("When.")
    action = fields.String(required=True, metadata={"example": "view.opened"})
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    reason = fields.Enum(
        Reason, by_value=True, required=True, allow_none=True, metadata={"description": "Why it was denied."}
    )
    purpose = fields.String(required=True, allow_none=True, metadata={"description": "What it was for."})
    consent_id = fields.UUID(required=True, allow_none=True)
    actor = fields.Nested(Actor, required=True)
    sections = fields.List(fields.Enum(Section, by_value=True), required=True)
    statements = fields.List(fields.Nested(StatementSeen), required=True)


AccessLog = listing(AccessLogItem, "AccessLog")


class DecisionItem(Answer):
    """One release or refusal: basis and agreement stand apart from each other."""

    entry = fields.Integer(required=True, metadata={"description": "Its place in the log."})
    at = moment("When.")
    action = fields.String(required=True)
    outcome = fields.Enum(Outcome, by_value=True, required=True)
    reason = fields.Enum(Reason, by_value=True, required=True, allow_none=True)
    basis = fields.Enum(Basis, by_value=True, required=True)
    agreement = fields.Enum(Agreement, by_value=True, required=True)
    agreement_note = fields.String(required=True, allow_none=True)
    consent_id = fields.UUID(required=True, allow_none=True)
    recipient_id = fields.UUID(required=True, allow_none=True)
    purpose = fields.String(required=True, allow_none=True)
    decided_by = fields.UUID(required=True, allow_none=True, metadata={"description": "The account that acted."})


Decisions = listing(DecisionItem, "Decisions")
