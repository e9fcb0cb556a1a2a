"""Places outside the database where the log's checkpoints are kept: what is there cannot be rolled back with it."""

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType
from typing import Final

from passport_api.anchors import file, witness
from passport_api.anchors.contract import Anchor
from passport_api.config import SettingInvalid

__all__ = ["ANCHORS", "open_anchors"]

# What a setting begins with -> what opens it.
ANCHORS: Final[Mapping[str, Callable[[str], Anchor]]] = MappingProxyType(
    {
        file.SCHEME: file.parse,
        witness.SCHEME: witness.parse,
    }
)


def open_anchors(settings: Iterable[str]) -> list[Anchor]:
    """Open the anchors that the settings name.

    Raises:
        SettingInvalid: one is of no known kind, or makes no sense.
    """
    return [_opened(setting) for setting in settings]


def _opened(setting: str) -> Anchor:
    for scheme, opener in ANCHORS.items():
        if setting.startswith(scheme):
            return opener(setting)
    raise SettingInvalid(f"PASSPORT_ANCHORS: an anchor starts with one of: {', '.join(sorted(ANCHORS))}.")
