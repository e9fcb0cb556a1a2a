"""Searches of a custodian's own passports for a phrase, and corrections of what they found."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import Rendered, create, perform, reply, reply_page, runtime
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of, page
from passport_api.api.parameters import CUSTODIAN_ID, IDEMPOTENCY_KEY, REPLAYED, SEARCH_ID
from passport_api.api.rendering import moment, moment_or_none, text_or_none
from passport_api.domain.ids import OrganisationId, SearchCorrectionId, SearchId, StatementId
from passport_api.domain.searches import Mending, Sought
from passport_api.services import search_corrections, searches
from passport_api.services.search_corrections import ShownCorrection
from passport_api.services.searches import ShownHit, ShownSearch
from passport_schemas import searches as wire
from passport_schemas.examples import searches as examples

blueprint = Blueprint("searches", __name__, description="A custodian looks for a phrase that has spread.")


@blueprint.route("/v1/organisations/<uuid:organisation_id>/searches", methods=["POST"], parameters=[CUSTODIAN_ID])
@access(callers=("custodian",), logs="search.made")
@blueprint.problems("not_found", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewSearch, example=examples.MAKE)
@blueprint.response(201, wire.Search, example=examples.MADE, headers={"Idempotency-Replayed": REPLAYED})
def make_search(body: dict[str, Any], organisation_id: UUID) -> Response:
    """Have every passport that the organisation holds looked through for a phrase.

    Each passport's own access log says that it was, by whom and why; not what was looked for.
    """
    sought = Sought(body["phrase"], body["reason"])
    return create(lambda work: searches.make(work, OrganisationId(organisation_id), sought), _render)


@blueprint.route("/v1/organisations/<uuid:organisation_id>/searches", methods=["GET"], parameters=[CUSTODIAN_ID])
@access(callers=("custodian",), logs="searches.listed")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Searches, example=examples.SEARCHES)
def list_searches(query: dict[str, Any], organisation_id: UUID) -> Response:
    """An organisation's searches, newest first. One is forgotten 90 days after it ended."""
    position = id_position_of(query)
    after = None if position is None else SearchId(position)
    limit = query["limit"]
    found = perform(lambda work: searches.list_of_organisation(work, OrganisationId(organisation_id), after, limit + 1))
    return reply_page(found, limit, _render, lambda each: (str(each.facts.search_id),))


@blueprint.route("/v1/searches/<uuid:search_id>", methods=["GET"], parameters=[SEARCH_ID])
@access(callers=("custodian",), logs="search.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Search, example=examples.FINISHED)
def read_search(search_id: UUID) -> Response:
    """How far a search has come."""
    return reply(_render(perform(lambda work: searches.read(work, SearchId(search_id)))))


@blueprint.route("/v1/searches/<uuid:search_id>/cancellation", methods=["POST"], parameters=[SEARCH_ID])
@access(callers=("custodian",), logs="search.cancelled")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Search, example=examples.CANCELLED)
def cancel_search(search_id: UUID) -> Response:
    """End a search before it has finished: nothing of what it found is kept. One that has ended stays as it is."""
    return reply(_render(perform(lambda work: searches.cancel(work, SearchId(search_id)))))


@blueprint.route("/v1/searches/<uuid:search_id>/hits", methods=["GET"], parameters=[SEARCH_ID])
@access(callers=("custodian",), logs="search.hits_read")
@blueprint.problems("not_found", "conflict")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Hits, example=examples.HITS)
def list_hits(query: dict[str, Any], search_id: UUID) -> Response:
    """What a search found once it has finished, oldest statement first, each as it is now.

    Showing a statement is an access to its passport, and is in that passport's log.
    """
    position = id_position_of(query)
    after = None if position is None else StatementId(position)
    today = runtime().clock().date()
    found = perform(lambda work: searches.list_hits(work, SearchId(search_id), after, query["limit"]))
    items = [_render_hit(hit, rendering.kept_statement(hit.newest, today)) for hit in found.hits]
    return reply(page(items, (str(found.hits[-1].found.statement_id),) if found.goes_on else None))


@blueprint.route("/v1/searches/<uuid:search_id>/corrections", methods=["POST"], parameters=[SEARCH_ID])
@access(callers=("custodian",), logs="search.correction_asked")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch", "wording_held")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewSearchCorrection, examples=examples.CORRECT)
@blueprint.response(201, wire.SearchCorrection, example=examples.CORRECTING, headers={"Idempotency-Replayed": REPLAYED})
def correct_hits(body: dict[str, Any], search_id: UUID) -> Response:
    """Have what a search found corrected together: each statement by itself, and everyone who has it is told.

    A statement that has changed since it was found is left as it is, and so is what the child said.
    """
    mending = Mending(body["reason"], body["instead"])
    named = body["statements"]
    statement_ids = None if named is None else [StatementId(each) for each in named]
    return create(
        lambda work: search_corrections.ask(work, SearchId(search_id), mending, statement_ids), _render_correction
    )


@blueprint.route("/v1/searches/<uuid:search_id>/corrections", methods=["GET"], parameters=[SEARCH_ID])
@access(callers=("custodian",), logs="search.corrections_read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.SearchCorrections, example=examples.CORRECTIONS)
def list_search_corrections(query: dict[str, Any], search_id: UUID) -> Response:
    """How far each correction of what a search found has come, newest first."""
    position = id_position_of(query)
    after = None if position is None else SearchCorrectionId(position)
    limit = query["limit"]
    found = perform(lambda work: search_corrections.list_of_search(work, SearchId(search_id), after, limit + 1))
    return reply_page(found, limit, _render_correction, lambda each: (str(each.facts.correction_id),))


def _render(shown: ShownSearch) -> Rendered:
    facts, sought = shown.facts, shown.sought
    progress = facts.progress
    return {
        "id": str(facts.search_id),
        "organisation_id": str(facts.organisation_id),
        "phrase": None if sought is None else sought.phrase,
        "reason": None if sought is None else sought.reason,
        "status": facts.status.value,
        "progress": {"looked_at": progress.looked_at, "of": progress.of, "unreadable": progress.unreadable},
        "hits": facts.hits,
        "made_by": {"id": str(facts.made_by), "name": shown.made_by},
        "made_at": moment(facts.made_at),
        "ended_at": moment_or_none(facts.ended_at),
    }


def _render_hit(shown: ShownHit, statement: Rendered) -> Rendered:
    found = shown.found
    return {
        "passport_id": str(found.passport_id),
        "found_in_version": found.version,
        "corrected_since": shown.newest.statement.version != found.version,
        "outcome": text_or_none(found.outcome),
        "statement": statement,
        "places": [{"start": place.start, "end": place.end} for place in shown.places],
    }


def _render_correction(shown: ShownCorrection) -> Rendered:
    facts, mending = shown.facts, shown.mending
    return {
        "id": str(facts.correction_id),
        "search_id": str(facts.search_id),
        "reason": None if mending is None else mending.reason,
        "instead": None if mending is None else mending.instead,
        "status": facts.status.value,
        "progress": {"done": facts.done, "of": facts.of},
        "corrected": facts.corrected,
        "made_by": {"id": str(facts.made_by), "name": shown.made_by},
        "made_at": moment(facts.made_at),
        "ended_at": moment_or_none(facts.ended_at),
    }
