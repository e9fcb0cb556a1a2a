"""What is found in a text as somebody writes it, whichever check found it."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Strength(StrEnum):
    """What a finding asks: a strong one is changed or kept with a reason; advice may be left."""

    STRONG = "strong"
    ADVICE = "advice"


class Category(StrEnum):
    """What kind of harm a wording does."""

    CHILD_BLAMING = "child_blaming"
    VICTIM_BLAMING = "victim_blaming"
    DEFICIT_LABEL = "deficit_label"
    RISK_AS_NATURE = "risk_as_nature"
    ADVERSARIAL = "adversarial"
    BELONGING = "belonging"
    """Words that make a family, or the way a child came to it, second best."""
    PLACEMENT = "placement"
    JARGON = "jargon"
    PROTECTED = "protected"
    """Something on the child's protected list: no rule of wording finds it, the list does."""
    LEAK = "leak"
    """A number, an address or a name that tells more than the reader needs, whatever is on a list."""


OF_WORDING = tuple(each for each in Category if each not in {Category.PROTECTED, Category.LEAK})
"""What a rule of the wording check can be about."""


@dataclass(frozen=True, slots=True)
class Source:
    """Published guidance that a finding follows."""

    title: str
    publisher: str
    year: str
    address: str


@dataclass(frozen=True, slots=True)
class Finding:
    """A wording that could harm, where it stands, why, and what to write instead.

    Attributes:
        found_by: the rule, or the kind of protected term or leak.
        start: where it begins, in Unicode code points of the text as it was given, as Python's own indices count.
        end: before where it ends.
        matched: the wording, which is `text[start:end]`.
        why: why it harms, in one line.
        field: which field of what was written it stands in.
    """

    found_by: str
    strength: Strength
    category: Category
    start: int
    end: int
    matched: str
    why: str
    instead: str
    source: Source
    field: str = "text"


def in_order(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Findings of several checks as they follow in the text; of those about the same words, the strong one first."""
    return tuple(
        sorted(
            findings,
            key=lambda found: (found.field != "text", found.start, found.strength is not Strength.STRONG, found.end),
        )
    )


def strong_among(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that have to be changed, or kept with a reason."""
    return tuple(found for found in findings if found.strength is Strength.STRONG)
