"""Organisations."""

from passport_schemas.examples import family

ORGANISATION = {
    "id": family.RECEIVING_SCHOOL,
    "kind": "school",
    "name": "Tolland Bridge School",
    "urn": "999902",
    "authority_code": None,
    "gss_code": None,
    "authority_id": family.RECEIVING_AUTHORITY,
}

ORGANISATIONS = {"items": [ORGANISATION], "next": None}
