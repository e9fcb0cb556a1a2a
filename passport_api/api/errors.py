"""What each error of the inner layers is to a caller: one table, held total by a test."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, current_app

from passport_api.api import rendering
from passport_api.api.edge import FieldError, Problem, log_of, problem_response
from passport_api.domain.clock import ClockBehind
from passport_api.domain.errors import (
    Conflict,
    DomainError,
    InvalidField,
    KeyReused,
    NotSignedIn,
    SignInFailed,
    Stale,
    TokenReused,
    WordingHeld,
)
from passport_api.domain.merkle import FrontierCorrupt
from passport_api.services.anchoring import AnchorsAway, LogDiverged
from passport_api.store.database import StoreUnavailable
from passport_keys.errors import KeyStoreError

_RETRY = {"Retry-After": "5"}
_CHALLENGE = {"WWW-Authenticate": "Bearer"}


def _invalid(error: InvalidField) -> Problem:
    return Problem("invalid_fields", errors=(FieldError(error.field, error.detail),))


def _conflict(error: Conflict) -> Problem:
    return Problem("conflict", error.clash.value)


def _held(error: WordingHeld) -> Problem:
    reason = FieldError(error.field, "Say why the wordings stay that should be changed, or change them.")
    return Problem("wording_held", errors=(reason,), members={"findings": rendering.findings(error.findings)})


PROBLEM_OF: dict[type[Exception], Callable[[Any], Problem]] = {
    InvalidField: _invalid,
    Conflict: _conflict,
    WordingHeld: _held,
    Stale: lambda _: Problem("precondition_failed"),
    SignInFailed: lambda _: Problem("unauthenticated", headers=_CHALLENGE),
    TokenReused: lambda _: Problem("unauthenticated", headers=_CHALLENGE),
    NotSignedIn: lambda _: Problem("unauthenticated", headers=_CHALLENGE),
    KeyReused: lambda _: Problem("idempotency_mismatch"),
    StoreUnavailable: lambda _: Problem("unavailable", headers=_RETRY),
    ClockBehind: lambda _: Problem("unavailable", headers=_RETRY),
    KeyStoreError: lambda _: Problem("unavailable", headers=_RETRY),
    AnchorsAway: lambda _: Problem("unavailable", headers=_RETRY),
    LogDiverged: lambda _: Problem("log_diverged"),
    FrontierCorrupt: lambda _: Problem("log_diverged"),
}
"""Every DomainError; what the store and the keys raise when they are away or were tampered with; a wrong clock."""


def register(app: Flask) -> None:
    """Answer each error with its problem document."""
    for kind, problem_of in PROBLEM_OF.items():
        app.register_error_handler(kind, _answer(problem_of))


def _answer(problem_of: Callable[[Any], Problem]) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        problem = problem_of(error)
        if not isinstance(error, DomainError):
            log_of(current_app).error("unavailable", exception=type(error).__name__, fault=_fault(error))
        return problem_response(problem)

    return answer


def _fault(error: Exception) -> str | None:
    """What the runbook calls it."""
    match error:
        case StoreUnavailable():
            return error.fault.value
        case ClockBehind():
            return "clock-behind"
        case _:
            return None
