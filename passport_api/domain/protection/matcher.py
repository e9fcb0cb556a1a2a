"""Protected terms made ready once, and found in any number of texts.

A text without any of the words looked for is done with after one pass; what the rules cost is paid where a word stands.
Everything is bounded by the text's length times what begins with the same word.
"""

import re
from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from passport_api.domain.protection.dates import Days, find_dates, read_date, words_beside
from passport_api.domain.protection.folding import Reading, fold
from passport_api.domain.protection.names import name_patterns, surname_patterns
from passport_api.domain.protection.numbers import digits_of, find_digits, national_number
from passport_api.domain.protection.patterns import NEXT_WORD, WORD, Pattern, Rule, each_word, words_in
from passport_api.domain.protection.places import address_patterns, place_patterns, school_patterns
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.protection.verdicts import is_a_hit
from passport_api.domain.protection.words import MONTHS

_SPELT_OUT = re.compile(r"[\W_]([^\W\d_](?:[^\w\n]{1,2}[^\W\d_](?![^\W_])){2,})")
_THREE_LETTERS = array("L", (1, 1, 1)).tobytes()
"""Three words of one letter in a row, as lengths: asked of every text, and nearly always in vain."""

_SPELT_INSIDE = 4
"""A name of this many letters is found within a longer run of letters set apart; of three, by itself only."""

_LONGEST_SPELT = 20

_Found = tuple[int, int, int]
"""Start and end in the folded text, and the term's number."""


@dataclass(frozen=True, slots=True)
class Hit:
    """Where a protected term stands in a text. Never shown to a reader.

    Attributes:
        start: the first code point of the wording.
        end: the code point after its last.
        term: the number of the term, as the terms were given.
        kind: what the term is.
    """

    start: int
    end: int
    term: int
    kind: ProtectedKind


class Matcher:
    """Finds protected terms. Holds what they are: as secret as they are."""

    __slots__ = ("_dates", "_known", "_numbers", "_patterns", "_spelt", "_terms", "_words", "_years")

    def __init__(self, terms: Sequence[ProtectedTerm], in_use: frozenset[str]) -> None:
        self._terms = tuple(terms)
        self._patterns: dict[str, list[tuple[Pattern, int]]] = {}
        self._numbers: dict[str, int] = {}
        self._dates: Days = {}
        for pattern, number in _each_once(self._terms):
            for word in pattern.words[0] - (in_use if pattern.rule in _ONE_NAME else frozenset()):
                self._patterns.setdefault(word, []).append((pattern, number))
        for number, term in enumerate(self._terms):
            self._add_figures(number, term)
        self._words = frozenset(self._patterns)
        self._years = words_beside(self._dates)
        known, self._spelt = _names_among(self._patterns)
        self._known = known | in_use

    def __repr__(self) -> str:
        return f"Matcher({len(self._terms)} terms)"

    def find(self, text: str) -> tuple[Hit, ...]:
        """Return every hit in a text, in order and apart; of two that overlap, the first, or the longer."""
        reading = Reading(text)
        hits: list[Hit] = []
        last = 0
        for start, end, number in sorted(self._found(reading), key=lambda found: (found[0], -found[1])):
            if start >= last:
                hits.append(Hit(*reading.span(start, end), number, self._terms[number].kind))
                last = end
        return tuple(hits)

    def stops(self, text: str) -> bool:
        """Whether a text has any hit."""
        return any(True for _ in self._found(Reading(text)))

    def _found(self, reading: Reading) -> Iterator[_Found]:
        folded = reading.folded
        in_order = words_in(folded)
        words = set(in_order)
        if looked_for := self._words & words:
            yield from self._found_words(reading, looked_for)
        if self._spelt and _THREE_LETTERS in array("L", map(len, in_order)).tobytes():
            yield from self._found_spelt_out(folded)
        if self._numbers:
            yield from find_digits(folded, self._numbers)
        if self._dates and not self._years.isdisjoint(words):
            yield from find_dates(folded, self._dates, words & MONTHS.keys())

    def _found_words(self, reading: Reading, words: frozenset[str]) -> Iterator[_Found]:
        folded = reading.folded
        for word in words:
            for span in each_word(folded, word):
                following = NEXT_WORD.match(folded, span[1])
                second = following[1] if following else ""
                for pattern, number in self._patterns[word]:
                    if len(pattern.words) > 1 and second not in pattern.words[1]:
                        continue
                    spans = _spans_of(pattern, folded, span)
                    if spans and is_a_hit(pattern.rule, reading, spans, self._known):
                        yield spans[0][0], spans[-1][1], number

    def _found_spelt_out(self, folded: str) -> Iterator[_Found]:
        """K a t e, D-o-y-l-e: letters that stand apart and make a name."""
        for run in _SPELT_OUT.finditer(f" {folded}"):
            places = [letter.start() for letter in WORD.finditer(folded, run.start(1) - 1, run.end() - 1)]
            letters = "".join([folded[place] for place in places])
            shortest = min(_SPELT_INSIDE, len(letters))
            for first in range(len(letters) - shortest + 1):
                for last in range(first + shortest, min(first + _LONGEST_SPELT, len(letters)) + 1):
                    if (number := self._spelt.get(letters[first:last])) is not None:
                        yield places[first], places[last - 1] + 1, number

    def _add_figures(self, number: int, term: ProtectedTerm) -> None:
        match term.kind:
            case ProtectedKind.PHONE if (digits := national_number(term.text)) is not None:
                self._numbers.setdefault(digits, number)
            case ProtectedKind.UPN | ProtectedKind.NHS_NUMBER:
                self._numbers.setdefault(digits_of(term.text), number)
            case ProtectedKind.DATE if (day := read_date(term.text)) is not None:
                self._dates.setdefault((day.month, day.day), []).append((day.year, number))
            case _:
                pass


