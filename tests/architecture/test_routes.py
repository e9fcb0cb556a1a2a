"""Every route says who may call it and what calling it writes in the access log, and does write that."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from passport_api.api.edge import openapi_document, routes_without_access
from passport_api.services.execution import perform_unattended
from passport_api.services.runtime import Step
from passport_api.store import log, passports
from support.conformance import METHODS, operations_of
from support.searching import search_to_the_end
from support.service import Service
from support.world import PASSWORD, RELATIVE, Family, Person, World


@dataclass
class Scene:
    """A family in the middle of a move, and people around it."""

    world: World
    family: Family
    reader: Person
    consent_id: str
    statement_id: str

    @property
    def statement(self) -> str:
        return f"/v1/statements/{self.statement_id}"

    @property
    def passport(self) -> str:
        return f"/v1/passports/{self.family.passport_id}"

    @property
    def parent(self) -> Person:
        return self.family.parent

    @property
    def admin(self) -> Person:
        return self.world.admin(self.family.school_id)

    @property
    def nobody(self) -> Person:
        return Person("", "", self.world.service.client(), "", "")

    def membership(self) -> str:
        """A path to somebody who may leave."""
        return f"/v1/memberships/{self.world.member(self.family.school_id, 'class_teacher').membership_id}"

    def waiting_for(self) -> tuple[Person, str]:
        """A consent that waits, and the parent that it waits for."""
        both = self.world.family(requires_both_parents=True)
        assert both.second_parent is not None
        return both.second_parent, f"/v1/consents/{self.world.consent(both)['id']}"

    def session(self) -> dict[str, Any]:
        """The tokens of another session of the parent's."""
        return self.nobody.made("/v1/auth/login", {"email": self.parent.email, "password": PASSWORD})


@dataclass
class Request:
    """A request that is ready to be sent."""

    person: Person
    method: str
    path: str
    body: dict[str, Any] | None = None
    headers: dict[str, str] | None = None


def invitation(scene: Scene, **to: str) -> dict[str, Any]:
    return {"name": "Ola Wren", "email": f"ola-{len(to)}@wren.example", **to}


def approval(scene: Scene) -> Request:
    second, consent = scene.waiting_for()
    return Request(second, "POST", f"{consent}/approval")


def revocation(scene: Scene) -> Request:
    second, consent = scene.waiting_for()
    return Request(second, "POST", f"{consent}/revocation")


def acceptance(scene: Scene) -> Request:
    to = invitation(scene, passport_id=scene.family.passport_id)
    token = scene.family.social_worker.made("/v1/invitations", to)["token"]
    return Request(scene.nobody, "POST", "/v1/invitations/acceptance", {"token": token, "password": PASSWORD})


def staff_invitation(scene: Scene) -> Request:
    to = invitation(scene, organisation_id=scene.family.school_id, role="senco")
    return Request(scene.admin, "POST", "/v1/invitations", to)


def parent_invitation(scene: Scene) -> Request:
    to = invitation(scene, passport_id=scene.family.passport_id)
    return Request(scene.family.social_worker, "POST", "/v1/invitations", to)


def another_move(scene: Scene) -> Request:
    move = {"kind": "area_move", "from_id": scene.family.from_id, "to_id": scene.family.school_id}
    return Request(scene.parent, "POST", f"{scene.passport}/transitions", {**move, "planned_date": scene.world.day(9)})


def a_later_day(scene: Scene) -> Request:
    path = f"/v1/transitions/{scene.family.transition_id}"
    etag = scene.parent.get(path).headers["ETag"]
    return Request(scene.parent, "PATCH", path, {"planned_date": scene.world.day(30)}, {"If-Match": etag})


def a_statement(scene: Scene) -> Request:
    body = {"section": "regulation", "detail_level": "everyday", "text": "A calm voice helps.", "source": "parent"}
    return Request(scene.parent, "POST", f"{scene.passport}/statements", body)


def a_passport(scene: Scene) -> Request:
    return Request(scene.family.social_worker, "POST", "/v1/passports", {"child": scene.world.child()})


def a_consent(scene: Scene) -> Request:
    family = scene.world.family()
    return Request(family.parent, "POST", f"/v1/passports/{family.passport_id}/consents", scene.world.terms(family))


def a_scope(scene: Scene) -> Request:
    body = {"scope": {"about_me": "everyday"}, "role": "senco"}
    return Request(scene.parent, "POST", f"{scene.passport}/consent-previews", body)


def an_acknowledgement(scene: Scene) -> Request:
    return Request(scene.reader, "POST", f"/v1/views/{scene.consent_id}/acknowledgement")


