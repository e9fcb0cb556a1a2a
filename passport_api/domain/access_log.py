"""The access log's entry: who did what, when, in what capacity, why, with what outcome. Sealed before it is kept."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from passport_api.domain.access import (
    Use,
)
from passport_api.domain.decisions import Agreement, Basis, Reason
from passport_api.domain.ids import AccountId, ConsentId, EntryId, OrganisationId, PassportId
from passport_api.domain.organisation_uses import OrganisationUse
from passport_api.domain.people import Capacity
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement
from passport_api.domain.views import SectionView


class Outcome(StrEnum):
    """What became of an access."""

    ALLOWED = "allowed"
    DENIED = "denied"


VIEW_OPENED = "view.opened"
VIEW_ACKNOWLEDGED = "view.acknowledged"
PASSPORT_LISTED = "passport.listed"
CORRECTION_ACKNOWLEDGED = "correction.acknowledged"
NUMBER_OFFERED = "number.offered"

KEY_ROTATION_BEGUN = "key.rotation_begun"
KEY_ADDED = "key.added"
KEYS_REWRAPPED = "keys.rewrapped"
KEY_DESTRUCTION_BEGUN = "key.destruction_begun"
KEY_DESTROYED = "key.destroyed"
SIGNING_KEY_ADDED = "signing_key.added"

LEAVES_ACCESS_AS_IT_IS = frozenset(
    {
        KEY_ROTATION_BEGUN,
        KEY_ADDED,
        KEYS_REWRAPPED,
        KEY_DESTROYED,
        SIGNING_KEY_ADDED,
        VIEW_OPENED,
        VIEW_ACKNOWLEDGED,
        PASSPORT_LISTED,
        CORRECTION_ACKNOWLEDGED,
        NUMBER_OFFERED,
        Use.READ_PASSPORT.value,
        Use.WRITE_STATEMENT.value,
        Use.RECORD_TRANSITION.value,
        Use.READ_TRANSITIONS.value,
        Use.INVITE_PARENT.value,
        Use.PREVIEW_CONSENT.value,
        Use.READ_CONSENTS.value,
        Use.READ_ACCESS_LOG.value,
        Use.READ_DECISIONS.value,
        Use.READ_RECIPIENTS.value,
        Use.READ_CHALLENGES.value,
        Use.PROPOSE_ERASURE.value,
        Use.WITHDRAW_ERASURE.value,
        Use.READ_ERASURE.value,
        Use.READ_PROTECTED_LIST.value,
        Use.CHECK_PROTECTION.value,
        Use.READ_ALERT.value,
        Use.SETTLE_ALERT.value,
        OrganisationUse.CREATE_PASSPORT.value,
        OrganisationUse.LIST_MEMBERS.value,
        OrganisationUse.INVITE_MEMBER.value,
        OrganisationUse.LIST_ERASURES.value,
        OrganisationUse.LIST_CORRECTION_NOTICES.value,
        OrganisationUse.LIST_CHALLENGES.value,
        OrganisationUse.LIST_ALERTS.value,
        OrganisationUse.MAKE_SEARCH.value,
        OrganisationUse.LOOK_THROUGH.value,
        OrganisationUse.LIST_SEARCHES.value,
        OrganisationUse.READ_SEARCH.value,
        OrganisationUse.READ_HITS.value,
        OrganisationUse.CANCEL_SEARCH.value,
        OrganisationUse.ASK_CORRECTION.value,
        OrganisationUse.READ_CORRECTIONS.value,
    }
)
"""Actions that take no access away. Every other makes whatever was decided meanwhile be decided again."""


@dataclass(frozen=True, slots=True)
class StatementSeen:
    """Which version of which statement an access touched."""

    statement_id: str
    version: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One access, before it is sealed and given its place in the log.

    Attributes:
        subject: about whom it is, where that is a person: who was invited, whose role ended, whose proposal was
            confirmed.
        detail: what changed, from what to what.
    """

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
    statements: tuple[StatementSeen, ...] = ()
    subject: Capacity | None = None
    detail: str | None = None

    @property
    def may_take_access_away(self) -> bool:
        """Whether somebody may see less after this than before."""
        return self.outcome is Outcome.ALLOWED and self.action not in LEAVES_ACCESS_AS_IT_IS


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


def said_of_stopped(stopped: Iterable[Statement]) -> str | None:
    """Which statements a view left out because of the protected list, for those responsible for the child."""
    left_out = [f"{statement.statement_id} version {statement.version}" for statement in stopped]
    return f"being reviewed: {', '.join(left_out)}" if left_out else None


def seen(sections: Iterable[SectionView]) -> tuple[StatementSeen, ...]:
    """Which statements a view holds, for the log."""
    return tuple(
        StatementSeen(str(statement.statement_id), statement.version)
        for section in sections
        for statement in section.statements
    )
