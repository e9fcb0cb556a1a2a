"""Refuses, when a route is declared, schemas that would accept or document something other than they seem to."""

from collections.abc import Iterator
from typing import Any

import marshmallow as ma
from marshmallow import fields, validate

Declared = ma.Schema | type[ma.Schema]


def check_request_schema(schema: Declared) -> None:
    """Refuse a request schema with one of the libraries' traps in it.

    Raises:
        TypeError: it is a list, ignores unknown fields, or has a field whose rule lets too much through.
    """
    instance = _instance(schema)
    if instance.many:
        raise TypeError("A body is an object, never a list.")
    for holder, name, field in _all_fields(instance, set()):
        place = f"{type(holder).__name__}.{name}"
        if holder.unknown != ma.RAISE:
            raise TypeError(f"{type(holder).__name__} must refuse unknown fields.")
        if isinstance(field, fields.Constant):
            raise TypeError(f"{place}: Constant documents a default; use a required String with OneOf.")
        if any(_stops_before_a_newline(validator) for validator in field.validators):
            raise TypeError(f"{place}: Regexp lets a trailing newline through; match the whole text.")


def check_response_schema(schema: Declared | None) -> None:
    """Refuse an answer whose top level would be a list.

    Raises:
        TypeError: the schema is a list.
    """
    if schema is not None and _instance(schema).many:
        raise TypeError('An answer is an object: a list goes under "items".')


def _stops_before_a_newline(validator: object) -> bool:
    r"""Whether a pattern validator takes text with a line feed that its pattern does not speak of.

    `Regexp` uses `match`, where `$` also matches before a last line feed. A subclass that matches the whole text
    overrides `__call__`; a pattern that ends in `\Z` is whole by itself.
    """
    if not isinstance(validator, validate.Regexp) or type(validator).__call__ is not validate.Regexp.__call__:
        return False
    pattern = validator.regex.pattern
    return not str(pattern).endswith(r"\Z")


def _instance(schema: Declared) -> ma.Schema:
    return schema() if isinstance(schema, type) else schema


def _all_fields(schema: ma.Schema, seen: set[type]) -> Iterator[tuple[ma.Schema, str, fields.Field[Any]]]:
    """Every field of a schema and of the schemas within it, each schema once."""
    if type(schema) in seen:
        return
    seen.add(type(schema))
    for name, field in schema.fields.items():
        for inner in _with_inner(field):
            yield schema, name, inner
            if isinstance(inner, fields.Nested):
                yield from _all_fields(inner.schema, seen)


def _with_inner(field: fields.Field[Any]) -> Iterator[fields.Field[Any]]:
    yield field
    contained: list[fields.Field[Any] | None] = []
    if isinstance(field, fields.List):
        contained = [field.inner]
    elif isinstance(field, fields.Mapping):
        contained = [field.key_field, field.value_field]
    for inner in contained:
        if inner is not None:
            yield from _with_inner(inner)
