"""Promise 5: nobody without access can learn that a passport exists, and so that a child is adopted.

Whatever somebody without access asks for by its id is answered as an id is that nothing has: in status, headers and
body, and as fast. The contract is walked, so that an operation that is added is held to this from its first day.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import update

from passport_api.domain.errors import SignInFailed
from passport_api.services import sessions
from passport_api.services.passwords import Passwords
from support.answers import Told, nobodys_id, told
from support.operations import ASKING, TAKES_NO_ID, Operation, in_contract, operations
from support.raw_database import TABLES, RawDatabase
from support.service import Service, listening
from support.town import Town, build_town
from support.world import PASSWORD, Person, World

WALKED = operations()
each_operation = pytest.mark.parametrize("operation", WALKED, ids=[operation.name for operation in WALKED])
with_body = pytest.mark.parametrize(
    "operation", [each for each in WALKED if each.asking.body], ids=[each.name for each in WALKED if each.asking.body]
)


@pytest.fixture(scope="module")
def town(world: World) -> Town:
    return build_town(world)


@pytest.fixture(scope="module")
def raw(service: Service) -> Iterator[RawDatabase]:
    database = RawDatabase(service.settings.database_url)
    yield database
    database.close()


def ask(client: httpx.Client, operation: Operation, thing: str, **changes: Any) -> Told:
    return told(client.request(operation.method, operation.at(thing), **{**operation.options(), **changes}))


def alike(town: Town, operation: Operation, client: httpx.Client, **changes: Any) -> Told:
    """Ask for what exists and for what does not: the answer, which is the same."""
    existing = ask(client, operation, town.things[operation.asking.names], **changes)
    assert existing == ask(client, operation, town.nothing(operation), **changes)
    return existing


def test_every_operation_of_the_contract_is_walked() -> None:
    """A new operation belongs into one of two tables of `support.operations`."""
    contract = in_contract()
    assert set(contract) == ASKING.keys() | TAKES_NO_ID
    assert {name for name, (_, path, _) in contract.items() if "{" in path} == set(ASKING)


@each_operation
def test_what_is_not_yours_answers_like_what_is_not_there(town: Town, operation: Operation) -> None:
    strangers = town.strangers(operation)
    assert len(strangers) > 8
    for kind, person in strangers.items():
        assert alike(town, operation, person.http).status == 404, kind


@each_operation
def test_what_was_erased_answers_everybody_like_what_was_never_there(town: Town, operation: Operation) -> None:
    """To those who were responsible for the child, and to those who read of it, as to strangers."""
    erased = town.erased.get(operation.asking.names)
    if erased is None:
        pytest.skip("not a thing that an erasure takes away")
    for kind, person in town.callers.items():
        if operation.asking.names == "entry" and "auditor" in town.insiders[kind]:
            continue  # proves every entry, by its place in the tree alone
        answer = ask(person.http, operation, erased)
        assert answer == ask(person.http, operation, town.nothing(operation)), kind
        assert answer.status == 404, kind


@each_operation
def test_without_an_account_nothing_is_told_apart(town: Town, service: Service, operation: Operation) -> None:
    assert alike(town, operation, service.client()).status == 401
    assert alike(town, operation, service.client("not.a.token")).status == 401


def test_those_it_is_for_are_not_answered_so(town: Town) -> None:
    """So that the walk compares something: with access, the same request finds what is there."""
    for operation in WALKED:
        if operation.method == "GET":
            insiders = [person for kind, person in town.callers.items() if town.may(kind, operation)]
            statuses = {ask(person.http, operation, town.things[operation.asking.names]).status for person in insiders}
            assert statuses == {200}, operation.name


@pytest.mark.parametrize(
    ("table", "key", "column", "thing"),
    [
        ("data_keys", "passport_id", "wrapped_key", "passport"),
        ("consents", "id", "sealed_terms", "consent"),
        ("protected_lists", "passport_id", "sealed_list", "passport"),
    ],
    ids=["a key", "a consent's terms", "a protected list"],
)
def test_what_is_broken_is_refused_to_strangers_like_what_is_whole(
    town: Town, raw: RawDatabase, table: str, key: str, column: str, thing: str
) -> None:
    """Those it is for are told that the service cannot answer; to everybody else that would tell that it is there."""
    kinds = ("parent of another child", "another authority's social worker", "recipient's former safeguarding lead")
    with raw.altered(table, {key: UUID(town.things[thing])}, lambda row: {**row, column: row[column][::-1]}):
        assert town.callers["recipient's class teacher"].get(f"/v1/views/{town.things['view']}").status_code == 503
        for operation in WALKED:
            for kind in kinds:
                assert alike(town, operation, town.callers[kind].http).status == 404, (operation.name, kind)


@with_body
@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ({"json": {"unexpected": True}}, 422),
        ({"content": b"{", "headers": {"Content-Type": "application/json", "If-Match": "*"}}, 400),
        ({"content": b"{}", "headers": {"Content-Type": "text/plain", "If-Match": "*"}}, 415),
        ({"params": {"unexpected": "1"}}, 422),
    ],
    ids=["unknown field", "not JSON", "not said to be JSON", "unknown parameter"],
)
def test_a_wrong_request_is_refused_before_anything_is_looked_up(
    town: Town, operation: Operation, sent: dict[str, Any], status: int
) -> None:
    stranger = town.callers["parent of another child"]
    assert alike(town, operation, stranger.http, **sent).status == status


@each_operation
def test_a_key_that_a_refused_request_came_with_is_not_used_up(town: Town, operation: Operation) -> None:
    stranger = town.callers["parent of another child"]
    headers = {**operation.asking.headers, "Idempotency-Key": f"one-for-all-{operation.name}"}
    assert alike(town, operation, stranger.http, headers=headers).status == 404


@pytest.mark.parametrize("method", ["HEAD", "GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_no_method_tells_them_apart(town: Town, method: str) -> None:
    stranger = town.callers["another school's designated_safeguarding_lead"]
    for operation in WALKED:
        alike(town, replace(operation, method=method), stranger.http)


@pytest.mark.parametrize("tag", [None, "*", '"some-tag"', "the real one"])
def test_no_precondition_tells_moves_apart(town: Town, tag: str | None) -> None:
    change = next(operation for operation in WALKED if operation.name == "change_transition")
    if tag == "the real one":
        tag = town.family.parent.get(f"/v1/transitions/{town.family.transition_id}").headers["ETag"]
    headers = {} if tag is None else {"If-Match": tag}
    for kind in ("parent of another child", "another authority's social worker", "recipient's safeguarding lead"):
        answer = alike(town, change, town.callers[kind].http, headers=headers)
        assert answer.status == (428 if tag is None else 404)


def test_a_tag_of_a_view_tells_nothing_to_whom_it_is_not_for(town: Town) -> None:
    view = next(operation for operation in WALKED if operation.name == "open_view")
    reader = town.callers["recipient's safeguarding lead"]
    tag = reader.get(f"/v1/views/{town.things['view']}").headers["ETag"]
    for seen in (tag, "*", f"W/{tag}"):
        for kind in ("parent", "another school's designated_safeguarding_lead", "recipient's former safeguarding lead"):
            assert alike(town, view, town.callers[kind].http, headers={"If-None-Match": seen}).status == 404


def test_an_id_in_a_body_is_told_apart_no_more_than_one_in_a_path(town: Town) -> None:
    stranger, worker = town.callers["parent of another child"], town.callers["another authority's social worker"]
    family, unknown = town.family, nobodys_id()
    invitee = {"name": "Kim", "email": "kim@people.example"}
    for person in (stranger, worker, family.parent, town.callers["recipient's administrator"]):
        answers = [
            person.post("/v1/invitations", {**invitee, "passport_id": passport_id})
            for passport_id in (family.passport_id, unknown)
        ]
        assert told(answers[0]) == told(answers[1])
        assert answers[0].status_code == 404
    child = {"child": town.world.child()}
    answers = [worker.post("/v1/passports", {**child, "custodian_id": held}) for held in (family.custodian_id, unknown)]
    assert told(answers[0]) == told(answers[1])
    assert answers[0].status_code == 404


def test_another_childs_move_cannot_be_told_from_none_by_naming_it_in_a_consent(town: Town) -> None:
    own = town.world.family()
    path = f"/v1/passports/{own.passport_id}/consents"
    answers = [
        own.parent.post(path, town.world.terms(town.family, transition_id=move))
        for move in (town.family.transition_id, nobodys_id())
    ]
    assert told(answers[0]) == told(answers[1])
    assert answers[0].status_code == 422


def test_however_a_consent_stands_its_view_answers_alike_unless_it_is_open(world: World, service: Service) -> None:
    family = world.family(requires_both_parents=True)
    lead = world.member(family.school_id, "designated_safeguarding_lead")
    second = family.second_parent
    assert second is not None

    def agreed(**changes: Any) -> str:
        consent_id: str = world.consent(family, **changes)["id"]
        second.made(f"/v1/consents/{consent_id}/approval")
        return consent_id

    in_an_hour = (service.clock() + timedelta(hours=1)).isoformat()
    closed = {
        "expired": agreed(purpose="adoption_support", valid_until=in_an_hour),
        "not started": agreed(purpose="ehc_needs_assessment", valid_from=world.day(30)),
        "revoked": agreed(purpose="managed_move"),
        "superseded": agreed(),
        "pending": world.consent(family, purpose="area_move")["id"],
        "another recipient's": agreed(purpose="school_move", recipient_id=family.authority_id),
        "never given": nobodys_id(),
    }
    open_one = agreed()
    family.parent.made(f"/v1/consents/{closed['revoked']}/revocation")
    with service.later(hours=2):
        opened = {how: told(lead.get(f"/v1/views/{each}")) for how, each in closed.items()}
        acknowledged = {how: told(lead.post(f"/v1/views/{each}/acknowledgement")) for how, each in closed.items()}
        inbox = lead.get("/v1/views").json()["items"]
    assert set(opened.values()) == {opened["never given"]}
    assert set(acknowledged.values()) == {acknowledged["never given"]}
    assert opened["never given"].status == acknowledged["never given"].status == 404
    assert [item["id"] for item in inbox] == [open_one]


def lists_of(person: Person) -> list[Told]:
    return [told(person.get(path)) for path in ("/v1/passports?limit=1", "/v1/views")]


def test_no_list_changes_for_anybody_else_when_a_passport_is_made_and_shared(world: World, town: Town) -> None:
    everybody = {kind: lists_of(person) for kind, person in town.callers.items()}
    child = world.sibling(world.family())
    world.every_statement(child)
    world.consent(child)
    for kind, person in town.callers.items():
        assert lists_of(person) == everybody[kind], kind


def log_size(person: Person) -> int:
    return int(person.get("/v1/log/checkpoint").text.splitlines()[1])


@each_operation
def test_the_log_tells_whom_it_refused_nothing(town: Town, operation: Operation) -> None:
    """It grows alike, and the proof of one's own refusal is given alike."""
    stranger = town.callers["parent of another child"]
    seen = []
    for thing in (town.things[operation.asking.names], town.nothing(operation)):
        before = log_size(stranger)
        ask(stranger.http, operation, thing)
        after = log_size(stranger)
        proof = stranger.get(f"/v1/log/entries/{before}/inclusion-proof", params={"size": after} if after else {})
        seen.append((after - before, proof.status_code, sorted(proof.json())))
    assert seen[0] == seen[1]


