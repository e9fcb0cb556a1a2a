"""Every error as a problem document (RFC 9457): one exception to raise, one body, no word of what was sent.

A document has no request id and no instance: not found and not yours must be the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Flask, Response
from werkzeug.exceptions import HTTPException

from passport_api.api.edge.access import access
from passport_api.api.edge.problem_types import PROBLEM_TYPES, SLUG_OF_STATUS, Slug
from passport_api.api.edge.service_log import log_fault

MEDIA_TYPE = "application/problem+json"

# What a library's error may say besides its status; the rest, and its text, may hold what was submitted.
_KEPT_HEADERS = ("Allow", "Retry-After", "WWW-Authenticate")


@dataclass(frozen=True, slots=True, order=True)
class FieldError:
    """What is wrong with one field.

    Attributes:
        field: a JSON pointer into the body (RFC 6901), or `query:`, `header:` and a name.
        detail: what is wrong, in a sentence that repeats nothing submitted.
    """

    field: str
    detail: str


class Problem(Exception):
    """Raised anywhere in a request to answer with a problem document.

    Attributes:
        members: what a document of its type has besides (RFC 9457 section 3.2).
    """

    def __init__(
        self,
        slug: Slug,
        detail: str | None = None,
        *,
        errors: tuple[FieldError, ...] = (),
        headers: Mapping[str, str] | None = None,
        members: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(slug)
        self.type = PROBLEM_TYPES[slug]
        self.detail = detail
        self.errors = errors
        self.headers = dict(headers or {})
        self.members = dict(members or {})


def invalid_field(field: str, detail: str) -> Problem:
    """The problem of one wrong field, for a rule that only a view can check."""
    return Problem("invalid_fields", errors=(FieldError(field, detail),))


def problem_body(problem: Problem) -> bytes:
    """The document itself, the same bytes for the same problem."""
    document: dict[str, Any] = {
        "type": problem.type.uri,
        "title": problem.type.title,
        "status": problem.type.status,
    }
    if problem.detail:
        document["detail"] = problem.detail
    if problem.errors:
        document["errors"] = [{"field": each.field, "detail": each.detail} for each in problem.errors]
    return _encoded({**document, **problem.members})


def problem_response(problem: Problem) -> Response:
    """The answer that carries a problem document."""
    return Response(problem_body(problem), problem.type.status, headers=problem.headers, content_type=MEDIA_TYPE)


def register(app: Flask, exceptions: Mapping[type[Exception], Slug] | None = None) -> None:
    """Make every error of an application a problem document, and serve the page of each type.

    Args:
        app: the application.
        exceptions: the named errors of the inner layers, each with the problem that it is to the caller.
    """
    app.register_error_handler(Problem, problem_response)
    app.register_error_handler(HTTPException, _from_http_exception)
    app.register_error_handler(Exception, _from_fault)
    for exception, slug in (exceptions or {}).items():
        app.register_error_handler(exception, _constant(slug))
    app.add_url_rule("/problems/<slug>", "problem_type", _problem_type, methods=["GET"])


@access(callers=("anyone",), logs="nothing")
def _problem_type(slug: str) -> Response:
    """What a problem type means and what to do about it."""
    found = PROBLEM_TYPES.get(slug)
    if found is None:
        raise Problem("not_found")
    page = {"type": found.uri, "title": found.title, "status": found.status, "meaning": found.meaning}
    return Response(_encoded(page), content_type="application/json")


def _constant(slug: Slug) -> Any:
    def answer(_error: Exception) -> Response:
        return problem_response(Problem(slug))

    return answer


def _from_http_exception(error: HTTPException) -> Response:
    """A library's HTTP error: its status counts, its text is dropped."""
    headers = {name: value for name, value in error.get_headers() if name in _KEPT_HEADERS}
    status = error.code or HTTPStatus.INTERNAL_SERVER_ERROR
    slug = SLUG_OF_STATUS.get(status)
    if slug:
        return problem_response(Problem(slug, headers=headers))
    blank = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": int(status)}
    return Response(_encoded(blank), status, headers=headers, content_type=MEDIA_TYPE)


def _from_fault(error: Exception) -> Response:
    log_fault(error)
    return problem_response(Problem("internal"))


def _encoded(document: dict[str, Any]) -> bytes:
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
