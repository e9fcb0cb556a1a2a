"""The wording check: what in a statement blames, labels or puzzles the child it is about, and what to write instead.

`rules` has the types, `notation` the way patterns are written, `reading` how a text is looked at, `checking` the check.
"""

from passport_api.domain.wording.checking import check
from passport_api.domain.wording.notation import NotationInvalid, Pattern, pattern_of
from passport_api.domain.wording.rules import Category, Finding, Rule, Rules, Source, Strength, Usage

__all__ = [
    "Category",
    "Finding",
    "NotationInvalid",
    "Pattern",
    "Rule",
    "Rules",
    "Source",
    "Strength",
    "Usage",
    "check",
    "pattern_of",
]
