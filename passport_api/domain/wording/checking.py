"""The check itself: every rule held against a text, and what passes taken out.

A word that every match of a pattern must have (its key) decides which patterns are tried on a sentence at all; most
sentences have none. What was found passes if it is denied, quoted from the child, said of somebody else, or within
what the rules let pass.
"""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from passport_api.domain.findings import Category, Finding, Strength
from passport_api.domain.statements import StatementKind
from passport_api.domain.wording.notation import Pattern
from passport_api.domain.wording.reading import Reading, Span, read
from passport_api.domain.wording.rules import Rule, Rules, Usage

_WORD = re.compile(r"\w+(?:'\w+)*")
_LEANS = re.compile(
    r"(?:who|that|which|and|but|or|also|then|they|is|was|are|were|be|been|being|became|becomes|gets?|got|has|had|can|"
    r"could|may|will|would|often|very|extremely|physically|verbally)\b"
)
_LEANT_ON = re.compile(
    r"\b(?:is|was|were|be|been|being|became|becomes|got|can|could|who|has|had|have)\s+(?:\w+\s+){0,2}$"
)
_RUNS_ON = re.compile(r"(?:\s+(?:also|then|often|both|all|has|had|have|is|was|were|are|being|been|as|\w+ly))*\s+$")
_BESIDE = re.compile(r"\b(?:who|that|which)\s+\w+\s+(?:him|her|them)\b|\bby\s+(?:\w+\s+)?\w+\s+(?:as|that)\b")
_DETERMINED = re.compile(r"(?:the|this|our|their|my)\b")
_OF_THE_CHILD = re.compile(r"\b(?:he|she|they|him|them)\b|\bher$|[A-Z]")
_BLOTTED = re.compile(r"\bx{3,}\b")
_BEFORE = re.compile(
    r"(?:with|to|towards|toward|by|for|of|from|at|on|about|against|and|or|told|tells|hits|hit)\s+(?:\w+\s+){0,2}$"
)
_OF_A_PERSON = {Category.CHILD_BLAMING, Category.DEFICIT_LABEL, Category.RISK_AS_NATURE, Category.ADVERSARIAL}
_DISPUTED = {Category.ADVERSARIAL}
_GOES_ON = re.compile(r"(?:and|who|then|also)\b")
_FAR = 80
"""How far before a wording, in code points, its denial or its subject is looked for."""


def check(text: str, kind: StatementKind, rules: Rules) -> tuple[Finding, ...]:
    """What the rules find in a statement's text, in its order, without overlaps.

    A child's own words are theirs: nothing is ever found in a statement of that kind. Where wordings overlap, a strong
    one is kept before advice, then the longest. Spans are indices of code points into `text` as it was given.
    """
    if kind is StatementKind.CHILDS_WORDS:
        return ()
    reading = read(text, rules.words, rules.usage)
    found = [
        _finding(rule, text, start, end)
        for sentence in reading.sentences
        for rule, (start, end) in _in_sentence(reading, sentence, rules)
    ]
    return _apart(found)


def _finding(rule: Rule, text: str, start: int, end: int) -> Finding:
    return Finding(
        found_by=rule.rule_id,
        strength=rule.strength,
        category=rule.category,
        start=start,
        end=end,
        matched=text[start:end],
        why=rule.why,
        instead=rule.instead,
        source=rule.source,
    )


def _in_sentence(reading: Reading, sentence: Span, rules: Rules) -> Iterator[tuple[Rule, Span]]:
    begin, finish = sentence
    said = reading.prepared[begin:finish]
    words = {form for word in _WORD.findall(said) for form in (word, word.removesuffix("'s"))}
    tried = _tried(words, rules)
    if not tried:
        return
    passing: list[Span] | None = None
    for rule, pattern in tried:
        for start, end in _spans(pattern, said):
            if reading.within_quotation(begin + start, begin + end):
                continue
            if passing is None:
                passing = list(_passing(said, words, rules))
            if not _passes(rule, (start, end), said, words, passing, rules.usage):
                yield rule, (begin + start, begin + end)


