"""What every use case is given: the database, the keys, and time, ids and secrets from outside."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from passport_api.domain.clock import instant_of
from passport_api.domain.ids import AccountId, SessionId
from passport_api.domain.people import Actor
from passport_api.services.anchoring import Anchoring
from passport_api.services.passwords import Passwords
from passport_api.services.recording import Recorder
from passport_api.services.screening import Screening
from passport_api.services.service_keys import ServiceKeys
from passport_api.services.vault import Vault
from passport_api.store.database import Database, UnitOfWork
from passport_api.store.log import Mark


@dataclass(frozen=True, slots=True)
class Runtime:
    """The service's parts, put together once in the composition root.

    Attributes:
        clock: gives the present instant, in UTC.
        new_id: gives a fresh UUIDv7.
        new_secret: gives a fresh URL-safe secret of at least 256 bits.
    """

    database: Database
    vault: Vault
    keys: ServiceKeys
    recorder: Recorder
    anchoring: Anchoring
    screening: Screening
    passwords: Passwords
    clock: Callable[[], datetime]
    new_id: Callable[[], UUID]
    new_secret: Callable[[], str]

    def instant(self, mark: Mark) -> datetime:
        """The instant at which something is decided that began to read at a mark: never before the newest entry.

        Raises:
            ClockBehind: the clock is too far behind it to decide anything by.
        """
        return instant_of(self.clock(), mark.newest_at)


@dataclass(frozen=True, slots=True)
class Caller:
    """What an access token says: an account and its session. What they may do is asked of the store every time."""

    account_id: AccountId
    session_id: SessionId


@dataclass(frozen=True, slots=True)
class Step:
    """One transaction at one instant, with nobody signed in: the command line, an accepted invitation."""

    runtime: Runtime
    uow: UnitOfWork
    at: datetime

    def expects(self, epoch: int) -> bool:  # noqa: ARG002 - a Work's answer depends on it
        """Whether what was decided still holds at an epoch of the log."""
        return True


@dataclass(frozen=True, slots=True)
class Work(Step):
    """One transaction at one instant, for a signed-in person.

    Attributes:
        epoch: the log's epoch of access before anything was read: decisions made since rest on it.
    """

    actor: Actor
    epoch: int

    def expects(self, epoch: int) -> bool:
        """Whether nobody's access changed since this began to read."""
        return self.epoch == epoch