def test_what_is_proved_of_the_log_says_nothing_of_others_entries(town: Town) -> None:
    stranger, size = town.callers["parent of another child"], log_size(town.family.parent)
    beyond = told(stranger.get(f"/v1/log/entries/{size + 1000}/inclusion-proof"))
    for entry in (town.things["entry"], "0", str(2**31), str(2**63), str(2**200), "9" * 5000):
        answer = stranger.get(f"/v1/log/entries/{entry}/inclusion-proof")
        assert told(answer) == beyond, entry
    assert beyond.status == 404


NHS_NUMBER, UPN = "9990162743", "B801200005001"


@pytest.mark.parametrize("identifier", [{"nhs_number": NHS_NUMBER}, {"upn": UPN}], ids=["NHS number", "UPN"])
def test_only_a_childs_own_custodian_learns_that_it_has_a_passport(world: World, identifier: dict[str, str]) -> None:
    one, other = (world.member(world.authority(), "social_worker") for _ in range(2))
    child = {"child": world.child(**identifier)}
    without = {"child": world.child()}
    assert one.post("/v1/passports", child).status_code == 201
    found, fresh = other.post("/v1/passports", child), other.post("/v1/passports", without)
    assert (found.status_code, fresh.status_code) == (201, 201)
    assert found.json().keys() == fresh.json().keys()
    assert [name for name in found.headers if name != "date"] == [name for name in fresh.headers if name != "date"]
    assert [person.post("/v1/passports", child).status_code for person in (one, other)] == [409, 409]


