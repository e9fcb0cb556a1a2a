"""Files of a backup: written beside and renamed into place once they are on disk, so that half of one is never one."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

from passport_api.domain.backups import BackupRefused, FileDigest

UNFINISHED = ".unfinished"
"""How the name ends of what is being written; after a crash it is still there."""
_CHUNK = 1 << 20


def digest_of(path: Path) -> FileDigest:
    """How long a file is and its SHA-256, in constant memory.

    Raises:
        BackupRefused: it cannot be read.
    """
    digest = sha256()
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                digest.update(chunk)
            return FileDigest(file.tell(), digest.hexdigest())
    except OSError as error:
        raise unreadable(path, error) from error


def read(path: Path) -> bytes:
    """A small file's content.

    Raises:
        BackupRefused: it cannot be read.
    """
    try:
        return path.read_bytes()
    except OSError as error:
        raise unreadable(path, error) from error


def unreadable(path: Path, error: OSError) -> BackupRefused:
    """What is said of a file that cannot be read."""
    return BackupRefused(f"{path}: cannot be read ({error.strerror}).")


@contextmanager
def new_folder(path: Path) -> Iterator[Path]:
    """A folder to fill that gets its name at the end of the block, on disk with all that is in it.

    Raises:
        BackupRefused: it cannot be written; nothing of its name is there.
    """
    draft = path.with_name(f".{path.name}{UNFINISHED}")
    with _writing(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft.mkdir(mode=0o700)
        try:
            yield draft
            for file in draft.iterdir():
                file.chmod(0o600)
                flush(file)
            flush(draft)
            draft.rename(path)
            flush(path.parent)
        finally:
            shutil.rmtree(draft, ignore_errors=True)


def write(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read; it has its name once it is on disk.

    Raises:
        BackupRefused: it cannot be written.
    """
    draft = path.with_name(f".{path.name}{UNFINISHED}")
    with _writing(path):
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(descriptor)
            draft.rename(path)
            flush(path.parent)
        finally:
            draft.unlink(missing_ok=True)


def destroy(path: Path) -> None:
    """Overwrite a file, flush that, and remove it. Disks that write elsewhere keep old blocks for a while.

    Raises:
        BackupRefused: it cannot be written.
    """
    with _writing(path):
        with path.open("r+b") as file:
            file.write(bytes(path.stat().st_size))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
        flush(path.parent)


def flush(path: Path) -> None:
    """Put a file or a folder on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _writing(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise BackupRefused(f"{path}: cannot be written ({error.strerror}).") from error
