"""Views: what staff of a recipient see."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import Rendered, found, inspect, perform, reply, reply_page, runtime
from passport_api.api.edge import Blueprint, PageQuery, access, etag_of, id_position_of, not_modified
from passport_api.api.parameters import ETAG, IF_NONE_MATCH, VIEW_ID
from passport_api.api.rendering import moment, moment_or_none, text_or_none
from passport_api.api.tokens import caller
from passport_api.domain.ids import ConsentId
from passport_api.domain.views import Changes
from passport_api.services import views
from passport_api.services.releases import View
from passport_api.services.views import Acknowledgement, InboxItem
from passport_schemas import views as wire
from passport_schemas.examples import views as examples

blueprint = Blueprint("views", __name__, description="What was shared with one's organisation.")


@blueprint.route("/v1/views", methods=["GET"])
@access(callers=("recipient",), logs="nothing")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Inbox, example=examples.INBOX)
def list_inbox(query: dict[str, Any]) -> Response:
    """The views that one could open now: an inbox with no content and no name."""
    position = id_position_of(query)
    after = None if position is None else ConsentId(position)
    limit = query["limit"]
    inbox = inspect(lambda work: views.list_inbox(work, after, limit + 1))
    return reply_page(inbox, limit, _render_item, lambda item: (str(item.consent_id),))


@blueprint.route("/v1/views/<uuid:view_id>", methods=["GET"], parameters=[VIEW_ID])
@access(callers=("recipient",), logs="view.opened")
@blueprint.problems("not_found")
@blueprint.doc(parameters=[IF_NONE_MATCH])
@blueprint.response(200, wire.View, example=examples.VIEW, headers={"ETag": ETAG})
@blueprint.alt_response(
    304, success=True, description="Nothing changed since the ETag; the access is logged.", headers={"ETag": ETAG}
)
def open_view(view_id: UUID) -> Response:
    """Open a view. It leaves once the access is durably in the log."""
    view = found(views.open_view(runtime(), caller(), ConsentId(view_id)))
    etag = _etag(view)
    if not_modified(etag):
        return Response(status=304, headers={"ETag": etag})
    return reply(_render(view), etag)


@blueprint.route("/v1/views/<uuid:view_id>/acknowledgement", methods=["POST"], parameters=[VIEW_ID])
@access(callers=("recipient",), logs="view.acknowledged")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Acknowledgement, example=examples.ACKNOWLEDGEMENT)
def acknowledge_view(view_id: UUID) -> Response:
    """Say that one has read a view. Saying so again changes nothing."""
    return reply(_render_acknowledgement(perform(lambda work: views.acknowledge(work, ConsentId(view_id)))))


def _etag(view: View) -> str:
    """A tag of which versions are shown, to whom, and what of them is out of date: of no content."""
    shown = (
        f"{statement.statement_id}/{statement.version}/{statement.out_of_date(view.today)}"
        for section in view.layout.sections
        for statement in section.statements
    )
    changes = view.changes
    changed = (str(each) for part in (changes.new, changes.corrected, changes.no_longer_shown) for each in ("", *part))
    standing = (each for challenges in view.layout.challenges.values() for each in challenges)
    beside = (f"{each.challenge_id}/{each.is_open}" for each in standing)
    return etag_of(str(view.consent_id), view.role, *shown, *changed, *beside, str(view.layout.being_reviewed))


def _render(view: View) -> Rendered:
    return {
        "id": str(view.consent_id),
        "purpose": view.purpose,
        "role": view.role,
        "child": {"name": view.child_name, "known_as": view.known_as},
        "valid_until": moment(view.valid_until),
        **rendering.layout(view.layout, view.today),
        "changes": _render_changes(view.changes),
        "log_entry": view.log_entry,
    }


def _render_changes(changes: Changes) -> Rendered:
    return {
        "since": moment_or_none(changes.since),
        "new": [str(each) for each in changes.new],
        "corrected": [str(each) for each in changes.corrected],
        "no_longer_shown": [str(each) for each in changes.no_longer_shown],
    }


def _render_item(item: InboxItem) -> Rendered:
    return {
        "id": str(item.consent_id),
        "purpose": item.purpose,
        "recipient_id": str(item.recipient_id),
        "transition_id": text_or_none(item.transition_id),
        "planned_date": text_or_none(item.planned_date),
        "shared_at": moment(item.shared_at),
        "valid_until": moment(item.valid_until),
        "first_opened_at": moment_or_none(item.first_opened_at),
        "acknowledged_at": moment_or_none(item.acknowledged_at),
    }


def _render_acknowledgement(acknowledgement: Acknowledgement) -> Rendered:
    return {
        "id": str(acknowledgement.consent_id),
        "acknowledged_at": moment(acknowledgement.acknowledged_at),
    }
