"""Lists by page: opaque cursors over a keyset position, a `next` link, the same cost for every page."""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import quote, urlencode
from uuid import UUID

import marshmallow as ma
from flask import request
from marshmallow import fields, validate

from passport_api.api.edge.problems import Problem, invalid_field

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
MAX_CURSOR: Final = 512

Position = tuple[str | int, ...]

_CHECK_BYTES: Final = 6
_DIGITS: Final = re.compile("[0-9]{1,3}")


class _Limit(fields.Integer):
    """A count in plain digits; Python's own `int` also reads "1_0", " 5" and other scripts' digits."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> int:
        if not isinstance(value, str) or not _DIGITS.fullmatch(value):
            raise self.make_error("invalid", input=value)
        number = super()._deserialize(value, attr, data, **kwargs)
        return int(number)


class PageQuery(ma.Schema):
    """The query of a list. Subclass it to add filters: a route takes one query schema."""

    class Meta:
        """Unknown parameters are refused."""

        unknown = ma.RAISE

    limit = _Limit(
        load_default=DEFAULT_LIMIT,
        validate=validate.Range(1, MAX_LIMIT),
        metadata={"description": "How many items a page has at most.", "examples": [25]},
    )
    cursor = fields.String(
        validate=validate.Length(1, MAX_CURSOR),
        metadata={
            "description": "Where the page starts: from the `next` link of the one before.",
            "pattern": "^[A-Za-z0-9_-]+$",
        },
    )


def encode_cursor(listing: str, position: Sequence[str | int]) -> str:
    """A cursor for the page after a position.

    Args:
        listing: the name of the list; a cursor of one list is refused by another.
        position: the sort key of the last item seen. It can be read back: put nothing secret in it.
    """
    body = json.dumps(list(position), separators=(",", ":"), ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(_check(listing, body) + body).decode().rstrip("=")


def decode_cursor(listing: str, cursor: str, shape: tuple[type[str | int], ...]) -> Position:
    """The position in a cursor.

    The check finds accidents and tampering by hand; it is no signature, and needs to be none, because a position
    only chooses where to start among what the reader may see anyway.

    Raises:
        Problem: `invalid_fields` naming the cursor, when it is not one that this list gave out.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        position = json.loads(raw[_CHECK_BYTES:])
        # One position has one cursor: this finds a wrong check and every other way to write the same bytes.
        given_out = isinstance(position, list) and encode_cursor(listing, position) == cursor
    except (binascii.Error, ValueError, RecursionError):
        given_out = False
    if not given_out or [type(part) for part in position] != list(shape):
        raise _foreign_cursor()
    return tuple(position)


def position_of(query: Mapping[str, Any], *shape: type[str | int]) -> Position | None:
    """Where the requested page starts: None for the first.

    Args:
        query: what `PageQuery` loaded.
        shape: the type of each part of the list's position.

    Raises:
        Problem: `invalid_fields` naming the cursor.
    """
    cursor = query.get("cursor")
    return decode_cursor(_listing(), cursor, shape) if cursor else None


def id_position_of(query: Mapping[str, Any]) -> UUID | None:
    """Where the requested page starts in a list that is sorted by id: None for the first.

    Raises:
        Problem: `invalid_fields` naming the cursor.
    """
    position = position_of(query, str)
    if position is None:
        return None
    try:
        return UUID(str(position[0]))
    except ValueError:
        raise _foreign_cursor() from None


def number_position_of(query: Mapping[str, Any]) -> int | None:
    """Where the requested page starts in a list that is sorted by a number a database can hold: None for the first.

    Raises:
        Problem: `invalid_fields` naming the cursor.
    """
    position = position_of(query, int)
    if position is None:
        return None
    number = int(position[0])
    if not 0 <= number < 1 << 63:
        raise _foreign_cursor()
    return number


def page(items: Sequence[Any], next_position: Sequence[str | int] | None) -> dict[str, Any]:
    """One page of a list, with the link to the next that keeps the other query parameters.

    Args:
        items: what the page holds, already rendered or for a schema to render.
        next_position: the position of its last item, None when there is nothing after it.
    """
    return {"items": list(items), "next": None if next_position is None else _link(next_position)}


def _foreign_cursor() -> Problem:
    return invalid_field("query:cursor", "Not a cursor of this list.")


def _link(position: Sequence[str | int]) -> str:
    kept = [(name, value) for name, value in request.args.items(multi=True) if name != "cursor"]
    query = urlencode([*kept, ("cursor", encode_cursor(_listing(), position))])
    return f"{quote(request.script_root + request.path)}?{query}"


def _listing() -> str:
    return request.endpoint or ""


def _check(listing: str, body: bytes) -> bytes:
    return hashlib.sha256(f"{listing}\n".encode() + body).digest()[:_CHECK_BYTES]
