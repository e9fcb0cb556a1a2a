"""Turns a schema's error messages into field errors that point at each field."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from marshmallow import Schema, fields
from marshmallow.exceptions import SCHEMA

from passport_api.api.edge.problems import FieldError
from passport_api.api.edge.strict_json import MAX_ERRORS, Path, pointer

Shape = Schema | fields.Field[Any] | None


def field_errors(messages: object, schema: Schema, location: str) -> tuple[FieldError, ...]:
    """The errors of one load, in order of field, at most `MAX_ERRORS`.

    Args:
        messages: marshmallow's `ValidationError.messages`.
        schema: the schema that refused.
        location: where the values came from, as webargs names it: `json`, `query`, `headers`.
    """
    name = _NAMES.get(location, pointer)
    found = {FieldError(name(path), detail) for path, detail in _flatten(messages, schema, ())}
    return tuple(sorted(found)[:MAX_ERRORS])


def _flatten(messages: object, shape: Shape, path: Path) -> Iterator[tuple[Path, str]]:
    if isinstance(messages, Mapping):
        for key, inner in messages.items():
            yield from _flatten_one(key, inner, shape, path)
    elif isinstance(messages, list | tuple):
        for inner in messages:
            yield from _flatten(inner, shape, path)
    else:
        yield path, str(messages)


def _flatten_one(key: Any, inner: object, shape: Shape, path: Path) -> Iterator[tuple[Path, str]]:
    """Descend by one key, which is a field's name, an index, or marshmallow's word for the whole."""
    if key == SCHEMA:
        yield from _flatten(inner, shape, path)
        return
    step = key if isinstance(key, int) else str(key)
    if isinstance(shape, fields.Mapping) and isinstance(inner, Mapping):
        # marshmallow reports an entry of a mapping as {"key": [...], "value": [...]}
        for part, field in (("key", shape.key_field), ("value", shape.value_field)):
            yield from _flatten(inner.get(part, ()), field, (*path, step))
        return
    yield from _flatten(inner, _inner_shape(shape, key), (*path, step))


def _inner_shape(shape: Shape, key: Any) -> Shape:
    if isinstance(shape, fields.Nested):
        return shape if isinstance(key, int) else _inner_shape(shape.schema, key)
    if isinstance(shape, fields.List):
        return shape.inner
    if isinstance(shape, Schema):
        named = (field for name, field in shape.fields.items() if key in {field.data_key, name})
        return next(named, None)
    return None


def _named(kind: str) -> Callable[[Path], str]:
    return lambda path: f"{kind}:{pointer(path)[1:]}"


_NAMES: dict[str, Callable[[Path], str]] = {
    "query": _named("query"),
    "headers": _named("header"),
    "path": _named("path"),
}
