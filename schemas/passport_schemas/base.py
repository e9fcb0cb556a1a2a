"""The base of every schema, and the fields that more than one uses."""

import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Any, Protocol, Self
from zoneinfo import ZoneInfo

from marshmallow import RAISE, Schema, ValidationError, fields, validate

from passport_api.domain.identifiers import IdentifierInvalid

_UK = ZoneInfo("Europe/London")
# Bidirectional controls can make text read otherwise than it is stored (Unicode TR 36 section 2.10).
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Parsed(Protocol):
    """What a code of a public register offers."""

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the code, or raise IdentifierInvalid."""
        ...


class Strict(Schema):
    """A request: a field that nobody declared is refused."""

    class Meta:
        """Unknown fields are refused."""

        unknown = RAISE


class Answer(Schema):
    """An answer: every field is there every time."""


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
        metadata = {"minLength": 1, "maxLength": longest, **options.pop("metadata", {})}
        super().__init__(metadata=metadata, **options)
        self.longest = longest
        self.lines = lines

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = unicodedata.normalize("NFC", super()._deserialize(value, attr, data, **options)).strip()
        if not text:
            raise self.make_error("empty")
        if len(text) > self.longest:
            raise self.make_error("too_long", longest=self.longest)
        if not self.lines and any(mark in text for mark in "\n\t\u2028\u2029"):
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


class Day(fields.Date):
    """A calendar date, in the one form YYYY-MM-DD."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> date:
        if not isinstance(value, str) or len(value) != len("2027-09-01"):
            raise self.make_error("invalid", input=value, obj_type=self.OBJ_TYPE)
        return super()._deserialize(value, attr, data, **options)


class Instant(fields.String):
    """An instant with its offset, or a plain date: the first moment of that day in the UK.

    Args:
        whole_day: a plain date stands for the end of that day instead.
    """

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "invalid": "Must be a date, or a date and time with an offset (ISO 8601).",
    }

    def __init__(self, *, whole_day: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.whole_day = whole_day

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> Any:
        text = super()._deserialize(value, attr, data, **options)
        try:
            if len(text) == len("2027-09-01"):
                return self._edge_of(date.fromisoformat(text))
            instant = datetime.fromisoformat(text)
            if instant.tzinfo is None:
                raise self.make_error("invalid")
            return instant.astimezone(UTC)
        except (ValueError, OverflowError):
            raise self.make_error("invalid") from None

    def _edge_of(self, day: date) -> datetime:
        first = day + timedelta(days=1) if self.whole_day else day
        return datetime(first.year, first.month, first.day, tzinfo=_UK).astimezone(UTC)


def moment(description: str, **options: Any) -> fields.String:
    """An instant in an answer: UTC, ISO 8601."""
    return fields.String(required=True, metadata={"format": "date-time", "description": description}, **options)


def email() -> fields.Email:
    """An email address."""
    return fields.Email(required=True, validate=validate.Length(max=254), metadata={"example": "robin@school.example"})


class Actor(Answer):
    """Who did something, and in what capacity."""

    name = fields.String(required=True, metadata={"example": "Robin Okafor"})
    role = fields.String(required=True, metadata={"example": "designated_teacher"})
    organisation = fields.String(required=True, allow_none=True, metadata={"example": "Tolland Bridge School"})


def listing(item: type[Schema], name: str) -> type[Schema]:
    """The schema of a page of items."""
    return Answer.from_dict(
        {
            "items": fields.List(fields.Nested(item), required=True),
            "next": fields.String(
                required=True, allow_none=True, metadata={"description": "Where the next page is; null at the end."}
            ),
        },
        name=name,
    )
