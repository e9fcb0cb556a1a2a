"""Reads what a request submits: strict JSON and strict queries, every refusal a problem that names the field."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import unquote_to_bytes

import marshmallow as ma
from flask import Request
from webargs.flaskparser import FlaskParser

from passport_api.api.edge.field_errors import field_errors
from passport_api.api.edge.problems import FieldError, Problem, invalid_field
from passport_api.api.edge.strict_json import MAX_ERRORS, has_control_characters, pointer, read_object

_QUERY = "query:"


class StrictParser(FlaskParser):
    """webargs' parser with unknown fields refused everywhere and bodies read strictly."""

    DEFAULT_UNKNOWN_BY_LOCATION = {  # noqa: RUF012  webargs declares it as an instance's
        **FlaskParser.DEFAULT_UNKNOWN_BY_LOCATION,
        "json": ma.RAISE,
        "query": ma.RAISE,
        "querystring": ma.RAISE,
    }

    def load_json(self, req: Request, schema: ma.Schema) -> dict[str, Any]:  # noqa: ARG002  webargs' signature
        """The body as an object.

        Raises:
            Problem: `unsupported_media_type`, `payload_too_large`, `invalid_body` or `invalid_fields`.
        """
        refuse_other_media(req)
        return read_object(req.get_data(cache=True))

    def load_querystring(self, req: Request, schema: ma.Schema) -> Any:
        """The query's parameters, each given once unless its field is a list.

        Raises:
            Problem: `invalid_fields`.
        """
        refuse_unreadable_query(req)
        proxy = self._makeproxy(req.args, schema)
        repeated = {name for name in req.args if len(req.args.getlist(name)) > 1} - proxy.multiple_keys
        if repeated:
            raise Problem("invalid_fields", errors=_query_errors(repeated, "Given more than once."))
        return proxy

    def handle_error(
        self,
        error: ma.ValidationError,
        req: Request,  # noqa: ARG002  webargs' signature
        schema: ma.Schema,
        *,
        error_status_code: int | None,  # noqa: ARG002  the status is the problem type's
        error_headers: Mapping[str, str] | None,  # noqa: ARG002  as above
    ) -> NoReturn:
        """Answer a schema's refusal as `invalid_fields`.

        Raises:
            Problem: always.
        """
        messages = error.messages
        location, inner = next(iter(messages.items())) if isinstance(messages, dict) else ("json", messages)
        location = "query" if location == "querystring" else location
        raise Problem("invalid_fields", errors=field_errors(inner, schema, location))


def refuse_other_media(req: Request) -> None:
    """Refuse a body that does not say it is JSON, an empty one included.

    Raises:
        Problem: `unsupported_media_type`.
    """
    media = req.mimetype
    is_json = media == "application/json" or (media.startswith("application/") and media.endswith("+json"))
    charset = req.mimetype_params.get("charset", "utf-8").lower()
    coding = req.headers.get("Content-Encoding", "identity").lower()
    if not is_json or charset not in {"utf-8", "utf8"} or coding != "identity":
        raise Problem("unsupported_media_type")


def refuse_unreadable_query(req: Request) -> None:
    """Refuse a query string that is not UTF-8 or that holds control characters.

    Raises:
        Problem: `invalid_fields`.
    """
    try:
        unquote_to_bytes(req.query_string).decode("utf-8")
    except UnicodeDecodeError:
        raise invalid_field(_QUERY, "The query is not UTF-8.") from None
    strange = {
        name
        for name, value in req.args.items(multi=True)
        if has_control_characters(name) or has_control_characters(value) or {"\n", "\t"} & set(name + value)
    }
    if strange:
        raise Problem("invalid_fields", errors=_query_errors(strange, "Holds control characters."))


def refuse_query(req: Request) -> None:
    """Refuse any query at all, for a route that takes none.

    Raises:
        Problem: `invalid_fields`.
    """
    if req.args:
        raise Problem("invalid_fields", errors=_query_errors(set(req.args), "Unknown field."))


def _query_errors(names: set[str], detail: str) -> tuple[FieldError, ...]:
    found = Counter(f"{_QUERY}{pointer((name,))[1:]}" for name in names)
    return tuple(FieldError(field, detail) for field in sorted(found)[:MAX_ERRORS])
