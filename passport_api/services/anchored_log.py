"""The log as its anchors see it: read from the database at each call, signed with the service's own keys."""

from collections.abc import Callable, Sequence

from passport_api.anchors.contract import Anchored
from passport_api.domain.anchor_records import ENDINGS
from passport_api.domain.checkpoints import (
    Checkpoint,
    KeyMalformed,
    NoteRejected,
    add_signature,
    open_note,
    sign_note,
    verifier_key,
)
from passport_api.domain.endings import PlacedEnding
from passport_api.domain.generations import generation_of, origin_of
from passport_api.domain.merkle_proofs import NodesMissing, consistency_proof, root_at
from passport_api.services.service_keys import ServiceKeys
from passport_api.store import endings, log
from passport_api.store.database import Database
from passport_api.store.log_nodes import Nodes
from passport_keys.signing import verify


class DatabaseLog:
    """Implements `anchors.contract.AnchoredLog` over the database.

    Args:
        database: where the log is.
        keys: gives the service's keys as they are now.
        base: the log's name in its first generation.
    """

    def __init__(self, database: Database, keys: Callable[[], ServiceKeys], base: str) -> None:
        self._database = database
        self._keys = keys
        self.base = base
        self._trusted: tuple[bytes, ...] = ()

    @property
    def generation(self) -> int:
        """The present generation, as the database says."""
        return self.head().generation

    @property
    def origin(self) -> str:
        """The log's name in its present generation."""
        return origin_of(self.base, self.generation)

    def head(self) -> log.Head:
        """Where the log ends now."""
        with self._database.reading() as uow:
            return log.head(uow)

    def is_earlier(self, origin: str) -> bool:
        """Whether a name is this log's in a generation before the present one."""
        named = generation_of(self.base, origin)
        return named is not None and named < self.generation

    def newest(self) -> Anchored:
        """The log now, with a freshly signed note."""
        head = self.head()
        checkpoint = Checkpoint(origin_of(self.base, head.generation), head.size, head.frontier.root())
        return Anchored(checkpoint, self.sign(checkpoint.body()))

    def consistency(self, old: int, new: int) -> list[bytes]:
        """The proof that the log of one size begins that of another."""
        with self._database.reading() as uow:
            return consistency_proof(Nodes(uow), old, new)

    def holds(self, checkpoint: Checkpoint) -> bool:
        """Whether the log had this root at this size, and is at least that long; whatever its name."""
        with self._database.reading() as uow:
            if log.head(uow).size < checkpoint.size:
                return False
            try:
                return root_at(Nodes(uow), checkpoint.size) == checkpoint.root
            except NodesMissing:
                return False

    def adds_up(self) -> bool:
        """Whether the head speaks of as many entries as there are, and of their root."""
        with self._database.snapshot() as uow:
            head = log.head(uow)
            if log.reaches(uow, head.size):
                return False
            try:
                return root_at(Nodes(uow), head.size) == head.frontier.root()
            except NodesMissing:
                return False

    def endings(self, start: int, end: int) -> list[PlacedEnding]:
        """What the entries from position start to before end ended for good."""
        with self._database.reading() as uow:
            return endings.between(uow, start, end)

    def undone(self) -> list[PlacedEnding]:
        """What the database keeps as ended, and has not ended: its rows were changed past the service."""
        with self._database.reading() as uow:
            return endings.undone(uow)

    def not_in_force(self, placed: Sequence[PlacedEnding]) -> list[PlacedEnding]:
        """Which of these have not ended in the database."""
        with self._database.reading() as uow:
            return endings.not_in_force(uow, placed)

    def sign(self, body: str) -> str:
        """A text as a note signed by each of the log's keys that sign now, under the name in its first line."""
        first, *others = self._keys().log_signers
        note = sign_note(body, _name_in(body), first.public_bytes(), first.sign)
        for key in others:
            note = add_signature(note, _name_in(body), key.public_bytes(), key.sign)
        return note

    def verifier_keys(self) -> list[str]:
        """Every public key that ever signed, as C2SP has them, under the name of each generation; the newest first."""
        origins = [origin_of(self.base, number) for number in range(self.generation, 0, -1)]
        return [verifier_key(origin, public) for origin in origins for public in self._keys().log_verifiers]

    def trust(self, public_keys: Sequence[bytes]) -> None:
        """Take an operator's word for keys that signed this log and are in no database any more."""
        self._trusted = tuple(public_keys)

    def opened(self, note: str) -> str | None:
        """The text of a note that the log signed, in whichever generation; None for any other."""
        name = _name_in(note)
        if generation_of(self.base, name) is None:
            return None
        for public_key in (*self._keys().log_verifiers, *self._trusted):
            try:
                return open_note(note, name, public_key, verify)
            except (NoteRejected, KeyMalformed):
                continue
        return None


def _name_in(text: str) -> str:
    return text.partition("\n")[0].removesuffix(ENDINGS)
