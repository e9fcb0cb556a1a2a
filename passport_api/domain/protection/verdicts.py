"""Whether words that were found where a pattern has them are a hit, by the pattern's rule."""

from collections.abc import Sequence

from passport_api.domain.protection.folding import Reading
from passport_api.domain.protection.patterns import Rule
from passport_api.domain.protection.words import BETWEEN, SCHOOL_WORDS, STREETS, ordinary
from passport_api.domain.protection.written_names import (
    begins_a_sentence,
    is_part_of_a_place,
    is_somebody_elses,
    written_as_a_name,
)


def is_a_hit(rule: Rule, reading: Reading, spans: Sequence[tuple[int, int]], known: frozenset[str]) -> bool:
    """Decide by the rule.

    Args:
        rule: the pattern's.
        reading: the text.
        spans: where each word of the pattern stands in the folded text.
        known: names that are no other person's surname: of those who are protected, and of the child and family.
    """
    match rule:
        case Rule.EXACT:
            return True
        case Rule.PHRASE:
            return _is_a_phrase(reading, spans)
        case Rule.NAME | Rule.PLACE:
            return written_as_a_name(reading, *spans[0], rule)
        case Rule.FIRST_NAME:
            return written_as_a_name(reading, *spans[0], rule) and not is_somebody_elses(reading, *spans[0], known)
        case Rule.SURNAME:
            return written_as_a_name(reading, *spans[0], rule) and not is_part_of_a_place(reading, *spans[0])


def _is_a_phrase(reading: Reading, spans: Sequence[tuple[int, int]]) -> bool:
    """Marlow Bridge, in any case; Rose Hill only with its capitals, and not by the first of a sentence alone."""
    words = [(reading.folded[start:end], start) for start, end in spans]
    telling = [pair for pair in words if pair[0] not in BETWEEN] or words
    if any(not ordinary(word) for word, _ in telling):
        return True
    named = [pair for pair in telling if pair[0] not in STREETS and pair[0] not in SCHOOL_WORDS] or telling
    if not all(reading.capital_at(start) for _, start in named):
        return False
    capitals = sum(reading.capital_at(start) for _, start in telling)
    return capitals > 1 or not begins_a_sentence(reading.folded, named[0][1])
