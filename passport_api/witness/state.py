"""What a witness remembers: for each log the latest checkpoint that it cosigned, one file each.

A file is written beside itself, flushed and renamed, so that a crash leaves the former or the new one whole. Whoever
decides on a checkpoint holds the folder's lock from reading to keeping, in every thread and process.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from passport_api.domain.witnessing import origin_hash
from passport_keys.owner_only import directory_of, write_new

_LOGS = "logs"


class State:
    """A folder with the latest checkpoints. Used by several threads and processes at once."""

    def __init__(self, folder: Path) -> None:
        self._logs = folder / _LOGS
        self._logs.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Keep everybody else from deciding on a checkpoint as long as the block lasts.

        Raises:
            KeyStoreError: the folder is gone, or everybody may write to it.
        """
        with directory_of(self._logs / "any") as directory:
            fcntl.flock(directory, fcntl.LOCK_EX)
            yield

    def is_empty(self) -> bool:
        """Whether no checkpoint was ever kept here."""
        return not any(self._logs.iterdir())

    def kept(self, origin: str) -> str | None:
        """The note kept last for a log; None when there never was one.

        Raises:
            OSError: it cannot be read.
        """
        try:
            return self._path(origin).read_bytes().decode(errors="replace")
        except FileNotFoundError:
            return None

    def keep(self, origin: str, note: str) -> None:
        """Keep a note in the place of the former one, durably before this returns. The folder is held.

        Raises:
            OSError: it cannot be written: the former one stands, or, when only the last flush failed, the new one.
        """
        path = self._path(origin)
        beside = path.with_suffix(".new")
        beside.unlink(missing_ok=True)  # what a process that was killed left behind
        write_new(beside, note.encode())
        beside.replace(path)
        with directory_of(path) as directory:
            os.fsync(directory)

    def _path(self, origin: str) -> Path:
        return self._logs / f"{origin_hash(origin)}.checkpoint"
