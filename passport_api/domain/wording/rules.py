"""What a wording rule is."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from passport_api.domain.findings import Category, Source, Strength
from passport_api.domain.wording.notation import Pattern


@dataclass(frozen=True, slots=True)
class Rule:
    """One wording to look for, why it harms and what to write instead.

    `even_if_denied`: it harms or puzzles in "not her real mum" too. `flags` are sentences that it must find, `passes`
    sentences in which no rule finds anything.
    """

    rule_id: str
    category: Category
    strength: Strength
    why: str
    instead: str
    source: Source
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    even_if_denied: bool
    flags: tuple[str, ...]
    passes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Usage:
    """How people write, beyond single rules: each a pattern, or words in lower case.

    `denies` turns what follows it in its clause round and `withdraws` what stands before it in its sentence; `clause`
    begins a new one. `others` are people and things that
    are not the child; `titles` come before an adult's name. `says` are verbs of speech, `mentions` introduces a word
    that is talked about, not used. `never_names` are words that begin sentences and name nobody; `names` are names that
    look like such words.
    """

    denies: Pattern
    withdraws: Pattern
    clause: Pattern
    child: Pattern
    others: Pattern
    says: Pattern
    mentions: Pattern
    titles: frozenset[str]
    never_names: frozenset[str]
    names: frozenset[str]


@dataclass(frozen=True)
class Rules:
    """Every rule, what passes whatever the rule, and how people write."""

    version: int
    rules: tuple[Rule, ...]
    passes: tuple[Pattern, ...]
    usage: Usage

    @cached_property
    def by_key(self) -> Mapping[str, tuple[tuple[Rule, Pattern], ...]]:
        """The patterns to try when a word is in a sentence: every match of a pattern has one of its keys in it."""
        found: defaultdict[str, list[tuple[Rule, Pattern]]] = defaultdict(list)
        for rule in self.rules:
            for pattern in rule.patterns:
                for key in pattern.keys:
                    found[key].append((rule, pattern))
        return {key: tuple(patterns) for key, patterns in found.items()}

    @cached_property
    def passes_by_key(self) -> Mapping[str, tuple[Pattern, ...]]:
        """The same for what passes whatever the rule."""
        found: defaultdict[str, list[Pattern]] = defaultdict(list)
        for pattern in self.passes:
            for key in pattern.keys:
                found[key].append(pattern)
        return {key: tuple(patterns) for key, patterns in found.items()}

    @cached_property
    def words(self) -> frozenset[str]:
        """Every word that a pattern may match, in the case that it is written in."""
        patterns = [pattern for rule in self.rules for pattern in (*rule.patterns, *rule.unless)]
        usage = (self.usage.denies, self.usage.clause, self.usage.child, self.usage.others, self.usage.says)
        return frozenset().union(*(pattern.words for pattern in (*patterns, *self.passes, *usage)))