def compile_terms(terms: Sequence[ProtectedTerm], *, in_use: Iterable[str] = ()) -> Matcher:
    """Make protected terms ready to be found.

    Args:
        terms: what is protected.
        in_use: the names that the child and the family bear today. A word of these is never a hit by itself: a
            child who kept their first name would have every statement stopped.
    """
    return Matcher(terms, frozenset(word for name in in_use for word in words_in(fold(name))))


_ONE_NAME = frozenset((Rule.NAME, Rule.FIRST_NAME, Rule.SURNAME))


def _each_once(terms: Sequence[ProtectedTerm]) -> Iterator[tuple[Pattern, int]]:
    """Every pattern with the first term that has it: a family's surname is looked for once."""
    seen: dict[Pattern, int] = {}
    for number, term in enumerate(terms):
        for pattern in _patterns_of(term):
            seen.setdefault(pattern, number)
    yield from seen.items()


def _patterns_of(term: ProtectedTerm) -> Iterable[Pattern]:
    match term.kind:
        case (
            ProtectedKind.FORMER_NAME
            | ProtectedKind.RELATIVE_NAME
            | ProtectedKind.CARER_NAME
            | ProtectedKind.SIBLING_NAME
        ):
            return name_patterns(term.text)
        case ProtectedKind.FAMILY_SURNAME:
            return surname_patterns(term.text)
        case ProtectedKind.ADDRESS | ProtectedKind.FAMILY_ADDRESS:
            return address_patterns(term.text)
        case ProtectedKind.SCHOOL | ProtectedKind.FAMILY_SCHOOL:
            return school_patterns(term.text)
        case ProtectedKind.PLACE:
            return place_patterns(term.text)
        case ProtectedKind.PHONE | ProtectedKind.UPN | ProtectedKind.NHS_NUMBER | ProtectedKind.DATE:
            return ()


def _names_among(patterns: dict[str, list[tuple[Pattern, int]]]) -> tuple[frozenset[str], dict[str, int]]:
    """The words that are names, with the initials of surnames; and the names that may be spelt out."""
    known: set[str] = set()
    spelt: dict[str, int] = {}
    for word, found in patterns.items():
        for pattern, number in found:
            if pattern.rule in _ONE_NAME:
                known.add(word)
                spelt.setdefault(word, number)
            if pattern.rule is Rule.SURNAME:
                known.add(word[0])
    return frozenset(known), {word: number for word, number in spelt.items() if len(word) > 2}  # noqa: PLR2004


def _spans_of(pattern: Pattern, folded: str, first: tuple[int, int]) -> list[tuple[int, int]]:
    """Where each word of a pattern stands, when they follow one another from the first; empty when they do not."""
    spans = [first]
    for words in pattern.words[1:]:
        following = NEXT_WORD.match(folded, spans[-1][1])
        if following is None or following[1] not in words:
            return []
        spans.append(following.span(1))
    return spans
