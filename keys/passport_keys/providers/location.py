"""The part of a key store URL after its scheme: a path, and options that a provider knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from passport_keys.errors import KeyStoreUrlInvalid


@dataclass(frozen=True, slots=True)
class Location:
    """A path and its options, both as written: nothing is percent-decoded."""

    path: str
    options: Mapping[str, str]

    @classmethod
    def parse(cls, text: str, options: frozenset[str]) -> Self:
        """Take a location apart: `PATH`, or `PATH?NAME=VALUE&NAME=VALUE`.

        Args:
            text: What follows the scheme and its colon.
            options: The names that the provider knows.

        Raises:
            KeyStoreUrlInvalid: An option is not known, has no value, or is there twice. A mistyped one never passes
                for one that was left out.
        """
        path, _, query = text.partition("?")
        return cls(path, pairs_of(query.split("&") if query else [], options))


def pairs_of(parts: list[str], names: frozenset[str]) -> dict[str, str]:
    """Take `NAME=VALUE` parts, each name at most once.

    Raises:
        KeyStoreUrlInvalid: A name is not known, has no value, or is there twice.
    """
    pairs: dict[str, str] = {}
    for part in parts:
        name, _, value = part.partition("=")
        if name not in names or not value or name in pairs:
            raise KeyStoreUrlInvalid(f"A key store URL of this kind takes, once each: {', '.join(sorted(names))}.")
        pairs[name] = value
    return pairs
