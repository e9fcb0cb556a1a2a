"""What leaks in any text, whatever is on a list: postcodes, phones, emails, NHS numbers, UPNs, other children's names.

Numbers are known by their form and their check digits. A child's name is a guess by the words beside it: advice, which
somebody reads, and never a reason to stop anything.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from passport_api.domain.identifiers import IdentifierInvalid, NhsNumber, Upn
from passport_api.domain.protection.folding import Reading, fold
from passport_api.domain.protection.numbers import national_number
from passport_api.domain.protection.patterns import words_in
from passport_api.domain.protection.tables import words_of
from passport_api.domain.protection.words import (
    DAYS,
    MONTHS,
    REFUSED,
    SCHOOL_WORDS,
    TITLES,
    first_names,
    ordinary,
)


class LeakKind(StrEnum):
    """What seems to have been written."""

    POSTCODE = "postcode"
    PHONE = "phone"
    EMAIL = "email"
    NHS_NUMBER = "nhs_number"
    UPN = "upn"
    CHILDS_NAME = "childs_name"

    @property
    def certain(self) -> bool:
        """Whether its form alone says so. A child's name is a guess."""
        return self is not LeakKind.CHILDS_NAME


@dataclass(frozen=True, slots=True)
class Leak:
    """Where something stands that no statement needs.

    Attributes:
        start: the first code point of the wording.
        end: the code point after its last.
        kind: what it seems to be.
    """

    start: int
    end: int
    kind: LeakKind


_ALONE, _ENDED = r"(?<![^\W_])", r"(?![^\W_])"
_EMAIL = re.compile(_ALONE + r"[a-z0-9][a-z0-9._%+'-]{0,63}@(?:[a-z0-9-]{1,63}\.){1,8}[a-z]{2,24}" + _ENDED)
_POSTCODE = re.compile(_ALONE + r"([a-z]{1,2})[0-9][0-9a-z]?[ -]?[0-9]([abd-hjlnp-uw-z]{2})" + _ENDED)
_PHONE = re.compile(_ALONE + r"(?:(?:\+|00)44(?:[ .-]{0,2}\(0\))?|\(?0)(?:[ .()-]{0,2}[0-9]){9,10}" + _ENDED)
_NHS_NUMBER = re.compile(_ALONE + r"[0-9]{3}([ -]?)[0-9]{3}\1[0-9]{4}" + _ENDED)
_UPN = re.compile(_ALONE + r"[a-hj-np-rt-z](?:[ -]?[0-9]){11}[ -]?[0-9a-hj-np-rt-z]" + _ENDED)

_AREAS = words_of("postcode_areas.txt")
_ORDINALS = frozenset(("st", "nd", "rd", "th"))
_WITH_SHORT_NUMBERS = ("1", "800")
_LONG_NUMBER = 10
_A_BOOKS = re.compile(r"(?:isbn\S{0,4}\s?|97[89][ -]?)\Z")
_A_BOOKS_HYPHENS = 3
_A_DATES = re.compile(r"[0-9]{1,2}[ .-][0-9]{1,2}[ .-][0-9]{4}(?![0-9])")
_A_TIMES = re.compile(r"[0-9]{1,2}\.[0-9]{2}\s[0-9]{1,2}\.[0-9]")

_CHILD = r"(?:friend|classmate|pupil|peer|child|boy|girl|schoolmate|playmate|student)s?"
_THEN_A_NAME = re.compile(_ALONE + _CHILD + r"(?:,? (?:(?:is|was) )?(?:called|named|is|was))?[,:]? \(?")
_AFTER_A_NAME = re.compile(
    rf"(?:, ?| \(| is | was )(?:(?:a|an|another|his|her|their|the|one of (?:his|her|their)) )?"
    rf"(?:(?:best|fellow|other|school|older|younger) )?{_CHILD}"
    r"(?=\s(?:in|at|from|of|who|with|and|on)\s|[^\w\s]|\s*\Z)"
)
_TWO_WORDS = r"([^\W\d_]+(?:['-][^\W\d_]+)?) ([^\W\d_]+(?:['-][^\W\d_]+)?)"
_NAME_THERE = re.compile(_TWO_WORDS + _ENDED)
_NAME_BEFORE = re.compile(_ALONE + _TWO_WORDS + r"\Z")
_LONGEST_NAME = 60


