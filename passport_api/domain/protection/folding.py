"""One text for all the ways of writing it: small letters without accents, and the way back to where each one stood.

Compatibility decomposition is Unicode's NFKD (UAX #15). Lookalikes are the common ones of Cyrillic and Greek (after
Unicode's confusables, UTS #39); whoever swaps letters for rarer ones is not caught here.
"""

import re
import unicodedata

from passport_api.domain.protection.tables import lines_of

_NON_ASCII = re.compile(r"[^\x00-\x7f]")
_UNSEEN = frozenset({"Mn", "Me", "Cf"})  # accents and other marks; soft hyphens, zero-width characters, directions

_SPACES = {"Zs": " ", "Zl": "\n", "Zp": "\n"}
_ALIKE = {seen: meant for meant, *others in map(str.split, lines_of("lookalikes.txt")) for seen in others}


class _Folds(dict[int, str]):
    """What each code point becomes, worked out when it is first met."""

    def __missing__(self, code_point: int) -> str:
        self[code_point] = folded = _fold_one(chr(code_point))
        return folded


_FOLDS = _Folds()


def fold(text: str) -> str:
    """Return the text in small letters, without accents, ligatures, full-width forms, lookalikes and unseen marks.

    Each code point is folded by itself, so that composed and decomposed text fold alike and offsets can be followed.
    """
    return text.lower() if text.isascii() else text.translate(_FOLDS)


class Reading:
    """A text together with its folded form.

    Attributes:
        text: as it was written.
        folded: the same, folded. Its offsets are others: see `span`.
    """

    __slots__ = ("_origins", "folded", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.folded = fold(text)
        self._origins: list[int] | None = None

    def span(self, start: int, end: int) -> tuple[int, int]:
        """Return where the folded characters from `start` up to `end` stand in the text, in code points.

        Marks that follow the last one (an accent that is written apart) belong to it.
        """
        origins = self._origin_of_each()
        if origins is None:
            return start, end
        last = origins[end - 1] + 1
        following = origins[end] if end < len(origins) else len(self.text)
        return origins[start], max(last, following)

    def capital_at(self, start: int) -> bool:
        """Whether the folded character there was written as a capital, or in a script that has no small letters."""
        origins = self._origin_of_each()
        return not self.text[start if origins is None else origins[start]].islower()

    def _origin_of_each(self) -> list[int] | None:
        """Where each folded character came from; None when each stands where it stood."""
        if self._origins is None and not self.text.isascii():
            others = _NON_ASCII.findall(self.text)
            if any(len(_FOLDS[ord(character)]) != 1 for character in others):
                self._origins = [place for place, character in enumerate(self.text) for _ in _FOLDS[ord(character)]]
        return self._origins


def _fold_one(character: str) -> str:
    alike = _ALIKE.get(character, character)
    small = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", alike).casefold())
    return "".join(_plain(part) for part in small if unicodedata.category(part) not in _UNSEEN)


def _plain(character: str) -> str:
    """An ASCII digit for a digit of any script, a space or a line's end for any such, a letter for its lookalike."""
    if (digit := unicodedata.decimal(character, None)) is not None:
        return str(digit)
    if (category := unicodedata.category(character)) in _SPACES:
        return _SPACES[category]
    return _ALIKE.get(character, character)
