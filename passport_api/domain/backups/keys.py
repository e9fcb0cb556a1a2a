"""A key-backup generation: every key there was at one instant, wrapped by the key provider, apart from all content."""

import base64
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from passport_api.domain.backups.parts import FORMAT, Fields, LogState


@dataclass(frozen=True, slots=True)
class WrappedDataKey:
    """A passport's data key, wrapped by the key provider."""

    passport_id: UUID
    wrapping_key_id: str
    wrapped_key: bytes

    def fields(self) -> list[str]:
        """The key as JSON has it."""
        return [str(self.passport_id), self.wrapping_key_id, _encode(self.wrapped_key)]

    @classmethod
    def of_fields(cls, said: list[str]) -> Self:
        """Read what `fields` gave."""
        passport_id, wrapping_key_id, wrapped_key = said
        return cls(UUID(passport_id), wrapping_key_id, _decode(wrapped_key))


@dataclass(frozen=True, slots=True)
class WrappedServiceKey:
    """One of the service's own keys, wrapped by the key provider."""

    id: UUID
    purpose: str
    key_id: str
    wrapping_key_id: str
    wrapped_key: bytes
    public_key: bytes | None
    created_at: datetime
    active_from: datetime | None
    retired_at: datetime | None

    def fields(self) -> Fields:
        """The key as JSON has it."""
        return {
            "id": str(self.id),
            "purpose": self.purpose,
            "key_id": self.key_id,
            "wrapping_key_id": self.wrapping_key_id,
            "wrapped_key": _encode(self.wrapped_key),
            "public_key": None if self.public_key is None else _encode(self.public_key),
            "created_at": self.created_at.isoformat(),
            "active_from": None if self.active_from is None else self.active_from.isoformat(),
            "retired_at": None if self.retired_at is None else self.retired_at.isoformat(),
        }

    @classmethod
    def of_fields(cls, said: Fields) -> Self:
        """Read what `fields` gave."""
        return cls(
            id=UUID(said["id"]),
            purpose=said["purpose"],
            key_id=said["key_id"],
            wrapping_key_id=said["wrapping_key_id"],
            wrapped_key=_decode(said["wrapped_key"]),
            public_key=None if said["public_key"] is None else _decode(said["public_key"]),
            created_at=datetime.fromisoformat(said["created_at"]),
            active_from=_instant(said["active_from"]),
            retired_at=_instant(said["retired_at"]),
        )


@dataclass(frozen=True, slots=True)
class KeyGeneration:
    """A key-backup generation: every key there was at one instant, wrapped.

    Attributes:
        erased: the passports that had been erased. One that has neither a key here nor its id here was not known: it
            is of another history of the log, or was made later.
    """

    created: datetime
    log: LogState
    data_keys: tuple[WrappedDataKey, ...]
    service_keys: tuple[WrappedServiceKey, ...]
    erased: tuple[UUID, ...]

    TITLE: ClassVar = "passport key backup"

    @property
    def key_ids(self) -> tuple[str, ...]:
        """The key-encryption keys without which something in it does not open, in order of their names."""
        of_passports = {key.wrapping_key_id for key in self.data_keys}
        return tuple(sorted(of_passports | {key.wrapping_key_id for key in self.service_keys}))

    def fields(self) -> Fields:
        """Everything but the signature, as JSON has it."""
        return {
            "format": FORMAT,
            "created": self.created.isoformat(),
            "log": self.log.fields(),
            "erased": [str(passport_id) for passport_id in self.erased],
            "service_keys": [key.fields() for key in self.service_keys],
            "data_keys": [key.fields() for key in self.data_keys],
        }

    @classmethod
    def of_fields(cls, said: Fields) -> Self:
        """Read what `fields` gave."""
        return cls(
            created=datetime.fromisoformat(said["created"]),
            log=LogState.of_fields(said["log"]),
            service_keys=tuple(WrappedServiceKey.of_fields(key) for key in said["service_keys"]),
            data_keys=tuple(WrappedDataKey.of_fields(key) for key in said["data_keys"]),
            erased=tuple(UUID(passport_id) for passport_id in said["erased"]),
        )


def _instant(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str) -> bytes:
    return base64.b64decode(text, validate=True)
