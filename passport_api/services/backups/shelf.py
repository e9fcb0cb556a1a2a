"""What backups and key-backup generations there are in a folder, and destroying generations."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from passport_api.domain.backups import (
    KEYS_SUFFIX,
    MANIFEST,
    BackupMalformed,
    BackupRefused,
    KeyGeneration,
    Manifest,
    decode,
    is_name,
)
from passport_api.services.backups import files

Document = TypeVar("Document", Manifest, KeyGeneration)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Backups in one folder and key-backup generations in another. What they say is not verified here."""

    folder: Path
    keys_folder: Path

    def backups(self) -> Iterator[tuple[Path, Manifest | None]]:
        """Every backup, oldest first, with what it says of itself; None where that is not readable."""
        for path in sorted(_listed(self.folder)):
            if is_name(path.name) and path.is_dir():
                yield path, _said(Manifest, path / MANIFEST)

    def generations(self) -> Iterator[tuple[Path, KeyGeneration | None]]:
        """Every key-backup generation, oldest first, with what it says of itself; None where that is not readable."""
        for path in sorted(_listed(self.keys_folder)):
            if path.suffix == KEYS_SUFFIX and is_name(path.stem):
                yield path, _said(KeyGeneration, path)

    def destroy_keys(self, keep: int) -> list[Path]:
        """Destroy every generation but the newest ones; gives those that are gone.

        Whatever only they could open is gone from every backup of the content, wherever that is kept.

        Raises:
            BackupRefused: the newest are not readable, so that nothing is destroyed; or a file cannot be written.
        """
        every = list(self.generations())
        unreadable = [path for path, said in every if said is None]
        if unreadable:
            raise BackupRefused(f"{unreadable[0]}: is not readable: move it away first. Nothing was destroyed.")
        # By the log and not by the name, which is what a clock said: one that was ahead named the wrong one the newest.
        by_age = sorted(((said.log.age, path) for path, said in every if said is not None))
        doomed = [path for _, path in by_age[:-keep]] + list(self._unfinished())
        for path in doomed:
            files.destroy(path)
        return doomed

    def _unfinished(self) -> Iterator[Path]:
        """What a backup that was killed has left: whole generations, and whole copies with keys in them."""
        for folder in (self.keys_folder, self.folder):
            for path in _listed(folder):
                if path.name.startswith(".") and path.name.endswith(files.UNFINISHED):
                    yield from [each for each in path.rglob("*") if each.is_file()] if path.is_dir() else [path]


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []
    except OSError as error:
        raise files.unreadable(folder, error) from error


def _said(kind: type[Document], path: Path) -> Document | None:
    try:
        return decode(kind, files.read(path))[0]
    except (BackupMalformed, BackupRefused):
        return None
