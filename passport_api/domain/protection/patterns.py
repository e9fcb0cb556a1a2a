"""Sequences of words to look for, and the ways in which one word may be split or joined."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import product

WORD = re.compile(r"[^\W\d_]+|[0-9]+")
"""A run of letters or of digits in folded text."""

NEXT_WORD = re.compile(r"[\W_]{0,4}([^\W\d_]+|[0-9]+)")
"""The word that follows, with no more than four spaces, hyphens, dots or other marks between."""

_MAC = re.compile(r"ma?c(?=[^\W\d_]{4})")


class Rule(Enum):
    """When a sequence of words is a hit."""

    EXACT = auto()
    """Wherever it stands: a house number with its street, a postcode, names run together."""
    PHRASE = auto()
    """Where one of its words is no ordinary one, or each ordinary one is written as a name."""
    NAME = auto()
    """One word, where it is written as a name."""
    FIRST_NAME = auto()
    """The same, unless another surname follows: then it is somebody else."""
    PLACE = auto()
    """The same, and never by what follows it at the beginning of a sentence."""
    SURNAME = auto()
    """The same, unless it is the second half of a street's or a place's name."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words to look for one after the other, each any of several."""

    words: tuple[frozenset[str], ...]
    rule: Rule


_PLAIN_WORD = re.compile(r"[a-z]+|[0-9]+")
"""The same in ASCII, which is most of what is written, at half the cost."""


def words_in(folded: str) -> list[str]:
    """Return the words of a folded text."""
    return (_PLAIN_WORD if folded.isascii() else WORD).findall(folded)


def each_word(folded: str, word: str) -> Iterator[tuple[int, int]]:
    """Yield where a word stands in a folded text, start and end."""
    part = str.isalpha if word.isalpha() else str.isdigit
    start = folded.find(word)
    while start >= 0:
        end = start + len(word)
        if not (part(folded[start - 1 : start]) or part(folded[end : end + 1])):
            yield start, end
        start = folded.find(word, end)


def one_of(*words: str) -> frozenset[str]:
    """Return a place in a pattern that any of these words fills."""
    return frozenset(words)


def spellings(word: str) -> Iterator[tuple[str, ...]]:
    """Yield the ways to write a word with joints (O'Brien, Kerr-Doyle, McAllister): apart and together."""
    parts = tuple(words_in(word))
    if len(parts) > 1:
        yield parts
        word = "".join(parts)
    elif parts:
        word = parts[0]
    else:
        return
    yield (word,)
    if mac := _MAC.match(word):
        rest = word[mac.end() :]
        yield from {("mac", rest), ("mc", rest), ("mac" + rest,), ("mc" + rest,)} - {(word,)}


def phrases(words: Iterable[str]) -> Iterator[tuple[frozenset[str], ...]]:
    """Yield every way to write these words one after the other."""
    for chosen in product(*(tuple(spellings(word)) for word in words)):
        yield tuple(one_of(part) for parts in chosen for part in parts)
