"""The file of rules as YAML: its fields, what they hold, and on which line each rule begins."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

VERSION = "1"
"""The version of the file's shape that this loader reads."""

FIELDS = frozenset({"format", "version", "sources", "lists", "forms", "usage", "passes", "rules"})


class RulesInvalid(Exception):
    """The file of rules is not as it should be. Says where and why."""


@dataclass(frozen=True, slots=True)
class Document:
    """The file's fields; `lines` has the line, counted from 1, on which each of the rules begins."""

    fields: Mapping[str, Any]
    lines: Sequence[int]

    @property
    def version(self) -> int:
        """Which edition of the rules it is: raised by one whenever they change."""
        version = self.fields["version"]
        if not isinstance(version, str) or not version.isdecimal() or int(version) < 1:
            raise RulesInvalid("version: must be a number from 1")
        return int(version)

    def texts(self, field: str) -> tuple[str, ...]:
        """A field that is a list of texts."""
        return texts_of(field, self.fields[field])

    def lists(self, field: str) -> dict[str, tuple[str, ...]]:
        """A field that is lists of texts by name."""
        return {name: texts_of(f"{field}.{name}", each) for name, each in self.entries(field).items()}

    def entries(self, field: str) -> dict[str, Any]:
        """A field that has entries by name."""
        entries = self.fields[field]
        if not isinstance(entries, dict) or not all(isinstance(name, str) for name in entries):
            raise RulesInvalid(f"{field}: must have entries by name")
        return entries


def read_document(text: str) -> Document:
    """Read the file.

    Raises:
        RulesInvalid: it is not YAML, a key is written twice, or a field is missing or unknown.
    """
    loader = _StrictLoader(text)
    try:
        node = loader.get_single_node()
        fields = loader.construct_document(node) if node is not None else None
    except (yaml.YAMLError, ValueError) as error:
        raise RulesInvalid(f"not readable as YAML: {error}") from error
    finally:
        loader.dispose()
    if not isinstance(fields, dict) or set(fields) != FIELDS:
        raise RulesInvalid(f"must have exactly these fields: {', '.join(sorted(FIELDS))}")
    if fields["format"] != VERSION:
        raise RulesInvalid(f"format: must be {VERSION}")
    return Document(fields, _lines(node))


def texts_of(where: str, value: object) -> tuple[str, ...]:
    """A list of texts, none of them empty.

    Raises:
        RulesInvalid: it is something else.
    """
    if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
        raise RulesInvalid(f"{where}: must be a list of texts")
    return tuple(value)


def _lines(node: Any) -> list[int]:
    for key, value in node.value:
        if key.value == "rules" and isinstance(value, yaml.SequenceNode):
            return [rule.start_mark.line + 1 for rule in value.value]
    raise RulesInvalid("rules: must be a list")


class _StrictLoader(getattr(yaml, "CBaseLoader", yaml.BaseLoader)):  # type: ignore[misc]
    """Reads every value as text, so that `no` is a word, and refuses a key written twice, which YAML would pass over.

    In C where YAML comes with it, which is twenty times as fast.
    """

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        mapping: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        if len(mapping) != len(node.value):
            raise yaml.constructor.ConstructorError(None, None, "a key is written twice", node.start_mark)
        return mapping
