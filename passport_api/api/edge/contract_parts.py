"""The parts of the OpenAPI document that every operation shares: the problem schema, responses and examples."""

from typing import Any, Final

from passport_api.api.edge.access import Access
from passport_api.api.edge.problem_types import PROBLEM_TYPES, ProblemType, Slug
from passport_api.api.edge.problems import MEDIA_TYPE

BEARER: Final = "bearer"

BEARER_SCHEME: Final[dict[str, Any]] = {
    "type": "http",
    "scheme": "bearer",
    "bearerFormat": "JWT",
    "description": "The access token that signing in or refreshing gave. What one may do is asked anew each time.",
}

PROBLEM_SCHEMA: Final[dict[str, Any]] = {
    "type": "object",
    "description": "What went wrong (RFC 9457). It repeats nothing that was submitted but the words of `findings`.",
    "required": ["type", "title", "status"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri-reference",
            "description": "The kind of problem; it leads to an explanation in plain words.",
        },
        "title": {"type": "string", "description": "The same short sentence for every problem of a type."},
        "status": {"type": "integer", "minimum": 400, "maximum": 599, "description": "The HTTP status code."},
        "detail": {"type": "string", "description": "What is the matter this time."},
        "errors": {
            "type": "array",
            "minItems": 1,
            "description": "Where the request is not right.",
            "items": {
                "type": "object",
                "required": ["field", "detail"],
                "properties": {
                    "field": {
                        "type": "string",
                        "description": "A JSON pointer into the body, or `query:` or `header:` and a name.",
                    },
                    "detail": {"type": "string", "description": "What is expected there."},
                },
                "additionalProperties": False,
            },
        },
        "findings": {
            "type": "array",
            "minItems": 1,
            "description": "What was found in a text: only where the type is `/problems/wording_held`.",
            "items": {"$ref": "#/components/schemas/Finding"},
        },
    },
    "additionalProperties": False,
}

_WAIT: Final = {"description": "Seconds to wait.", "required": True, "schema": {"type": "integer", "minimum": 1}}
_HEADERS_OF_STATUS: Final[dict[int, dict[str, Any]]] = {
    401: {
        "WWW-Authenticate": {
            "description": "`Bearer`, with an error code when a token was sent (RFC 6750).",
            "required": True,
            "schema": {"type": "string"},
        }
    },
    405: {"Allow": {"description": "The methods there are.", "required": True, "schema": {"type": "string"}}},
    429: {"Retry-After": _WAIT},
    503: {"Retry-After": _WAIT},
}
REQUEST_ID: Final = "X-Request-Id"
"""The header of every answer."""

REQUEST_ID_HEADER: Final[dict[str, Any]] = {
    "description": "Names this answer to the service's operator; the request's own when it brought one that fits.",
    "required": True,
    "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{8,64}$"},
}

# Any query that a route does not know is refused, so that even a route without parameters can answer 422.
_EVERYWHERE: Final[tuple[Slug, ...]] = ("invalid_fields", "internal")
_WITH_A_BODY: Final[tuple[Slug, ...]] = ("invalid_body", "payload_too_large", "unsupported_media_type")
_SIGNED_IN: Final[tuple[Slug, ...]] = ("unauthenticated", "unavailable")  # a sign-in is looked up in the store

DEFAULT_RESPONSE: Final = "problem"


def problem_examples() -> dict[str, dict[str, Any]]:
    """An example document of each type, by slug."""
    return {slug: {"summary": each.title, "value": _example(each)} for slug, each in PROBLEM_TYPES.items()}


def default_response() -> dict[str, Any]:
    """The response that stands for every problem an operation does not list."""
    response = {
        "description": "Any other problem, such as a method that the address does not take.",
        "content": {MEDIA_TYPE: {"schema": "Problem", "example": _example(PROBLEM_TYPES["method_not_allowed"])}},
    }
    return with_request_id(response)


def with_request_id(response: dict[str, Any], headers: dict[str, Any] | None = None) -> dict[str, Any]:
    """A documented response with the header that every answer has, besides others."""
    always = {REQUEST_ID: {"$ref": f"#/components/headers/{REQUEST_ID}"}}
    return {**response, "headers": {**(headers or {}), **always}}


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
    return with_request_id(response, _HEADERS_OF_STATUS.get(types[0].status))


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
    if each.slug == "conflict":
        document["detail"] = "This consent has already ended."
    if each.slug == "invalid_fields":
        document["errors"] = [{"field": "/scope/regulation", "detail": "Not one of the detail levels."}]
    if each.slug == "invalid_body":
        document["errors"] = [{"field": "/scope", "detail": "This name appears twice in one object."}]
    return document
