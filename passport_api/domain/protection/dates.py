"""Dates, in the ways that people write them, with day and month in either order where both could be meant."""

import re
from collections.abc import Iterable, Iterator
from datetime import date

from passport_api.domain.protection.folding import fold
from passport_api.domain.protection.patterns import each_word
from passport_api.domain.protection.words import MONTHS

_MONTH = f"({'|'.join(sorted(MONTHS, key=len, reverse=True))})(?![a-z])"
_DAY = r"(?<![0-9])([0-9]{1,2})(?:\s?(?:st|nd|rd|th))?(?![0-9])"
_YEAR = r"(?:[\s,.\-/]{1,3}(?:in\s|of\s)?'?([0-9]{4}|[0-9]{2})(?![0-9]))?"
_NUMERIC = re.compile(r"([0-9]{1,4})\s?[-/.\s]\s?([0-9]{1,2})\s?[-/.\s]\s?([0-9]{2,4})(?![0-9])")
_DAY_FIRST = re.compile(_DAY + r"[\s,.\-/]{0,2}(?:day\s)?(?:of\s)?" + _MONTH + _YEAR)
_MONTH_FIRST = re.compile(_MONTH + r"[\s,.\-/]{1,2}(?:the\s)?" + _DAY + _YEAR)

_BIRTH_WORDS = frozenset(("born", "birth", "births", "birthday", "birthdays", "dob"))
_BIRTH = re.compile(rf"(?<![a-z])(?:{'|'.join(_BIRTH_WORDS)})(?![a-z])")
_NEAR = 60
"""How many characters before and after a day without its year may speak of a birth."""

_AROUND_A_MONTH = 24
_CENTURY = 100
_LONG_YEAR = 4


Days = dict[tuple[int, int], list[tuple[int, int]]]
"""Dates to look for: by month and day, the year and what the date is for."""


def read_date(text: str) -> date | None:
    """Return the date that a text is, the day before the month where both could be; None when it is none."""
    folded = fold(text).strip()
    for form in (_NUMERIC, _DAY_FIRST, _MONTH_FIRST):
        if (found := form.fullmatch(folded)) and (meant := _meant(form, found)) and len(meant[0][0]) == _LONG_YEAR:
            year, month, day = meant[0]
            return _date(int(year), month, day)
    return None


def words_beside(dates: Days) -> frozenset[str]:
    """Return the words of which a text has one wherever one of these dates is found in it: a year, or a birth."""
    years = {year for days in dates.values() for year, _ in days}
    return _BIRTH_WORDS.union(*({str(year), f"{year % _CENTURY:02}"} for year in years))


def find_dates(folded: str, dates: Days, months: Iterable[str]) -> Iterator[tuple[int, int, int]]:
    """Yield where dates stand in a folded text: start, end, and what the date is for.

    A year may have two figures. A day with the name of its month and without a year counts only where a birth is
    spoken of beside it: one date in 365 would be somebody's by chance.

    Args:
        folded: the text.
        dates: what to look for.
        months: which names of months the text has among its words.
    """
    for form, found in _written(folded, months):
        for written, month, day in _meant(form, found):
            for year, meant in dates.get((month, day), ()):
                if _same(year, written) if written else _speaks_of_birth(folded, found):
                    yield found.start(), found.end(), meant


def _written(folded: str, months: Iterable[str]) -> Iterator[tuple[re.Pattern[str], re.Match[str]]]:
    for found in _NUMERIC.finditer(folded):
        yield _NUMERIC, found
    for month in months:
        for start, end in each_word(folded, month):
            for before in _DAY_FIRST.finditer(folded, max(0, start - _AROUND_A_MONTH), end + _AROUND_A_MONTH):
                yield _DAY_FIRST, before
            if after := _MONTH_FIRST.match(folded, start):
                yield _MONTH_FIRST, after


def _meant(form: re.Pattern[str], found: re.Match[str]) -> list[tuple[str, int, int]]:
    """Every year, month and day that a written date may mean; the year as it is written, empty when there is none."""
    first, second, third = found.groups()
    if form is _DAY_FIRST:
        return [(third or "", MONTHS[second], int(first))]
    if form is _MONTH_FIRST:
        return [(third or "", MONTHS[first], int(second))]
    year, one, other = (first, third, second) if len(first) == _LONG_YEAR else (third, first, second)
    return [(year, int(other), int(one)), (year, int(one), int(other))]


def _same(year: int, written: str) -> bool:
    return int(written) == (year if len(written) == _LONG_YEAR else year % _CENTURY)


def _speaks_of_birth(folded: str, found: re.Match[str]) -> bool:
    return bool(_BIRTH.search(folded, max(0, found.start() - _NEAR), found.end() + _NEAR))


def _date(year: int, month: int, day: int) -> date | None:
    """The date of these figures, of the next that can be when day and month stand the other way."""
    for one, other in ((month, day), (day, month)):
        try:
            return date(year, one, other)
        except ValueError:
            continue
    return None
