"""Organisations: schools, local authorities, adoption agencies."""

from marshmallow import fields

from passport_api.domain.identifiers import AuthorityCode, Urn
from passport_api.domain.roles import OrganisationKind
from passport_schemas.base import Answer, Identifier, listing

FILTERS = {
    "urn": Identifier(Urn, load_default=None, metadata={"example": "999904"}),
    "authority_code": Identifier(AuthorityCode, load_default=None, metadata={"example": "998"}),
}
"""What a list of organisations can be narrowed to: the page's own query is added where it is served."""


class Organisation(Answer):
    """An organisation."""

    id = fields.UUID(required=True)
    kind = fields.Enum(OrganisationKind, by_value=True, required=True)
    name = fields.String(required=True, metadata={"example": "Tolland Bridge School"})
    urn = fields.String(required=True, allow_none=True, metadata={"example": "999904"})
    authority_code = fields.String(required=True, allow_none=True, metadata={"example": "998"})
    gss_code = fields.String(required=True, allow_none=True, metadata={"example": "E99999901"})
    authority_id = fields.UUID(
        required=True, allow_none=True, metadata={"description": "The authority whose area a school is in."}
    )


Organisations = listing(Organisation, "Organisations")
