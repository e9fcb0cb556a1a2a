"""Promise 15: bad input gets a 4xx problem document that names the field, stores nothing and reveals nothing.

The bad input is derived from the contract, so that an operation or a field that is added is tried by itself. Whether
something was stored is asked of every table: a request that is refused for what it says leaves no row anywhere, not
even in the log. One that is refused for who asks (404) leaves its refusal there, and nothing else.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
import pytest

from passport_api.api.edge import openapi_document
from passport_api.api.edge.pages import encode_cursor
from support.bad_input import CANARY, JSON, bad_parameters, broken_documents, broken_fields
from support.raw_database import RawDatabase
from support.service import Service
from support.world import PASSWORD, RELATIVE, Family, Person, World

WHERE_REFUSALS_ARE_KEPT = {"log_entries", "log_subtrees", "log_head", "decisions"}


@dataclass(frozen=True)
class Operation:
    """One operation of the contract, with somebody who may call it."""

    name: str
    method: str
    template: str
    ids: dict[str, str]
    who: Person
    declared: dict[str, Any]

    @property
    def path(self) -> str:
        """Where it is, for things that exist."""
        return self.template.format(**self.ids)

    def paths_with(self, wrong: str) -> list[str]:
        """Where it would be for each of its things if that were another."""
        names = [name for name in self.ids if f"{{{name}}}" in self.template]
        return [self.template.format(**{**self.ids, name: wrong}) for name in names]

    def query(self) -> list[dict[str, Any]]:
        """Its query's parameters."""
        return [each for each in self.declared.get("parameters", []) if each.get("in") == "query"]

    def send(self, body: bytes | None = None, headers: dict[str, str] | None = None, query: str = "") -> httpx.Response:
        """Call it."""
        path = f"{self.path}?{query}" if query else self.path
        return self.who.http.request(self.method, path, content=body, headers=headers)


@dataclass(frozen=True)
class Setting:
    """Everything that operations are called with."""

    contract: dict[str, Any]
    operations: dict[str, Operation]
    bodies: dict[str, dict[str, Any]]
    family: Family
    other: Family


WITH_A_BODY = (
    "accept_invitation",
    "acknowledge_correction",
    "challenge_statement",
    "change_role",
    "change_transition",
    "check_protection",
    "check_wording",
    "correct_hits",
    "correct_statement",
    "create_invitation",
    "create_passport",
    "give_consent",
    "make_search",
    "preview_scope",
    "propose_erasure",
    "record_transition",
    "refresh",
    "replace_protected_list",
    "resolve_challenge",
    "settle_alert",
    "sign_in",
    "write_statement",
)