def leaks_in(text: str, *, in_use: Iterable[str] = ()) -> tuple[Leak, ...]:
    """Return what leaks in a text, in order and apart.

    Args:
        text: any text.
        in_use: names of those whom the passport is about and may name; they are no other child's.
    """
    reading = Reading(text)
    own = frozenset(word for name in in_use for word in words_in(fold(name)))
    found = sorted((*_figures(reading), *_children(reading, own)), key=lambda leak: (leak[0], -leak[1]))
    leaks: list[Leak] = []
    last = 0
    for start, end, kind in found:
        if start >= last:
            leaks.append(Leak(*reading.span(start, end), kind))
            last = end
    return tuple(leaks)


def numbers_in(text: str) -> tuple[tuple[LeakKind, str], ...]:
    """Return the UPNs and NHS numbers in a text of any kind, as they stand there, each once."""
    reading = Reading(text)
    found = {
        (kind, found[0])
        for kind, form, is_one in _NUMBERS
        for found in form.finditer(reading.folded)
        if is_one(reading, found)
    }
    return tuple(sorted(found))


_Found = tuple[int, int, LeakKind]


def _figures(reading: Reading) -> Iterator[_Found]:
    for kind, form, is_one in (
        (LeakKind.EMAIL, _EMAIL, _is_an_email),
        (LeakKind.POSTCODE, _POSTCODE, _is_a_postcode),
        (LeakKind.PHONE, _PHONE, _is_a_phone),
        *_NUMBERS,
    ):
        for found in form.finditer(reading.folded):
            if is_one(reading, found):
                yield found.start(), found.end(), kind


def _is_an_email(_reading: Reading, _found: re.Match[str]) -> bool:
    return True


def _is_a_postcode(reading: Reading, found: re.Match[str]) -> bool:
    """Of an area there is, in capitals or in small letters throughout, and not "L2 2nd floor" nor "s16LA"."""
    letters = [place for place in range(*found.span()) if reading.folded[place].isalpha()]
    capitals = sum(reading.capital_at(place) for place in letters)
    return found[1] in _AREAS and found[2] not in _ORDINALS and capitals in {0, len(letters)}


def _is_a_phone(reading: Reading, found: re.Match[str]) -> bool:
    """Of a length there is, and neither a book's number, nor a date, nor times of day."""
    number = national_number(found[0])
    if number is None or not (len(number) == _LONG_NUMBER or number.startswith(_WITH_SHORT_NUMBERS)):
        return False
    return not (_is_a_books(reading, found) or _A_DATES.match(found[0]) or _A_TIMES.search(found[0]))


def _is_an_nhs_number(reading: Reading, found: re.Match[str]) -> bool:
    return not _is_a_books(reading, found) and _valid(NhsNumber, found[0])


def _is_a_upn(_reading: Reading, found: re.Match[str]) -> bool:
    return _valid(Upn, found[0])


_NUMBERS: tuple[tuple[LeakKind, re.Pattern[str], Callable[[Reading, re.Match[str]], bool]], ...] = (
    (LeakKind.UPN, _UPN, _is_a_upn),
    (LeakKind.NHS_NUMBER, _NHS_NUMBER, _is_an_nhs_number),
)


def _is_a_books(reading: Reading, found: re.Match[str]) -> bool:
    before = reading.folded[max(0, found.start() - 10) : found.start()]
    return found[0].count("-") >= _A_BOOKS_HYPHENS or _A_BOOKS.search(before) is not None


def _valid(kind: type[NhsNumber | Upn], text: str) -> bool:
    try:
        kind.parse(text.upper().replace(" ", "").replace("-", ""))
    except IdentifierInvalid:
        return False
    return True


def _children(reading: Reading, own: frozenset[str]) -> Iterator[_Found]:
    folded = reading.folded
    named = (_NAME_THERE.match(folded, cue.end()) for cue in _THEN_A_NAME.finditer(folded))
    starts = (cue.start() for cue in _AFTER_A_NAME.finditer(folded))
    described = (_NAME_BEFORE.search(folded, max(0, start - _LONGEST_NAME), start) for start in starts)
    for name in (*named, *described):
        if name and all(reading.capital_at(name.start(part)) for part in (1, 2)) and _is_a_childs(name, own):
            yield name.start(), name.end(), LeakKind.CHILDS_NAME


def _is_a_childs(name: re.Match[str], own: frozenset[str]) -> bool:
    """Whether two words with capitals could be first name and surname: not "Pupil Premium", not the child's own."""
    first, last = name.groups()
    if not own.isdisjoint((first, last)) or not _NOT_NAMES.isdisjoint((first, last)):
        return False
    return first in first_names() or not ordinary(first)


_NOT_NAMES = REFUSED | SCHOOL_WORDS | TITLES | DAYS | MONTHS.keys()
