"""Bounding guesses: wrong passwords, tokens and links are counted per address and per account."""

from flask import Flask, current_app, request
from flask_limiter import Limiter
from limits import RateLimitItem, parse

from passport_api.api.edge import Problem, log_of
from passport_api.domain.errors import SignInFailed

PER_ACCOUNT = parse("10 per 15 minutes")
PER_ADDRESS = parse("50 per 15 minutes")

_EXTENSION = "passport_throttle"


def install(app: Flask, storage_url: str) -> None:
    """Count in memory, or in Redis where several nodes serve."""
    limiter = Limiter(
        key_func=lambda: request.remote_addr or "",
        storage_uri=storage_url,
        strategy="moving-window",
        headers_enabled=False,
    )
    limiter.init_app(app)
    app.extensions[_EXTENSION] = limiter


def refuse_guessers(account: str | None = None) -> None:
    """Refuse before looking, when too many guesses failed lately. Those who guess right are never counted.

    Args:
        account: a digest of what the guesses are at, never an email address itself; None counts the caller alone.

    Raises:
        Problem: `too_many_requests`.
    """
    for limit, key in _counters(account):
        if not _limiter().limiter.test(limit, key):
            raise Problem("too_many_requests", headers={"Retry-After": str(limit.get_expiry())})


def count_failure(error: SignInFailed, account: str | None = None) -> None:
    """Count a guess that failed, and log that one did: not at which account."""
    log_of(current_app).warning("sign_in_refused", kind=type(error).__name__)
    for limit, key in _counters(account):
        _limiter().limiter.hit(limit, key)


def _counters(account: str | None) -> list[tuple[RateLimitItem, str]]:
    by_address = (PER_ADDRESS, f"address/{request.remote_addr}")
    return [by_address] if account is None else [by_address, (PER_ACCOUNT, f"account/{account}")]


def _limiter() -> Limiter:
    found: Limiter = current_app.extensions[_EXTENSION]
    return found
