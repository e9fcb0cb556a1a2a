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
        words = [word for word in part.split() if words_in(word)]
        if len(words) > 1 and words_in(words[-1])[0] in STREETS and not words[-2].isdigit():
            yield from _street_patterns(words)
        elif number == 0 and _is_a_name(words_in(part)):
            yield from place_patterns(part)


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
    words = [word for word in fold(text).split() if words_in(word)]
    for phrase in phrases(words[1:] if len(words) > 1 and words[0] == "the" else words):
        yield Pattern(_either_saint(phrase), Rule.PLACE if len(phrase) == 1 else Rule.PHRASE)


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


def _is_a_name(words: list[str]) -> bool:
    """Whether a part without a kind names a house, and not a flat in one."""
    return any(len(word) > 1 and not word.isdigit() for word in words) and not (
        set(words) & DWELLINGS or all(word in REFUSED for word in words)
    )


def _street_patterns(words: list[str]) -> Iterator[Pattern]:
    """The house's number with its street, and the street alone; each with every way to write its kind."""
    numbered = [place for place, word in enumerate(words[:-1]) if word[0].isdigit()]
    first = numbered[-1] + 1 if numbered else 0
    street, kind = words[first:-1], STREETS[words_in(words[-1])[0]]
    if numbered and len(street) > 1 and len(street[0]) == 1:
        first, street = first + 1, street[1:]  # the letter of 14 a
    house = words_in(" ".join(words[numbered[-1] : first])) if numbered else []
    common = (COMMON_STREETS | PARTICLES).issuperset(street)
    for phrase in phrases(street):
        if house and phrase:
            yield Pattern((*map(one_of, house), *_either_saint(phrase), kind), Rule.EXACT)
        if not common:
            yield Pattern((*_either_saint(phrase), kind), Rule.PHRASE)


def _either_saint(phrase: tuple[frozenset[str], ...]) -> tuple[frozenset[str], ...]:
    return tuple(_SAINT if _SAINT.issuperset(word) else word for word in phrase)
