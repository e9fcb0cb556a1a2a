"""When a signing key of the service signs, and until when it is taken: new keys are known before anybody uses them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from passport_api.domain.sessions import ACCESS_LIFETIME

LEAD = timedelta(minutes=10)
"""How long a new key is published before it signs: every process reads the keys anew at least once a minute."""
LATEST = timedelta(minutes=2)
"""How long after its successor has begun a process may still sign with a key: a clock behind, a slow reading."""
LOG_OVERLAP = timedelta(days=30)
"""How long checkpoints carry the signatures of both keys: whoever keeps the public key has so long to take the new."""


class KeyState(StrEnum):
    """What a signing key does now."""

    COMING = "coming"
    SIGNING = "signing"
    VERIFYING = "verifying"
    RETIRED = "retired"


@dataclass(frozen=True, slots=True)
class Validity:
    """When a key begins to sign (None: from the first), and when it is retired (None: not yet decided)."""

    active_from: datetime | None = None
    retired_at: datetime | None = None

    def signs(self, now: datetime) -> bool:
        """Whether the key may sign."""
        return (self.active_from is None or self.active_from <= now) and not self.is_retired(now)

    def is_retired(self, now: datetime) -> bool:
        """Whether the key is out of use for good."""
        return self.retired_at is not None and self.retired_at <= now

    def state(self, now: datetime, *, chosen: bool) -> KeyState:
        """What the key does, given whether it is among those that sign."""
        if self.is_retired(now):
            return KeyState.RETIRED
        if chosen:
            return KeyState.SIGNING
        return KeyState.VERIFYING if self.signs(now) else KeyState.COMING


ALWAYS = Validity()
"""The validity of a key that has no successor yet and had none before it."""


@dataclass(frozen=True, slots=True)
class Succession:
    """From when a new key signs, and when those before it are retired."""

    active_from: datetime
    others_retire_at: datetime


def succeed_tokens(now: datetime, lead: timedelta) -> Succession:
    """A new key for tokens: the one before it is taken for as long as a token that it signed may live."""
    active_from = now + lead
    return Succession(active_from, active_from + LATEST + ACCESS_LIFETIME)


def succeed_log(now: datetime, lead: timedelta, overlap: timedelta) -> Succession:
    """A new key for checkpoints: for a while both sign."""
    return Succession(now + lead, now + lead + overlap)


def succeed_at_once(now: datetime) -> Succession:
    """A new key in the place of one that somebody else may have: the old one is worth nothing from now on."""
    return Succession(now, now)
