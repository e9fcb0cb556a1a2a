"""Organisations: schools, local authorities, adoption agencies."""

from marshmallow import fields

from passport_api.domain.identifiers import AuthorityCode, Urn
from passport_api.domain.roles import OrganisationKind
from passport_schemas.base import Answer, Identifier, an_id, choice, listing

_URN = {"pattern": "^[0-9]{6}$", "description": "A school's unique reference number: six digits."}
_CODE = {"pattern": "^[0-9]{3}$", "description": "A local authority's code: three digits."}

FILTERS = {
    "urn": Identifier(Urn, metadata={**_URN, "examples": ["999902"]}),
    "authority_code": Identifier(AuthorityCode, metadata={**_CODE, "examples": ["997"]}),
}
"""What a list of organisations can be narrowed to: the page's own query is added where it is served."""


class Organisation(Answer):
    """A school, a local authority or an agency that can hold passports."""

    id = an_id("The organisation.")
    kind = choice(OrganisationKind, "What it is.")
    name = fields.String(required=True, metadata={"description": "Its name."})
    urn = fields.String(required=True, allow_none=True, metadata=_URN)
    authority_code = fields.String(required=True, allow_none=True, metadata=_CODE)
    gss_code = fields.String(
        required=True,
        allow_none=True,
        metadata={"pattern": "^[A-Z][0-9]{8}$", "description": "An authority's GSS code: a letter and eight digits."},
    )
    authority_id = an_id("The authority whose area a school is in.", allow_none=True)


Organisations = listing(Organisation, "Organisations")
