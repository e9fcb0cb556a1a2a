"""Calling a service from a route: who calls, one transaction, and the answer or the one 404."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request

from passport_api.api.edge import Problem, invalid_field, page
from passport_api.api.parameters import LONGEST_KEY
from passport_api.api.tokens import caller
from passport_api.config import Settings
from passport_api.domain.decisions import Refused
from passport_api.services import execution
from passport_api.services.execution import Once
from passport_api.services.runtime import Runtime, Work

T = TypeVar("T")
Rendered = dict[str, Any]

_STATE = "passport"
_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class ApiState:
    """What the routes share."""

    runtime: Runtime
    settings: Settings


def attach(app: Flask, state: ApiState) -> None:
    """Give an application's routes what they share."""
    app.extensions[_STATE] = state


def state() -> ApiState:
    """What the routes of the current application share."""
    found: ApiState = current_app.extensions[_STATE]
    return found


def runtime() -> Runtime:
    """The current application's services."""
    return state().runtime


def perform(use_case: Callable[[Work], T | Refused]) -> T:
    """Carry out a use case for the caller.

    Raises:
        Problem: `not_found`, when it was refused: after the refusal is logged, and whatever its reason.
    """
    return found(execution.perform(runtime(), caller(), use_case))


def inspect(use_case: Callable[[Work], T | Refused]) -> T:
    """Carry out a use case that changes nothing and shows no content.

    Raises:
        Problem: `not_found`, when it was refused.
    """
    return found(execution.inspect(runtime(), caller(), use_case))


def create(use_case: Callable[[Work], T | Refused], render: Callable[[T], Rendered]) -> Response:
    """Carry out a use case that creates, once for each Idempotency-Key, and answer 201.

    Raises:
        Problem: `not_found`, when it was refused.
    """
    once = _once()
    answered = found(execution.perform_once(runtime(), caller(), use_case, lambda made: encode(render(made)), once))
    response = Response(answered.body, 201, content_type="application/json")
    if answered.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def found(outcome: T | Refused) -> T:
    """What was asked for; a refusal says no more than that there is nothing here.

    Raises:
        Problem: `not_found`.
    """
    if isinstance(outcome, Refused):
        raise Problem("not_found")
    return outcome


def reply(content: Rendered, etag: str | None = None) -> Response:
    """A JSON answer."""
    response = Response(encode(content), content_type="application/json")
    if etag is not None:
        response.headers["ETag"] = etag
    return response


def reply_page(
    items: Sequence[T],
    limit: int,
    render: Callable[[T], Rendered],
    position: Callable[[T], tuple[str | int, ...]],
) -> Response:
    """A page of a list, from one item more than fits: whether there is a next page costs no second query."""
    shown = items[:limit]
    return reply(page([render(item) for item in shown], position(shown[-1]) if len(items) > limit else None))


def encode(content: Rendered) -> bytes:
    """JSON as it is sent."""
    return _encoder.encode(content).encode()


def _once() -> Once | None:
    key = request.headers.get("Idempotency-Key")
    if key is None:
        return None
    if not (1 <= len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        raise invalid_field("header:Idempotency-Key", "Must have 1 to 255 printable ASCII characters.")
    body = request.get_data(cache=True).decode("utf-8", "surrogateescape")
    return Once(key, f"{request.method} {request.path}\n{body!r}")
