"""Whom a verifying command trusts: keys given on the command line, kept elsewhere than the log. Needs no service."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import BinaryIO, Self

from passport_api.cli.place import Complaint
from passport_api.domain.checkpoints import (
    Checkpoint,
    CheckpointMalformed,
    KeyMalformed,
    NoteRejected,
    VerifierKey,
    open_note_by_any,
    parse_verifier_key,
)
from passport_api.domain.cosignatures import CosignerKey, cosigned_at, parse_cosigner_key
from passport_api.domain.proofs import (
    TLOG_PROOF,
    ConsistencyProof,
    InclusionProof,
    KeptProof,
    NotProved,
    ProofMalformed,
)
from passport_keys.signing import verify


@dataclass(frozen=True, slots=True)
class Trust:
    """The log's keys, one of which must have signed, and the witnesses, each of which must have cosigned."""

    logs: tuple[VerifierKey, ...]
    witnesses: tuple[CosignerKey, ...]

    @classmethod
    def given(cls, log_keys: Sequence[str], witness_keys: Sequence[str]) -> Self:
        """Read the keys.

        Raises:
            Complaint: one is no key of its kind.
        """
        try:
            return cls(
                tuple(parse_verifier_key(each.strip()) for each in log_keys),
                tuple(parse_cosigner_key(each.strip()) for each in witness_keys),
            )
        except KeyMalformed as error:
            raise Complaint(f"A checkpoint is not to be trusted with such a key: {error}.") from error

    def opened(self, note: str) -> Checkpoint:
        """The checkpoint in a note.

        Raises:
            Complaint: it is not to be trusted.
        """
        try:
            body, signers = open_note_by_any(note, self.logs, verify)
            checkpoint = Checkpoint.parse(body)
        except (NoteRejected, CheckpointMalformed) as error:
            raise Complaint(f"A checkpoint is not to be trusted: {error}") from error
        if any(checkpoint.origin != key.name for key in signers):
            raise Complaint("A checkpoint is of another log than the key.")
        self._cosigned(note)
        return checkpoint

    def prove_inclusion(self, notes: Sequence[str], proof: str) -> str:
        """Check a proof that an entry is in the log; gives what it shows, in one line.

        Raises:
            Complaint: it does not show that.
        """
        try:
            if proof.startswith(TLOG_PROOF):
                kept = KeptProof.parse(proof)
                notes = [kept.note, *notes]
                inclusion = kept.inclusion(self.opened(kept.note))
            else:
                inclusion = InclusionProof.from_json(proof)
            for note in notes:
                inclusion.check(self.opened(note))
        except (ProofMalformed, NotProved) as error:
            raise _complaint(error) from error
        return f"verified: entry {inclusion.position} is in {self._described(notes[0])}"

    def prove_consistency(self, notes: Sequence[str], proof: str) -> str:
        """Check a proof that the log only grew between two checkpoints; gives what it shows, in one line.

        Raises:
            Complaint: it does not show that.
        """
        older, newer = sorted(notes, key=lambda note: self.opened(note).size)
        try:
            ConsistencyProof.from_json(proof).check(self.opened(older), self.opened(newer))
        except (ProofMalformed, NotProved) as error:
            raise _complaint(error) from error
        return f"verified: the log of {self.opened(older).size} entries begins {self._described(newer)}"

    def _cosigned(self, note: str) -> list[str]:
        """Who cosigned a note and when; every witness must have."""
        said = []
        for witness in self.witnesses:
            try:
                at = datetime.fromtimestamp(cosigned_at(note, witness, verify), UTC)
            except NoteRejected as error:
                raise Complaint(f"A checkpoint was not cosigned by {witness.name}: {error.fault}") from error
            except (ValueError, OverflowError, OSError) as error:
                raise Complaint(f"A checkpoint was cosigned by {witness.name} at no time that there is.") from error
            said.append(f"{witness.name} at {at:%Y-%m-%dT%H:%M:%SZ}")
        return said

    def _described(self, note: str) -> str:
        checkpoint = self.opened(note)
        cosigned = "".join(f", cosigned by {each}" for each in self._cosigned(note))
        return f"{checkpoint.origin} of {checkpoint.size} entries, root {checkpoint.root.hex()}{cosigned}"


def read_text(file: BinaryIO) -> str:
    """A file's text, byte for byte: no newline is translated.

    Raises:
        Complaint: it is no text.
    """
    try:
        return file.read().decode()
    except UnicodeDecodeError as error:
        raise Complaint(f"{file.name} is not to be trusted: it is no text.") from error


def _complaint(error: ProofMalformed | NotProved) -> Complaint:
    return Complaint(f"The proof cannot be read: {error}." if isinstance(error, ProofMalformed) else str(error))
