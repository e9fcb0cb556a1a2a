"""Numbers that are known by their digits, however these are set apart: phones, NHS numbers, UPNs."""

import re
from collections.abc import Iterator

from passport_api.domain.protection.folding import fold

_RUN = re.compile(r"[0-9](?:[\W_]{0,3}[0-9]){6,}")
_DIGIT = re.compile(r"[0-9]")
_NATIONAL = re.compile(r"(?:0044|44)?0?([1-9][0-9]{8,9})")
_LETTER_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_])[\W_]{0,2}\Z")
_PREFIXES = frozenset(("", "0", "44", "440", "0044", "00440"))


def national_number(text: str) -> str | None:
    """Return the digits of a UK phone number without its leading 0 or country code; None when it is none.

    Source: Ofcom's National Telephone Numbering Plan: 9 or 10 digits after the 0.
    """
    written = fold(text)
    digits = "".join(_DIGIT.findall(written))
    if re.search(r"[^\W_]", re.sub(r"[0-9]", "", written)):
        return None
    whole = _NATIONAL.fullmatch(digits)
    return whole[1] if whole and (digits.startswith(("0", "44"))) else None


def digits_of(text: str) -> str:
    """Return the digits of a number, whatever stands between them."""
    return "".join(_DIGIT.findall(fold(text)))


def find_digits(folded: str, numbers: dict[str, int]) -> Iterator[tuple[int, int, int]]:
    """Yield where numbers stand in a folded text: start, end, and what the number is for.

    Args:
        folded: the text.
        numbers: digits to look for, seven or more, each with what it is for.
    """
    for run in _RUN.finditer(folded):
        places = [digit.start() for digit in _DIGIT.finditer(folded, run.start(), run.end())]
        digits = "".join([folded[place] for place in places])
        for number, meant in numbers.items():
            first = digits.find(number)
            while first >= 0:
                last = first + len(number) - 1
                yield _start(folded, places, digits[:first], first), places[last] + 1, meant
                first = digits.find(number, last + 1)


def _start(folded: str, places: list[int], before: str, first: int) -> int:
    """Where a number begins, with its leading 0, country code, plus sign or letter."""
    start = places[0] if before in _PREFIXES else places[first]
    while start and folded[start - 1] in "+(":
        start -= 1
    letter = _LETTER_BEFORE.search(folded, max(0, start - 4), start)
    return letter.start(1) if letter else start
