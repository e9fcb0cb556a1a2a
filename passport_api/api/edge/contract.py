"""The OpenAPI document as plain data and as YAML, the same bytes for the same routes."""

import json
from typing import Any

import yaml

from passport_api.api.edge.blueprints import Api

_METHODS = ("get", "post", "put", "patch", "delete")
_HEAD = ("openapi", "info", "servers", "tags", "paths", "components")
_INFO = ("title", "summary", "description", "version", "license")
_PARTS = (
    "operationId",
    "summary",
    "description",
    "tags",
    "security",
    "x-access",
    "parameters",
    "requestBody",
    "responses",
)


def openapi_document(api: Api) -> dict[str, Any]:
    """The contract, with paths and components in alphabetical order and tags in the order of their registration.

    Raises:
        ValueError: two operations have the same operationId.
    """
    document: dict[str, Any] = json.loads(json.dumps(api.spec.to_dict()))
    _refuse_equal_names(document)
    document["info"] = {name: document["info"][name] for name in _INFO if name in document["info"]}
    document["paths"] = {path: _ordered(item) for path, item in sorted(document.get("paths", {}).items())}
    document["components"] = {
        kind: dict(sorted(parts.items())) for kind, parts in sorted(document.get("components", {}).items())
    }
    others = sorted(set(document) - set(_HEAD))
    return {name: document[name] for name in (*_HEAD, *others) if name in document}


def _ordered(path_item: dict[str, Any]) -> dict[str, Any]:
    """A path's operations with their parts in the order in which one reads them."""
    ordered: dict[str, Any] = {}
    for key, part in path_item.items():
        if key not in _METHODS:
            ordered[key] = part
            continue
        ordered[key] = {name: part[name] for name in _PARTS if name in part}
        ordered[key] |= {name: part[name] for name in sorted(part) if name not in _PARTS}
    return ordered


def to_yaml(document: dict[str, Any]) -> str:
    """The contract as it is committed."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes text of several lines as such."""

    def represent_text(self, text: str) -> yaml.ScalarNode:
        return self.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Dumper.add_representer(str, _Dumper.represent_text)


def _refuse_equal_names(document: dict[str, Any]) -> None:
    names = [
        operation["operationId"]
        for path in document.get("paths", {}).values()
        for method, operation in path.items()
        if method in _METHODS
    ]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ValueError(f"Views share a name: {', '.join(twice)}.")
