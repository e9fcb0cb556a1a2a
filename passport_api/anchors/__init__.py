"""Places outside the database where the log's checkpoints are kept: what is there cannot be rolled back with it."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Final

from passport_api.anchors.contract import Anchor
from passport_api.anchors.file import FileAnchor

__all__ = ["ANCHORS", "AnchorInvalid", "open_anchors"]


class AnchorInvalid(Exception):
    """A setting names no anchor that there could be. Names the kind, never the rest: it may hold a secret."""


def _file(location: str) -> Anchor:
    path = Path(location.removeprefix("//"))
    if not path.is_absolute():
        raise AnchorInvalid("A file: anchor names an absolute path: file:/var/lib/anchors/log.anchor.")
    return FileAnchor(path)


# Kind -> what opens the rest.
ANCHORS: Final[Mapping[str, Callable[[str], Anchor]]] = MappingProxyType({"file": _file})


def open_anchors(settings: Iterable[str]) -> list[Anchor]:
    """Open the anchors that the settings name: files first, since what ended is written to those.

    Raises:
        AnchorInvalid: one is of no known kind, or makes no sense.
    """
    return sorted((_opened(setting) for setting in settings), key=lambda anchor: not anchor.keeps_endings)


def _opened(setting: str) -> Anchor:
    kind, _, location = setting.partition(":")
    opener = ANCHORS.get(kind)
    if opener is None:
        raise AnchorInvalid(f"An anchor starts with one of: {', '.join(sorted(ANCHORS))}.")
    return opener(location)
