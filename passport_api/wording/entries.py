"""The entries of the file of rules, each made into what the domain knows."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from passport_api.domain.findings import OF_WORDING, Source, Strength
from passport_api.domain.wording import NotationInvalid, Pattern, Rule, Usage, pattern_of
from passport_api.domain.wording.notation import Notation
from passport_api.wording.document import Document, RulesInvalid, texts_of

LEAST_SENTENCES = 2
"""How many sentences a rule has at the least, of those that it flags and of those that pass."""

_SOURCE = ("title", "publisher", "year", "address")
_TEXTS = ("id", "category", "strength", "source", "why", "instead")
_LISTS = ("patterns", "flags", "passes")
_OPTIONAL = ("unless", "even_if_denied")
_PATTERNS = ("denies", "withdraws", "clause", "child", "others", "says", "mentions")
_WORDS = ("titles", "never_names", "names")

_Closed = TypeVar("_Closed", bound=StrEnum)


def sources_of(document: Document) -> dict[str, Source]:
    """The published guidance that rules may name.

    Raises:
        RulesInvalid: a source has other fields than its four.
    """
    sources = {}
    for name, entry in document.entries("sources").items():
        if not isinstance(entry, dict) or set(entry) != set(_SOURCE) or not all(map(_is_text, entry.values())):
            raise RulesInvalid(f"sources.{name}: must have exactly these texts: {', '.join(_SOURCE)}")
        sources[name] = Source(**entry)
    return sources


def usage_of(document: Document, notation: Notation) -> Usage:
    """How people write.

    Raises:
        RulesInvalid: a list is missing or unknown, or a pattern cannot be read.
    """
    lists = document.lists("usage")
    if set(lists) != {*_PATTERNS, *_WORDS, "never_between"}:
        raise RulesInvalid(f"usage: must have exactly these lists: {', '.join((*_PATTERNS, *_WORDS, 'never_between'))}")
    among = replace(notation, lists={**notation.lists, **{f"usage.{name}": lists[name] for name in _PATTERNS}})
    patterns = {name: _pattern(f"usage.{name}", f"<usage.{name}>", among) for name in _PATTERNS}
    return Usage(**patterns, **{name: frozenset(lists[name]) for name in _WORDS})  # type: ignore[arg-type]


def rules_of(document: Document, sources: Mapping[str, Source], notation: Notation) -> tuple[Rule, ...]:
    """Every rule.

    Raises:
        RulesInvalid: a rule is not as it should be, or two have one id.
    """
    rules: dict[str, Rule] = {}
    for line, entry in zip(document.lines, document.fields["rules"], strict=True):
        rule = _rule(line, entry, sources, notation)
        if rule.rule_id in rules:
            raise RulesInvalid(f"{_place(line, entry)}: there is another rule of this id")
        rules[rule.rule_id] = rule
    return tuple(rules.values())


def patterns_of(where: str, written: Iterable[str], notation: Notation) -> tuple[Pattern, ...]:
    """Patterns.

    Raises:
        RulesInvalid: one of them cannot be read.
    """
    patterns = tuple(_pattern(where, phrase, notation) for each in written for phrase in _phrases(each))
    if without := [pattern.written for pattern in patterns if not pattern.keys]:
        raise RulesInvalid(f"{where}: {without[0]!r} has no word that must be there")
    return patterns


def _rule(line: int, entry: Any, sources: Mapping[str, Source], notation: Notation) -> Rule:
    where = _place(line, entry)
    wanted = {*_TEXTS, *_LISTS}
    if not isinstance(entry, dict) or not wanted <= set(entry) <= {*wanted, *_OPTIONAL}:
        raise RulesInvalid(
            f"{where}: must have {', '.join((*_TEXTS, *_LISTS))}, and may have {' and '.join(_OPTIONAL)}"
        )
    if wrong := [name for name in _TEXTS if not _is_line(entry[name])]:
        raise RulesInvalid(f"{where}: {wrong[0]} must be one line of text")
    if entry["source"] not in sources:
        raise RulesInvalid(f"{where}: {entry['source']!r} is not one of the sources")
    sentences = {name: texts_of(f"{where}: {name}", entry[name]) for name in ("flags", "passes")}
    if few := [name for name, each in sentences.items() if len(each) < LEAST_SENTENCES]:
        raise RulesInvalid(f"{where}: {few[0]} must have at least {LEAST_SENTENCES} sentences")
    return Rule(
        rule_id=entry["id"],
        category=_one_of(OF_WORDING, f"{where}: category", entry["category"]),
        strength=_one_of(Strength, f"{where}: strength", entry["strength"]),
        why=entry["why"],
        instead=entry["instead"],
        source=sources[entry["source"]],
        patterns=_patterns(where, "patterns", entry, notation),
        unless=_patterns(where, "unless", entry, notation),
        even_if_denied=_even_if_denied(where, entry),
        flags=sentences["flags"],
        passes=sentences["passes"],
    )


def _patterns(where: str, name: str, entry: Mapping[str, Any], notation: Notation) -> tuple[Pattern, ...]:
    place = f"{where}: {name}"
    return patterns_of(place, texts_of(place, entry.get(name, [])), notation)


def _even_if_denied(where: str, entry: Mapping[str, Any]) -> bool:
    said = entry.get("even_if_denied", "no")
    if said not in {"yes", "no"}:
        raise RulesInvalid(f"{where}: even_if_denied must be yes or no")
    return bool(said == "yes")


def _place(line: int, entry: Any) -> str:
    name = entry.get("id") if isinstance(entry, dict) else None
    return f"line {line}, rule {name!r}"


def _phrases(written: str) -> tuple[str, ...]:
    """The phrases between a pattern's outermost bars: each alone needs more words of a text than any one of them."""
    phrases, depth, begun = [], 0, 0
    for at, letter in enumerate(written):
        depth += (letter == "(") - (letter == ")")
        if depth == 0 and written.startswith(" | ", at):
            phrases.append(written[begun:at])
            begun = at + len(" | ")
    return (*phrases, written[begun:])


def _pattern(where: str, written: str, notation: Notation) -> Pattern:
    try:
        return pattern_of(written, notation)
    except NotationInvalid as error:
        raise RulesInvalid(f"{where}: {error}") from error


def _one_of(closed: Iterable[_Closed], where: str, value: str) -> _Closed:
    known = {each.value: each for each in closed}
    if value not in known:
        raise RulesInvalid(f"{where}: {value!r} is not one of {', '.join(known)}")
    return known[value]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip())


def _is_line(value: object) -> bool:
    return isinstance(value, str) and bool(value.strip()) and "\n" not in value.strip()
