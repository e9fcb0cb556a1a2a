"""A module as one other module sees it, with something of it replaced."""

from types import ModuleType
from typing import Any


class Overlaid:
    """A module with something of it replaced, for whoever imports it under this name alone."""

    def __init__(self, module: ModuleType, **replaced: Any) -> None:
        self._module, self._replaced = module, replaced

    def __getattr__(self, name: str) -> Any:
        return self._replaced.get(name) or getattr(self._module, name)
