"""What every anchor offers, and what it asks of the log that it keeps checkpoints of."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from passport_api.domain.checkpoints import Checkpoint
from passport_api.domain.endings import PlacedEnding


class AnchorUnavailable(Exception):
    """An anchor cannot be read or written now. What it was to be told was not taken."""


class AnchorDiverged(Exception):
    """What an anchor keeps is not a beginning of this log: one of them was rolled back, forked or edited.

    Attributes:
        what: what was seen, for the operator: sizes and hashes, nothing of any child.
    """

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what


@dataclass(frozen=True, slots=True)
class Anchored:
    """A checkpoint with the signed note that carries it, and the cosignatures that the note has gathered."""

    checkpoint: Checkpoint
    note: str


class AnchoredLog(Protocol):
    """The log as its anchors see it: read from the database at each call, never from memory."""

    @property
    def origin(self) -> str:
        """The log's name in its present generation."""
        ...

    def is_earlier(self, origin: str) -> bool:
        """Whether a name is this log's in a generation before the present one."""
        ...

    def newest(self) -> Anchored:
        """The log now, with a freshly signed note."""
        ...

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of one size begins that of another (RFC 9162 section 2.1.4)."""
        ...

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log had this root at this size, and is at least that long."""
        ...

    def endings(self, start: int, end: int) -> list[PlacedEnding]:
        """What the entries from position start to before end ended for good."""
        ...

    def sign(self, body: str) -> str:
        """A text as a note signed by the log."""
        ...

    def opened(self, note: str) -> str | None:
        """The text of a note that one of the log's own keys signed rightly; None for any other."""
        ...


class Anchor(Protocol):
    """A place outside the database. Used by several threads and processes at once."""

    @property
    def label(self) -> str:
        """What operators call it. Holds no secret."""
        ...

    @property
    def keeps_endings(self) -> bool:
        """Whether it keeps what has ended for good, besides checkpoints: then nothing is answered without it."""
        ...

    def kept(self, log: AnchoredLog) -> Anchored | None:
        """The newest checkpoint that it keeps of this log; None when it keeps none.

        Raises:
            AnchorUnavailable: it cannot be read now.
            AnchorDiverged: what it keeps is of another log, or was not signed by this one.
        """
        ...

    def update(self, log: AnchoredLog) -> Anchored:
        """Bring it up to the log's present size; gives what it keeps then.

        Raises:
            AnchorUnavailable: it did not take it.
            AnchorDiverged: what it keeps is not a beginning of the log; nothing was written.
        """
        ...


Anchors = Sequence[Anchor]
