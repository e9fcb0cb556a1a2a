"""The access log's entry: who did what, when, in what capacity, why, with what outcome. Sealed before it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from passport_api.domain.decisions import Agreement, Basis, Reason
from passport_api.domain.ids import AccountId, ConsentId, EntryId, OrganisationId, PassportId
from passport_api.domain.people import Capacity
from passport_api.domain.sections import Section
from passport_api.domain.views import SectionView


class Outcome(StrEnum):
    """What became of an access."""

    ALLOWED = "allowed"
    DENIED = "denied"


VIEW_OPENED = "view.opened"
VIEW_ACKNOWLEDGED = "view.acknowledged"

LEAVES_ACCESS_AS_IT_IS = frozenset({VIEW_OPENED, VIEW_ACKNOWLEDGED})
"""Actions that cannot change who may see what. Every other action makes releases in flight decide again."""


@dataclass(frozen=True, slots=True)
class StatementSeen:
    """Which version of which statement an access touched."""

    statement_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One access, before it is sealed and given its place in the log."""

    entry_id: EntryId
    at: datetime
    action: str
    outcome: Outcome
    actor: Capacity
    account_id: AccountId | None
    passport_id: PassportId | None
    reason: Reason | None = None
    purpose: str | None = None
    consent_id: ConsentId | None = None
    sections: tuple[Section, ...] = ()
    statements: tuple[StatementSeen, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Leaf:
    """A sealed entry as the log keeps it. The leaf commits to the ciphertext, so the tree outlives the key."""

    entry_id: EntryId
    passport_id: PassportId | None
    sealed_payload: bytes

    def data(self) -> bytes:
        """What the Merkle tree hashes: the entry's id, the passport's id (16 zero bytes for none), the ciphertext."""
        passport = self.passport_id.bytes if self.passport_id is not None else bytes(16)
        return self.entry_id.bytes + passport + self.sealed_payload


@dataclass(frozen=True, slots=True)
class Decision:
    """A row of the decision register: what was decided about a release, on which basis, with whose agreement."""

    entry_id: EntryId
    at: datetime
    action: str
    outcome: Outcome
    reason: Reason | None
    basis: Basis
    agreement: Agreement
    agreement_note: str | None
    passport_id: PassportId | None
    consent_id: ConsentId | None
    recipient_id: OrganisationId | None
    purpose: str | None
    decided_by: AccountId | None


def seen(sections: Iterable[SectionView]) -> tuple[StatementSeen, ...]:
    """Which statements a view holds, for the log."""
    return tuple(
        StatementSeen(str(statement.statement_id), statement.version)
        for section in sections
        for statement in section.statements
    )