def signing_in(scene: Scene) -> Request:
    return Request(scene.nobody, "POST", "/v1/auth/login", {"email": scene.parent.email, "password": PASSWORD})


def refreshing(scene: Scene) -> Request:
    return Request(scene.nobody, "POST", "/v1/auth/refresh", {"refresh_token": scene.session()["refresh_token"]})


def signing_out(scene: Scene) -> Request:
    person = Person("", "", scene.world.service.client(scene.session()["access_token"]), "", "")
    return Request(person, "POST", "/v1/auth/logout")


def proof(scene: Scene) -> Request:
    newest = scene.parent.get(f"{scene.passport}/access-log?limit=1").json()["items"][0]["entry"]
    return Request(scene.parent, "GET", f"/v1/log/entries/{newest}/inclusion-proof")


def a_proposal(scene: Scene) -> Request:
    family = scene.world.family()
    return Request(
        family.social_worker, "POST", f"/v1/passports/{family.passport_id}/erasures", {"ground": "court_order"}
    )


def about_a_proposal(scene: Scene, method: str, ending: str = "") -> Request:
    family = scene.world.family()
    proposal = scene.world.proposal(family)["id"]
    return Request(scene.world.manager(family), method, f"/v1/erasures/{proposal}{ending}")


def proposals(scene: Scene) -> Request:
    custodian_id = scene.family.custodian_id
    return Request(scene.family.social_worker, "GET", f"/v1/organisations/{custodian_id}/erasures")


def a_correction(scene: Scene) -> Request:
    family = scene.world.family()
    written = scene.world.statement(family, "regulation", "everyday")["id"]
    path = f"/v1/statements/{written}/corrections"
    return Request(family.parent, "POST", path, {"reason": "It was not so."}, {"If-Match": "*"})


def an_answer(scene: Scene) -> Request:
    family = scene.world.family()
    reader = scene.world.member(family.school_id, "designated_teacher")
    written = scene.world.statement(family, "regulation", "everyday")["id"]
    reader.get(f"/v1/views/{scene.world.consent(family)['id']}")
    scene.world.correct(family, written)
    notice = reader.get("/v1/correction-notices").json()["items"][0]["id"]
    return Request(reader, "POST", f"/v1/correction-notices/{notice}/acknowledgement", {"copies": "amended"})


def a_challenge(scene: Scene, person: str = "parent") -> Request:
    family = scene.world.family()
    written = scene.world.statement(family, "regulation", "everyday")["id"]
    who = family.parent if person == "parent" else family.social_worker
    return Request(who, "POST", f"/v1/statements/{written}/challenges", {"words": "It is not so."})


def about_a_challenge(
    scene: Scene, method: str, ending: str = "", body: dict[str, Any] | None = None, person: str = "parent"
) -> Request:
    made = a_challenge(scene, person)
    challenge = made.person.made(made.path, made.body)["id"]
    return Request(made.person, method, f"/v1/challenges/{challenge}{ending}", body)


def a_list(scene: Scene) -> Request:
    body = {"terms": [{"kind": "relative_name", "text": RELATIVE}]}
    family = scene.world.family()
    path = f"/v1/passports/{family.passport_id}/protected-list"
    return Request(family.parent, "PUT", path, body, {"If-Match": "*"})


def about_an_alert(scene: Scene, method: str, ending: str = "", body: dict[str, Any] | None = None) -> Request:
    family = scene.world.family()
    alert = scene.world.alert(family)
    return Request(family.social_worker, method, f"/v1/alerts/{alert}{ending}", body)


def a_search(scene: Scene) -> Request:
    path = f"/v1/organisations/{scene.family.custodian_id}/searches"
    return Request(scene.family.social_worker, "POST", path, {"phrase": "a statement", "reason": "It has spread."})


def about_a_search(
    scene: Scene, method: str, ending: str = "", body: dict[str, Any] | None = None, *, finished: bool = True
) -> Request:
    asked = a_search(scene)
    search = asked.person.made(asked.path, asked.body)["id"]
    if finished:
        search_to_the_end(scene.world.service)
    return Request(asked.person, method, f"/v1/searches/{search}{ending}", body)


