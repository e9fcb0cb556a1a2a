"""Promise 14: two requests with one idempotency key do the work once. Two edits of one thing: the second is told."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, cycle
from pathlib import Path
from typing import Any

import httpx
import pytest

from passport_api.api.edge import openapi_document
from support.at_once import at_once
from support.raw_database import RawDatabase
from support.service import Service, listening
from support.world import PASSWORD, Family, Person, World

THREADS = 8
_keys = count(1)


@dataclass(frozen=True)
class Creation:
    """How to ask for one kind of thing.

    Attributes:
        table: where what is made is kept.
        who: who may ask for it.
        path: where.
        body: a new body each time it is called.
    """

    table: str
    who: Person
    path: str
    body: Callable[[], dict[str, Any]]

    def post(self, body: dict[str, Any], key: str | None = None, who: Person | None = None) -> httpx.Response:
        """Ask for one."""
        headers = {"If-Match": "*", **({} if key is None else {"Idempotency-Key": key})}
        return (who or self.who).post(self.path, body, headers=headers)


CREATIONS = (
    "POST /v1/invitations",
    "POST /v1/organisations/{organisation_id}/searches",
    "POST /v1/passports",
    "POST /v1/passports/{passport_id}/consents",
    "POST /v1/passports/{passport_id}/erasures",
    "POST /v1/passports/{passport_id}/statements",
    "POST /v1/passports/{passport_id}/transitions",
    "POST /v1/searches/{search_id}/corrections",
    "POST /v1/statements/{statement_id}/challenges",
    "POST /v1/statements/{statement_id}/corrections",
)

STATEMENTS, TRANSITIONS = CREATIONS[-5:-3]

AT_MOST_ONE = {"POST /v1/passports/{passport_id}/erasures"}
"""Of which another cannot be made while one is open."""


@pytest.fixture(scope="module")
def database(service: Service) -> Iterator[RawDatabase]:
    opened = RawDatabase(service.settings.database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def family(world: World) -> Family:
    return world.family()


@pytest.fixture(scope="module")
def creations(world: World, family: Family) -> dict[str, Creation]:
    names = (f"Somebody {number}" for number in count(1))
    path = f"/v1/passports/{family.passport_id}"
    worker, parent = family.social_worker, family.parent

    def invitation() -> dict[str, Any]:
        return {"name": next(names), "email": "somebody@people.example", "passport_id": family.passport_id}

    def statement() -> dict[str, Any]:
        return {"section": "regulation", "detail_level": "everyday", "text": next(names), "source": "parent"}

    def consent() -> dict[str, Any]:
        return world.terms(family, child_view={"asked": True, "words": next(names)})

    grounds = cycle(["parents_asked", "court_order"])

    def erasure() -> dict[str, Any]:
        for proposal in worker.get(f"/v1/organisations/{family.custodian_id}/erasures").json()["items"]:
            worker.post(f"/v1/erasures/{proposal['id']}/withdrawal")
        return {"ground": next(grounds)}

    def transition() -> dict[str, Any]:
        days = 100 + next(_keys)
        move = {"kind": "school_move", "from_id": family.from_id, "to_id": family.school_id}
        return {**move, "planned_date": world.day(days)}

    written = world.statement(family, "regulation", "everyday")["id"]

    def correction() -> dict[str, Any]:
        return {"reason": next(names), "replacement": statement()}

    searches = f"/v1/organisations/{family.custodian_id}/searches"
    hits = f"/v1/searches/{world.search(family, 'statement for regulation')['id']}/corrections"
    this = {"instead": None, "statements": [written]}

    return dict(
        zip(
            CREATIONS,
            (
                Creation("invitations", worker, "/v1/invitations", invitation),
                Creation("searches", worker, searches, lambda: {"phrase": next(names), "reason": next(names)}),
                Creation("passports", worker, "/v1/passports", lambda: {"child": world.child()}),
                Creation("consents", parent, f"{path}/consents", consent),
                Creation("erasures", worker, f"{path}/erasures", erasure),
                Creation("statements", parent, f"{path}/statements", statement),
                Creation("transitions", worker, f"{path}/transitions", transition),
                Creation("search_corrections", worker, hits, lambda: {"reason": next(names), **this}),
                Creation("challenges", parent, f"/v1/statements/{written}/challenges", lambda: {"words": next(names)}),
                Creation("statements", parent, f"/v1/statements/{written}/corrections", correction),
            ),
            strict=True,
        )
    )


def fresh_key() -> str:
    return f"key-{next(_keys)}"


def told(answer: httpx.Response) -> tuple[int, str]:
    """What a problem document says happened."""
    assert answer.headers["Content-Type"] == "application/problem+json", answer.text
    return answer.status_code, answer.json()["type"].removeprefix("/problems/")


def test_every_operation_that_creates_takes_an_idempotency_key_and_is_tried_here(service: Service) -> None:
    contract = openapi_document(service.app.extensions["passport_contract"])
    creating = {
        f"{method.upper()} {path}": [_resolved(contract, each) for each in operation.get("parameters", [])]
        for path, operations in contract["paths"].items()
        for method, operation in operations.items()
        if method != "parameters" and "201" in operation["responses"]
    }
    assert tuple(sorted(creating)) == CREATIONS
    for operation, parameters in creating.items():
        headers = [each["name"] for each in parameters if each["in"] == "header"]
        assert "Idempotency-Key" in headers, operation


def _resolved(contract: dict[str, Any], parameter: dict[str, Any]) -> dict[str, Any]:
    reference = parameter.get("$ref")
    return contract["components"]["parameters"][reference.rsplit("/", 1)[1]] if reference else parameter


@pytest.mark.parametrize("name", CREATIONS)
def test_a_repeat_is_answered_byte_for_byte_and_stores_nothing(
    creations: dict[str, Creation], database: RawDatabase, name: str
) -> None:
    creation, key = creations[name], fresh_key()
    body, before = creation.body(), len(database.rows(creation.table))
    first = creation.post(body, key)
    with database.unchanged():
        second = creation.post(body, key)
    assert (first.status_code, second.status_code) == (201, 201), first.text
    assert second.content == first.content
    assert first.headers["Content-Type"] == second.headers["Content-Type"]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert len(database.rows(creation.table)) == before + 1


@pytest.mark.parametrize("name", CREATIONS)
def test_without_a_key_the_same_request_makes_another(
    creations: dict[str, Creation], database: RawDatabase, name: str
) -> None:
    creation = creations[name]
    body, before = creation.body(), len(database.rows(creation.table))
    another = 409 if name in AT_MOST_ONE else 201
    assert [creation.post(body).status_code for _ in range(2)] == [201, another]
    assert len(database.rows(creation.table)) == before + (1 if name in AT_MOST_ONE else 2)


@pytest.mark.parametrize("name", CREATIONS)
def test_concurrent_requests_with_one_key_make_one_thing(
    creations: dict[str, Creation], database: RawDatabase, name: str
) -> None:
    creation, key = creations[name], fresh_key()
    body, before = creation.body(), len(database.rows(creation.table))
    answers = at_once([lambda: creation.post(body, key)] * THREADS)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == THREADS - 1
    assert len(database.rows(creation.table)) == before + 1


def test_two_services_over_one_database_do_the_work_once(
    service: Service, creations: dict[str, Creation], database: RawDatabase, tmp_path: Path
) -> None:
    with listening(service.settings, service.clock, service.backend, tmp_path) as second:
        for creation in creations.values():
            there = _signed_in(second, creation.who)
            key, body, before = fresh_key(), creation.body(), len(database.rows(creation.table))
            here_and_there = [
                lambda: creation.post(body, key),  # noqa: B023 - called before the next turn
                lambda: creation.post(body, key, there),  # noqa: B023
            ] * (THREADS // 2)
            answers = at_once(here_and_there)
            assert {answer.status_code for answer in answers} == {201}
            assert len({answer.content for answer in answers}) == 1
            assert len(database.rows(creation.table)) == before + 1


def _signed_in(service: Service, person: Person) -> Person:
    http = service.client()
    tokens = http.post("/v1/auth/login", json={"email": person.email, "password": PASSWORD}).json()
    http.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    return Person(person.name, person.email, http, tokens["refresh_token"], person.id)


@pytest.mark.parametrize("name", CREATIONS)
def test_a_key_that_comes_with_another_body_is_refused(
    creations: dict[str, Creation], database: RawDatabase, name: str
) -> None:
    creation, key = creations[name], fresh_key()
    body = creation.body()
    first, another = creation.post(body, key), creation.body()
    with database.unchanged():
        assert told(creation.post(another, key)) == (422, "idempotency_mismatch")
    assert creation.post(body, key).content == first.content


def test_a_key_that_comes_with_another_address_is_refused(
    creations: dict[str, Creation], database: RawDatabase, world: World
) -> None:
    creation, other, key = creations[STATEMENTS], world.family(), fresh_key()
    body = creation.body()
    assert creation.post(body, key).status_code == 201
    with database.unchanged():
        path = f"/v1/passports/{other.passport_id}/statements"
        answer = creation.who.post(path, body, headers={"Idempotency-Key": key})
        assert told(answer) == (422, "idempotency_mismatch")


@pytest.mark.parametrize("name", [STATEMENTS, TRANSITIONS])
def test_another_accounts_key_is_its_own_though_it_is_the_same(
    creations: dict[str, Creation], family: Family, database: RawDatabase, name: str
) -> None:
    creation, key = creations[name], fresh_key()
    body, before = creation.body(), len(database.rows(creation.table))
    answers = [creation.post(body, key, who) for who in (family.parent, family.social_worker)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert not [answer for answer in answers if "Idempotency-Replayed" in answer.headers]
    assert len(database.rows(creation.table)) == before + 2


def test_a_refused_request_does_not_use_its_key_up(creations: dict[str, Creation], world: World) -> None:
    creation, stranger, key = creations[STATEMENTS], world.family(), fresh_key()
    body = creation.body()
    for _ in range(2):
        assert told(creation.post(body, key, stranger.parent)) == (404, "not_found")
    path = f"/v1/passports/{stranger.passport_id}/statements"
    answer = stranger.parent.post(path, body, headers={"Idempotency-Key": key})
    assert answer.status_code == 201
    assert "Idempotency-Replayed" not in answer.headers


def test_a_failed_request_does_not_use_its_key_up(
    creations: dict[str, Creation], world: World, database: RawDatabase
) -> None:
    consent, passport, key = creations[CREATIONS[3]], creations[CREATIONS[2]], fresh_key()
    elsewhere = {**consent.body(), "recipient_id": world.school()}
    with database.unchanged():
        not_json = consent.who.post(consent.path, headers={"Idempotency-Key": key, "Content-Type": "application/json"})
        assert told(not_json) == (400, "invalid_body")
        assert told(consent.post({**consent.body(), "scope": {}}, key)) == (422, "invalid_fields")
        assert told(consent.post(elsewhere, key)) == (422, "invalid_fields")
    assert consent.post(consent.body(), key).status_code == 201

    taken, key = {"child": world.child(nhs_number="9990162743")}, fresh_key()
    assert passport.post(taken).status_code == 201
    with database.unchanged():
        assert told(passport.post(taken, key)) == (409, "conflict")
    assert passport.post(passport.body(), key).status_code == 201


def test_an_answer_is_kept_for_a_day_and_then_the_key_is_free(
    service: Service, creations: dict[str, Creation], database: RawDatabase
) -> None:
    creation, key = creations[STATEMENTS], fresh_key()
    body, before = creation.body(), len(database.rows(creation.table))
    first = creation.post(body, key)
    with service.later(hours=23, minutes=59):
        assert creation.post(body, key).content == first.content
        service.clock.advance(minutes=2)
        later = creation.post(body, key)
        assert later.status_code == 201
        assert later.json()["id"] != first.json()["id"]
        assert "Idempotency-Replayed" not in later.headers
        assert creation.post(creation.body(), key).status_code == 422
    assert len(database.rows(creation.table)) == before + 2


@pytest.mark.parametrize("key", [b"", b"k" * 256, "schl\u00fcssel".encode(), b"\xff", b"two\twords"])
@pytest.mark.parametrize("name", CREATIONS)
def test_a_key_that_is_none_is_named(
    creations: dict[str, Creation], database: RawDatabase, name: str, key: bytes
) -> None:
    creation = creations[name]
    body = creation.body()
    with database.unchanged():
        answer = creation.who.post(creation.path, body, headers={b"Idempotency-Key": key, b"If-Match": b"*"})
    assert told(answer) == (422, "invalid_fields")
    assert [error["field"] for error in answer.json()["errors"]] == ["header:Idempotency-Key"]


def test_the_longest_key_is_a_key(creations: dict[str, Creation]) -> None:
    creation = creations[STATEMENTS]
    body, key = creation.body(), f"{fresh_key():~<255}"
    assert creation.post(body, key).content == creation.post(body, key).content


# Two edits of one thing.


@pytest.fixture
def move(world: World, family: Family) -> tuple[str, str]:
    """A move of its own for each test: where it is, and its ETag."""
    body = {"kind": "school_move", "from_id": family.from_id, "to_id": family.school_id, "planned_date": world.day(90)}
    made = family.social_worker.made(f"/v1/passports/{family.passport_id}/transitions", body)
    path = f"/v1/transitions/{made['id']}"
    return path, family.parent.get(path).headers["ETag"]


def _patch(who: Person, path: str, body: dict[str, Any], if_match: str | None) -> httpx.Response:
    headers = {} if if_match is None else {"If-Match": if_match}
    return who.http.patch(path, json=body, headers=headers)


def test_the_second_of_two_edits_is_told(
    world: World, family: Family, move: tuple[str, str], database: RawDatabase
) -> None:
    path, etag = move
    first = _patch(family.parent, path, {"planned_date": world.day(91)}, etag)
    assert first.status_code == 200
    assert first.headers["ETag"] != etag
    with database.unchanged():
        second = _patch(family.social_worker, path, {"planned_date": world.day(92)}, etag)
        assert told(second) == (412, "precondition_failed")
    assert family.parent.get(path).json()["planned_date"] == world.day(91)
    read_again = family.social_worker.get(path).headers["ETag"]
    assert read_again == first.headers["ETag"]
    assert _patch(family.social_worker, path, {"planned_date": world.day(92)}, read_again).status_code == 200


def test_an_edit_that_does_not_say_what_it_read_is_refused(
    world: World, family: Family, move: tuple[str, str], database: RawDatabase
) -> None:
    with database.unchanged():
        for nothing in (None, "", ","):
            answer = _patch(family.parent, move[0], {"planned_date": world.day(91)}, nothing)
            assert told(answer) == (428, "precondition_required")


@pytest.mark.parametrize("form", ["W/{etag}", '"another"', "another", '"another", W/{etag}', 'W/"another"', '""'])
def test_a_weak_or_another_tag_does_not_match(
    world: World, family: Family, move: tuple[str, str], database: RawDatabase, form: str
) -> None:
    path, etag = move
    with database.unchanged():
        answer = _patch(family.parent, path, {"planned_date": world.day(91)}, form.format(etag=etag))
        assert told(answer) == (412, "precondition_failed")


@pytest.mark.parametrize("form", ["{etag}", '"another", {etag}', '{etag},"another"', "*"])
def test_a_list_with_the_right_tag_matches_and_a_star_is_an_explicit_choice(
    world: World, family: Family, move: tuple[str, str], form: str
) -> None:
    path, etag = move
    answer = _patch(family.parent, path, {"planned_date": world.day(91)}, form.format(etag=etag))
    assert answer.status_code == 200, answer.text


def test_of_concurrent_edits_one_is_made_and_the_others_are_told(
    world: World, family: Family, move: tuple[str, str]
) -> None:
    path, etag = move

    def edit(who: Person, day: str) -> Callable[[], httpx.Response]:
        return lambda: _patch(who, path, {"planned_date": day}, etag)

    people = [family.parent, family.social_worker] * (THREADS // 2)
    answers = at_once([edit(who, world.day(91 + number)) for number, who in enumerate(people)])
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * (THREADS - 1)
    (made,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert family.parent.get(path).json() == made
    assert made["version"] == 2


def test_a_tag_of_another_move_does_not_match(world: World, family: Family, move: tuple[str, str]) -> None:
    body = {"kind": "area_move", "from_id": family.from_id, "to_id": family.school_id, "planned_date": world.day(90)}
    other = family.social_worker.made(f"/v1/passports/{family.passport_id}/transitions", body)
    tag = family.parent.get(f"/v1/transitions/{other['id']}").headers["ETag"]
    assert _patch(family.parent, move[0], {"state": "cancelled"}, tag).status_code == 412


def _replace(who: Person, family: Family, name: str, if_match: str | None) -> httpx.Response:
    """Put one relative's name on a child's protected list, in the place of what it said."""
    headers = {} if if_match is None else {"If-Match": if_match}
    body = {"terms": [{"kind": "relative_name", "text": name}]}
    return who.http.put(f"/v1/passports/{family.passport_id}/protected-list", json=body, headers=headers)


def _tag_of_list(family: Family) -> str:
    return str(family.parent.get(f"/v1/passports/{family.passport_id}/protected-list").headers["ETag"])


def test_the_second_of_two_edits_of_a_protected_list_is_told(world: World, database: RawDatabase) -> None:
    family = world.family()
    tag = _tag_of_list(family)
    for edit in range(2):  # of a list that nobody has made, and of one that somebody has
        first = _replace(family.parent, family, f"Katherine Doyle {edit}", tag)
        assert first.status_code == 200
        with database.unchanged():
            second = _replace(family.social_worker, family, "Thomas Doyle", tag)
            assert told(second) == (412, "precondition_failed")
        tag = _tag_of_list(family)
        assert tag == first.headers["ETag"]
    assert _replace(family.social_worker, family, "Thomas Doyle", tag).json()["version"] == 3


@pytest.mark.parametrize("nothing", [None, "", ","])
def test_an_edit_of_a_protected_list_that_does_not_say_what_it_read_is_refused(
    family: Family, database: RawDatabase, nothing: str | None
) -> None:
    with database.unchanged():
        assert told(_replace(family.parent, family, "Thomas Doyle", nothing)) == (428, "precondition_required")


def test_a_tag_of_another_childs_list_does_not_match(world: World, family: Family) -> None:
    assert _replace(family.parent, family, "Thomas Doyle", _tag_of_list(world.family())).status_code == 412


def test_of_concurrent_edits_of_a_protected_list_one_is_made_and_the_others_are_told(world: World) -> None:
    family = world.family()
    for version in (1, 2):
        tag = _tag_of_list(family)

        def edit(who: Person, name: str, tag: str = tag) -> Callable[[], httpx.Response]:
            return lambda: _replace(who, family, name, tag)

        people = [family.parent, family.social_worker] * (THREADS // 2)
        answers = at_once([edit(who, f"Doyle Number {number}") for number, who in enumerate(people)])
        assert sorted(answer.status_code for answer in answers) == [200] + [412] * (THREADS - 1)
        (made,) = (answer.json() for answer in answers if answer.status_code == 200)
        assert family.parent.get(f"/v1/passports/{family.passport_id}/protected-list").json() == made
        assert made["version"] == version


def test_of_concurrent_settlements_of_an_alert_one_is_made_and_the_others_are_told(world: World) -> None:
    family = world.family()
    path = f"/v1/alerts/{world.alert(family)}/settlement"
    answers = at_once([lambda: family.social_worker.post(path, {"note": "It was put right."})] * THREADS)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (THREADS - 1)


def test_of_concurrent_revocations_one_is_made_and_the_others_are_told(world: World) -> None:
    family = world.family()
    path = f"/v1/consents/{world.consent(family)['id']}/revocation"
    answers = at_once([lambda: family.parent.post(path)] * THREADS)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (THREADS - 1)


def test_of_concurrent_approvals_by_one_parent_one_is_made_and_the_others_are_told(world: World) -> None:
    family = world.family(requires_both_parents=True)
    second = family.second_parent
    assert second is not None
    path = f"/v1/consents/{world.consent(family)['id']}/approval"
    answers = at_once([lambda: second.post(path)] * THREADS)
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * (THREADS - 1)
    (made,) = (answer.json() for answer in answers if answer.status_code == 200)
    assert (made["approvals"], made["status"]) == (2, "active")


def test_of_concurrent_changes_to_a_membership_one_is_made_and_the_others_are_told(world: World) -> None:
    school = world.school()
    admin, teacher = world.admin(school), world.member(school, "class_teacher")
    path = f"/v1/memberships/{teacher.membership_id}"
    roles = ["senco", "designated_teacher", "designated_safeguarding_lead", "auditor"]
    changes: list[Callable[[], httpx.Response]] = [
        lambda role=role: admin.http.patch(path, json={"role": role})  # type: ignore[misc]
        for role in roles
    ]
    answers = at_once([*changes, *[lambda: admin.http.delete(path)] * 4])
    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


def test_acknowledging_at_once_is_kept_once(world: World, database: RawDatabase) -> None:
    family = world.family()
    reader = world.member(family.school_id, "designated_teacher")
    consent = world.consent(family)
    assert reader.get(f"/v1/views/{consent['id']}").status_code == 200
    answers = at_once([lambda: reader.post(f"/v1/views/{consent['id']}/acknowledgement")] * THREADS)
    assert {answer.status_code for answer in answers} <= {200, 409}
    assert len({answer.content for answer in answers if answer.status_code == 200}) == 1
    kept = [row for row in database.rows("acknowledgements") if str(row["consent_id"]) == consent["id"]]
    assert len(kept) == 1
