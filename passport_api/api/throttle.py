"""Bounding guesses at passwords and invitations. Only guesses that fail are counted.

Tightly for one account from one address; loosely for one account from everywhere, so that a stranger who knows
somebody's address cannot easily keep them out; loosely for one address, because a school may have only one. Refresh
tokens are not counted: 256 random bits are not guessed. Counts are in memory, or in Redis where several nodes serve.
"""

from dataclasses import dataclass

from flask import Flask, current_app, request
from limits import RateLimitItem, parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

from passport_api.api.edge import Problem, log_of
from passport_api.domain.errors import SignInFailed

PER_ACCOUNT_AND_ADDRESS = parse("10 per 15 minutes")
PER_ACCOUNT = parse("100 per 15 minutes")
PER_ADDRESS = parse("300 per 15 minutes")

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
    address = request.remote_addr
    by_address = _Counter(PER_ADDRESS, f"address/{address}")
    if account is None:
        return [by_address]
    return [
        by_address,
        _Counter(PER_ACCOUNT, f"account/{account}"),
        _Counter(PER_ACCOUNT_AND_ADDRESS, f"account/{account}/{address}"),
    ]


def _limiter() -> MovingWindowRateLimiter:
    found: MovingWindowRateLimiter = current_app.extensions[_EXTENSION]
    return found
