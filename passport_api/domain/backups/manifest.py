"""What a backup is: its manifest."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self

from passport_api.domain.backups.parts import CONTENT, FORMAT, Fields, FileDigest, LogState, is_name


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup is.

    Attributes:
        backend: sqlite or postgresql; a backup goes back into the kind of database it came from.
        schema_revision: the newest migration that its content knows.
        keys_name: the key-backup generation of the same instant.
        key_ids: the key-encryption keys that those keys are wrapped under: without them nothing opens.
        rows: how many rows each table has.
    """

    created: datetime
    backend: str
    schema_revision: str
    log: LogState
    content: FileDigest
    keys_name: str
    keys: FileDigest
    key_ids: tuple[str, ...]
    rows: Mapping[str, int]

    TITLE: ClassVar = "passport backup manifest"

    def fields(self) -> Fields:
        """Everything but the signature, as JSON has it."""
        return {
            "format": FORMAT,
            "created": self.created.isoformat(),
            "backend": self.backend,
            "schema_revision": self.schema_revision,
            "log": self.log.fields(),
            "files": {CONTENT: self.content.fields()},
            "keys": {"name": self.keys_name, **self.keys.fields()},
            "key_encryption_keys": list(self.key_ids),
            "rows": dict(self.rows),
        }

    @classmethod
    def of_fields(cls, said: Fields) -> Self:
        """Read what `fields` gave."""
        return cls(
            created=datetime.fromisoformat(said["created"]),
            backend=said["backend"],
            schema_revision=said["schema_revision"],
            log=LogState.of_fields(said["log"]),
            content=FileDigest.of_fields(said["files"][CONTENT]),
            keys_name=_name(said["keys"]["name"]),
            keys=FileDigest.of_fields(said["keys"]),
            key_ids=tuple(said["key_encryption_keys"]),
            rows={str(table): int(count) for table, count in said["rows"].items()},
        )


def _name(text: str) -> str:
    """A name and nothing else: it becomes part of a path."""
    if not is_name(text):
        raise ValueError("not the name of a generation")
    return text
