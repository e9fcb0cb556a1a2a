"""Erasures: proposed by one person, confirmed by another."""

from marshmallow import fields

from passport_api.domain.erasures import ErasureStatus, Ground
from passport_schemas.access_log import AccessLogItem
from passport_schemas.base import Answer, Strict, an_id, choice, listing, moment


class NewErasure(Strict):
    """A proposal to erase a passport."""

    ground = choice(Ground, "Why it is to be erased.")


class ErasurePerson(Answer):
    """Who proposed or confirmed it."""

    id = an_id("Their account.")
    name = fields.String(required=True, metadata={"description": "Their name."})


class ErasureItem(Answer):
    """A proposal in a list: nothing of the child."""

    id = an_id("The proposal.")
    passport_id = an_id("The passport that it is about, or was.")
    custodian_id = an_id("The organisation that holds it, or did.")
    ground = choice(Ground, "Why it is to be erased.")
    status = choice(ErasureStatus, "Where it stands; it lapses 14 days after it was proposed.")
    proposed_by = fields.Nested(ErasurePerson, required=True)
    proposed_at = moment("When it was proposed.")
    open_until = moment("When it lapses, unless it was confirmed or withdrawn before.")
    confirmed_by = fields.Nested(ErasurePerson, required=True, allow_none=True)
    confirmed_at = moment("When it was confirmed and carried out.", allow_none=True)
    withdrawn_at = moment("When it was withdrawn.", allow_none=True)


class Erasure(ErasureItem):
    """A proposal to erase a passport, and what became of it."""

    record = fields.Nested(
        AccessLogItem,
        required=True,
        allow_none=True,
        metadata={"description": "The entry of the log that records the erasure, once it was carried out."},
    )


Erasures = listing(ErasureItem, "Erasures")
