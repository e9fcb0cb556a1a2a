"""Alerts: what waits for a custodian's reviewer, and what came of it."""

from marshmallow import fields

from passport_api.domain.alerts import MAX_NOTE, AlertKind, AlertStatus
from passport_schemas.base import Actor, Answer, Strict, Text, an_id, choice, listing, moment

FILTERS = {
    "status": fields.Enum(
        AlertStatus,
        by_value=True,
        load_default=AlertStatus.OPEN,
        metadata={"description": "Only alerts of this status."},
    )
}


class AlertItem(Answer):
    """An alert, without what it is about."""

    id = an_id("The alert.")
    passport_id = an_id("The passport.")
    kind = choice(AlertKind, "What there is to look at.")
    statement_id = an_id("The statement that it is about; null where it is about none.", allow_none=True)
    version = fields.Integer(
        required=True, allow_none=True, metadata={"description": "The statement's version; null where there is none."}
    )
    status = choice(AlertStatus, "Whether somebody has said what came of it.")
    raised_at = moment("When it was raised.")
    settled_at = moment("When it was settled; null before.", allow_none=True)


class Alert(AlertItem):
    """An alert, as the custodian's reviewer reads it."""

    by = fields.Nested(
        Actor,
        required=True,
        allow_none=True,
        metadata={"description": "Who wrote, read or used what raised it; null where nobody did."},
    )
    about = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Which kind of number was used, or which statement was corrected; else null."},
    )
    note = fields.String(required=True, allow_none=True, metadata={"description": "What came of it; null before."})


class NewSettlement(Strict):
    """What came of an alert."""

    note = Text(longest=MAX_NOTE, lines=True, required=True, metadata={"description": "Kept with the alert, sealed."})


Alerts = listing(AlertItem, "Alerts")
