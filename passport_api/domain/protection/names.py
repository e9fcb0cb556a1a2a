"""A person's name, in the ways it may be written: in full, the other way round, with an initial, each part alone."""

import re
from collections.abc import Iterator

from passport_api.domain.protection.folding import fold
from passport_api.domain.protection.patterns import Pattern, Rule, one_of, spellings, words_in
from passport_api.domain.protection.words import PARTICLES, REFUSED, TITLES, alike, first_names, ordinary

_SHORTEST_PART = 3
"""Half of a double-barrelled surname is looked for by itself from this many letters on."""


_ALSO = re.compile(r"[()/]|(?<![^\W_])(?:nee|aka|formerly|also|known as|or)(?![^\W_])")


def name_patterns(text: str) -> Iterator[Pattern]:
    """Yield what to look for, for a person's name in full or one name of theirs.

    "Kate Doyle (née Marsh)" and "Kate Doyle, also known as Kitty Marsh" are two names of one person.
    """
    names = [name for part in _ALSO.split(fold(text)) if words_in(name := part.strip(" ,;\"'"))] or [fold(text)]
    yield from _patterns_of_one(names[0])
    for other in names[1:]:
        only = len(other.split()) == 1 and other not in first_names()
        yield from _patterns_of_one(f"{_parts_of(names[0])[0][0]} {other}" if only else other)


def _patterns_of_one(text: str) -> Iterator[Pattern]:
    given, surname = _parts_of(text)
    if not surname:
        yield from _single(given[0]) if given else ()
        return
    firsts = [alike("".join(words_in(name))) for name in given]
    last = "".join(words_in(surname))
    for spelt in spellings(surname):
        lasts = (*map(one_of, spelt[:-1]), _plural(spelt[-1]))
        yield from _in_full(firsts, lasts)
    together = frozenset(first + last for first in firsts[0] if not ordinary(first + last))
    yield Pattern((together,), Rule.EXACT)
    yield from _first_alone(given[0], firsts[0])
    yield from surname_patterns(surname)


def surname_patterns(surname: str) -> Iterator[Pattern]:
    """Yield what to look for, for a surname by itself."""
    for spelt in spellings(fold(surname)):
        if len(spelt) == 1:
            yield Pattern((_plural(spelt[0]),), Rule.SURNAME)
        else:
            yield Pattern((*map(one_of, spelt[:-1]), _plural(spelt[-1])), Rule.PHRASE)
    parts = words_in(fold(surname))
    if len(parts) > 1:
        halves = (part for part in parts if len(part) >= _SHORTEST_PART and part not in PARTICLES | REFUSED)
        yield from (Pattern((_plural(half),), Rule.SURNAME) for half in halves)


def _parts_of(text: str) -> tuple[list[str], str]:
    """Given names and surname, folded; the surname is empty when there is one name only."""
    before, comma, after = fold(text).partition(",")
    words = (f"{after} {before}" if comma else before).split()
    words = [word for word in words if words_in(word) and word.strip(".") not in TITLES] or words
    first = len(words) - 1
    while first > 1 and words[first - 1] in PARTICLES:
        first -= 1
    return words[: max(first, 1)], " ".join(words[max(first, 1) :])


def _single(name: str) -> Iterator[Pattern]:
    for spelt in spellings(name):
        if len(spelt) == 1:
            yield Pattern((_owners(alike(spelt[0])),), Rule.NAME)
        else:
            yield Pattern(tuple(one_of(part) for part in spelt), Rule.PHRASE)


def _in_full(firsts: list[frozenset[str]], lasts: tuple[frozenset[str], ...]) -> Iterator[Pattern]:
    """Kate Doyle, Doyle, Kate, Kate Anne Doyle, Kate A. Doyle. K. Doyle is found by the surname."""
    first, middle = firsts[0], tuple(names | {name[0] for name in names} for names in firsts[1:])
    yield Pattern((first, *lasts), Rule.PHRASE)
    yield Pattern((*lasts, first), Rule.PHRASE)
    if middle:
        yield Pattern((first, *middle, *lasts), Rule.PHRASE)
        yield Pattern((*lasts, first, *middle), Rule.PHRASE)


def _first_alone(name: str, names: frozenset[str]) -> Iterator[Pattern]:
    for spelt in spellings(name):
        if len(spelt) > 1:
            yield Pattern(tuple(one_of(part) for part in spelt), Rule.PHRASE)
    whole = frozenset(name for name in names if len(name) > 1 and name not in REFUSED)
    if whole:
        yield Pattern((_owners(whole),), Rule.FIRST_NAME)


def _owners(names: frozenset[str]) -> frozenset[str]:
    """Names as they are, and with the s of a possessive whose apostrophe was forgotten."""
    return names | {f"{name}s" for name in names if not ordinary(name) and not name.endswith("s")}


def _plural(surname: str) -> frozenset[str]:
    """A surname, and all of the family."""
    return one_of(surname, f"{surname}s") if not surname.endswith("s") else one_of(surname, f"{surname}es")
