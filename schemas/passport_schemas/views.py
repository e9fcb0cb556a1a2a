"""Views: the inbox without content, a view with it, and the acknowledgement."""

from typing import Any

from marshmallow import fields, validate

from passport_api.domain.challenges import Challenger
from passport_api.domain.consents import Purpose
from passport_api.domain.levels import DetailLevel
from passport_api.domain.roles import Role
from passport_api.domain.sections import Section
from passport_schemas.base import Actor, Answer, an_id, choice, listing, moment
from passport_schemas.statements import Statement


class InboxItem(Answer):
    """A view that one could open: no content and no name."""

    id = an_id("The view, by its consent's id.")
    purpose = choice(Purpose, "What it was shared for.")
    recipient_id = an_id("Which of one's organisations it was shared with.")
    transition_id = an_id("The move that it serves.", allow_none=True)
    planned_date = fields.Date(required=True, allow_none=True, metadata={"description": "The day of the move."})
    shared_at = moment("Since when it can be opened.")
    valid_until = moment("Until when it can be opened.")
    first_opened_at = moment("When one first opened it; null before.", allow_none=True)
    acknowledged_at = moment("When one acknowledged it; null before.", allow_none=True)


Inbox = listing(InboxItem, "Inbox")


def _ids(description: str) -> fields.List[Any]:
    return fields.List(fields.UUID(), required=True, metadata={"description": description})


class WhoItIsAbout(Answer):
    """The child's name, and what they like to be called."""

    name = fields.String(required=True)
    known_as = fields.String(required=True, allow_none=True)


class ChallengeBeside(Answer):
    """Somebody says that the statement is wrong or unfair, in their own words."""

    id = an_id("The challenge.")
    challenger = choice(Challenger, "Whose challenge it is.")
    words = fields.String(
        required=True,
        allow_none=True,
        metadata={"description": "In the challenger's own words; null while they are being reviewed."},
    )
    due_on = fields.Date(
        required=True,
        allow_none=True,
        metadata={"description": "The last day on which it is to be resolved; null once it is."},
    )
    status = fields.String(
        required=True,
        validate=validate.OneOf(["open", "not_upheld"]),
        metadata={"description": "Open, or not upheld: then it stands beside the statement for good."},
    )


class ShownAuthor(Actor):
    """Who wrote a statement, as far as a view may say it: null where it says no more than the role."""

    name = fields.String(required=True, allow_none=True, metadata={"description": "Their name."})


class ShownStatement(Statement):
    """A statement in a view, with what is said against it."""

    author = fields.Nested(ShownAuthor, required=True, metadata={"description": "Who wrote it down."})

    challenges = fields.List(fields.Nested(ChallengeBeside), required=True)


class ViewSection(Answer):
    """A section with the statements that this reader may see."""

    section = choice(Section, "Which section.")
    detail_level = choice(DetailLevel, "The highest level shown in it.")
    statements = fields.List(fields.Nested(ShownStatement), required=True)


class Changes(Answer):
    """What is different from the last time this reader opened the view, by the statements' ids."""

    since = moment("When that was; null the first time.", allow_none=True)
    new = _ids("Statements that were not there.")
    corrected = _ids("Statements that say something else now: mend your own records.")
    no_longer_shown = _ids("Statements that were withdrawn, or are no longer for this reader: mend your own records.")


class View(Answer):
    """What one consent lets one reader see."""

    id = an_id("Its consent's id.")
    purpose = choice(Purpose, "What it was shared for.")
    role = choice(Role, "The role it is read in.")
    child = fields.Nested(WhoItIsAbout, required=True)
    valid_until = moment("Until when it can be opened.")
    sections = fields.List(fields.Nested(ViewSection), required=True)
    being_reviewed = fields.Boolean(
        required=True, metadata={"description": "Whether a statement is left out while it is being reviewed."}
    )
    changes = fields.Nested(Changes, required=True)
    log_entry = fields.Integer(
        required=True,
        validate=validate.Range(min=0),
        metadata={"description": "The place of this opening in the access log."},
    )


class Acknowledgement(Answer):
    """A reader's word that they have read a view."""

    id = an_id("The view's id.")
    acknowledged_at = moment("When.")