def test_two_custodians_indexes_of_one_number_cannot_be_matched_in_the_database(world: World, raw: RawDatabase) -> None:
    child = {"child": world.child(upn="B801200005001")}
    held = [world.member(world.authority(), "social_worker").made("/v1/passports", child)["id"] for _ in range(2)]
    rows = raw.rows("passport_identifiers")
    indexes = [row["value_index"] for row in rows if str(row["passport_id"]) in held]
    assert len(indexes) == len(set(indexes)) == 2


@pytest.fixture(scope="module")
def another_instance(service: Service) -> Iterator[Service]:
    """Where guesses can be made without being counted against the other tests."""
    with listening(service.settings, service.clock, service.backend, service.folder) as running:
        yield running


def test_an_invitation_does_not_say_whether_its_address_has_an_account(town: Town, another_instance: Service) -> None:
    admin = town.callers["another school's administrator"]
    organisation = admin.get("/v1/me").json()["memberships"][0]["organisation_id"]
    told_of, refused = [], []
    for email in (town.family.parent.email, f"{nobodys_id()}@people.example"):
        body = {"name": "Kim", "email": email, "organisation_id": organisation, "role": "class_teacher"}
        answer = admin.post("/v1/invitations", body)
        told_of.append((answer.status_code, [(name, len(str(value))) for name, value in answer.json().items()]))
        http = another_instance.client()
        for password in ("short", "aaaaaaaaaaaaaaaa", "password1234"):
            acceptance = {"token": answer.json()["token"], "password": password}
            refused.append((password, told(http.post("/v1/invitations/acceptance", json=acceptance))))
    assert told_of[0] == told_of[1]
    assert refused[:3] == refused[3:]


