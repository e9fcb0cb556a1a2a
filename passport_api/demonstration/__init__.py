"""The demonstration family: fictional people, organisations and statements, read from `family.yaml` as typed data.

Everything here is invented. Codes are outside the ranges in use, and the NHS number is in the range kept for tests.
"""

from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from importlib import resources
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import yaml

from passport_api.demonstration.rules import DemonstrationInvalid, check, fail
from passport_api.demonstration.shapes import (
    Challenge,
    Child,
    ChildView,
    Consent,
    Correction,
    Family,
    Organisation,
    Person,
    ProtectedList,
    ProtectedTerm,
    Statement,
    Transition,
)

__all__ = [
    "Challenge",
    "Child",
    "ChildView",
    "Consent",
    "Correction",
    "DemonstrationInvalid",
    "Family",
    "Organisation",
    "Person",
    "ProtectedList",
    "ProtectedTerm",
    "Statement",
    "Transition",
    "load",
    "parse",
]


def load() -> Family:
    """Read the family that ships with the package.

    Raises:
        DemonstrationInvalid: the file breaks a rule.
    """
    return parse(resources.files(__name__).joinpath("family.yaml").read_text(encoding="utf-8"))


def parse(text: str) -> Family:
    """Read a family from YAML and hold it against every rule.

    Raises:
        DemonstrationInvalid: it is not YAML, lacks or has too many fields, or names what does not exist.
    """
    try:
        raw = yaml.load(text, Loader=_StrictLoader)  # noqa: S506 - a SafeLoader that is stricter still
    except (yaml.YAMLError, ValueError) as error:  # ValueError: a date such as 30 February
        raise DemonstrationInvalid(f"not readable as YAML: {error}") from error
    family = _record(Family, raw, "family")
    check(family)
    return family


class _StrictLoader(yaml.SafeLoader):
    """Refuses a key written twice, which YAML would settle by dropping the first without a word."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        mapping = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return mapping


_Record = TypeVar("_Record")


def _record(kind: type[_Record], raw: object, where: str) -> _Record:
    """Make a dataclass from a mapping with exactly its fields; one that has a default may be left out."""
    if not is_dataclass(kind) or not isinstance(raw, dict):
        fail(where, "must be a mapping")
    known = {field.name.rstrip("_"): field for field in fields(kind)}
    needed = {name for name, field in known.items() if field.default is MISSING}
    if wrong := (raw.keys() - known.keys()) | (needed - raw.keys()):
        fail(where, f"has missing or unknown fields: {', '.join(sorted(map(str, wrong)))}")
    types = get_type_hints(kind)
    return kind(
        **{known[name].name: _value(types[known[name].name], value, f"{where}.{name}") for name, value in raw.items()}
    )


def _value(kind: Any, raw: object, where: str) -> Any:
    """Read one value as the type its field declares."""
    if is_dataclass(kind) and isinstance(kind, type):
        return _record(kind, raw, where)
    arguments = get_args(kind)
    if get_origin(kind) is UnionType:
        return None if raw is None else _value(arguments[0], raw, where)
    if get_origin(kind) is tuple and isinstance(raw, list):
        return tuple(_value(arguments[0], item, f"{where}[{number}]") for number, item in enumerate(raw))
    if get_origin(kind) is Mapping and isinstance(raw, dict):
        return {_value(str, key, where): _value(arguments[1], item, f"{where}.{key}") for key, item in raw.items()}
    # The exact type: True is no number, a time of day is no date, and a code without quotes is no text.
    if arguments or type(raw) is not kind:
        fail(where, f"must be {kind.__name__}, not {type(raw).__name__}")
    return raw
