"""Searches of a custodian's own passports for a phrase, what they found, and corrections of that."""

from typing import Any

from marshmallow import fields, validate

from passport_api.domain.corrections import MAX_REASON as MAX_CORRECTION_REASON
from passport_api.domain.phrases import MAX_PHRASE, MIN_PHRASE, phrase_of
from passport_api.domain.searches import MAX_NAMED, MAX_REASON, HitOutcome, SearchStatus
from passport_api.domain.statements import MAX_TEXT
from passport_schemas.base import Answer, Id, Strict, Text, an_id, choice, listing, moment
from passport_schemas.statements import KeptStatement


class _PhraseText(Text):
    """Words to look for."""

    default_error_messages = {  # noqa: RUF012 - marshmallow declares it so
        "means_nothing": f"Must have at least {MIN_PHRASE} letters or digits.",
    }

    def _deserialize(self, value: Any, attr: str | None, data: Any, **options: Any) -> str:
        text = super()._deserialize(value, attr, data, **options)
        if phrase_of(text) is None:
            raise self.make_error("means_nothing")
        return text


class NewSearch(Strict):
    """What to look for, and why."""

    phrase = _PhraseText(
        longest=MAX_PHRASE,
        lines=True,
        required=True,
        metadata={
            "minLength": MIN_PHRASE,
            "description": (
                "Words as they stand in a statement. Case, accents, white space and line breaks, and the kinds of "
                "quotation marks and dashes make no difference; a word is found whole or not at all."
            ),
        },
    )
    reason = Text(
        longest=MAX_REASON,
        lines=True,
        required=True,
        metadata={
            "description": (
                "Why. It stands in the access log of every passport that is looked through, where each family reads "
                "it: name nobody."
            )
        },
    )


class SearchPerson(Answer):
    """Who asked for it."""

    id = an_id("Their account.")
    name = fields.String(required=True, metadata={"description": "Their name."})


class SearchProgress(Answer):
    """How far a search has come."""

    looked_at = fields.Integer(
        required=True, validate=validate.Range(min=0), metadata={"description": "Passports that it has come by."}
    )
    of = fields.Integer(required=True, validate=validate.Range(min=0), metadata={"description": "How many there are."})
    unreadable = fields.Integer(
        required=True,
        validate=validate.Range(min=0),
        metadata={"description": "How many of those that it came by could not be opened, or not all of them."},
    )


class Search(Answer):
    """A search, and how far it has come."""

    id = an_id("The search.")
    organisation_id = an_id("Whose passports are looked through.")
    phrase = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "What it looks for; null once a passport in which that stood was erased."},
    )
    reason = fields.String(required=True, allow_none=True, metadata={"description": "Why; null likewise."})
    status = choice(SearchStatus, "Where it stands. Of a search that was cancelled nothing that it found is kept.")
    progress = fields.Nested(SearchProgress, required=True)
    hits = fields.Integer(
        required=True, validate=validate.Range(min=0), metadata={"description": "Statements found so far."}
    )
    made_by = fields.Nested(SearchPerson, required=True)
    made_at = moment("When it was asked for.")
    ended_at = moment("When it had finished, or was cancelled; null before.", allow_none=True)


class Place(Answer):
    """Where a phrase stands in a text, in characters (Unicode code points)."""

    start = fields.Integer(required=True, validate=validate.Range(min=0))
    end = fields.Integer(
        required=True, validate=validate.Range(min=1), metadata={"description": "Of the first character after it."}
    )


class Hit(Answer):
    """A statement in which the phrase was found, as it is now."""

    passport_id = an_id("The passport.")
    found_in_version = fields.Integer(required=True, validate=validate.Range(min=1))
    corrected_since = fields.Boolean(
        required=True, metadata={"description": "Whether it was replaced or withdrawn since it was found."}
    )
    outcome = fields.Enum(
        HitOutcome,
        by_value=True,
        required=True,
        allow_none=True,
        metadata={
            "description": (
                "What became of it the last time that hits were corrected together; null where it was not among them. "
                "Left as it is: `changed_since` it was found, the `childs_words`, which a person corrects alone, "
                "`too_long` with the new words, `not_accepted` or `unreadable`."
            )
        },
    )
    statement = fields.Nested(KeptStatement, required=True)
    places = fields.List(
        fields.Nested(Place),
        required=True,
        metadata={"description": "Where the phrase stands in the text as it is now; none where it no longer does."},
    )


class NewSearchCorrection(Strict):
    """What is to become of what a search found."""

    reason = Text(
        longest=MAX_CORRECTION_REASON,
        lines=True,
        required=True,
        metadata={"description": "Why. Kept with each new version, where the parents read it: name nobody."},
    )
    instead = Text(
        longest=MAX_TEXT,
        lines=True,
        required=True,
        allow_none=True,
        metadata={"description": "What is to stand wherever the phrase stands; null to withdraw the statements."},
    )
    statements = fields.List(
        Id(),
        required=True,
        allow_none=True,
        validate=validate.Length(1, MAX_NAMED),
        metadata={"description": "Which of the statements found; null for every one."},
    )


class CorrectionProgress(Answer):
    """How far a correction has come."""

    done = fields.Integer(
        required=True, validate=validate.Range(min=0), metadata={"description": "Statements that it has come by."}
    )
    of = fields.Integer(required=True, validate=validate.Range(min=0), metadata={"description": "How many there are."})


class SearchCorrection(Answer):
    """A correction of what a search found, and how far it has come."""

    id = an_id("The correction.")
    search_id = an_id("The search.")
    reason = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "Why; null once a passport in which the phrase stood was erased."},
    )
    instead = fields.String(
        required=True, allow_none=True, metadata={"description": "What is to stand; null to withdraw, or likewise."}
    )
    status = choice(SearchStatus, "Where it stands; cancelled when whoever asked for it lost the role that it takes.")
    progress = fields.Nested(CorrectionProgress, required=True)
    corrected = fields.Integer(
        required=True,
        validate=validate.Range(min=0),
        metadata={"description": "How many were corrected; each hit says why where it was not."},
    )
    made_by = fields.Nested(SearchPerson, required=True)
    made_at = moment("When it was asked for.")
    ended_at = moment("When it had finished, or was cancelled; null before.", allow_none=True)


Searches = listing(Search, "Searches")
Hits = listing(Hit, "Hits")
SearchCorrections = listing(SearchCorrection, "SearchCorrections")
