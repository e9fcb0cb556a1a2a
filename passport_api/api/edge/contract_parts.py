"""The parts of the OpenAPI document that every operation shares: the problem schema, responses and examples."""

from typing import Any, Final

from passport_api.api.edge.access import Access
from passport_api.api.edge.problem_types import PROBLEM_TYPES, ProblemType, Slug
from passport_api.api.edge.problems import MEDIA_TYPE

BEARER: Final = "bearer"

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "RFC 9457. `type` leads to an explanation in plain words.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "A JSON pointer into the body, or `query:` or `header:` and a name.",
                    },
                    "detail": {"type": "string"},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}

_HEADERS_OF_STATUS: Final = {
    401: {"WWW-Authenticate": {"description": "RFC 6750.", "schema": {"type": "string"}}},
    405: {"Allow": {"description": "The methods there are.", "schema": {"type": "string"}}},
    429: {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}},
}

_EVERYWHERE: Final[tuple[Slug, ...]] = ("invalid_fields", "too_many_requests", "internal", "unavailable")
_WITH_A_BODY: Final[tuple[Slug, ...]] = ("invalid_body", "payload_too_large", "unsupported_media_type")
_SIGNED_IN: Final[tuple[Slug, ...]] = ("unauthenticated", "not_found")

DEFAULT_RESPONSE: Final = "problem"


def problem_examples() -> dict[str, dict[str, Any]]:
    """An example document of each type, by slug."""
    return {slug: {"summary": each.title, "value": _example(each)} for slug, each in PROBLEM_TYPES.items()}


def default_response() -> dict[str, Any]:
    """The response that stands for every problem an operation does not list."""
    return {"description": "Any other problem.", "content": {MEDIA_TYPE: {"schema": "Problem"}}}


def response_of(*slugs: str) -> dict[str, Any]:
    """The documented response of one or several problem types that share a status."""
    types = [PROBLEM_TYPES[slug] for slug in slugs]
    response: dict[str, Any] = {
        "description": " Or: ".join(each.title for each in types),
        "content": {
            MEDIA_TYPE: {
                "schema": "Problem",
                "examples": {each.slug: {"$ref": f"#/components/examples/{each.slug}"} for each in types},
            }
        },
    }
    if headers := _HEADERS_OF_STATUS.get(types[0].status):
        response["headers"] = headers
    return response


def problem_responses(declared: Access, *, has_body: bool, more: tuple[Slug, ...]) -> dict[str, Any]:
    """The problem responses of one operation, by status, in order.

    Args:
        declared: who may call it.
        has_body: whether it reads a body.
        more: what the view itself declares.
    """
    slugs = {*_EVERYWHERE, *more}
    slugs |= set(_WITH_A_BODY) if has_body else set()
    slugs |= set() if declared.is_open else set(_SIGNED_IN)
    by_status: dict[int, list[str]] = {}
    for slug, each in PROBLEM_TYPES.items():
        if slug in slugs:
            by_status.setdefault(each.status, []).append(slug)
    documented: dict[str, Any] = {}
    for status, found in sorted(by_status.items()):
        documented[str(status)] = found[0] if len(found) == 1 else response_of(*found)
    return {**documented, "default": DEFAULT_RESPONSE}


def _example(each: ProblemType) -> dict[str, Any]:
    document: dict[str, Any] = {"type": each.uri, "title": each.title, "status": each.status}
    if each.slug == "invalid_fields":
        document["errors"] = [{"field": "/scope/regulation", "detail": "Not one of the detail levels."}]
    if each.slug == "invalid_body":
        document["errors"] = [{"field": "/scope", "detail": "This name appears twice in one object."}]
    return document
