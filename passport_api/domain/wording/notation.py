"""The notation of patterns, made for people who edit rules and not for programmers.

- `kick~ off`: kick, kicks, kicked or kicking, then off. A form that is not regular stands in the file's `forms`.
- `this|that`: either word. `this one | that`, `(this one|that)`: either phrase. A bar with spaces around it, or in
  brackets, divides phrases; a bar that touches words divides words.
- `word?`, `(a phrase)?`: may be there or not.
- `…`: up to four words in between, within one clause, none of which denies.
- `<list>`: one of a list in the file. `<name>` is anybody's name, `<name's>` whose it is, `<start>` where a sentence
  begins.
- `LAC`: capitals are found in capitals only.

A space is matched by spaces, a hyphen or a slash; a hyphen by the same, or by nothing.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import cache

MOST_BETWEEN = 4
"""How many words `…` stands for at the most."""

_SPACE = r"[\s/-]+"
_LOOSE = r"[\s,()/-]+"
_HYPHEN = r"[\s/-]?"
_NAMED = r"[A-ZÀ-ÖØ-Þ](?:[^\W\d_]+(?:-[^\W\d_]+)*)?"
_NAME = rf"{_NAMED}(?![\w'])"
_NAMES = rf"{_NAMED}(?:'s\b|(?<=s)'(?!\w))"
_START = r"^\W*"
_TOKENS = re.compile(r"\s+\|\s+|\s*(?:<[^<>]*>|…|\.\.\.|[()|?]|[^\s()|?<>…]+)")
_EITHER_PHRASE = " | "
_BETWEEN = "…"
_VOWELS = "aeiou"
_RARE, _EVERYWHERE = 1, 60
_COMMON_WORDS = """
    a about all always an and are as at be because been before but by can could did do does don't for from get go going
    had has have he her him his how if in into is it its know knows little mum never not of off on or other out own
    people school she so some that the their them they this time to too up was we well were what when who will with
    would you one say said tell told tells back good like make makes made two left home give take takes look help
    just need needs only children work day year see ask after first more family boy girl child still being not
