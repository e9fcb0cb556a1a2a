"""Correction notices: what an organisation is told, and its answer."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import inspect, perform, reply, reply_page
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import CUSTODIAN_ID, NOTICE_ID
from passport_api.domain.ids import CorrectionNoticeId, OrganisationId
from passport_api.services import correction_notices
from passport_api.services.correction_notices import Answer
from passport_schemas import correction_notices as wire
from passport_schemas.examples import correction_notices as examples

blueprint = Blueprint(
    "correction_notices", __name__, description="Whoever received a statement is told that it was corrected."
)


class NoticeQuery(PageQuery):
    """A page of notices, narrowed to a status where one is given."""

    status = wire.FILTERS["status"]


@blueprint.route("/v1/correction-notices", methods=["GET"])
@access(callers=("recipient",), logs="nothing")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Notices, example=examples.NOTICES)
def list_correction_notices(query: dict[str, Any]) -> Response:
    """What one's organisations are told was corrected, newest first: which statement, and nothing of what it says."""
    position = id_position_of(query)
    after = None if position is None else CorrectionNoticeId(position)
    limit = query["limit"]
    notices = inspect(lambda work: correction_notices.list_inbox(work, after, limit + 1))
    return reply_page(notices, limit, rendering.notice, lambda each: (str(each.record.facts.notice_id),))


@blueprint.route("/v1/correction-notices/<uuid:notice_id>/acknowledgement", methods=["POST"], parameters=[NOTICE_ID])
@access(callers=("recipient",), logs="correction.acknowledged")
@blueprint.problems("not_found")
@blueprint.arguments(wire.NewAnswer, example=examples.ANSWER)
@blueprint.response(200, wire.Notice, example=examples.ANSWERED)
def acknowledge_correction(body: dict[str, Any], notice_id: UUID) -> Response:
    """Say that it was read, what became of the copies in one's own records, and to whom they had been passed on."""
    answer = Answer(body["copies"], tuple(OrganisationId(each) for each in body["passed_on_to"]))
    answered = perform(lambda work: correction_notices.acknowledge(work, CorrectionNoticeId(notice_id), answer))
    return reply(rendering.notice(answered))


@blueprint.route(
    "/v1/organisations/<uuid:organisation_id>/correction-notices", methods=["GET"], parameters=[CUSTODIAN_ID]
)
@access(callers=("custodian",), logs="correction_notices.listed")
@blueprint.problems("not_found")
@blueprint.arguments(NoticeQuery, location="query")
@blueprint.response(200, wire.Notices, example=examples.NOTICES)
def list_notices_of_custodian(query: dict[str, Any], organisation_id: UUID) -> Response:
    """A custodian's notices, newest first; `status=overdue` is whom to follow up by hand."""
    position = id_position_of(query)
    after = None if position is None else CorrectionNoticeId(position)
    limit, status = query["limit"], query.get("status")
    notices = perform(
        lambda work: correction_notices.list_of_custodian(
            work, OrganisationId(organisation_id), status, after, limit + 1
        )
    )
    return reply_page(notices, limit, rendering.notice, lambda each: (str(each.record.facts.notice_id),))
