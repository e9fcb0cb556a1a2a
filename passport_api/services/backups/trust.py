"""Whether a backup is to be believed: every byte is as it was written, by this log, and the keys at hand open it."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from passport_api.domain.backups import (
    CONTENT,
    MANIFEST,
    BackupMalformed,
    BackupRefused,
    KeyGeneration,
    LogState,
    Manifest,
    WrappedDataKey,
    decode,
    signed_text,
)
from passport_api.domain.checkpoints import Checkpoint, CheckpointMalformed, KeyMalformed, NoteRejected, open_note
from passport_api.domain.generations import generation_of
from passport_api.domain.ids import PassportId
from passport_api.services.backups import files
from passport_api.services.service_keys import LOG, owner_of
from passport_api.services.vault import PassportSeals
from passport_keys.errors import KeyStoreError, ProviderUnavailable
from passport_keys.keyring import Keyring
from passport_keys.providers import KeyProvider, WrappedKey
from passport_keys.signing import SigningKey
from passport_keys.signing import verify as verify_signature

SAMPLE = 1000
"""How many data keys are unwrapped, spread evenly: one at a time is a call over the network for some providers."""

Document = TypeVar("Document", Manifest, KeyGeneration)


@dataclass(frozen=True, slots=True)
class Lock:
    """What wrapped keys are opened with, and whose log it must be."""

    provider: KeyProvider
    keyring: Keyring
    log_name: str


@dataclass(frozen=True, slots=True)
class BelievedKeys:
    """A key-backup generation whose service keys open, and which one of them signed.

    Attributes:
        signers: the public keys with which its log signs and signed.
    """

    path: Path
    generation: KeyGeneration
    signers: tuple[bytes, ...]


def read_manifest(backup: Path) -> tuple[Manifest, str]:
    """What a backup says of itself, and the signature on it: nothing of either is believed yet.

    Raises:
        BackupRefused: it is missing, or not as this release writes it.
    """
    path = backup / MANIFEST
    manifest, signature = _decoded(Manifest, path)
    if not manifest.log.checkpoint.startswith(f"{_body_of(path, manifest.log)}\n"):
        raise BackupRefused(f"{path}: its checkpoint is of another log than it says.")
    return manifest, signature


def require_content(backup: Path, manifest: Manifest) -> None:
    """Go on only with content that is, byte for byte, what a manifest describes.

    Raises:
        BackupRefused: it is missing or another.
    """
    if files.digest_of(backup / CONTENT) != manifest.content:
        raise BackupRefused(f"{backup / CONTENT}: is not the file that the manifest describes.")


def believe_keys(path: Path, lock: Lock) -> BelievedKeys:
    """A key-backup generation, once its own keys open and have signed it.

    Raises:
        BackupRefused: it is not as it was written, is another log's, or the key provider does not open it.
        ProviderUnavailable: the key provider does not answer.
    """
    generation, signature = _decoded(KeyGeneration, path)
    if generation_of(lock.log_name, generation.log.origin) is None:
        raise BackupRefused(f"{path}: is of another log, {generation.log.origin}.")
    missing = sorted(set(generation.key_ids) - set(lock.provider.key_ids()))
    if missing:
        raise BackupRefused(f"{path}: the key provider does not hold the keys that it needs: {', '.join(missing)}.")
    signers = tuple(_signers(path, generation, lock.keyring))
    _require_signed(path, generation, signature, signers)
    return BelievedKeys(path, generation, signers)


def believe_manifest(backup: Path, manifest: Manifest, signature: str, keys: BelievedKeys) -> None:
    """Go on only with a manifest that the log of these keys signed, and with keys that are not older than its content.

    Raises:
        BackupRefused: the two do not go together.
    """
    path = backup / MANIFEST
    _require_signed(path, manifest, signature, keys.signers)
    if keys.path.stem == manifest.keys_name and files.digest_of(keys.path) != manifest.keys:
        raise BackupRefused(f"{keys.path}: is not the file that the manifest describes.")
    if keys.generation.log.age < manifest.log.age:
        raise BackupRefused(
            f"{keys.path}: is older than the content. Passports made since would be lost, and erased ones come back: "
            f"take generation {manifest.keys_name} or a newer one."
        )


def require_opening(keys: BelievedKeys, lock: Lock, sealed: Callable[[Sequence[UUID]], dict[UUID, bytes]]) -> int:
    """Open data keys spread evenly over a generation, and with each who its passport is about; gives how many.

    Args:
        keys: the generation.
        lock: what opens it.
        sealed: gives the sealed identities of passports, as the content has them.

    Raises:
        BackupRefused: one does not open.
        ProviderUnavailable: the key provider does not answer.
    """
    every = keys.generation.data_keys
    sample = every[:: max(1, -(-len(every) // SAMPLE))]
    children = sealed([key.passport_id for key in sample])
    for key in sample:
        with _opening(keys.path, f"the key of passport {key.passport_id} does not open what the content has of it"):
            _open(key, children.get(key.passport_id), lock.keyring)
    return len(sample)


def _open(key: WrappedDataKey, sealed_child: bytes | None, keyring: Keyring) -> None:
    owner = str(key.passport_id)
    data_key = keyring.data_key(owner, WrappedKey(key.wrapping_key_id, key.wrapped_key))
    if sealed_child is not None:
        PassportSeals(PassportId(key.passport_id), owner, data_key).open_child(sealed_child)


def _signers(path: Path, generation: KeyGeneration, keyring: Keyring) -> Iterator[bytes]:
    """Open every service key; give the public parts of those that sign for the log."""
    for key in generation.service_keys:
        with _opening(path, f"the service's key for {key.purpose} does not open"):
            opened = keyring.data_key(owner_of(key.purpose), WrappedKey(key.wrapping_key_id, key.wrapped_key))
        if key.purpose == LOG:
            yield SigningKey.from_private_bytes(opened.private_bytes()).public_bytes()


def _require_signed(path: Path, document: Manifest | KeyGeneration, signature: str, signers: Sequence[bytes]) -> None:
    texts = {signature: signed_text(document), document.log.checkpoint: _body_of(path, document.log)}
    for note, text in texts.items():
        if not any(_opens(note, document.log.origin, signer) == text for signer in signers):
            raise BackupRefused(f"{path}: was not signed by the log of these keys.")


def _opens(note: str, origin: str, signer: bytes) -> str | None:
    try:
        return open_note(note, origin, signer, verify_signature)
    except (NoteRejected, KeyMalformed):
        return None


def _body_of(path: Path, log: LogState) -> str:
    try:
        return Checkpoint(log.origin, log.size, log.root).body()
    except CheckpointMalformed as error:
        raise BackupRefused(f"{path}: {error}.") from error


def _decoded(kind: type[Document], path: Path) -> tuple[Document, str]:
    try:
        return decode(kind, files.read(path))
    except BackupMalformed as error:
        raise BackupRefused(f"{path}: {error}.") from error


@contextmanager
def _opening(path: Path, otherwise: str) -> Iterator[None]:
    try:
        yield
    except ProviderUnavailable:
        raise
    except KeyStoreError as error:
        raise BackupRefused(f"{path}: {otherwise}.") from error
