"""A log in memory with its key, as anchors see one: to be rolled back and edited at will."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from passport_api.anchors.contract import Anchored
from passport_api.domain.anchor_records import ENDINGS
from passport_api.domain.checkpoints import Checkpoint, KeyMalformed, NoteRejected, open_note, sign_note
from passport_api.domain.endings import Ending, EndingKind, PlacedEnding
from passport_api.domain.generations import generation_of, origin_of
from passport_api.domain.merkle import Frontier, leaf_hash
from passport_api.store.log import Head
from passport_keys.signing import SigningKey, verify

BASE = "log.example/passports"
SOME_DAY = datetime(2026, 11, 2, 9, 30, 0, 125, UTC)


def ending(number: int, kind: EndingKind = EndingKind.CONSENT_REVOKED) -> Ending:
    """Something that ended, the same for the same number."""
    return Ending(kind, UUID(int=number), SOME_DAY + timedelta(minutes=number))


@dataclass
class MemoryLog:
    """A log in memory.

    Attributes:
        entries: what the entries are; editing one makes another history.
        ended: what they ended for good.
        head_of: what the kept head speaks of, where it is not of the entries.
        alive: what had ended, and has been brought back in the database.
    """

    base: str = BASE
    generation: int = 1
    key: SigningKey = field(default_factory=SigningKey.generate)
    entries: list[bytes] = field(default_factory=list)
    ended: list[PlacedEnding] = field(default_factory=list)
    head_of: list[bytes] | None = None
    alive: list[Ending] = field(default_factory=list)

    def append(self, *entries: bytes, endings: Sequence[Ending] = ()) -> "MemoryLog":
        """Append entries; the first of them ends something. Gives the log itself."""
        self.ended += [PlacedEnding(len(self.entries), each) for each in endings]
        self.entries += entries
        return self

    def roll_back(self, size: int) -> None:
        """Be as it was at a size."""
        del self.entries[size:]
        self.ended = [each for each in self.ended if each.position < size]

    def checkpoint(self, size: int | None = None) -> Checkpoint:
        """What it says of itself at a size."""
        entries = self.entries if size is None else self.entries[:size]
        return Checkpoint(self.origin, len(entries), _frontier(entries).root())

    # What an anchor asks of a log.

    @property
    def origin(self) -> str:
        return origin_of(self.base, self.generation)

    def is_earlier(self, origin: str) -> bool:
        named = generation_of(self.base, origin)
        return named is not None and named < self.generation

    def newest(self) -> Anchored:
        head = self.head()
        checkpoint = Checkpoint(self.origin, head.size, head.frontier.root())
        return Anchored(checkpoint, self.sign(checkpoint.body()))

    def holds(self, checkpoint: Checkpoint) -> bool:
        whole = checkpoint.size <= len(self.entries)
        return whole and self.checkpoint(checkpoint.size).root == checkpoint.root

    def endings(self, start: int, end: int) -> list[PlacedEnding]:
        return [each for each in self.ended if start <= each.position < end]

    def sign(self, body: str) -> str:
        name = body.partition("\n")[0].removesuffix(ENDINGS)
        return sign_note(body, name, self.key.public_bytes(), self.key.sign)

    def opened(self, note: str) -> str | None:
        name = note.partition("\n")[0].removesuffix(ENDINGS)
        if generation_of(self.base, name) is None:
            return None
        try:
            return open_note(note, name, self.key.public_bytes(), verify)
        except (NoteRejected, KeyMalformed):
            return None

    # What the service asks of it besides.

    def head(self) -> Head:
        return Head(_frontier(self.entries if self.head_of is None else self.head_of), 0, self.generation, None)

    def adds_up(self) -> bool:
        newest = self.newest().checkpoint
        return newest.size == len(self.entries) and self.holds(newest)

    def undone(self) -> list[PlacedEnding]:
        return []

    def not_in_force(self, placed: Sequence[PlacedEnding]) -> list[PlacedEnding]:
        return [each for each in placed if each.ending in self.alive]


def _frontier(entries: Sequence[bytes]) -> Frontier:
    frontier = Frontier()
    for entry in entries:
        frontier = frontier.append(leaf_hash(entry)).frontier
    return frontier
