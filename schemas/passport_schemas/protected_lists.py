"""Protected lists: what of a child's past no view says, and what of their home nobody from it may learn."""

from typing import Any

from marshmallow import ValidationError, fields, post_load, validate

from passport_api.domain.protected_lists import MAX_NAMES_IN_USE, MAX_TERMS, ProtectedList
from passport_api.domain.protection.terms import MAX_TERM, KeptFrom, ProtectedKind, ProtectedTerm, TermInvalid
from passport_api.domain.statements import MAX_TEXT
from passport_schemas.base import Answer, Strict, Text, an_id, choice
from passport_schemas.findings import findings

_KIND = "What it is. The last three are the family's own of today, kept from the first family."
_IN_USE = (
    "Names that people bear today whom statements may name, such as a teacher's: none is a hit by itself. What the "
    "child is called today need not be here."
)


class NewProtectedTerm(Strict):
    """One thing that is protected, as somebody would write it."""

    kind = fields.Enum(ProtectedKind, by_value=True, required=True, metadata={"description": _KIND})
    text = Text(
        longest=MAX_TERM,
        required=True,
        metadata={"description": "A full name or one name; an address, its parts between commas; a school; a date."},
    )

    @post_load
    def _term(self, data: dict[str, Any], **_: Any) -> ProtectedTerm:
        try:
            return ProtectedTerm(data["kind"], data["text"])
        except TermInvalid as error:
            said = error.reason.value
            raise ValidationError(f"{said[0].upper()}{said[1:]}.", "text") from None


class NewProtectedList(Strict):
    """The whole list as it is to be."""

    terms = fields.List(
        fields.Nested(NewProtectedTerm),
        required=True,
        validate=validate.Length(max=MAX_TERMS),
        metadata={"description": "What is protected, each once."},
    )
    names_in_use = fields.List(
        Text(longest=MAX_TERM),
        load_default=(),
        validate=validate.Length(max=MAX_NAMES_IN_USE),
        metadata={"description": _IN_USE},
    )

    @post_load
    def _list(self, data: dict[str, Any], **_: Any) -> dict[str, ProtectedList]:
        return {"said": ProtectedList(tuple(data["terms"]), tuple(data["names_in_use"]))}


class ProtectedTermKept(Answer):
    """One thing that is protected."""

    kind = choice(ProtectedKind, _KIND)
    text = fields.String(required=True)


class StoppedStatement(Answer):
    """A statement that views leave out."""

    id = an_id("The statement.")
    version = fields.Integer(required=True, validate=validate.Range(min=1))


class KeptProtectedList(Answer):
    """A passport's protected list, as the parents and the custodian see it: nobody else learns that there is one."""

    passport_id = an_id("Whose it is.")
    version = fields.Integer(
        required=True,
        validate=validate.Range(min=0),
        metadata={"description": "Counts from 1 with each edit; 0 while nobody has made one."},
    )
    terms = fields.List(fields.Nested(ProtectedTermKept), required=True)
    names_in_use = fields.List(fields.String(), required=True, metadata={"description": _IN_USE})
    stopped = fields.List(
        fields.Nested(StoppedStatement),
        required=True,
        metadata={"description": "The statements that views leave out now, because they say what is on it."},
    )


class NewProtectionCheck(Strict):
    """A text, and whom it is for."""

    text = Text(longest=MAX_TEXT, lines=True, required=True, metadata={"description": "Such as a letter. Not kept."})
    readers = fields.Enum(
        KeptFrom,
        by_value=True,
        load_default=KeptFrom.READERS,
        metadata={"description": "Whom it is for: a view's readers, or the first family."},
    )


class ProtectionCheck(Answer):
    """What is found in a text, in its order."""

    findings = findings("What must not reach those whom it is for, and what leaks.")