def test_signing_in_does_not_say_whether_an_address_has_an_account(town: Town, service: Service) -> None:
    """Nor does being refused for too many guesses."""
    answers = {}
    with listening(service.settings, service.clock, service.backend, service.folder) as fresh:
        http = fresh.client()
        for email in (town.family.parent.email, "nobody-at-all@people.example"):
            body = {"email": email, "password": "not their password"}
            answers[email] = [told(http.post("/v1/auth/login", json=body)) for _ in range(12)]
    known, unknown = answers.values()
    assert known == unknown
    assert {answer.status for answer in known} == {401, 429}


# Time. A single pair says nothing: the machine is busy with other things. Existing and not existing are asked for in
# turn, so that whatever else goes on disturbs both alike, and two things are looked at: the ratio of the medians, and
# how often an answer of the one kind came faster than one of the other (half of the time when they take alike long; for
# samples of this size that share strays from it by about 0.08). A difference that is real is there at every attempt;
# noise is not.

PAIRS, ATTEMPTS = 30, 4


def seconds(call: Callable[[], object]) -> float:
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def take_alike_long(one: Callable[[], object], other: Callable[[], object], pairs: int = PAIRS) -> bool:
    ones: list[float] = []
    others: list[float] = []
    for turn in range(pairs):
        for call, times in [(one, ones), (other, others)][:: 1 if turn % 2 else -1]:
            times.append(seconds(call))
    ratio = statistics.median(ones) / statistics.median(others)
    faster = sum(mine < theirs for mine in ones for theirs in others) / pairs**2
    return 1 / 1.5 < ratio < 1.5 and 0.3 < faster < 0.7


@pytest.mark.parametrize("name", ["open_view", "read_passport", "read_consent", "write_statement"])
def test_what_is_not_yours_takes_as_long_as_what_is_not_there(town: Town, name: str) -> None:
    operation = next(each for each in WALKED if each.name == name)
    stranger = town.callers["another school's designated_safeguarding_lead"]

    def existing() -> None:
        assert ask(stranger.http, operation, town.things[operation.asking.names]).status == 404

    def nothing() -> None:
        assert ask(stranger.http, operation, nobodys_id()).status == 404

    existing()
    nothing()
    assert any(take_alike_long(existing, nothing) for _ in range(ATTEMPTS))


def test_a_wrong_password_takes_as_long_for_an_address_without_an_account(
    world: World, service: Service, raw: RawDatabase
) -> None:
    """With passwords as slow as they are in earnest: the tests' own are too fast to be told from nothing."""
    runtime = replace(service.runtime, passwords=Passwords())
    person = world.member(world.authority(), "auditor")
    slow = update(TABLES["accounts"]).values(password_hash=runtime.passwords.hashed(PASSWORD))
    assert raw.run(slow.where(TABLES["accounts"].c.id == UUID(person.id))) == 1

    def sign_in(email: str) -> None:
        with pytest.raises(SignInFailed):
            sessions.sign_in(runtime, email, "not their password")

    def known() -> None:
        sign_in(person.email)

    def unknown() -> None:
        sign_in("nobody-at-all@people.example")

    known()
    assert seconds(known) > 0.005
    assert any(take_alike_long(known, unknown, pairs=10) for _ in range(ATTEMPTS))
