"""How much detail a statement carries, and so how far it may travel."""

from enum import StrEnum


class DetailLevel(StrEnum):
    """Detail levels, least first: everyday < need_to_know < restricted."""

    EVERYDAY = "everyday"
    NEED_TO_KNOW = "need_to_know"
    RESTRICTED = "restricted"

    @property
    def rank(self) -> int:
        """Position in the order, from 0."""
        return _RANKS[self]

    def within(self, ceiling: "DetailLevel") -> bool:
        """Whether this level is at or below a ceiling."""
        return _RANKS[self] <= _RANKS[ceiling]


_RANKS = {level: rank for rank, level in enumerate(DetailLevel)}


def lower_of(one: DetailLevel, other: DetailLevel) -> DetailLevel:
    """The lesser of two levels: what a reader sees is never above either."""
    return one if one.within(other) else other