CALLS: dict[str, Callable[[Scene], Request]] = {
    "accept_invitation": acceptance,
    "acknowledge_correction": an_answer,
    "acknowledge_view": an_acknowledgement,
    "approve_consent": approval,
    "change_role": lambda s: Request(s.admin, "PATCH", s.membership(), {"role": "senco"}),
    "change_transition": a_later_day,
    "correct_statement": a_correction,
    "challenge_statement": a_challenge,
    "check_wording": lambda s: Request(s.parent, "POST", "/v1/wording-checks", {"text": "Calm helps."}),
    "check_protection": lambda s: Request(s.parent, "POST", f"{s.passport}/protection-checks", {"text": "Calm helps."}),
    "read_protected_list": lambda s: Request(s.parent, "GET", f"{s.passport}/protected-list"),
    "replace_protected_list": a_list,
    "list_alerts": lambda s: Request(
        s.family.social_worker, "GET", f"/v1/organisations/{s.family.custodian_id}/alerts"
    ),
    "read_alert": lambda s: about_an_alert(s, "GET"),
    "settle_alert": lambda s: about_an_alert(s, "POST", "/settlement", {"note": "It was put right."}),
    "list_challenges": lambda s: Request(s.parent, "GET", f"{s.statement}/challenges"),
    "list_waiting_challenges": lambda s: Request(
        s.family.social_worker, "GET", f"/v1/organisations/{s.family.custodian_id}/challenges"
    ),
    "read_challenge": lambda s: about_a_challenge(s, "GET"),
    "withhold_statement": lambda s: about_a_challenge(s, "POST", "/restriction"),
    "show_statement_again": lambda s: about_a_challenge(s, "DELETE", "/restriction"),
    "resolve_challenge": lambda s: about_a_challenge(
        s, "POST", "/resolution", {"finding": "not_upheld", "reasons": "It was so."}, "custodian"
    ),
    "make_search": a_search,
    "list_searches": lambda s: Request(
        s.family.social_worker, "GET", f"/v1/organisations/{s.family.custodian_id}/searches"
    ),
    "read_search": lambda s: about_a_search(s, "GET"),
    "cancel_search": lambda s: about_a_search(s, "POST", "/cancellation", finished=False),
    "list_hits": lambda s: about_a_search(s, "GET", "/hits"),
    "correct_hits": lambda s: about_a_search(
        s, "POST", "/corrections", {"reason": "It was not so.", "instead": None, "statements": None}
    ),
    "list_search_corrections": lambda s: about_a_search(s, "GET", "/corrections"),
    "confirm_erasure": lambda s: about_a_proposal(s, "POST", "/confirmation"),
    "create_invitation": parent_invitation,
    "create_invitation of staff": staff_invitation,
    "create_passport": a_passport,
    "end_membership": lambda s: Request(s.admin, "DELETE", s.membership()),
    "give_consent": a_consent,
    "list_access_log": lambda s: Request(s.parent, "GET", f"{s.passport}/access-log"),
    "list_consents": lambda s: Request(s.parent, "GET", f"{s.passport}/consents"),
    "list_decisions": lambda s: Request(s.parent, "GET", f"{s.passport}/decisions"),
    "list_correction_notices": lambda s: Request(s.reader, "GET", "/v1/correction-notices"),
    "list_erasures": proposals,
    "list_notices_about_statement": lambda s: Request(s.parent, "GET", f"{s.statement}/correction-notices"),
    "list_notices_of_custodian": lambda s: Request(
        s.family.social_worker, "GET", f"/v1/organisations/{s.family.custodian_id}/correction-notices"
    ),
    "list_recipients": lambda s: Request(s.parent, "GET", f"{s.statement}/recipients"),
    "list_versions": lambda s: Request(s.parent, "GET", f"{s.statement}/versions"),
    "read_statement": lambda s: Request(s.parent, "GET", s.statement),
    "list_inbox": lambda s: Request(s.reader, "GET", "/v1/views"),
    "list_members": lambda s: Request(s.admin, "GET", f"/v1/organisations/{s.family.school_id}/memberships"),
    "list_organisations": lambda s: Request(s.parent, "GET", "/v1/organisations"),
    "list_passports": lambda s: Request(s.parent, "GET", "/v1/passports"),
    "list_statements": lambda s: Request(s.parent, "GET", f"{s.passport}/statements"),
    "list_transitions": lambda s: Request(s.parent, "GET", f"{s.passport}/transitions"),
    "open_view": lambda s: Request(s.reader, "GET", f"/v1/views/{s.consent_id}"),
    "preview_consent": lambda s: Request(s.parent, "GET", f"/v1/consents/{s.consent_id}/preview?role=senco"),
    "preview_scope": a_scope,
    "propose_erasure": a_proposal,
    "prove_consistency": lambda s: Request(s.parent, "GET", "/v1/log/consistency-proof?from=1&to=2"),
    "prove_inclusion": proof,
    "read_checkpoint": lambda s: Request(s.parent, "GET", "/v1/log/checkpoint"),
    "read_consent": lambda s: Request(s.parent, "GET", f"/v1/consents/{s.consent_id}"),
    "read_erasure": lambda s: about_a_proposal(s, "GET"),
    "read_health": lambda s: Request(s.nobody, "GET", "/healthz"),
    "read_keys": lambda s: Request(s.nobody, "GET", "/.well-known/jwks.json"),
    "read_log_key": lambda s: Request(s.nobody, "GET", "/v1/log/key"),
    "read_me": lambda s: Request(s.parent, "GET", "/v1/me"),
    "read_organisation": lambda s: Request(s.parent, "GET", f"/v1/organisations/{s.family.school_id}"),
    "read_passport": lambda s: Request(s.parent, "GET", s.passport),
    "read_readiness": lambda s: Request(s.nobody, "GET", "/readyz"),
    "read_transition": lambda s: Request(s.parent, "GET", f"/v1/transitions/{s.family.transition_id}"),
    "record_transition": another_move,
    "refresh": refreshing,
    "revoke_consent": revocation,
    "sign_in": signing_in,
    "sign_out": signing_out,
    "withdraw_erasure": lambda s: about_a_proposal(s, "POST", "/withdrawal"),
    "write_statement": a_statement,
}
"""A request that succeeds, for every operation."""


