"""A circuit breaker: while a provider does not answer, nobody waits for it but one who asks whether it is back."""

import time
from collections.abc import Callable
from threading import Lock
from typing import Final, TypeVar

from passport_keys.errors import ProviderUnavailable

REST_SECONDS: Final = 5.0

_Answer = TypeVar("_Answer")


class Circuit:
    """Lets calls through until one finds the provider away; then none for a while, then one to try.

    May be used by several threads at once.
    """

    __slots__ = ("_clock", "_lock", "_rest", "_rests_until", "_trying")

    def __init__(
        self, clock_monotonic: Callable[[], float] = time.monotonic, rest_seconds: float = REST_SECONDS
    ) -> None:
        self._clock = clock_monotonic
        self._rest = rest_seconds
        self._lock = Lock()
        self._rests_until: float | None = None
        self._trying = False

    def through(self, call: Callable[[], _Answer]) -> _Answer:
        """Make a call, unless the provider was away a moment ago.

        Any answer, a refusal too, shows that the provider is there.

        Raises:
            ProviderUnavailable: It was away a moment ago, or is.
        """
        trying = self._enter()
        away = True
        try:
            answer = call()
        except ProviderUnavailable:
            raise
        except BaseException:
            away = False
            raise
        else:
            away = False
            return answer
        finally:
            self._leave(away=away, trying=trying)

    def _enter(self) -> bool:
        """Whether this call is the one that tries whether the provider is back."""
        with self._lock:
            if self._rests_until is None:
                return False
            if self._trying or self._clock() < self._rests_until:
                raise ProviderUnavailable("The key provider did not answer a moment ago.")
            self._trying = True
            return True

    def _leave(self, *, away: bool, trying: bool) -> None:
        with self._lock:
            self._rests_until = self._clock() + self._rest if away else None
            if trying:
                self._trying = False