@pytest.fixture(scope="module")
def database(service: Service) -> Iterator[RawDatabase]:
    opened = RawDatabase(service.settings.database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def setting(service: Service, world: World) -> Setting:
    contract = openapi_document(service.app.extensions["passport_contract"])
    family, other = world.family(), world.family()
    reader = world.member(family.school_id, "designated_teacher")
    consent = world.consent(family)
    statement, corrected = (world.statement(family, "regulation", "everyday")["id"] for _ in range(2))
    reader.get(f"/v1/views/{consent['id']}")
    world.correct(family, corrected)
    stranger = Person("", "", service.client(), "", "")
    people = {
        "anyone": stranger,
        "signed_in": reader,
        "parent": family.parent,
        "custodian": family.social_worker,
        "recipient": reader,
        "manager": world.manager(family),
        "org_admin": world.admin(family.school_id),
        "auditor": world.member(family.custodian_id, "auditor"),
    }
    ids = {
        "passport_id": family.passport_id,
        "consent_id": consent["id"],
        "view_id": consent["id"],
        "transition_id": family.transition_id,
        "organisation_id": family.school_id,
        "erasure_id": world.proposal(other)["id"],
        "statement_id": statement,
        "challenge_id": family.parent.made(f"/v1/statements/{statement}/challenges", {"words": "It is not so."})["id"],
        "alert_id": world.alert(family),
        "search_id": world.search(family, "statement for regulation")["id"],
        "notice_id": reader.get("/v1/correction-notices").json()["items"][0]["id"],
        "membership_id": reader.membership_id or "",
        "entry": "0",
    }
    operations = {}
    for path, declared in contract["paths"].items():
        for method, operation in declared.items():
            if method == "parameters":
                continue
            caller = operation["x-access"]["callers"][0]
            here = ids | {"organisation_id": family.custodian_id} if caller == "custodian" else ids
            each = Operation(operation["operationId"], method.upper(), path, here, people[caller], operation)
            operations[each.name] = each
    bodies = _bodies(world, family, reader, corrected) | {
        "correct_hits": {"reason": "It was not so.", "instead": "was frightened", "statements": [statement]}
    }
    return Setting(contract, operations, bodies, family, other)


def _bodies(world: World, family: Family, reader: Person, another: str) -> dict[str, dict[str, Any]]:
    """A body with every field, for each operation that takes one."""
    child = {
        **world.child(),
        "known_as": "Sam",
        "nhs_number": "9990162808",
        "upn": "B801200005001",
        "circumstances": ["adopted", "kinship_care"],
    }
    invited = {"name": "Alex Rivers", "email": "alex@people.example", "passport_id": family.passport_id}
    token = family.social_worker.made("/v1/invitations", invited)["token"]
    statement = {
        "section": "regulation",
        "detail_level": "everyday",
        "kind": "opinion",
        "text": "He settles when somebody sits with him.",
        "source": "parent",
        "review_on": world.day(300),
        "wording_reason": "It is said with him.",
        "rests_on": [another],
    }
    return {
        "accept_invitation": {"token": token, "password": PASSWORD},
        "acknowledge_correction": {"copies": "amended", "passed_on_to": [family.authority_id]},
        "check_protection": {"text": "Calm helps.", "readers": "birth_family"},
        "check_wording": {"text": "Calm helps.", "kind": "fact"},
        "challenge_statement": {"words": "It is not so.", "for_young_person": True, "view_id": None},
        "resolve_challenge": {
            "finding": "upheld",
            "reasons": "It was not so.",
            "correction": {"reason": "It was not so.", "replacement": statement},
        },
        "make_search": {"phrase": "posed a risk", "reason": "It has spread."},
        "correct_statement": {"reason": "It was not so.", "replacement": statement},
        "change_role": {"role": "senco"},
        "change_transition": {"state": "cancelled", "planned_date": world.day(150)},
        "create_invitation": invited,
        "create_passport": {"child": child, "requires_both_parents": True, "custodian_id": family.custodian_id},
        "give_consent": world.terms(family, valid_from=world.day(1)),
        "preview_scope": {"scope": {"regulation": "everyday"}, "role": "senco"},
        "propose_erasure": {"ground": "parents_asked"},
        "record_transition": {
            "kind": "school_move",
            "from_id": family.from_id,
            "to_id": family.school_id,
            "to_authority_id": family.authority_id,
            "planned_date": world.day(100),
        },
        "replace_protected_list": {
            "terms": [{"kind": "relative_name", "text": RELATIVE}],
            "names_in_use": ["Mrs Adair"],
        },
        "settle_alert": {"note": "It was put right."},
        "refresh": {"refresh_token": reader.refresh_token},
        "sign_in": {"email": reader.email, "password": PASSWORD},
        "write_statement": statement,
    }


def complaint(answer: httpx.Response, status: int, field: str | None, secret: str = CANARY) -> str | None:
    """What is wrong with the answer to bad input, if anything is."""
    if answer.status_code != status:
        return f"answered {answer.status_code} instead of {status}: {answer.text[:200]}"
    if answer.headers["Content-Type"] != "application/problem+json":
        return f"answered with {answer.headers['Content-Type']}"
    named = {error["field"] for error in answer.json().get("errors", [])}
    if field is not None and field not in named:
        return f"named {named or 'nothing'} instead of {field!r}"
    if secret in answer.text or secret in str(answer.headers):
        return f"gave back what was submitted: {answer.text[:200]}"
    return None


def _complaints(found: Iterator[tuple[str, str | None]]) -> list[str]:
    return [f"{what}: {wrong}" for what, wrong in found if wrong is not None]


def test_every_operation_with_a_body_is_tried(setting: Setting) -> None:
    with_body = {name for name, each in setting.operations.items() if "requestBody" in each.declared}
    assert tuple(sorted(with_body)) == WITH_A_BODY
    assert tuple(sorted(setting.bodies)) == WITH_A_BODY


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_a_body_that_is_no_json_object_with_one_meaning(
    setting: Setting, database: RawDatabase, service: Service, name: str
) -> None:
    operation = setting.operations[name]
    found = []
    with database.unchanged():
        for bad in broken_documents(setting.bodies[name]):
            answer = operation.send(bad.body, {**bad.headers, "If-Match": "*"})
            found.append((bad.what, complaint(answer, bad.status, bad.field, bad.secret)))
    assert not _complaints(iter(found))
    assert CANARY not in service.log_lines.getvalue()


@pytest.mark.parametrize("name", WITH_A_BODY)
def test_a_field_that_breaks_its_rule(setting: Setting, database: RawDatabase, service: Service, name: str) -> None:
    operation = setting.operations[name]
    schema = operation.declared["requestBody"]["content"]["application/json"]["schema"]
    found = []
    with database.unchanged():
        for bad in broken_fields(setting.contract, schema, setting.bodies[name]):
            answer = operation.send(bad.body, {**bad.headers, "If-Match": "*"})
            found.append((bad.what, complaint(answer, bad.status, bad.field)))
    assert not _complaints(iter(found))
    assert len(found) > 15
    assert CANARY not in service.log_lines.getvalue()


def test_a_body_in_chunks_is_bounded_too(setting: Setting, database: RawDatabase) -> None:
    operation = setting.operations["write_statement"]

    def chunks() -> Iterator[bytes]:
        yield b'{"text":"'
        for _ in range(160):
            yield b"x" * 1024

    with database.unchanged():
        answer = operation.who.http.request(operation.method, operation.path, content=chunks(), headers=JSON)
    assert answer.status_code in {400, 413}


def test_a_parameter_that_nobody_declared_is_named_on_every_operation(setting: Setting, database: RawDatabase) -> None:
    found = []
    with database.unchanged():
        for operation in setting.operations.values():
            if operation.name in {"sign_out", "acknowledge_view"} or "requestBody" in operation.declared:
                body, headers = json.dumps(setting.bodies.get(operation.name, {})).encode(), {**JSON, "If-Match": "*"}
            else:
                body, headers = None, None
            for query, field in {
                f"nonsense={CANARY}": "query:nonsense",
                f"nonsense={CANARY}&nonsense=1": "query:nonsense",
                f"{CANARY}%20is%20a%20sentence=1": None,
                f"nonsense={CANARY}%00": "query:nonsense",
                f"nonsense={CANARY}%ff": None,
            }.items():
                answer = operation.send(body, headers, query)
                found.append((f"{operation.name}?{query}", complaint(answer, 422, field)))
    assert not _complaints(iter(found))


def test_a_parameter_that_breaks_its_rule_is_named(setting: Setting, database: RawDatabase) -> None:
    found = []
    with database.unchanged():
        for operation in setting.operations.values():
            for parameter in operation.query():
                name, rule = parameter["name"], parameter["schema"]
                repeated = f"{name}=1&{name}=2"
                needed = _needed(operation, name)
                queries = [f"{name}={value}" for value in bad_parameters(rule)] + [repeated, f"{name}[]=1"]
                for query in queries:
                    named = f"query:{name}" if "[]" not in query else None
                    answer = operation.send(query="&".join([*needed, query]))
                    found.append((f"{operation.name}?{query:.60}", complaint(answer, 422, named)))
                if parameter.get("required"):
                    answer = operation.send(query="&".join(needed))
                    found.append((f"{operation.name} without {name}", complaint(answer, 422, f"query:{name}")))
    assert len(found) > 150
    assert not _complaints(iter(found))


def _needed(operation: Operation, besides: str) -> list[str]:
    required = [each["name"] for each in operation.query() if each.get("required") and each["name"] != besides]
    return [f"{name}=1" for name in required]


def test_a_cursor_that_this_list_did_not_give_out_is_named(
    setting: Setting, database: RawDatabase, service: Service
) -> None:
    """Its check is no secret: whoever reads the code can write a cursor of any position."""
    named = [rule.endpoint for rule in service.app.url_map.iter_rules() if "." in rule.endpoint]
    endpoints = {endpoint.rsplit(".", 1)[1]: endpoint for endpoint in named}
    lists = [
        each for each in setting.operations.values() if "cursor" in [parameter["name"] for parameter in each.query()]
    ]
    positions: list[list[Any]] = [
        [CANARY],
        [""],
        ["{"],
        [10**30],
        [-1],
        [2**63],
        [True],
        [None],
        [1.5],
        [[]],
        [],
        [CANARY, CANARY],
        [str(uuid4()), 1],
    ]
    found = []
    with database.unchanged():
        for operation in lists:
            forged = [encode_cursor(endpoints[operation.name], position) for position in positions]
            of_another = encode_cursor("another.list", [str(uuid4())])
            for cursor, position in zip([*forged, of_another], [*positions, "another list"], strict=True):
                answer = operation.send(query=f"cursor={cursor}")
                found.append((f"{operation.name} {position}", complaint(answer, 422, "query:cursor", cursor)))
    assert len(lists) >= 7
    assert not _complaints(iter(found))


def test_a_path_that_is_none_is_not_found(setting: Setting, database: RawDatabase) -> None:
    found = []
    nonsense = ["", CANARY, "1", "%00", "%2E%2E", "01a20ad512e974c28b762e330a2f11a3", "%7B", "-1", "0x1", "7" * 5000]
    with database.unchanged():
        for operation in setting.operations.values():
            for wrong in nonsense:
                if "{entry}" in operation.template and wrong == "1":
                    continue
                for path in operation.paths_with(wrong):
                    answer = operation.who.http.request(operation.method, path)
                    if answer.status_code != 405:  # another operation has this address, and takes no such method
                        found.append((f"{operation.method} {path:.80}", complaint(answer, 404, None)))
    assert len(found) > 100
    assert not _complaints(iter(found))


# What only the rules of the domain can refuse.


def test_a_statement_has_at_most_4000_characters_after_they_are_composed(
    setting: Setting, database: RawDatabase
) -> None:
    path, parent = f"/v1/passports/{setting.family.passport_id}/statements", setting.family.parent
    body = setting.bodies["write_statement"]
    with database.unchanged():
        for text in ("x" * 4001, "\U0001f600" * 4001, "e\u0301" * 4001):
            assert complaint(parent.post(path, {**body, "text": text}), 422, "/text", text[:20]) is None
    for text in ("x" * 4000, "\U0001f600" * 4000, "e\u0301" * 4000, f"  {'x' * 4000}\n"):
        answer = parent.post(path, {**body, "text": text})
        assert answer.status_code == 201
        assert len(answer.json()["text"]) == 4000


Change = Callable[[Setting, World], tuple[dict[str, Any], str]]

AGAINST_THE_RULES: dict[str, tuple[str, Change]] = {
    "a consent that ends before it begins": (
        "give_consent",
        lambda _, world: ({"valid_from": world.day(9), "valid_until": world.day(8)}, "/valid_until"),
    ),
    "a consent that ends as it begins": (
        "give_consent",
        lambda _, world: (
            dict.fromkeys(("valid_from", "valid_until"), f"{world.day(9)}T00:00:00Z"),
            "/valid_until",
        ),
    ),
    "a consent that is over": (
        "give_consent",
        lambda _, world: ({"valid_from": world.day(-9), "valid_until": world.day(-8)}, "/valid_until"),
    ),
    "a scope with an unknown section": (
        "give_consent",
        lambda *_: ({"scope": {"regulation": "everyday", "no_such_section": "everyday"}}, "/scope/no_such_section"),
    ),
    "a scope with a sentence for a section": (
        "give_consent",
        lambda *_: ({"scope": {f"{CANARY} has hopes": "everyday"}}, "/scope"),
    ),
    "a scope with an unknown level": (
        "give_consent",
        lambda *_: ({"scope": {"regulation": CANARY}}, "/scope/regulation"),
    ),
    "a scope with no level": ("give_consent", lambda *_: ({"scope": {"regulation": None}}, "/scope/regulation")),
    "an empty scope": ("give_consent", lambda *_: ({"scope": {}}, "/scope")),
    "a recipient that is not the transition's": (
        "give_consent",
        lambda setting, _: ({"recipient_id": setting.other.school_id}, "/recipient_id"),
    ),
    "a recipient that the child leaves": (
        "give_consent",
        lambda setting, _: ({"recipient_id": setting.family.from_id}, "/recipient_id"),
    ),
    "a recipient that is nobody": ("give_consent", lambda *_: ({"recipient_id": str(uuid4())}, "/recipient_id")),
    "another child's transition": (
        "give_consent",
        lambda setting, _: ({"transition_id": setting.other.transition_id}, "/transition_id"),
    ),
    "a transition that is none": ("give_consent", lambda *_: ({"transition_id": str(uuid4())}, "/transition_id")),
    "a move without its transition": ("give_consent", lambda *_: ({"transition_id": None}, "/transition_id")),
    "words of a child who was not asked": (
        "give_consent",
        lambda *_: ({"child_view": {"asked": False, "words": CANARY}}, "/child_view/words"),
    ),
    "a preview for a role that sees nothing": ("preview_scope", lambda *_: ({"role": "auditor"}, "/role")),
    "a preview of nothing": ("preview_scope", lambda *_: ({"scope": {}}, "/scope")),
    "a review in the past": ("write_statement", lambda _, world: ({"review_on": world.day(-1)}, "/review_on")),
    "a child born tomorrow": (
        "create_passport",
        lambda _, world: ({"child": world.child(date_of_birth=world.day(1))}, "/child/date_of_birth"),
    ),
    "a child born long ago": (
        "create_passport",
        lambda _, world: ({"child": world.child(date_of_birth="1950-01-01")}, "/child/date_of_birth"),
    ),
    "a move to where one is": (
        "record_transition",
        lambda setting, _: ({"to_id": setting.family.from_id, "from_id": setting.family.from_id}, "/to_id"),
    ),
    "a move from nowhere": ("record_transition", lambda *_: ({"from_id": str(uuid4())}, "/from_id")),
    "a move to nowhere": ("record_transition", lambda *_: ({"to_id": str(uuid4())}, "/to_id")),
    "an authority that is a school": (
        "record_transition",
        lambda setting, _: ({"to_authority_id": setting.family.school_id}, "/to_authority_id"),
    ),
    "a move in the next century": ("record_transition", lambda *_: ({"planned_date": "2127-09-01"}, "/planned_date")),
    "a change to the last century": ("change_transition", lambda *_: ({"planned_date": "1927-09-01"}, "/planned_date")),
    "a state that is not chosen by hand": ("change_transition", lambda *_: ({"state": "released"}, "/state")),
    "an invitation to nothing": ("create_invitation", lambda *_: ({"passport_id": None}, "/passport_id")),
    "an invitation to both": (
        "create_invitation",
        lambda setting, _: ({"organisation_id": setting.family.school_id, "role": "senco"}, "/passport_id"),
    ),
    "a role that a school does not have": ("change_role", lambda *_: ({"role": "virtual_school"}, "/role")),
    "a password that is too short": ("accept_invitation", lambda *_: ({"password": CANARY}, "/password")),
}


@pytest.mark.parametrize("what", AGAINST_THE_RULES)
def test_what_is_against_the_rules_is_named(
    setting: Setting, world: World, database: RawDatabase, service: Service, what: str
) -> None:
    name, change = AGAINST_THE_RULES[what]
    changes, field = change(setting, world)
    body = {**setting.bodies[name], **changes}
    with database.unchanged():
        answer = setting.operations[name].send(json.dumps(body).encode(), {**JSON, "If-Match": "*"})
    assert complaint(answer, 422, field) is None
    assert CANARY not in service.log_lines.getvalue()


def test_a_change_of_nothing_is_refused(setting: Setting, database: RawDatabase) -> None:
    with database.unchanged():
        answer = setting.operations["change_transition"].send(b"{}", {**JSON, "If-Match": "*"})
    assert complaint(answer, 422, "/state") is None


def test_sizes_that_the_log_has_not_had_are_named(setting: Setting, database: RawDatabase) -> None:
    inclusion, consistency = setting.operations["prove_inclusion"], setting.operations["prove_consistency"]
    with database.unchanged():
        assert complaint(inclusion.send(query=f"size={10**9}"), 422, "query:size") is None
        assert complaint(consistency.send(query=f"from=1&to={10**9}"), 422, "query:to") is None
        assert complaint(consistency.send(query="from=3&to=2"), 422, "query:from") is None


def test_a_second_passport_for_one_child_is_refused_to_that_custodian_and_not_to_another(
    setting: Setting, world: World, database: RawDatabase
) -> None:
    child = {"child": world.child(nhs_number="9990162743")}
    assert setting.family.social_worker.post("/v1/passports", child).status_code == 201
    with database.unchanged():
        again = setting.family.social_worker.post("/v1/passports", child)
    assert again.status_code == 409
    assert "9990162751" not in again.text
    assert setting.other.social_worker.post("/v1/passports", child).status_code == 201


def test_a_request_about_what_is_not_ones_own_stores_its_refusal_and_nothing_else(
    setting: Setting, database: RawDatabase
) -> None:
    before = database.state()
    for name in ("write_statement", "give_consent", "record_transition"):
        operation = setting.operations[name]
        answer = setting.other.parent.post(operation.path, setting.bodies[name])
        assert complaint(answer, 404, None) is None
    after = database.state()
    assert {table for table in before if before[table] != after[table]} <= WHERE_REFUSALS_ARE_KEPT


def test_every_body_is_good_as_it_is(setting: Setting) -> None:
    """Last: what was refused above was refused for what was wrong with it."""
    for name in WITH_A_BODY:
        operation = setting.operations[name]
        body = {**setting.bodies[name]}
        if name == "change_transition":
            del body["state"]
        answer = operation.send(json.dumps(body).encode(), {**JSON, "If-Match": "*"})
        assert answer.status_code in {200, 201}, f"{name}: {answer.text}"
