"""What manifests and key-backup generations are made of, and what goes wrong with them."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

FORMAT = 1
CONTENT = "content"
MANIFEST = "manifest.json"
KEYS_SUFFIX = ".keys"
KEYS_FOLDER = "keys"

_NAME = re.compile(r"\d{8}T\d{6}\.\d{3}Z")
Fields = dict[str, Any]


class BackupRefused(Exception):
    """A backup is not made, not believed or not put back. The message says why and names the file, in one line."""


class BackupMalformed(ValueError):
    """A file of a backup is not exactly as this release writes it."""


@dataclass(frozen=True, slots=True)
class LogState:
    """How the access log stood when a backup was made.

    Attributes:
        origin: the log's name, in the checkpoint too.
        generation: how often the log has begun anew, counted from 1.
        size: how many entries it had.
        root: the root hash over them.
        checkpoint: the same, as the service signed it.
    """

    origin: str
    generation: int
    size: int
    root: bytes
    checkpoint: str

    @property
    def age(self) -> tuple[int, int]:
        """What orders two states of one log: a log that began anew is newer, however short it is."""
        return self.generation, self.size

    def fields(self) -> Fields:
        """The state as JSON has it."""
        return {
            "origin": self.origin,
            "generation": self.generation,
            "size": self.size,
            "root": self.root.hex(),
            "checkpoint": self.checkpoint,
        }

    @classmethod
    def of_fields(cls, said: Fields) -> Self:
        """Read what `fields` gave."""
        return cls(
            said["origin"], int(said["generation"]), int(said["size"]), bytes.fromhex(said["root"]), said["checkpoint"]
        )


@dataclass(frozen=True, slots=True)
class FileDigest:
    """How long a file is, in bytes, and its SHA-256 in hexadecimal."""

    size: int
    sha256: str

    def fields(self) -> Fields:
        """The digest as JSON has it."""
        return {"bytes": self.size, "sha256": self.sha256}

    @classmethod
    def of_fields(cls, said: Fields) -> Self:
        """Read what `fields` gave."""
        return cls(int(said["bytes"]), str(said["sha256"]))


def name_at(instant: datetime) -> str:
    """What a backup or a generation made at an instant is called: names sort as instants do."""
    return f"{instant.astimezone(UTC):%Y%m%dT%H%M%S.%f}"[:-3] + "Z"


def is_name(text: str) -> bool:
    """Whether a folder or a file, without its ending, is called as `name_at` calls them."""
    return _NAME.fullmatch(text) is not None
