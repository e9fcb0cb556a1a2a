"""Statements: one assertion in a section, of a stated kind, with author, source, date and detail level."""

import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from passport_api.domain.corrections import Correction, CorrectionKind
from passport_api.domain.ids import StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.sections import Section

MAX_TEXT = 4000
"""The longest statement, in characters (Unicode code points after NFC)."""


MAX_WORDING_REASON = 500
"""The longest reason for keeping a wording, in characters."""

MAX_RESTS_ON = 20
"""On how many statements an opinion can rest."""


class StatementKind(StrEnum):
    """What sort of assertion it is: an opinion never travels as a fact."""

    FACT = "fact"
    OBSERVATION = "observation"
    OPINION = "opinion"
    ALLEGATION = "allegation"
    CHILDS_WORDS = "childs_words"


class StatementStatus(StrEnum):
    """Where a version of a statement stands."""

    STANDS = "stands"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Statement:
    """One version of a statement, as it was written.

    Attributes:
        correction: why it took the place of the version before; None for the first.
        wording_reason: why wording stayed that should have been changed; None where there was none.
        rests_on: the statements that an opinion rests on, as far as its author said.
        hash: what this version is recognised by wherever it went, once it is kept (see corrections.version_hash).
    """

    statement_id: StatementId
    version: int
    section: Section
    detail_level: DetailLevel
    kind: StatementKind
    text: str
    source: str
    author: Capacity
    recorded_on: date
    review_on: date | None = None
    correction: Correction | None = None
    wording_reason: str | None = None
    rests_on: tuple[StatementId, ...] = ()
    hash: str = ""

    @property
    def is_withdrawn(self) -> bool:
        """Whether this version says only that the statement no longer stands."""
        return self.correction is not None and self.correction.kind is CorrectionKind.WITHDRAWN

    def out_of_date(self, today: date) -> bool:
        """Whether its review date has passed."""
        return self.review_on is not None and self.review_on < today


def normalised(text: str) -> str:
    """Text as it is kept: NFC, without white space at either end."""
    return unicodedata.normalize("NFC", text).strip()
