"""Phrases: finding the same words in a text however they were typed, and putting others in their place.

Two texts say the same when they differ in case, in accents, in how white space and line breaks fall, in which
quotation marks and dashes were typed, in ligatures and wide letters (Unicode NFKD), and in characters that nobody sees.
A phrase is found where it stands as words of its own: a letter or digit at its edge is never the middle of a longer
word.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

MIN_PHRASE = 3
"""The fewest letters and digits of a phrase."""
MAX_PHRASE = 200
"""The longest phrase, in characters (Unicode code points after NFC)."""

_TYPED_ALIKE = {
    **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u02bc\u2039\u203a`", "'"),
    **dict.fromkeys("\u201c\u201d\u201e\u201f\u00ab\u00bb", '"'),
    **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212", "-"),
}
_SPACES = re.compile(" {2,}")


@dataclass(frozen=True, slots=True)
class Span:
    """Where something stands in a text, in characters (code points) from its beginning: from start to before end."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words to be looked for, as they are compared. Made by `phrase_of`."""

    folded: str

    def is_in(self, text: str) -> bool:
        """Whether it stands in a text."""
        return self.folded in fold(text) and bool(self.spans(text))

    def spans(self, text: str) -> tuple[Span, ...]:
        """Where it stands in a text, from left to right; none overlaps another."""
        return tuple(self._found(*_traced(text)))

    def replaced(self, text: str, instead: str) -> str:
        """A text with other words wherever this phrase stands."""
        parts, last = [], 0
        for span in self.spans(text):
            parts += [text[last : span.start], instead]
            last = span.end
        return "".join([*parts, text[last:]])

    def _found(self, folded: str, origins: list[int]) -> Iterator[Span]:
        """Every place where it stands; origins says of each folded character which of the text's it came from."""
        start = folded.find(self.folded)
        while start != -1:
            end = start + len(self.folded)
            whole = _is_edge(folded, start) and _is_edge(folded, end)
            if whole and origins[start] != origins[start - 1] and origins[end] != origins[end - 1]:
                yield Span(origins[start], origins[end])
                start = folded.find(self.folded, end)
            else:
                start = folded.find(self.folded, start + 1)


def phrase_of(text: str) -> Phrase | None:
    """A phrase to look for; None when there are too few letters and digits in it to mean anything."""
    folded = fold(text).strip()
    return Phrase(folded) if sum(map(str.isalnum, folded)) >= MIN_PHRASE else None


def fold(text: str) -> str:
    """A text as it is compared: what says the same is the same."""
    return _SPACES.sub(" ", "".join(map(_folded, text)))


def _traced(text: str) -> tuple[str, list[int]]:
    """A text as it is compared, with the place in the text of each of its characters, and the text's end besides.

    There is one place more than characters: what follows the last. The one before the first is that too, by -1.
    """
    folded: list[str] = []
    origins: list[int] = []
    for place, character in enumerate(text):
        for each in _folded(character):
            if each == " " and folded and folded[-1] == " ":
                continue
            folded.append(each)
            origins.append(place)
    return "".join(folded), [*origins, len(text)]


def _is_edge(folded: str, at: int) -> bool:
    """Whether a word can begin or end there: not between two letters or digits."""
    return not (0 < at < len(folded) and folded[at - 1].isalnum() and folded[at].isalnum())


@lru_cache(maxsize=4096)
def _folded(character: str) -> str:
    """One character as it is compared: possibly several, or none."""
    kept = (each for each in unicodedata.normalize("NFKD", character) if not _is_unseen(each))
    return "".join(_TYPED_ALIKE.get(each, " " if each.isspace() else each.casefold()) for each in kept)


def _is_unseen(character: str) -> bool:
    """Whether it is an accent, or a character that shows nothing, such as a soft hyphen."""
    return unicodedata.combining(character) != 0 or unicodedata.category(character) == "Cf"
