"""Passports, and who they are about."""

from typing import Any

from marshmallow import ValidationError, fields, validate

from passport_api.domain.access import Relation
from passport_api.domain.children import Circumstance
from passport_api.domain.identifiers import IdentifierInvalid, NhsNumber, Upn
from passport_schemas.base import Answer, Day, Strict, Text, listing, moment


class Identifier(fields.String):
    """An NHS number or UPN, its check digit or letter verified."""

    def __init__(self, kind: type[NhsNumber] | type[Upn], **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        try:
            return self.kind.parse(super()._deserialize(value, attr, data, **options))
        except IdentifierInvalid as error:
            raise ValidationError(f"Not valid: {error.reason.value}.") from None


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
