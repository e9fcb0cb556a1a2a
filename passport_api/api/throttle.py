"""Bounding guesses: wrong passwords, tokens and links are counted per address and per account.

Those who guess right are never counted, so nobody is locked out of working. Counts are kept in memory, or in Redis
where several nodes serve.
"""

from dataclasses import dataclass

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from passport_api.api.edge import Problem, log_of
from passport_api.domain.errors import SignInFailed

PER_ACCOUNT = parse("10 per 15 minutes")
PER_ADDRESS = parse("50 per 15 minutes")

_EXTENSION = "passport_throttle"


@dataclass(frozen=True, slots=True)
class _Counter:
    limit: RateLimitItem
    key: str


def install(app: Flask, storage_url: str) -> None:
    """Count in a storage that the limits library knows: memory:// or redis://…."""
    app.extensions[_EXTENSION] = MovingWindowRateLimiter(storage_from_string(storage_url))


def refuse_guessers(account: str | None = None) -> None:
    """Refuse before looking, when too many guesses failed lately.

    Args:
        account: a digest of what the guesses are at, never an email address itself; None counts the caller alone.

    Raises:
        Problem: `too_many_requests`.
    """
    for counter in _counters(account):
        if not _limiter().test(counter.limit, counter.key):
            raise Problem("too_many_requests", headers={"Retry-After": str(counter.limit.get_expiry())})


def count_failure(error: SignInFailed, account: str | None = None) -> None:
    """Count a guess that failed, and log that one did: not at which account."""
    log_of(current_app).warning("sign_in_refused", kind=type(error).__name__)
    for counter in _counters(account):
        _limiter().hit(counter.limit, counter.key)


def _counters(account: str | None) -> list[_Counter]:
    by_address = _Counter(PER_ADDRESS, f"address/{request.remote_addr}")
    return [by_address] if account is None else [by_address, _Counter(PER_ACCOUNT, f"account/{account}")]


def _limiter() -> MovingWindowRateLimiter:
    found: MovingWindowRateLimiter = current_app.extensions[_EXTENSION]
    return found
