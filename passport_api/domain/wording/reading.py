"""How a text is looked at before any rule: which words are names, where sentences end, whose words are quoted.

A prepared text has exactly as many code points as the text it was made from, so that every index serves both.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from passport_api.domain.wording.rules import Usage

Span = tuple[int, int]
"""From one index of a text up to, and without, another."""

LONGEST_SENTENCE = 400
"""What goes on for longer is cut, in code points: it bounds the work that one sentence can ask for."""

_PLAIN = str.maketrans(
    {
        "\u2018": "'",
        "\u2019": "'",
        "\u201b": "'",
        "\u02bc": "'",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u00ab": '"',
        "\u00bb": '"',
        "\u2010": "-",
        "\u2011": "-",
        "\u00a0": " ",
        "\u202f": " ",
        "_": " ",
        "*": " ",
    },
)
_CAPITALISED = re.compile(r"(?<![\w'])[A-ZÀ-ÖØ-Þ][\w'-]*")
_END = re.compile(
    r"[.!?]+[\"')\]]*(?=\s|$)|\n\s*\n|\n[ \t]*[-•]",
)
_SHORTENED = ("Mr", "Mrs", "Ms", "Dr", "St", "e.g", "i.e")
_BEGINS = frozenset(".!?:;\n")
_QUOTED = re.compile(r"\"[^\"]{1,600}\"|(?<!\w)'(?=\S)[^\"\n]{1,300}?(?<=[^\s'])'(?!\w)")
_FIRST_PERSON = re.compile(r"\b(?:i|i'm|i've|i'll|i'd|me|my|mine|myself|we|us|our)\b")
_AROUND = 70
_TOO_REGULAR = ("s", "ing", "tion", "ment", "ness", "ity")


@dataclass(frozen=True, slots=True)
class Reading:
    """A text as it is matched against, and the spans in which somebody's words are quoted or talked about.

    In `prepared`, quotation marks are spaces and everything is in lower case but the first letters of names, and
    words in capitals that a rule looks for.
    """

    prepared: str
    sentences: tuple[Span, ...]
    quoted: tuple[Span, ...]

    def within_quotation(self, start: int, end: int) -> bool:
        """Whether anything from `start` to `end` is a quotation that passes."""
        return any(begin < end and start < finish for begin, finish in self.quoted)


def read(text: str, words: frozenset[str], usage: Usage) -> Reading:
    """Prepare a text: `words` are all that any rule looks for, in the case that it is written in."""
    plain = text.translate(_PLAIN)
    quotations = [match.span() for match in _QUOTED.finditer(plain)]
    prepared = _cased(plain, words, usage)
    prepared = _without_marks(prepared, quotations)
    passing = tuple(span for span in quotations if _passes(prepared, span, usage))
    return Reading(prepared, tuple(_sentences(plain)), passing)


def _lowered(text: str) -> str:
    """Lower case, one code point for each: the few letters that would become two stay as they are."""
    lowered = text.lower()
    if len(lowered) == len(text):
        return lowered
    return "".join(letter if len(letter.lower()) > 1 else letter.lower() for letter in text)


def _cased(plain: str, words: frozenset[str], usage: Usage) -> str:
    """Everything in lower case but the first letters of names, and words in capitals that a rule looks for.

    A name after a title is an adult's and is blotted out, so that no rule takes it for the child's, or for a word.
    """
    letters = list(_lowered(plain))
    seen: set[str] = set()
    ended, was = 0, ""
    for match in _CAPITALISED.finditer(plain):
        start, end = match.span()
        word = match.group().removesuffix("'s")
        joined = was if _joins(plain, ended, start) else ""
        ended, was = end, ""
        if joined == "title":
            letters[start:end] = "x" * (end - start)
            was = "title"
        elif word.lower() in usage.titles:
            was = "title"
        elif word[:2].isupper() and word in words:
            letters[start:end] = match.group()
        elif joined == "name" or word in seen or _is_name(word, words, usage, begins=_begins(plain, start)):
            letters[start] = word[0]
            was = "name"
            seen.add(word)
    return "".join(letters)


def _joins(plain: str, ended: int, start: int) -> bool:
    """Whether one word belongs to the next: a space between them, or the stop of a shortened title and a space."""
    between = plain[ended:start]
    return between in {" ", "-"} or (between == ". " and plain.endswith(_SHORTENED, 0, ended))


def _is_name(word: str, words: frozenset[str], usage: Usage, *, begins: bool) -> bool:
    """Whether a word with a capital names somebody: at the beginning of a sentence, any word might have one."""
    lower = word.lower()
    if lower in usage.names:
        return True
    if "-" in word and any(piece[:1].islower() for piece in word.split("-")):
        return False  # as "Self-harm" at the beginning of a sentence; a double name has two capitals
    if lower in words or lower in usage.never_names or (word.isupper() and len(word) > 1):
        return False
    return not (begins and lower.endswith(_TOO_REGULAR))


def _begins(plain: str, start: int) -> bool:
    """Whether a sentence, or a line of a list, begins here."""
    before = plain[max(0, start - 8) : start].rstrip(" \t\"'([-\u2022\u2013")
    return not before or before[-1] in _BEGINS


def _without_marks(prepared: str, quotations: list[Span]) -> str:
    """The text with a space in place of each quotation mark, so that a mark hides no word."""
    letters = list(prepared.replace('"', " "))
    for start, end in quotations:
        letters[start] = letters[end - 1] = " "
    return "".join(letters)


def _sentences(plain: str) -> Iterator[Span]:
    """Where each sentence begins and ends; one that goes on too long is cut at a space."""
    begin = 0
    ends = (match.end() for match in _END.finditer(plain) if not plain.endswith(_SHORTENED, 0, match.start()))
    for end in (*ends, len(plain)):
        while end - begin > LONGEST_SENTENCE:
            cut = plain.rfind(" ", begin + 1, begin + LONGEST_SENTENCE)
            cut = cut if cut > begin else begin + LONGEST_SENTENCE
            yield begin, cut
            begin = cut
        if begin < end:
            yield begin, end
        begin = end


def _passes(prepared: str, quotation: Span, usage: Usage) -> bool:
    """Whether a quotation is the child's own words, or a word that is talked about and not used.

    Somebody else's words about a child harm as much in quotation marks as without.
    """
    start, end = quotation
    before, after = prepared[max(0, start - _AROUND) : start], prepared[end : end + _AROUND]
    before = before[max(before.rfind(". "), before.rfind("; "), before.rfind("\n\n")) + 1 :]
    if re.search(rf"(?:{usage.mentions.expression})\W*$", before):
        return True
    after = after[: _end_of_clause(after)]
    if usage.withdraws.regex.match(after.lstrip(" ,'")):
        return True
    verbs = [*usage.says.regex.finditer(before)]
    if verbs or usage.says.regex.search(after):
        beside = [before[: verbs[-1].end()], before] if verbs else [_first_clause(after), after]
        return next((speaks for each in beside if (speaks := _child_speaks(each, usage)) is not None), False)
    return bool(_FIRST_PERSON.search(prepared, start, end))


def _child_speaks(beside: str, usage: Usage) -> bool | None:
    """Whether the last who is named beside a quotation is the child; None where nobody is."""
    child = max((match.end() for match in usage.child.regex.finditer(beside)), default=-1)
    other = max((match.end() for match in usage.others.regex.finditer(beside)), default=-1)
    return None if child == other else child > other


def _first_clause(after: str) -> str:
    """Up to where somebody else may come in: "…," Maya said, and she asked whether her brother knew."""
    stop = re.search(r"\w\W*(?:,|\band\b|\bwhen\b|\bto\b)", after)
    return after[: stop.start() + 1] if stop else after


def _end_of_clause(after: str) -> int:
    stop = re.search(r"[.!?;\n]", after)
    return stop.start() if stop else len(after)
