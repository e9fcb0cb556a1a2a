"""Every operation of the contract, by what its path names: what it takes to ask each for a thing by its id."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

CONTRACT = Path(__file__).parents[2] / "openapi.yaml"
PUBLIC = "public"
"""What a path names is in a public register: whether it is there is no secret."""


@dataclass(frozen=True)
class Asking:
    """What a path names, and the least that its operation takes besides."""

    names: str
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """An operation of the contract, and how to ask it for a thing."""

    name: str
    method: str
    path: str
    callers: frozenset[str]
    asking: Asking

    def at(self, thing: str) -> str:
        """Its path for a thing."""
        return self.path[: self.path.index("{")] + thing + self.path[self.path.index("}") + 1 :]

    def options(self) -> dict[str, Any]:
        """What else goes into the request."""
        asking = self.asking
        body = {} if asking.body is None else {"json": asking.body}
        return {"params": dict(asking.query), "headers": dict(asking.headers), **body}


_SCOPE = {"regulation": "everyday"}
_AN_ORGANISATION = "0192f000-0000-7000-8000-000000000001"
_ANOTHER = "0192f000-0000-7000-8000-000000000002"

ASKING = {
    "read_organisation": Asking(PUBLIC),
    "list_members": Asking("organisation"),
    "change_role": Asking("membership", {"role": "auditor"}),
    "end_membership": Asking("membership"),
    "read_passport": Asking("passport"),
    "list_statements": Asking("passport"),
    "write_statement": Asking(
        "passport", {"section": "regulation", "detail_level": "everyday", "text": "Calm.", "source": "parent"}
    ),
    "read_statement": Asking("statement"),
    "list_versions": Asking("statement"),
    "list_recipients": Asking("statement"),
    "list_notices_about_statement": Asking("statement"),
    "correct_statement": Asking("statement", {"reason": "It was not so."}, headers={"If-Match": "*"}),
    "challenge_statement": Asking("statement", {"words": "It is not so."}),
    "list_challenges": Asking("statement"),
    "read_challenge": Asking("challenge"),
    "withhold_statement": Asking("challenge"),
    "show_statement_again": Asking("challenge"),
    "resolve_challenge": Asking("challenge", {"finding": "not_upheld", "reasons": "It was so."}),
    "list_waiting_challenges": Asking("custodian"),
    "read_protected_list": Asking("passport"),
    "replace_protected_list": Asking("passport", {"terms": []}, headers={"If-Match": "*"}),
    "check_protection": Asking("passport", {"text": "Calm helps."}),
    "list_alerts": Asking("custodian"),
    "read_alert": Asking("alert"),
    "settle_alert": Asking("alert", {"note": "It was put right."}),
    "make_search": Asking("custodian", {"phrase": "a statement", "reason": "It has spread."}),
    "list_searches": Asking("custodian"),
    "read_search": Asking("search"),
    "cancel_search": Asking("search"),
    "list_hits": Asking("search"),
    "correct_hits": Asking("search", {"reason": "It was not so.", "instead": None, "statements": None}),
    "list_search_corrections": Asking("search"),
    "acknowledge_correction": Asking("correction notice", {"copies": "destroyed"}),
    "list_notices_of_custodian": Asking("custodian"),
    "list_transitions": Asking("passport"),
    "record_transition": Asking(
        "passport",
        {"kind": "school_move", "from_id": _AN_ORGANISATION, "to_id": _ANOTHER, "planned_date": "2028-09-01"},
    ),
    "list_consents": Asking("passport"),
    "give_consent": Asking(
        "passport",
        {
            "recipient_id": _AN_ORGANISATION,
            "purpose": "safeguarding",
            "scope": _SCOPE,
            "valid_until": "2028-09-01",
            "child_view": {"asked": False},
        },
    ),
    "preview_scope": Asking("passport", {"scope": _SCOPE, "role": "senco"}),
    "list_access_log": Asking("passport"),
    "list_decisions": Asking("passport"),
    "read_transition": Asking("transition"),
    "change_transition": Asking("transition", {"state": "cancelled"}, headers={"If-Match": "*"}),
    "read_consent": Asking("consent"),
    "preview_consent": Asking("consent", query={"role": "senco"}),
    "approve_consent": Asking("consent"),
    "revoke_consent": Asking("consent"),
    "open_view": Asking("view"),
    "acknowledge_view": Asking("view"),
    "propose_erasure": Asking("passport", {"ground": "parents_asked"}),
    "read_erasure": Asking("erasure"),
    "confirm_erasure": Asking("erasure"),
    "withdraw_erasure": Asking("erasure"),
    "list_erasures": Asking("custodian"),
    "prove_inclusion": Asking("entry"),
}
"""By operationId. An operation that is not here and not below fails the test that reads the contract."""

TAKES_NO_ID = {
    "accept_invitation",
    "create_invitation",
    "create_passport",
    "check_wording",
    "list_correction_notices",
    "list_inbox",
    "list_organisations",
    "list_passports",
    "prove_consistency",
    "read_checkpoint",
    "read_health",
    "read_keys",
    "read_log_key",
    "read_me",
    "read_readiness",
    "refresh",
    "sign_in",
    "sign_out",
}
"""Operations whose path names nothing."""


def in_contract() -> dict[str, tuple[str, str, frozenset[str]]]:
    """Every operation of the contract: its method, its path and who may call it."""
    paths = yaml.safe_load(CONTRACT.read_text())["paths"]
    return {
        operation["operationId"]: (method.upper(), path, frozenset(operation["x-access"]["callers"]))
        for path, item in paths.items()
        for method, operation in item.items()
        if method != "parameters"
    }


def operations() -> list[Operation]:
    """The operations whose path names something that not everybody may know of."""
    found = in_contract()
    return [
        Operation(name, *found[name], asking)
        for name, asking in ASKING.items()
        if name in found and asking.names != PUBLIC
    ]
