"""Passports, and who they are about."""

from marshmallow import fields, validate

from passport_api.domain.access import Relation
from passport_api.domain.children import Circumstance
from passport_api.domain.identifiers import NhsNumber, Upn
from passport_schemas.base import Answer, Day, Flag, Id, Identifier, Strict, Text, an_id, choice, listing, moment

_NHS_NUMBER = {
    "format": "nhs-number",
    "pattern": "^[0-9]{10}$|^[0-9]{3} [0-9]{3} [0-9]{4}$",
    "description": "Their present NHS number: ten digits, the last a check digit (modulus 11).",
}
_UPN = {
    "format": "upn",
    "pattern": "^[A-HJ-NP-RT-Z][0-9]{11}[0-9A-HJ-NP-RT-Z]$",
    "description": "Their present unique pupil number: a check letter and twelve characters.",
}


class NewChild(Strict):
    """Who the passport is about, as they are now: former names and numbers are never given here."""

    name = Text(longest=120, required=True, metadata={"description": "Their full name."})
    known_as = Text(
        longest=60, load_default=None, allow_none=True, metadata={"description": "What they like to be called."}
    )
    date_of_birth = Day(required=True, metadata={"description": "A date in the last 25 years."})
    nhs_number = Identifier(NhsNumber, load_default=None, allow_none=True, metadata=_NHS_NUMBER)
    upn = Identifier(Upn, load_default=None, allow_none=True, metadata=_UPN)
    circumstances = fields.List(
        fields.Enum(Circumstance, by_value=True),
        load_default=list,
        validate=validate.Length(max=len(Circumstance)),
        metadata={"description": "Why a passport is held. Sealed: only those responsible for the child see it."},
    )


class NewPassport(Strict):
    """What a custodian's social worker says to make a passport."""

    child = fields.Nested(NewChild, required=True)
    requires_both_parents = Flag(load_default=False, metadata={"description": "Whether consent takes two parents."})
    custodian_id = Id(
        load_default=None,
        allow_none=True,
        metadata={"description": "Which organisation holds it, for somebody who works for several."},
    )


class Child(Answer):
    """Who the passport is about."""

    name = fields.String(required=True, metadata={"description": "Their full name."})
    known_as = fields.String(required=True, allow_none=True, metadata={"description": "What they like to be called."})
    date_of_birth = fields.Date(required=True)
    nhs_number = fields.String(
        required=True, allow_none=True, metadata={"pattern": "^[0-9]{10}$", "description": "Their NHS number."}
    )
    upn = fields.String(required=True, allow_none=True, metadata=_UPN)
    circumstances = fields.List(
        fields.Enum(Circumstance, by_value=True), required=True, metadata={"description": "Why a passport is held."}
    )


class Custodian(Answer):
    """Who holds the passport."""

    id = an_id("The organisation.")
    name = fields.String(required=True)


class Parent(Answer):
    """A parent on the passport."""

    id = an_id("Their account.")
    name = fields.String(required=True)


class Passport(Answer):
    """A passport, for those responsible for the child."""

    id = an_id("The passport.")
    custodian = fields.Nested(Custodian, required=True)
    child = fields.Nested(Child, required=True)
    requires_both_parents = fields.Boolean(
        required=True, metadata={"description": "Whether consent takes two parents."}
    )
    parents = fields.List(fields.Nested(Parent), required=True)
    created_at = moment("When it was made.")


class PassportItem(Answer):
    """A passport in a list."""

    id = an_id("The passport.")
    custodian_id = an_id("The organisation that holds it.")
    child_name = fields.String(required=True, metadata={"description": "The child's full name."})
    relation = choice(Relation, "How one stands to it.")
    created_at = moment("When it was made.")


Passports = listing(PassportItem, "Passports")
