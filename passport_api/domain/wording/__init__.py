"""The wording check: what in a statement blames, labels or puzzles the child it is about, and what to write instead.

`rules` has the types, `notation` the way patterns are written, `reading` how a text is looked at, `checking` the check.
"""

from passport_api.domain.wording.checking import check
from passport_api.domain.wording.notation import NotationInvalid, Pattern, pattern_of
from passport_api.domain.wording.rules import Rule, Rules, Usage

__all__ = [
    "NotationInvalid",
    "Pattern",
    "Rule",
    "Rules",
    "Usage",
    "check",
    "pattern_of",
]