"""
_COMMON = frozenset(_COMMON_WORDS.split())


class NotationInvalid(ValueError):
    """A pattern that cannot be read. Says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Notation:
    """What patterns of one file may use: its lists, its irregular forms, and the words that `…` never stands for."""

    lists: Mapping[str, Sequence[str]]
    forms: Mapping[str, Sequence[str]]
    never_between: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as it was written, and what it means.

    `expression` is a regular expression over a prepared text (`reading.py`). `keys`: every match has one of these
    words in it; `needs`: and one of each of these. `words`: every word that it may match.
    """

    written: str
    expression: str
    keys: frozenset[str]
    words: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()

    def may_match(self, words: AbstractSet[str]) -> bool:
        """Whether it may match where these words are: a quick look, before the slow one."""
        return not any(map(words.isdisjoint, self.needs))

    @property
    def regex(self) -> re.Pattern[str]:
        """The compiled expression; it is compiled when it is first wanted, since most patterns never are."""
        return _compiled(self.expression)


@dataclass(frozen=True, slots=True)
class _Part:
    """A piece of a pattern: its expression, its keys (none if it may match without a word) and its words."""

    expression: str
    keys: frozenset[str]
    words: frozenset[str]
    needs: tuple[frozenset[str], ...] = ()
    optional: bool = False
    between: bool = False
    glued: bool = False


def pattern_of(written: str, notation: Notation) -> Pattern:
    """Read a pattern.

    Raises:
        NotationInvalid: a bracket does not close, a word is missing, or a list is unknown or contains itself.
    """
    part = _Reader(written, notation, ()).whole()
    return Pattern(written, rf"(?<![\w']){part.expression}(?!\w)", part.keys, part.words, _needs(part))


def forms_of(word: str, notation: Notation) -> tuple[str, ...]:
    """A word and its regular inflections, or those that the file lists for it: kick, kicks, kicked, kicking."""
    if word in notation.forms:
        return (word, *(form for form in notation.forms[word] if form != word))
    if word.endswith("e"):
        return (word, f"{word}s", f"{word}d", f"{word[:-1]}ing")
    if word.endswith("y") and word[-2:-1] not in _VOWELS:
        return (word, f"{word[:-1]}ies", f"{word[:-1]}ied", f"{word}ing")
    plural = f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh")) else f"{word}s"
    return (word, plural, f"{word}ed", f"{word}ing")


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression)


class _Reader:
    """Reads one pattern from left to right; `within` are the lists that it is being read for."""

    def __init__(self, written: str, notation: Notation, within: tuple[str, ...]) -> None:
        self._written = written
        self._notation = notation
        self._within = within
        self._tokens = _tokens(written)
        self._next = 0
        self._depth = 0

    def whole(self) -> _Part:
        part = self._choice()
        if self._next < len(self._tokens):
            raise NotationInvalid(f"{self._written!r} has a {self._tokens[self._next]!r} too many")
        return part

    def _peek(self) -> str:
        return self._tokens[self._next] if self._next < len(self._tokens) else ""

    def _choice(self) -> _Part:
        """Phrases between bars, up to a closing bracket or the end."""
        parts = [self._sequence()]
        while self._divides_phrases():
            self._next += 1
            parts.append(self._sequence())
        return _one_of(parts)

    def _divides_phrases(self) -> bool:
        return self._peek() == _EITHER_PHRASE or (self._depth > 0 and self._peek() == "|")

    def _sequence(self) -> _Part:
        parts: list[_Part] = []
        while self._peek() not in {"", ")"} and not self._divides_phrases():
            parts.append(self._item())
        if not parts:
            raise NotationInvalid(f"{self._written!r} has a place with nothing in it")
        return _joined(parts)

    def _item(self) -> _Part:
        """Words between bars that touch them; it may be there or not if a question mark follows."""
        alternatives = [self._single()]
        while self._peek() == "|" and not self._depth:
            self._next += 1
            alternatives.append(self._single())
        part = _one_of(alternatives)
        if self._peek() != "?":
            return part
        self._next += 1
        return part if part.between else _Part(part.expression, frozenset(), part.words, optional=True)

    def _single(self) -> _Part:
        piece = self._peek()
        self._next += 1
        if piece in {"", "?", "|", ")", _EITHER_PHRASE}:
            raise NotationInvalid(f"{self._written!r} has nothing where a word should be")
        if piece == "(":
            return self._group()
        if piece == _BETWEEN:
            return _between(self._notation)
        return self._list(piece[1:-1]) if piece.startswith("<") else _word(piece, self._notation)

    def _group(self) -> _Part:
        self._depth += 1
        part = self._choice()
        if self._peek() != ")":
            raise NotationInvalid(f"{self._written!r} has a bracket that does not close")
        self._next += 1
        self._depth -= 1
        return part

    def _list(self, name: str) -> _Part:
        if name == "name":
            return _Part(_NAME, frozenset(), frozenset())
        if name == "name's":
            return _Part(_NAMES, frozenset(), frozenset())
        if name == "start":
            return _Part(_START, frozenset(), frozenset(), glued=True)
        if name not in self._notation.lists:
            raise NotationInvalid(f"{self._written!r} names a list that there is not: {name!r}")
        if name in self._within:
            raise NotationInvalid(f"the list {name!r} contains itself")
        within = (*self._within, name)
        return _one_of([_Reader(each, self._notation, within).whole() for each in self._notation.lists[name]])


def _tokens(written: str) -> list[str]:
    tokens: list[str] = []
    text, at = written.strip(), 0
    while at < len(text):
        match = _TOKENS.match(text, at)
        if match is None:
            raise NotationInvalid(f"{written!r} cannot be read from {text[at:]!r}")
        found = match.group().strip()
        loose = found == "|" and match.group() != found
        tokens.append(_EITHER_PHRASE if loose else found.replace("...", _BETWEEN))
        at = match.end()
    return tokens


def _one_of(parts: Sequence[_Part]) -> _Part:
    """Any of some parts. It has keys only if each of them has."""
    if len(parts) == 1:
        return parts[0]
    keys = [part.keys for part in parts]
    return _Part(
        f"(?:{'|'.join(part.expression for part in parts)})",
        _union(keys) if all(keys) else frozenset(),
        _union(part.words for part in parts),
    )


def _joined(parts: Sequence[_Part]) -> _Part:
    """Parts one after the other, with the space that belongs between them; its keys are those of its rarest part."""
    if len(parts) == 1:
        return parts[0]
    expression, begun, space = "", False, _SPACE
    for part in parts:
        if part.between:
            expression += part.expression
            space = _LOOSE
        elif part.optional:
            expression += f"(?:{space}{part.expression})?" if begun else f"(?:{part.expression}{space})?"
        elif part.glued:
            expression += part.expression
        else:
            expression += f"{space if begun else ''}{part.expression}"
            begun, space = True, _SPACE
    keyed = [part.keys for part in parts if part.keys]
    needs = tuple(need for part in parts for need in (part.needs or _only(part.keys)))
    words = _union(part.words for part in parts)
    return _Part(expression, min(keyed, key=_weight, default=frozenset()), words, needs)


def _needs(part: _Part) -> tuple[frozenset[str], ...]:
    """What a whole pattern needs besides its keys, the rarest first."""
    return tuple(sorted((need for need in part.needs if need != part.keys), key=_weight))


def _only(keys: frozenset[str]) -> tuple[frozenset[str], ...]:
    return (keys,) if keys else ()


def _weight(keys: frozenset[str]) -> int:
    """How often a sentence is likely to have one of some words: common ones are everywhere."""
    return sum(_EVERYWHERE if key in _COMMON else _RARE for key in keys)


def _between(notation: Notation) -> _Part:
    never = "|".join(re.escape(words).replace(r"\ ", _SPACE) for words in notation.never_between)
    guard = rf"(?!(?:{never})\b)" if never else ""
    return _Part(rf"(?:{_LOOSE}{guard}[\w']+){{0,{MOST_BETWEEN}}}?", frozenset(), frozenset(), between=True)


def _word(token: str, notation: Notation) -> _Part:
    """One word, with its inflections if it ends in a tilde; a hyphen in it may be written as a space or left out."""
    forms = forms_of(token[:-1], notation) if token.endswith("~") else (token,)
    if not all(re.fullmatch(r"[\w'-]+", form) for form in forms):
        raise NotationInvalid(f"{token!r} is not a word")
    written = [_HYPHEN.join(re.escape(piece) for piece in form.split("-")) for form in forms]
    expression = written[0] if len(written) == 1 else f"(?:{'|'.join(sorted(written, key=len, reverse=True))})"
    return _Part(expression, _union(map(_keys, forms)), frozenset(piece for form in forms for piece in _pieces(form)))


def _keys(form: str) -> frozenset[str]:
    """The word as it may stand in a text: with its hyphen left out, or its longest piece; no apostrophe ends it."""
    return frozenset({form.replace("-", "").rstrip("'"), max(form.split("-"), key=len).rstrip("'")})


def _pieces(form: str) -> tuple[str, ...]:
    return (form.replace("-", ""), *form.split("-"))


def _union(sets: Iterable[frozenset[str]]) -> frozenset[str]:
    return frozenset().union(*sets)
