"""Passports, and who they are about."""

from marshmallow import fields, validate

from passport_api.domain.access import Relation
from passport_api.domain.children import Circumstance
from passport_api.domain.identifiers import NhsNumber, Upn
from passport_schemas.base import Answer, Day, Identifier, Strict, Text, listing, moment


class NewChild(Strict):
    """Who the passport is about, as they are now: former names and numbers are never given here."""

    name = Text(longest=120, required=True, metadata={"example": "Sam Rivers"})
    known_as = Text(longest=60, load_default=None, allow_none=True)
    date_of_birth = Day(required=True, metadata={"example": "2015-10-09"})
    nhs_number = Identifier(NhsNumber, load_default=None, allow_none=True, metadata={"example": "9990162743"})
    upn = Identifier(Upn, load_default=None, allow_none=True, metadata={"example": "B801200005001"})
    circumstances = fields.List(
        fields.Enum(Circumstance, by_value=True), load_default=list, validate=validate.Length(max=len(Circumstance))
    )


class NewPassport(Strict):
    """What a custodian's social worker says to make a passport."""

    child = fields.Nested(NewChild, required=True)
    requires_both_parents = fields.Boolean(
        load_default=False, truthy={True}, falsy={False}, metadata={"description": "Whether consent takes two parents."}
    )
    custodian_id = fields.UUID(
        load_default=None,
        allow_none=True,
        metadata={"description": "Which organisation holds it, for somebody who works for several."},
    )


class Child(Answer):
    """Who the passport is about."""

    name = fields.String(required=True)
    known_as = fields.String(required=True, allow_none=True)
    date_of_birth = fields.Date(required=True)
    nhs_number = fields.String(required=True, allow_none=True)
    upn = fields.String(required=True, allow_none=True)
    circumstances = fields.List(fields.Enum(Circumstance, by_value=True), required=True)


class Custodian(Answer):
    """Who holds the passport."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Parent(Answer):
    """A parent on the passport."""

    id = fields.UUID(required=True)
    name = fields.String(required=True)


class Passport(Answer):
    """A passport, for those responsible for the child."""

    id = fields.UUID(required=True)
    custodian = fields.Nested(Custodian, required=True)
    child = fields.Nested(Child, required=True)
    requires_both_parents = fields.Boolean(required=True)
    parents = fields.List(fields.Nested(Parent), required=True)
    created_at = moment("When it was made.")


class PassportItem(Answer):
    """A passport in a list."""

    id = fields.UUID(required=True)
    custodian_id = fields.UUID(required=True)
    child_name = fields.String(required=True)
    relation = fields.Enum(Relation, by_value=True, required=True)
    created_at = moment("When it was made.")


Passports = listing(PassportItem, "Passports")
