"""The words that decide: which are ordinary English, which first names are alike, what ends a street's name.

What each set is for stands above it in `data/word_sets.txt`.
"""

from functools import cache
from typing import Final

from passport_api.domain.protection.tables import lines_of, sets_of, words_of

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan",
            "february feb",
            "march mar",
            "april apr",
            "may",
            "june jun",
            "july jul",
            "august aug",
            "september sept sep",
            "october oct",
            "november nov",
            "december dec",
        ),
        1,
    )
    for name in names.split()
}
"""Names of months and their abbreviations, with their numbers."""

_SETS: Final = sets_of("word_sets.txt")

DAYS: Final = _SETS["days"]
SEASONS: Final = _SETS["seasons"]
TITLES: Final = _SETS["titles"]
PARTICLES: Final = _SETS["particles"]
COMMON_STREETS: Final = _SETS["common streets"]
SCHOOL_WORDS: Final = _SETS["school words"]
KINDS_OF_SCHOOL: Final = _SETS["kinds of school"]
DWELLINGS: Final = _SETS["dwellings"]
REFUSED: Final = _SETS["refused"]
THINGS: Final = _SETS["things"]
THINGS_TOO: Final = _SETS["things too"]
IN_TIME: Final = _SETS["in time"]
BETWEEN: Final = _SETS["between"]

STREETS: Final = {kind: frozenset(line.split()) for line in lines_of("kinds_of_street.txt") for kind in line.split()}
"""Kinds of street and house, each with every way of writing that kind."""

PLACES: Final = STREETS.keys() | (SCHOOL_WORDS - REFUSED) | _SETS["features"]
"""What the last word of a place's name may be."""


@cache
def ordinary_words() -> frozenset[str]:
    """Words that mean something besides being a name: the commonest of English, and names that are words too."""
    return words_of("common_words.txt") | words_of("names_that_are_words.txt")


def ordinary(word: str) -> bool:
    """Whether a folded word is to be taken for a name only where it is written as one. Two letters always are."""
    return len(word) <= 2 or word in ordinary_words()  # noqa: PLR2004


@cache
def first_names() -> dict[str, frozenset[str]]:
    """Every first name of the table, with all that may stand for it, itself among them."""
    groups: dict[str, set[str]] = {}
    for line in lines_of("diminutives.txt"):
        names = line.split()
        for name in names:
            groups.setdefault(name, set()).update(names)
    return {name: frozenset(alike) for name, alike in groups.items()}


def alike(first_name: str) -> frozenset[str]:
    """Every first name that may stand for this one, itself among them."""
    return first_names().get(first_name, frozenset((first_name,)))