def _tried(words: AbstractSet[str], rules: Rules) -> list[tuple[Rule, Pattern]]:
    """The patterns that may match, each once."""
    keyed = (entry for key in words & rules.by_key.keys() for entry in rules.by_key[key])
    may = ((rule, pattern) for rule, pattern in keyed if pattern.may_match(words))
    return list({(rule.rule_id, pattern.written): (rule, pattern) for rule, pattern in may}.values())


def _passing(said: str, words: AbstractSet[str], rules: Rules) -> Iterator[Span]:
    """What passes whatever the rule."""
    for key in words & rules.passes_by_key.keys():
        for pattern in filter(lambda each: each.may_match(words), rules.passes_by_key[key]):
            yield from _spans(pattern, said)


def _passes(rule: Rule, span: Span, said: str, words: AbstractSet[str], passing: list[Span], usage: Usage) -> bool:
    """Whether what a rule found in a sentence is nothing to change."""
    if rule.category is not Category.VICTIM_BLAMING and _overlap(span, passing):
        return True  # but what was done around a child is just what a victim is blamed for
    if not rule.even_if_denied and _denied(said, span, usage):
        return True
    if rule.category in _OF_A_PERSON and _of_somebody_else(said, span, usage, disputed=rule.category in _DISPUTED):
        return True
    return any(_overlap(span, list(_spans(each, said))) for each in rule.unless if each.may_match(words))


def _spans(pattern: Pattern, said: str) -> Iterator[Span]:
    """Where a pattern matches, from its first letter to its last."""
    for match in pattern.regex.finditer(said):
        start, end = match.span()
        inner = _WORD.search(said, start, end)
        if inner is not None:
            yield inner.start(), end


def _overlap(span: Span, others: list[Span]) -> bool:
    start, end = span
    return any(begin < end and start < finish for begin, finish in others)


def _denied(said: str, span: Span, usage: Usage) -> bool:
    """Whether a word before it in its clause turns a wording round ("is not"), or one after it takes it back."""
    start, end = span
    if usage.withdraws.regex.search(said, end):
        return True
    begins = max(0, start - _FAR, said.rfind(";", 0, start))
    for new in usage.clause.regex.finditer(said, begins, end):
        if new.start() <= start:
            begins = min(new.end(), start)
    return usage.denies.regex.search(said, begins, start) is not None


def _of_somebody_else(said: str, span: Span, usage: Usage, *, disputed: bool) -> bool:
    """Whether somebody else is the subject of a wording.

    It may lean on an earlier subject ("who is", "and was", "was") or come right after it ("her father's partner made").
    """
    start, end = span
    before = said[max(0, start - _FAR) : start]
    has_its_own = usage.child.regex.match(said, start) or _DETERMINED.match(said, start)
    leans = _LEANS.match(said, start) or (not has_its_own and _LEANT_ON.search(before))
    if disputed:  # who disputes is seldom who was named last, unless the sentence goes on about them
        leans = _GOES_ON.match(said, start)
    before = _BESIDE.sub(lambda match: " " * len(match.group()), before)
    others = [match.span() for regex in (usage.others.regex, _BLOTTED) for match in regex.finditer(before)]
    if not others:
        return False
    begun, ended = max(others, key=lambda span: span[1])
    if not leans:
        done_to = has_its_own or _OF_THE_CHILD.search(said, start, end)
        return not done_to and bool(_RUNS_ON.fullmatch(before, ended)) and not _BEFORE.search(before, 0, begun)
    return ended > max((match.end() for match in usage.child.regex.finditer(before)), default=-1)


def _apart(found: list[Finding]) -> tuple[Finding, ...]:
    """The findings that stay when no two may overlap: the strongest, then the longest, then the first."""
    kept: list[Finding] = []
    taken: set[int] = set()
    for finding in sorted(
        found, key=lambda each: (each.strength is not Strength.STRONG, each.start - each.end, each.start)
    ):
        span = range(finding.start, finding.end)
        if taken.isdisjoint(span):
            taken.update(span)
            kept.append(finding)
    return tuple(sorted(kept, key=lambda each: each.start))