@pytest.fixture(scope="module")
def scene(world: World) -> Scene:
    family = world.family()
    statement_id = world.statement(family, "about_me", "everyday")["id"]
    consent_id = world.consent(family)["id"]
    reader = world.member(family.school_id, "designated_teacher")
    reader.get(f"/v1/views/{consent_id}")
    return Scene(world, family, reader, consent_id, statement_id)


@pytest.fixture(scope="module")
def declared(service: Service) -> dict[str, list[str]]:
    """What each operation says that it writes in the access log."""
    document = openapi_document(service.app.extensions["passport_contract"])
    return {
        operation["operationId"]: [
            action for action in operation["x-access"]["logs"].split(", ") if action != "nothing"
        ]
        for path in document["paths"].values()
        for operation in operations_of(path)
    }


def test_every_route_declares_its_access(service: Service) -> None:
    assert routes_without_access(service.app) == []


def test_every_route_of_the_api_is_in_the_contract(service: Service) -> None:
    document = openapi_document(service.app.extensions["passport_contract"])
    routed = {
        (re.sub("<(?:[^:>]*:)?([^>]*)>", r"{\1}", rule.rule), method.lower())
        for rule in service.app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD"}
        if rule.rule.startswith("/v1/")
    }
    written = {(path, method) for path, item in document["paths"].items() for method in item if method in METHODS}
    assert len(routed) > 30
    assert routed <= written


def test_there_is_a_call_of_every_operation(declared: dict[str, list[str]]) -> None:
    assert {name.split()[0] for name in CALLS} == declared.keys()


@pytest.mark.parametrize("name", CALLS)
def test_a_call_writes_what_its_route_declares(name: str, scene: Scene, declared: dict[str, list[str]]) -> None:
    request = CALLS[name](scene)
    before = _size(scene.world.service)
    answer = request.person.http.request(request.method, request.path, json=request.body, headers=request.headers)
    assert answer.is_success, answer.text
    written = _actions_since(scene.world.service, before)
    expected = declared[name.split(maxsplit=1)[0]]
    assert written == expected if len(expected) < 2 else written in [[each] for each in expected]


def test_the_two_kinds_of_invitation_write_what_they_are(scene: Scene) -> None:
    for prepare, action in ((parent_invitation, "parent.invited"), (staff_invitation, "member.invited")):
        request = prepare(scene)
        before = _size(scene.world.service)
        request.person.made(request.path, request.body)
        assert _actions_since(scene.world.service, before) == [action]


def _size(service: Service) -> int:
    return perform_unattended(service.runtime, lambda step: log.head(step.uow).size)


def _actions_since(service: Service, before: int) -> list[str]:
    def opened(step: Step) -> list[str]:
        return [_action(step, position) for position in range(before, log.head(step.uow).size)]

    return perform_unattended(service.runtime, opened)


def _action(step: Step, position: int) -> str:
    _, kept = log.at_position(step.uow, position)
    assert kept is not None
    vault = step.runtime.vault
    if kept.leaf.passport_id is None:
        return vault.open_entry(kept.leaf).action
    record = passports.find(step.uow, kept.leaf.passport_id)
    assert record is not None
    seals = vault.passport(record.passport_id, record.wrapping_key_id, record.wrapped_key)
    return seals.open_entry(kept.leaf).action
