"""The witness at work: read, decide, keep, and only then cosign."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from passport_api.domain.checkpoints import Checkpoint, CheckpointMalformed, NoteRejected, VerifierKey, split_note
from passport_api.domain.cosignatures import CosignerKey, cosign, cosigned_at
from passport_api.domain.witnessing import (
    Accepted,
    Submission,
    TrustedLogs,
    TurnedAway,
    checkpoint_of,
    decide,
    origin_hash,
    read_seen,
)
from passport_api.witness.key import open_or_make_key
from passport_api.witness.state import State
from passport_keys.signing import SigningKey, verify


class StateDamaged(Exception):
    """What this witness kept of a log is not what it cosigned: it cosigns no more of that log until that is mended."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A witness.

    Attributes:
        name: its name, which the keys that it publishes and its cosignatures carry.
        key: its own.
        logs: the logs that it watches.
        state: what it has cosigned.
        clock: the present time, in seconds since 1970.
    """

    name: str
    key: SigningKey
    logs: TrustedLogs
    state: State
    clock: Callable[[], float]

    @classmethod
    def opened(cls, folder: Path, name: str, keys: Sequence[VerifierKey], clock: Callable[[], float]) -> "Witness":
        """Open a witness over its folder. Several keys of one name are the keys of one log.

        Raises:
            KeyStoreError: its own key does not open.
            StateDamaged: what it kept is not what it cosigned.
        """
        logs = {key.name: [each for each in keys if each.name == key.name] for key in keys}
        witness = cls(name, open_or_make_key(folder), logs, State(folder), clock)
        for origin in logs:
            witness.kept(origin)
        return witness

    @property
    def cosigner(self) -> CosignerKey:
        """Its public key."""
        return CosignerKey(self.name, self.key.public_bytes())

    def add_checkpoint(self, request: bytes) -> str | TurnedAway:
        """Cosign a checkpoint if it may be; gives the cosignature's line, which has been kept before.

        Raises:
            SubmissionMalformed: the request is not of the form that the specification gives.
            StateDamaged: what was kept of the log is not what this witness cosigned.
            OSError: nothing can be kept, so nothing is cosigned.
        """
        submission = Submission.parse(request)
        seen = read_seen(submission.note, self.logs, verify)
        if isinstance(seen, TurnedAway):
            return seen
        origin = seen.checkpoint.origin
        with self.state.held():
            decided = decide(submission, seen, self.kept(origin))
            if not isinstance(decided, Accepted):
                return decided
            line = cosign(seen.body, self.cosigner, int(self.clock()), self.key.sign)
            self.state.keep(origin, f"{seen.body}\n{seen.signed}{line}")
        return line

    def newest(self, hashed_origin: str) -> str | None:
        """The latest checkpoint cosigned for a log, as a note; None for none, or for a log that is not watched.

        Raises:
            StateDamaged: what was kept of the log is not what this witness cosigned.
        """
        for origin in self.logs:
            if origin_hash(origin) == hashed_origin:
                note = self.state.kept(origin)
                if note is not None:
                    self._checked(origin, note)
                return note
        return None

    def kept(self, origin: str) -> Checkpoint | None:
        """The latest checkpoint cosigned for a log; None for none.

        Raises:
            StateDamaged: there is something else in its place.
        """
        note = self.state.kept(origin)
        return None if note is None else self._checked(origin, note)

    def _checked(self, origin: str, note: str) -> Checkpoint:
        """The checkpoint in a note that was kept, if this witness cosigned it."""
        try:
            cosigned_at(note, self.cosigner, verify)
            checkpoint = checkpoint_of(split_note(note)[0])
        except (NoteRejected, CheckpointMalformed) as error:
            raise StateDamaged(f"What is kept of {origin} was not cosigned by this witness: {error}.") from error
        if checkpoint.origin != origin:
            raise StateDamaged(f"What is kept of {origin} is of another log.")
        return checkpoint
