"""Consents."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api import rendering
from passport_api.api.calls import Rendered, create, perform, reply, reply_page, runtime
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import CONSENT_ID, IDEMPOTENCY_KEY, PASSPORT_ID, REPLAYED
from passport_api.api.rendering import moment, text_or_none
from passport_api.domain.consents import ChildView, Terms
from passport_api.domain.ids import ConsentId, OrganisationId, PassportId, TransitionId
from passport_api.services import consents
from passport_api.services.consents import Consent, Preview
from passport_schemas import consents as wire
from passport_schemas.examples import consents as examples

blueprint = Blueprint("consents", __name__, description="What parents allow, for whom, why and until when.")


@blueprint.route("/v1/passports/<uuid:passport_id>/consents", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("parent",), logs="consent.given")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewConsent, example=examples.GIVE)
@blueprint.response(201, wire.Consent, example=examples.GIVEN, headers={"Idempotency-Replayed": REPLAYED})
def give_consent(body: dict[str, Any], passport_id: UUID) -> Response:
    """Consent. Where both parents must agree it waits, pending, for the second."""
    terms = _terms(body)  # before the transaction, so that "from now" is not after its instant
    return create(lambda work: consents.give(work, PassportId(passport_id), terms), _render)


@blueprint.route("/v1/passports/<uuid:passport_id>/consents", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="consents.read")
@blueprint.problems("not_found")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Consents, example=examples.CONSENTS)
def list_consents(query: dict[str, Any], passport_id: UUID) -> Response:
    """A passport's consents, newest first."""
    position = id_position_of(query)
    after = None if position is None else ConsentId(position)
    limit = query["limit"]
    given = perform(lambda work: consents.list_of_passport(work, PassportId(passport_id), after, limit + 1))
    return reply_page(given, limit, _render, lambda consent: (str(consent.consent_id),))


@blueprint.route("/v1/passports/<uuid:passport_id>/consent-previews", methods=["POST"], parameters=[PASSPORT_ID])
@access(callers=("parent",), logs="consent.previewed")
@blueprint.problems("not_found")
@blueprint.arguments(wire.NewPreview, example=examples.PREVIEW_SCOPE)
@blueprint.response(200, wire.Preview, example=examples.PREVIEW)
def preview_scope(body: dict[str, Any], passport_id: UUID) -> Response:
    """See what a scope would show to a role, before consenting."""
    shown = perform(lambda work: consents.preview(work, PassportId(passport_id), body["scope"], body["role"]))
    return reply(_render_preview(shown))


@blueprint.route("/v1/consents/<uuid:consent_id>", methods=["GET"], parameters=[CONSENT_ID])
@access(callers=("parent", "custodian"), logs="consents.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Consent, example=examples.CONSENT)
def read_consent(consent_id: UUID) -> Response:
    """Read a consent."""
    return reply(_render(perform(lambda work: consents.read(work, ConsentId(consent_id)))))


@blueprint.route("/v1/consents/<uuid:consent_id>/preview", methods=["GET"], parameters=[CONSENT_ID])
@access(callers=("parent",), logs="consent.previewed")
@blueprint.problems("not_found")
@blueprint.arguments(wire.PreviewQuery, location="query")
@blueprint.response(200, wire.Preview, example=examples.PREVIEW)
def preview_consent(query: dict[str, Any], consent_id: UUID) -> Response:
    """See exactly what a consent shows to a role."""
    shown = perform(lambda work: consents.preview_consent(work, ConsentId(consent_id), query["role"]))
    return reply(_render_preview(shown))


@blueprint.route("/v1/consents/<uuid:consent_id>/approval", methods=["POST"], parameters=[CONSENT_ID])
@access(callers=("parent",), logs="consent.approved")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Consent, example=examples.CONSENT)
def approve_consent(consent_id: UUID) -> Response:
    """Agree, as the second parent, to a consent that waits."""
    return reply(_render(perform(lambda work: consents.approve(work, ConsentId(consent_id)))))


@blueprint.route("/v1/consents/<uuid:consent_id>/revocation", methods=["POST"], parameters=[CONSENT_ID])
@access(callers=("parent",), logs="consent.revoked")
@blueprint.problems("not_found", "conflict")
@blueprint.response(200, wire.Consent, example=examples.REVOKED)
def revoke_consent(consent_id: UUID) -> Response:
    """Withdraw a consent: from this answer on nobody opens its view."""
    return reply(_render(perform(lambda work: consents.revoke(work, ConsentId(consent_id)))))


def _terms(body: dict[str, Any]) -> Terms:
    said = body["child_view"]
    transition_id = body["transition_id"]
    return Terms(
        recipient_id=OrganisationId(body["recipient_id"]),
        transition_id=None if transition_id is None else TransitionId(transition_id),
        purpose=body["purpose"],
        scope=body["scope"],
        valid_from=body["valid_from"] or runtime().clock(),
        valid_until=body["valid_until"],
        child_view=ChildView(said["asked"], said["words"]),
    )


def _render(consent: Consent) -> Rendered:
    terms = consent.terms
    return {
        "id": str(consent.consent_id),
        "passport_id": str(consent.passport_id),
        "recipient_id": str(terms.recipient_id),
        "purpose": terms.purpose.value,
        "scope": {section.value: level.value for section, level in terms.scope.items()},
        "valid_from": moment(terms.valid_from),
        "valid_until": moment(terms.valid_until),
        "transition_id": text_or_none(terms.transition_id),
        "child_view": {"asked": terms.child_view.asked, "words": terms.child_view.words},
        "status": consent.status.value,
        "standing": consent.standing.value,
        "approvals": consent.approvals,
        "approvals_needed": consent.approvals_needed,
        "proposed_at": moment(consent.proposed_at),
    }


def _render_preview(preview: Preview) -> Rendered:
    today = runtime().clock().date()
    return {
        "role": preview.role.value,
        "child": {"name": preview.child_name, "known_as": preview.known_as},
        **rendering.layout(preview.layout, today),
        "stopped": [str(each.statement_id) for each in preview.layout.stopped],
    }
