"""Turns marshmallow schemas into JSON Schema for the contract, with what apispec's own converter leaves out."""

import inspect
from typing import Any

from apispec.ext.marshmallow import MarshmallowPlugin
from apispec.ext.marshmallow.common import resolve_schema_instance
from apispec.ext.marshmallow.openapi import OpenAPIConverter
from marshmallow import Schema, fields

_BEYOND_APISPEC = ("contentEncoding", "propertyNames")


class _Converter(OpenAPIConverter):
    """Written against apispec 6.10."""

    def init_attribute_functions(self) -> None:
        """Let ours look at each field last."""
        super().init_attribute_functions()  # type: ignore[no-untyped-call]  # apispec's own
        self.attribute_functions += [self.in_full, self.words_of_a_set, self.names_of_a_mapping]

    def schema2jsonschema(self, schema: Any) -> dict[str, Any]:
        """Describe a schema by its docstring, and add what its class says of the whole."""
        document: dict[str, Any] = super().schema2jsonschema(schema)  # type: ignore[no-untyped-call]
        kind = type(resolve_schema_instance(schema))
        return {"description": sentence_of(kind), **document, **getattr(kind, "contract", {})}

    def in_full(self, field: fields.Field[Any], **_: Any) -> dict[str, Any]:
        """Keep the JSON Schema keywords that apispec does not know."""
        return {name: field.metadata[name] for name in _BEYOND_APISPEC if name in field.metadata}

    def words_of_a_set(self, field: fields.Field[Any], *, ret: dict[str, Any]) -> dict[str, Any]:
        """Say that words are strings, and list only those that a validator leaves."""
        if not isinstance(field, fields.Enum):
            return {}
        allowed = [choice.value for each in field.validators for choice in getattr(each, "choices", ())]
        words = [word for word in ret["enum"] if not allowed or word in allowed]
        return {"type": ["string", "null"] if field.allow_none else "string", "enum": words}

    def names_of_a_mapping(self, field: fields.Field[Any], *, ret: dict[str, Any]) -> dict[str, Any]:
        """Say which names a mapping may have, and how many: apispec gives it the bounds of a text."""
        if not isinstance(field, fields.Mapping) or field.key_field is None:
            return {}
        named = {"propertyNames": self.field2property(field.key_field)}
        return {**named, "minProperties": ret.pop("minLength")} if "minLength" in ret else named


def sentence_of(schema: Schema | type[Schema]) -> str:
    """What a schema's docstring says first."""
    kind = type(resolve_schema_instance(schema))
    return (inspect.getdoc(kind) or "").split("\n\n")[0].replace("\n", " ")


class SchemaPlugin(MarshmallowPlugin):
    """apispec's plugin with our converter."""

    Converter = _Converter
