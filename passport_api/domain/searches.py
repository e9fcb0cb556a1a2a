"""Searches: a custodian looks through its own passports for a phrase, and corrects what it finds.

For a sentence that should not have been written and has spread: hunting it down is an access to every passport that is
looked through, and is logged as one.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from passport_api.domain.ids import AccountId, OrganisationId, PassportId, SearchCorrectionId, SearchId, StatementId
from passport_api.domain.phrases import Phrase
from passport_api.domain.statements import MAX_TEXT, Statement, StatementKind, normalised

MAX_REASON = 500
"""The longest reason for a search, in characters (Unicode code points after NFC)."""
MAX_NAMED = 500
"""How many statements one request to correct what was found may name."""


class SearchStatus(StrEnum):
    """Where a search, or a correction of what it found, stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    CANCELLED = "cancelled"


UNFINISHED = (SearchStatus.WAITING, SearchStatus.RUNNING)
"""Where there is still something to do."""


class HitOutcome(StrEnum):
    """What became of a statement that was to be corrected together with others."""

    CORRECTED = "corrected"
    CHANGED_SINCE = "changed_since"
    CHILDS_WORDS = "childs_words"
    TOO_LONG = "too_long"
    NOT_ACCEPTED = "not_accepted"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Sought:
    """What is sealed of a search: the phrase as it was asked for, and why."""

    phrase: str
    reason: str


@dataclass(frozen=True, slots=True)
class Mending:
    """What is sealed of a correction of what was found.

    Attributes:
        instead: what is to stand where the phrase stood; None to withdraw the statements.
    """

    reason: str
    instead: str | None


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a search has come.

    Attributes:
        looked_at: passports that were looked through.
        of: how many there are.
        unreadable: how many of those looked at could not be opened, not even in part.
    """

    looked_at: int
    of: int
    unreadable: int


@dataclass(frozen=True, slots=True)
class SearchFacts:
    """A search, besides what is sealed of it."""

    search_id: SearchId
    organisation_id: OrganisationId
    made_by: AccountId
    made_at: datetime
    status: SearchStatus
    progress: Progress
    hits: int
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hit:
    """A version of a statement in which a phrase was found.

    Attributes:
        outcome: what became of it the last time that it was corrected together with others; None where it was not.
    """

    statement_id: StatementId
    passport_id: PassportId
    version: int
    outcome: HitOutcome | None = None


@dataclass(frozen=True, slots=True)
class CorrectionFacts:
    """A correction of what a search found, besides what is sealed of it.

    Attributes:
        done: how many statements were come by, of how many, and how many of them were corrected.
    """

    correction_id: SearchCorrectionId
    search_id: SearchId
    made_by: AccountId
    made_at: datetime
    status: SearchStatus
    done: int
    of: int
    corrected: int
    ended_at: datetime | None


def mended_text(found: Statement, phrase: Phrase, instead: str | None) -> str | HitOutcome | None:
    """What is to stand of a statement in which a phrase was found: a text, or None for nothing.

    What the child said is left as it is, and is for a person to look at alone: nobody is to put words in their mouth.

    Returns:
        A text; None to withdraw the statement; or why it is left as it is.
    """
    if found.kind is StatementKind.CHILDS_WORDS:
        return HitOutcome.CHILDS_WORDS
    if instead is None:
        return None
    text = normalised(phrase.replaced(found.text, instead))
    return HitOutcome.TOO_LONG if len(text) > MAX_TEXT else text


def review_day(found: Statement, today: date) -> date | None:
    """The review date of what takes a statement's place: the same, or today where that has passed, never none of it."""
    return None if found.review_on is None else max(found.review_on, today)
