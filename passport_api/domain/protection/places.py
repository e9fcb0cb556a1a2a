"""Addresses, schools and places, in the ways they may be written."""

import re
from collections.abc import Iterator

from passport_api.domain.protection.folding import fold
from passport_api.domain.protection.patterns import Pattern, Rule, one_of, phrases, words_in
from passport_api.domain.protection.words import (
    COMMON_STREETS,
    DWELLINGS,
    KINDS_OF_SCHOOL,
    PARTICLES,
    REFUSED,
    SCHOOL_WORDS,
    STREETS,
    ordinary,
)

_POSTCODE = re.compile(r"(?<![^\W_])([a-z]{1,2})([0-9]{1,2})([a-z]?)\s{0,2}([0-9])([a-z]{2})(?![^\W_])")
_SAINT = one_of("saint", "st")


def address_patterns(text: str) -> Iterator[Pattern]:
    """Yield what to look for, for an address whose parts stand between commas or on lines of their own.

    Its postcode, its street with the house's number, its street alone unless nearly every town has that one, and its
    house's name. Its town is not looked for: a town that is to be protected is a place of its own.
    """
    folded = fold(text)
    for postcode in _POSTCODE.finditer(folded):
        yield from _postcode_patterns(postcode)
    for number, part in enumerate(re.split(r"[,\n]", _POSTCODE.sub(" ", folded))):
        words = words_in(part)
        if _is_street(words):
            yield from _street_patterns(words)
        elif number == 0 and _is_a_name(words):
            yield from (Pattern(phrase, Rule.PHRASE) for phrase in phrases(words))


def can_find_address(text: str) -> bool:
    """Whether there is anything to look for in an address."""
    return any(True for _ in address_patterns(text))


def school_patterns(text: str) -> Iterator[Pattern]:
    """Yield what to look for, for a school: what it is called, with or without what kind of school it is.

    A school that is called by one ordinary word (Hillside) or by a street that every town has is looked for with a
    word that says that it is a school.
    """
    core = core_of_school(text)
    words = [part for word in core for part in words_in(word)]
    telling = len(words) > 1 and not (REFUSED | COMMON_STREETS).issuperset(words)
    if telling or not ordinary(words[0]):
        yield from place_patterns(" ".join(core))
    else:
        yield Pattern((*map(one_of, words), KINDS_OF_SCHOOL), Rule.PHRASE)


def place_patterns(text: str) -> Iterator[Pattern]:
    """Yield what to look for, for the name of a place."""
    for phrase in phrases(word for word in fold(text).split() if words_in(word)):
        words = tuple(_SAINT if _SAINT.issuperset(word) else word for word in phrase)
        yield Pattern(words, Rule.PLACE if len(words) == 1 else Rule.PHRASE)


def core_of_school(text: str) -> list[str]:
    """Return the words that say which school it is: "Marlow Bridge" of "The Marlow Bridge C of E Primary School"."""
    words = [word for word in fold(text).split() if words_in(word)]
    while len(words) > 1 and SCHOOL_WORDS.issuperset(words_in(words[-1])):
        words.pop()
    return words[1:] if len(words) > 1 and words[0] == "the" else words


def _postcode_patterns(postcode: re.Match[str]) -> Iterator[Pattern]:
    area, district, letter, sector, unit = postcode.groups()
    if letter:
        yield Pattern((one_of(area), one_of(district), one_of(letter), one_of(sector), one_of(unit)), Rule.EXACT)
    else:
        yield Pattern((one_of(area), one_of(district), one_of(sector), one_of(unit)), Rule.EXACT)
        yield Pattern((one_of(area), one_of(district + sector), one_of(unit)), Rule.EXACT)


def _is_street(words: list[str]) -> bool:
    return len(words) > 1 and words[-1] in STREETS and any(not word.isdigit() for word in words[:-1])


def _is_a_name(words: list[str]) -> bool:
    """Whether a part without a kind names a house, and not a flat in one."""
    return any(len(word) > 1 and not word.isdigit() for word in words) and not (
        set(words) & DWELLINGS or all(word in REFUSED for word in words)
    )


def _street_patterns(words: list[str]) -> Iterator[Pattern]:
    digits = [place for place, word in enumerate(words[:-1]) if word.isdigit()]
    first = digits[-1] + 1 if digits else 0
    if digits and len(words[first]) == 1 and first < len(words) - 2:
        first += 1  # the letter of 14a
    street = tuple(_SAINT if word in _SAINT else one_of(word) for word in words[first:-1])
    if not street:
        return
    kind = STREETS[words[-1]]
    if digits:
        house = tuple(one_of(word) for word in words[digits[-1] : first])
        yield Pattern((*house, *street, kind), Rule.EXACT)
    if not all(word in COMMON_STREETS | PARTICLES for word in words[first:-1]):
        yield Pattern((*street, kind), Rule.PHRASE)
