"""Passports."""

from typing import Any
from uuid import UUID

from flask import Response

from passport_api.api.calls import Rendered, create, perform, reply, reply_page
from passport_api.api.edge import Blueprint, PageQuery, access, id_position_of
from passport_api.api.parameters import IDEMPOTENCY_KEY, PASSPORT_ID, REPLAYED
from passport_api.api.rendering import moment
from passport_api.domain.children import Child
from passport_api.domain.ids import OrganisationId, PassportId
from passport_api.services import passports
from passport_api.services.passports import NewPassport, Passport, PassportItem
from passport_schemas import passports as wire
from passport_schemas.examples import passports as examples

blueprint = Blueprint("passports", __name__, description="One passport per child, held by a custodian.")


@blueprint.route("/v1/passports", methods=["POST"])
@access(callers=("custodian",), logs="passport.created")
@blueprint.problems("not_found", "conflict", "idempotency_mismatch")
@blueprint.doc(parameters=[IDEMPOTENCY_KEY])
@blueprint.arguments(wire.NewPassport, example=examples.CREATE)
@blueprint.response(201, wire.Passport, example=examples.CREATED, headers={"Idempotency-Replayed": REPLAYED})
def create_passport(body: dict[str, Any]) -> Response:
    """Make a passport, as the custodian's social worker."""
    said = body["child"]
    child = Child(
        name=said["name"],
        known_as=said["known_as"],
        date_of_birth=said["date_of_birth"],
        nhs_number=said["nhs_number"],
        upn=said["upn"],
        circumstances=tuple(dict.fromkeys(said["circumstances"])),
    )
    custodian_id = body["custodian_id"]
    new = NewPassport(
        child, body["requires_both_parents"], None if custodian_id is None else OrganisationId(custodian_id)
    )
    return create(lambda work: passports.create(work, new), _render)


@blueprint.route("/v1/passports", methods=["GET"])
@access(callers=("parent", "custodian"), logs="passport.listed")
@blueprint.arguments(PageQuery, location="query")
@blueprint.response(200, wire.Passports, example=examples.PASSPORTS)
def list_passports(query: dict[str, Any]) -> Response:
    """The passports that one is a parent on, or that one's authority holds."""
    position = id_position_of(query)
    after = None if position is None else PassportId(position)
    limit = query["limit"]
    mine = perform(lambda work: passports.list_mine(work, after, limit + 1))
    return reply_page(mine, limit, _render_item, lambda item: (str(item.passport_id),))


@blueprint.route("/v1/passports/<uuid:passport_id>", methods=["GET"], parameters=[PASSPORT_ID])
@access(callers=("parent", "custodian"), logs="passport.read")
@blueprint.problems("not_found")
@blueprint.response(200, wire.Passport, example=examples.PASSPORT)
def read_passport(passport_id: UUID) -> Response:
    """Who a passport is about, and who is responsible."""
    return reply(_render(perform(lambda work: passports.read(work, PassportId(passport_id)))))


def _render(passport: Passport) -> Rendered:
    child = passport.child
    return {
        "id": str(passport.passport_id),
        "custodian": {"id": str(passport.custodian_id), "name": passport.custodian_name},
        "child": {
            "name": child.name,
            "known_as": child.known_as,
            "date_of_birth": child.date_of_birth.isoformat(),
            "nhs_number": None if child.nhs_number is None else child.nhs_number.value,
            "upn": None if child.upn is None else child.upn.value,
            "circumstances": [circumstance.value for circumstance in child.circumstances],
        },
        "requires_both_parents": passport.requires_both_parents,
        "parents": [{"id": str(parent.account_id), "name": parent.name} for parent in passport.parents],
        "created_at": moment(passport.created_at),
    }


def _render_item(item: PassportItem) -> Rendered:
    return {
        "id": str(item.passport_id),
        "custodian_id": str(item.custodian_id),
        "child_name": item.child_name,
        "relation": item.relation.value,
        "created_at": moment(item.created_at),
    }
