"""Parameters of paths and headers, as the contract describes them."""

from typing import Any

from passport_schemas.examples import family

LONGEST_KEY = 255


def _in_path(name: str, description: str, example: str) -> dict[str, Any]:
    return {"in": "path", "name": name, "description": description, "example": example}


PASSPORT_ID = _in_path("passport_id", "The passport.", family.PASSPORT)
STATEMENT_ID = _in_path("statement_id", "The statement, in all its versions.", family.STATEMENT)
CHALLENGE_ID = _in_path("challenge_id", "The challenge.", family.CHALLENGE)
ALERT_ID = _in_path("alert_id", "The alert.", family.ALERT)
SEARCH_ID = _in_path("search_id", "The search.", family.SEARCH)
NOTICE_ID = _in_path("notice_id", "The correction notice.", family.CORRECTION_NOTICE)
TRANSITION_ID = _in_path("transition_id", "The move.", family.TRANSITION)
CONSENT_ID = _in_path("consent_id", "The consent.", family.CONSENT)
VIEW_ID = _in_path("view_id", "The view, by its consent's id.", family.CONSENT)
ORGANISATION_ID = _in_path("organisation_id", "The organisation.", family.RECEIVING_SCHOOL)
CUSTODIAN_ID = _in_path("organisation_id", "The custodian.", family.SENDING_AUTHORITY)
ERASURE_ID = _in_path("erasure_id", "The proposal.", family.ERASURE)
MEMBERSHIP_ID = _in_path("membership_id", "The membership.", family.TEACHERS_MEMBERSHIP)
ENTRY: dict[str, Any] = {"in": "path", "name": "entry", "description": "An entry's place in the log.", "example": 128}
"""Where a route's path says what it is about."""

IDEMPOTENCY_KEY: dict[str, Any] = {
    "in": "header",
    "name": "Idempotency-Key",
    "required": False,
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST_KEY,
        "pattern": "^[!-~]([ -~]*[!-~])?$",
    },
    "description": "A repeat with the same key within 24 hours is answered as the first was, and does nothing.",
    "example": "9d0c1f2e-consent-for-tolland-bridge",
}
"""The parameter of every POST that creates."""

IF_NONE_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-None-Match",
    "required": False,
    "schema": {"type": "string"},
    "description": "An ETag that one has; 304 when nothing changed. The access is logged all the same.",
    "example": family.VIEW_ETAG,
}
IF_MATCH: dict[str, Any] = {
    "in": "header",
    "name": "If-Match",
    "required": True,
    "schema": {"type": "string"},
    "description": "The ETag of what one read, so that nobody's change is lost.",
    "example": family.TRANSITION_ETAG,
}

ETAG: dict[str, Any] = {
    "description": "Names this state: send it in `If-Match` to change it, in `If-None-Match` to ask again.",
    "required": True,
    "schema": {"type": "string"},
}
"""The header of an answer that can be asked for again."""

REPLAYED: dict[str, Any] = {
    "description": "`true` when this repeats the answer to an earlier request with the same Idempotency-Key.",
    "schema": {"type": "string", "const": "true"},
}
"""The header of an answer that was given before."""
