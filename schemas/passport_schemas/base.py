"""The base of every schema, and the fields that more than one uses."""

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from enum import Enum
from typing import Any, ClassVar, Protocol, Self
from uuid import UUID
from zoneinfo import ZoneInfo

from marshmallow import EXCLUDE, RAISE, Schema, ValidationError, fields, validate

from passport_api.domain.identifiers import IdentifierInvalid

_UK = ZoneInfo("Europe/London")
# Bidirectional controls can make text read otherwise than it is stored (Unicode TR 36 section 2.10).
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")

# The rules of text as patterns for the contract (ECMA-262): what may stand in it, and that something does.
_CONTROLS = r"\u0000-\u0008\u000b-\u001f\u007f-\u009f"
_BREAKS = r"\u0009\u000a\u2028\u2029"
_REORDERS = r"\u202a-\u202e\u2066-\u2069"
_SPACES = r"\u0020\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"

_DAY = re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}")
# RFC 3339 section 5.6, which is what JSON Schema's date-time means.
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})")
_ID = re.compile("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_COUNT = re.compile("[0-9]{1,18}")


class Parsed(Protocol):
    """What a code of a public register offers."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the code, or raise IdentifierInvalid."""
        ...


class Strict(Schema):
    """A request: a field that nobody declared is refused.

    Attributes:
        contract: what the contract says of the whole besides its fields, as JSON Schema.
    """

    contract: ClassVar[dict[str, Any]] = {}

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE


class Answer(Schema):
    """An answer: every field is there every time, and more may come with a later version."""

    class Meta:
        """Whoever reads an answer is to pass over fields that they do not know."""

        unknown = EXCLUDE


class Text(fields.String):
    """What people write: kept in NFC without white space at its ends, never empty, bounded in length.

    Args:
        longest: characters at most (code points, after NFC).
        lines: whether line breaks and tabs are allowed.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "empty": "Must not be empty.",
        "one_line": "Must be on one line.",
        "reordering": "Holds characters that reorder text.",
        "too_long": "Longer than {longest} characters.",
    }

    def __init__(self, *, longest: int, lines: bool = False, **options: Any) -> None:
        metadata = {"minLength": 1, "maxLength": longest, "pattern": _pattern(lines=lines)}
        super().__init__(metadata={**metadata, **options.pop("metadata", {})}, **options)
        self.longest = longest
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        said = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **options))
        text = said.strip()
        if not text:
            raise self.make_error("empty")
        if len(text) > self.longest:
            raise self.make_error("too_long", longest=self.longest)
        if not self.lines and any(mark in said for mark in "\n\t\u2028\u2029"):
            raise self.make_error("one_line")
        if _REORDERING & set(text):
            raise self.make_error("reordering")
        return text


class Identifier(fields.String):
    """A number or code of a public register, with its check digit or letter verified where it has one."""

    def __init__(self, kind: type[Parsed], **options: Any) -> None:
        super().__init__(**options)
        self.kind = kind

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        try:
            return self.kind.parse(super()._deserialize(value, attr, data, **options))
        except IdentifierInvalid as error:
            raise ValidationError(f"Not valid: {error.reason.value}.") from None


class Secret(fields.String):
    """A password or a token: taken exactly as it came.

    Args:
        longest: characters at most.
    """

    def __init__(self, *, longest: int, **options: Any) -> None:
        metadata = {"pattern": f"^[^{_CONTROLS}]*$", **options.pop("metadata", {})}
        super().__init__(metadata=metadata, validate=validate.Length(1, longest), **options)


class Flag(fields.Boolean):
    """`true` or `false`: neither a word nor a number stands for them."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> bool:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(value, attr, data, **options)


class Count(fields.Integer):
    """A number in a query, in plain digits: Python's `int` would also read "1_0", " 5" and other scripts' digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> int:
        if not isinstance(value, str) or not _COUNT.fullmatch(value):
            raise self.make_error("invalid", input=value)
        return int(super()._deserialize(value, attr, data, **options))


class Id(fields.UUID):
    """An id, in the one form that ids are given out in."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> UUID:
        if not isinstance(value, str) or not _ID.fullmatch(value.lower()):
            raise self.make_error("invalid_uuid")
        return super()._deserialize(value, attr, data, **options)


class Day(fields.Date):
    """A calendar date, in the one form YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        if not isinstance(value, str) or not _DAY.fullmatch(value):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **options)


class Instant(fields.String):
    """An instant with its offset (RFC 3339), or a plain date: the first moment of that day in the UK.

    Args:
        whole_day: a plain date stands for the end of that day instead.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "invalid": "Must be a date, or a date and time with an offset (ISO 8601).",
    }

    def __init__(self, *, whole_day: bool = False, **options: Any) -> None:
        metadata = {"anyOf": [{"format": "date"}, {"format": "date-time"}], **options.pop("metadata", {})}
        super().__init__(metadata=metadata, **options)
        self.whole_day = whole_day

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options).upper()
        try:
            if _DAY.fullmatch(text):
                return self._edge_of(date.fromisoformat(text))
            if _INSTANT.fullmatch(text):
                return datetime.fromisoformat(text).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
        raise self.make_error("invalid")

    def _edge_of(self, day: date) -> datetime:
        first = day + timedelta(days=1) if self.whole_day else day
        return datetime(first.year, first.month, first.day, tzinfo=_UK).astimezone(UTC)


def choice(kind: type[Enum], description: str, **options: Any) -> fields.Enum[Any]:
    """One word of a closed set."""
    return fields.Enum(kind, by_value=True, required=True, metadata={"description": description}, **options)


def an_id(description: str, **options: Any) -> fields.UUID:
    """The id of something, in an answer."""
    return fields.UUID(required=True, metadata={"description": description}, **options)


def moment(description: str, **options: Any) -> fields.String:
    """An instant in an answer: UTC, ISO 8601."""
    return fields.String(required=True, metadata={"format": "date-time", "description": description}, **options)


def email() -> fields.Email:
    """An email address."""
    metadata = {"description": "An email address.", "examples": ["p.nair@tollandbridge.example"]}
    return fields.Email(required=True, validate=validate.Length(max=254), metadata=metadata)


class Actor(Answer):
    """Who did something, and in what capacity."""

    name = fields.String(required=True, metadata={"description": "Their name."})
    role = fields.String(required=True, metadata={"description": "A role in the organisation, or `parent`."})
    organisation = fields.String(
        required=True, allow_none=True, metadata={"description": "Its name; null for a parent."}
    )


def listing(item: type[Schema], name: str) -> type[Schema]:
    """The schema of a page of items."""
    made = Answer.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(
                required=True,
                allow_none=True,
                metadata={"format": "uri-reference", "description": "Where the next page is; null at the end."},
            ),
        },
        name=name,
    )
    made.__doc__ = "One page of a list."
    return made


def _pattern(*, lines: bool) -> str:
    refused = _CONTROLS + _REORDERS + ("" if lines else _BREAKS)
    space = _SPACES + (_BREAKS if lines else "")
    return f"^[^{refused}]*[^{refused}{space}][^{refused}]*$"
