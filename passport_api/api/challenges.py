"""Challenges of statements."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api.calls import Rendered, create, perform, reply, reply_page
from passport_api.api.corrections import correction_of
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import CHALLENGE_ID, CUSTODIAN_ID, IDEMPOTENCY_KEY, REPLAYED, STATEMENT_ID
from passport_api.api.rendering import moment, moment_or_none
from passport_api.domain.ids import ChallengeId, ConsentId, OrganisationId, StatementId
from passport_api.services import challenges
from passport_api.services.challenges import NewChallenge, Resolution, ShownChallenge, WaitingChallenge
from passport_schemas import challenges as wire
from passport_schemas.examples import challenges as examples

blueprint = Blueprint("challenges", __name__, description="Somebody says that a statement is wrong or unfair.")


@blueprint.route("/v1/statements/<uuid:statement_id>/challenges", methods=["POST"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian", "recipient"), logs="statement.challenged")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewChallenge, example=examples.CHALLENGE)
@blueprint.response(201, wire.Challenge, example=examples.MADE, headers={"Idempotency-Replayed": REPLAYED})
def challenge_statement(body: dict[str, Any], statement_id: UUID) -> Response:
    """Say that a statement is wrong or unfair. From the answer on every view shows that, in these words, beside it."""
    view_id = body["view_id"]
    new = NewChallenge(body["words"], body["for_young_person"], None if view_id is None else ConsentId(view_id))
    return create(lambda work: challenges.make(work, StatementId(statement_id), new), _render)


@blueprint.route("/v1/statements/<uuid:statement_id>/challenges", methods=["GET"], parameters=[STATEMENT_ID])
@access(callers=("parent", "custodian"), logs="challenges.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Challenges, example=examples.CHALLENGES)
def list_challenges(query: dict[str, Any], statement_id: UUID) -> Response:
    """A statement's challenges, whatever became of them, newest first."""
    position = id_position_of(query)
    after = None if position is None else ChallengeId(position)
    limit = query["limit"]
    found = perform(lambda work: challenges.list_of_statement(work, StatementId(statement_id), after, limit + 1))
    return reply_page(found, limit, _render, lambda each: (str(each.facts.challenge_id),))


@blueprint.route("/v1/challenges/<uuid:challenge_id>", methods=["GET"], parameters=[CHALLENGE_ID])
@access(callers=("parent", "custodian"), logs="challenges.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Challenge, example=examples.MADE)
def read_challenge(challenge_id: UUID) -> Response:
    """A challenge, and by when it is to be resolved."""
    return reply(_render(perform(lambda work: challenges.read(work, ChallengeId(challenge_id)))))


@blueprint.route("/v1/challenges/<uuid:challenge_id>/restriction", methods=["POST"], parameters=[CHALLENGE_ID])
@access(callers=("parent", "custodian"), logs="statement.withheld")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Challenge, example=examples.WITHHELD)
def withhold_statement(challenge_id: UUID) -> Response:
    """Have every view leave the statement out while the challenge is open."""
    return reply(_render(perform(lambda work: challenges.withhold(work, ChallengeId(challenge_id)))))


@blueprint.route("/v1/challenges/<uuid:challenge_id>/restriction", methods=["DELETE"], parameters=[CHALLENGE_ID])
@access(callers=("parent", "custodian"), logs="statement.shown_again")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Challenge, example=examples.MADE)
def show_statement_again(challenge_id: UUID) -> Response:
    """Have views show the statement again, with the challenge beside it."""
    return reply(_render(perform(lambda work: challenges.show_again(work, ChallengeId(challenge_id)))))


@blueprint.route("/v1/challenges/<uuid:challenge_id>/resolution", methods=["POST"], parameters=[CHALLENGE_ID])
@access(callers=("custodian",), logs="challenge.resolved")
@blueprint.problems("not_found", "conflict", "wording_held")
@blueprint.arguments(wire.NewResolution, examples=examples.RESOLVE)
@blueprint.response(200, wire.Challenge, example=examples.RESOLVED)
def resolve_challenge(body: dict[str, Any], challenge_id: UUID) -> Response:
    """Uphold a challenge, with a correction that reaches everyone; or not, with reasons: then it stands for good."""
    correction = body["correction"]
    resolution = Resolution(body["finding"], body["reasons"], None if correction is None else correction_of(correction))
    return reply(_render(perform(lambda work: challenges.resolve(work, ChallengeId(challenge_id), resolution))))


@blueprint.route("/v1/organisations/<uuid:organisation_id>/challenges", methods=["GET"], parameters=[CUSTODIAN_ID])
@access(callers=("custodian",), logs="challenges.listed")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.WaitingChallenges, example=examples.WAITING)
def list_waiting_challenges(query: dict[str, Any], organisation_id: UUID) -> Response:
    """What waits for a custodian to resolve it, newest first: nothing of what was said."""
    position = id_position_of(query)
    after = None if position is None else ChallengeId(position)
    limit = query["limit"]
    found = perform(lambda work: challenges.list_waiting(work, OrganisationId(organisation_id), after, limit + 1))
    return reply_page(found, limit, _render_waiting, lambda each: (str(each.facts.challenge_id),))


def _render(shown: ShownChallenge) -> Rendered:
    facts = shown.facts
    return {
        "id": str(facts.challenge_id),
        "statement_id": str(facts.statement_id),
        "version": facts.version,
        "challenger": shown.challenge.challenger.value,
        "words": shown.challenge.words,
        "made_at": moment(facts.made_at),
        "due_on": facts.due_on.isoformat(),
        "status": shown.status.value,
        "withheld": facts.withholds,
        "resolved_at": moment_or_none(facts.resolved_at),
        "reasons": shown.reasons,
    }


def _render_waiting(waiting: WaitingChallenge) -> Rendered:
    facts = waiting.facts
    return {
        "id": str(facts.challenge_id),
        "passport_id": str(facts.passport_id),
        "statement_id": str(facts.statement_id),
        "made_at": moment(facts.made_at),
        "due_on": facts.due_on.isoformat(),
        "status": waiting.status.value,
        "withheld": facts.withholds,
    }
