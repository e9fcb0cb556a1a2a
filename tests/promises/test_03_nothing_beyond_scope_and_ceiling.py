"""Promise 3: a view holds nothing beyond the consent's scope and the reader's ceiling, whatever the request asks for.

The rule is written here a second time, in five lines, and what the service answers is held against it: for scopes,
roles and statements that hypothesis makes up, for requests that ask for more, and for a database in which somebody with
access to it has changed what they could.
"""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.answers import nobodys_id, told
from support.raw_database import RawDatabase, Row
from support.service import Service
from support.world import EVERY_SECTION, LEVELS, Family, Person, World

CEILINGS = {
    "class_teacher": "everyday",
    "designated_teacher": "need_to_know",
    "senco": "need_to_know",
    "virtual_school": "need_to_know",
    "designated_safeguarding_lead": "restricted",
    "social_worker": "restricted",
}
IN_THE_AUTHORITY = {"virtual_school", "social_worker"}


def the_rule(statements: list[Any], scope: dict[str, str], ceiling: str) -> list[Any]:
    """Section by section: what is at or below the lower of the consent's level and the role's ceiling."""
    sections = []
    for section in (name for name in EVERY_SECTION if name in scope):
        top = min(scope[section], ceiling, key=LEVELS.index)
        seen = [each for each in statements if each["section"] == section and within(each["detail_level"], top)]
        sections.append({"section": section, "detail_level": top, "statements": [as_shown(each) for each in seen]})
    return sections


def as_shown(statement: Any) -> Any:
    """What a view says of a statement: not what those responsible for the child see besides."""
    besides = {"status", "correction", "wording_reason", "rests_on", "findings"}
    shown = {name: value for name, value in statement.items() if name not in besides}
    return {**shown, "challenges": []}


def within(level: str, top: str) -> bool:
    return LEVELS.index(level) <= LEVELS.index(top)


@dataclass
class House:
    """A family with somebody of every role that sees content, in the school and in the authority of the move."""

    world: World
    family: Family
    readers: dict[str, Person]

    def recipient(self, role: str) -> str:
        return self.family.authority_id if role in IN_THE_AUTHORITY else self.family.school_id

    def preview(self, path: str, scope: dict[str, str], role: str) -> Any:
        return self.family.parent.made(f"{path}/consent-previews", {"scope": scope, "role": role})


@pytest.fixture(scope="module")
def house(world: World) -> House:
    family = world.family()
    house = House(world, family, {})
    house.readers = {role: world.member(house.recipient(role), role) for role in CEILINGS}
    return house


@pytest.fixture(scope="module")
def raw(service: Service) -> Iterator[RawDatabase]:
    database = RawDatabase(service.settings.database_url)
    yield database
    database.close()


TEXT = st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=60)
WRITTEN = st.fixed_dictionaries(
    {
        "section": st.sampled_from(EVERY_SECTION),
        "detail_level": st.sampled_from(LEVELS),
        "kind": st.sampled_from(["fact", "observation", "opinion", "allegation", "childs_words"]),
        "text": TEXT,
        "source": TEXT,
        "wording_reason": st.just("It is made of letters by chance."),  # which may be a wording that harms
    }
)
SCOPE = st.dictionaries(st.sampled_from(EVERY_SECTION), st.sampled_from(LEVELS), min_size=1)


@settings(max_examples=25, deadline=None, database=None)
@given(written=st.lists(WRITTEN, min_size=1, max_size=6), scope=SCOPE, role=st.sampled_from(sorted(CEILINGS)))
def test_a_view_is_what_the_rule_says_and_so_are_its_previews(
    house: House, written: list[Any], scope: dict[str, str], role: str
) -> None:
    world, child = house.world, house.world.sibling(house.family)
    path = f"/v1/passports/{child.passport_id}"
    statements = [child.parent.made(f"{path}/statements", each) for each in written]
    expected = the_rule(statements, scope, CEILINGS[role])

    before = house.preview(path, scope, role)
    consent = world.consent(child, scope, recipient_id=house.recipient(role))
    promised = child.parent.get(f"/v1/consents/{consent['id']}/preview", params={"role": role}).json()
    view = house.readers[role].get(f"/v1/views/{consent['id']}").json()

    assert view["sections"] == expected
    assert json.dumps(view["sections"]) == json.dumps(promised["sections"]) == json.dumps(before["sections"])
    assert view["child"] == promised["child"] == before["child"]


@dataclass
class Shared:
    """A child of whom everything is written, shared in two sections, and read by a class teacher: the least of all."""

    house: House
    child: Family
    statements: list[Any]
    scope: dict[str, str]
    path: str
    reader: Person

    def expected(self) -> list[Any]:
        return the_rule(self.statements, self.scope, "everyday")

    def hidden(self) -> list[str]:
        shown = [each["id"] for section in self.expected() for each in section["statements"]]
        return [each["id"] for each in self.statements if each["id"] not in shown]


@pytest.fixture(scope="module")
def shared(house: House) -> Shared:
    child = house.world.sibling(house.family)
    statements = house.world.every_statement(child)
    scope = {"regulation": "restricted", "about_me": "need_to_know"}
    consent = house.world.consent(child, scope)
    return Shared(house, child, statements, scope, f"/v1/views/{consent['id']}", house.readers["class_teacher"])


def assert_no_more(shared: Shared, answer: httpx.Response) -> None:
    """The view as the rule has it, or a refusal without content."""
    assert not [hidden for hidden in shared.hidden() if hidden in answer.text]
    if answer.status_code == 200 and answer.content:
        assert answer.json()["sections"] == shared.expected()
    else:
        assert answer.status_code in {200, 304, 400, 404, 405, 413, 415, 422}
        assert "statements" not in answer.text


@pytest.mark.parametrize(
    "query",
    [
        {"role": "designated_safeguarding_lead"},
        {"ceiling": "restricted"},
        {"detail_level": "restricted"},
        {"scope": "all"},
        {"sections": "safety"},
        {"include": "statements"},
        {"as": "parent"},
        {"cursor": "WzFd", "limit": "100"},
        {"_method": "GET", "expand": "*"},
    ],
)
def test_no_query_parameter_shows_more(shared: Shared, query: dict[str, str]) -> None:
    assert_no_more(shared, shared.reader.get(shared.path, params=query))


@pytest.mark.parametrize(
    "headers",
    [
        {"Accept": "*/*"},
        {"Accept": "application/vnd.passport.full+json"},
        {"Accept": "text/html"},
        {"Range": "bytes=0-1000000"},
        {"Prefer": "return=representation"},
        {"If-None-Match": "*"},
        {"If-None-Match": '"of-no-view"'},
        {"If-Modified-Since": "Thu, 01 Jan 1970 00:00:00 GMT"},
        {"X-HTTP-Method-Override": "PUT"},
        {"X-Role": "designated_safeguarding_lead"},
        {"X-Forwarded-User": "parent", "X-Forwarded-For": "127.0.0.1", "X-Real-IP": "127.0.0.1"},
        {"X-Original-URL": "/v1/passports", "X-Rewrite-URL": "/v1/passports"},
        {"Cookie": "role=designated_safeguarding_lead; access_token_cookie=x"},
        {"Idempotency-Key": "more"},
    ],
)
def test_no_header_shows_more(shared: Shared, headers: dict[str, str]) -> None:
    assert_no_more(shared, shared.reader.get(shared.path, headers=headers))


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
def test_no_method_and_no_body_shows_more(shared: Shared, method: str) -> None:
    wanted = {"role": "designated_safeguarding_lead", "scope": dict.fromkeys(EVERY_SECTION, "restricted")}
    assert_no_more(shared, shared.reader.http.request(method, shared.path, json=wanted))


@pytest.mark.parametrize("suffix", ["/", "/statements", "/preview", ".json", ";role=parent", "%2f..%2f", "?", "/../"])
def test_no_other_address_shows_more(shared: Shared, suffix: str) -> None:
    assert_no_more(shared, shared.reader.get(shared.path + suffix))


def test_nothing_behind_the_view_is_open_to_its_reader(shared: Shared) -> None:
    passport = f"/v1/passports/{shared.child.passport_id}"
    consent = shared.path.replace("views", "consents")
    for path in ("", "/statements", "/consents", "/access-log", "/decisions", "/transitions"):
        assert shared.reader.get(passport + path).status_code == 404
    assert shared.reader.get(consent).status_code == 404
    assert shared.reader.get(f"{consent}/preview?role=designated_safeguarding_lead").status_code == 404


def test_the_tag_of_somebody_who_sees_more_is_not_the_readers(shared: Shared) -> None:
    more = shared.house.readers["designated_safeguarding_lead"].get(shared.path)
    answer = shared.reader.get(shared.path, headers={"If-None-Match": more.headers["ETag"]})
    assert answer.status_code == 200
    assert answer.json()["sections"] == shared.expected() != more.json()["sections"]


def test_a_role_that_never_sees_content_sees_none(shared: Shared) -> None:
    for role in ("org_admin", "auditor"):
        nobody = shared.house.world.member(shared.child.school_id, role)
        assert told(nobody.get(shared.path)) == told(nobody.get(f"/v1/views/{nobodys_id()}"))
        assert nobody.get("/v1/views").json()["items"] == []


def alter(raw: RawDatabase, table: str, row: str, **columns: Any) -> Any:
    """Change columns of a row for as long as the block lasts, as somebody with access to the database can."""
    return raw.altered(table, {"id": uuid.UUID(row)}, lambda kept: {**kept, **columns})


def test_another_recipient_in_the_database_opens_nothing(shared: Shared, raw: RawDatabase) -> None:
    world = shared.house.world
    elsewhere = world.school()
    other = world.member(elsewhere, "designated_safeguarding_lead")
    with alter(raw, "consents", shared.path[-36:], recipient_id=uuid.UUID(elsewhere)):
        assert told(other.get(shared.path)) == told(other.get(f"/v1/views/{nobodys_id()}"))


def test_a_longer_period_in_the_database_opens_nothing(shared: Shared, raw: RawDatabase, service: Service) -> None:
    until = service.clock() + timedelta(hours=1)
    consent = shared.house.world.consent(shared.child, purpose="safeguarding", valid_until=until.isoformat())
    path = f"/v1/views/{consent['id']}"
    assert shared.reader.get(path).status_code == 200
    with service.later(hours=2), alter(raw, "consents", consent["id"], valid_until=until + timedelta(days=365)):
        assert shared.reader.get(path).status_code == 404


def test_an_earlier_beginning_in_the_database_opens_nothing(shared: Shared, raw: RawDatabase, service: Service) -> None:
    begins = service.clock() + timedelta(days=30)
    consent = shared.house.world.consent(shared.child, purpose="adoption_support", valid_from=begins.isoformat())
    with alter(raw, "consents", consent["id"], valid_from=begins - timedelta(days=60)):
        assert shared.reader.get(f"/v1/views/{consent['id']}").status_code == 404


def test_fewer_agreements_in_the_database_open_nothing(world: World, raw: RawDatabase) -> None:
    family = world.family(requires_both_parents=True)
    lead = world.member(family.school_id, "designated_safeguarding_lead")
    consent = world.consent(family)
    assert consent["status"] == "pending"
    with alter(raw, "consents", consent["id"], approvals_needed=1):
        assert lead.get(f"/v1/views/{consent['id']}").status_code == 404


def test_another_purpose_in_the_database_changes_no_view(shared: Shared, raw: RawDatabase) -> None:
    with alter(raw, "consents", shared.path[-36:], purpose="safeguarding"):
        answer = shared.reader.get(shared.path)
    assert answer.json()["purpose"] == "phase_transfer"
    assert_no_more(shared, answer)


@dataclass
class Two:
    """Two children's passports, one shared with the reader; the other's content must never come to them."""

    reader: Person
    mine: Family
    theirs: Family
    path: str
    my_statements: list[Any]
    their_statement: Any
    wider: str

    def rows(self, raw: RawDatabase, table: str, row: str) -> Row:
        return next(kept for kept in raw.rows(table) if kept["id"] == uuid.UUID(row))


@pytest.fixture(scope="module")
def two(house: House) -> Two:
    world = house.world
    mine, theirs = world.sibling(house.family), world.sibling(house.family, name="Somebody Else")
    written = [world.statement(mine, "regulation", level) for level in ("everyday", "restricted")]
    other = world.statement(theirs, "regulation", "everyday", "Of the other child.")
    narrow = world.consent(mine, {"regulation": "everyday"})
    wider = world.consent(mine, purpose="safeguarding")
    world.consent(theirs)
    reader = house.readers["designated_safeguarding_lead"]
    return Two(reader, mine, theirs, f"/v1/views/{narrow['id']}", written, other, wider["id"])


def moved_statement(two: Two, raw: RawDatabase) -> Any:
    return alter(raw, "statements", two.their_statement["id"], passport_id=uuid.UUID(two.mine.passport_id))


def copied_statement(two: Two, raw: RawDatabase) -> Any:
    theirs = two.rows(raw, "statements", two.their_statement["id"])
    return alter(raw, "statements", two.my_statements[0]["id"], sealed_statement=theirs["sealed_statement"])


def restricted_in_an_everyday_place(two: Two, raw: RawDatabase) -> Any:
    restricted = two.rows(raw, "statements", two.my_statements[1]["id"])
    return alter(raw, "statements", two.my_statements[0]["id"], sealed_statement=restricted["sealed_statement"])


def another_version(two: Two, raw: RawDatabase) -> Any:
    return alter(raw, "statements", two.my_statements[0]["id"], version=2)


def wider_terms(two: Two, raw: RawDatabase) -> Any:
    terms = two.rows(raw, "consents", two.wider)["sealed_terms"]
    return alter(raw, "consents", two.path[-36:], sealed_terms=terms)


def consent_to_another_passport(two: Two, raw: RawDatabase) -> Any:
    return alter(raw, "consents", two.path[-36:], passport_id=uuid.UUID(two.theirs.passport_id))


def another_childs_key(two: Two, raw: RawDatabase) -> Any:
    keys = {row["passport_id"]: row["wrapped_key"] for row in raw.rows("data_keys")}
    mine, theirs = uuid.UUID(two.mine.passport_id), uuid.UUID(two.theirs.passport_id)
    return raw.altered("data_keys", {"passport_id": mine}, lambda kept: {**kept, "wrapped_key": keys[theirs]})


def another_childs_name(two: Two, raw: RawDatabase) -> Any:
    theirs = two.rows(raw, "passports", two.theirs.passport_id)
    return alter(raw, "passports", two.mine.passport_id, sealed_child=theirs["sealed_child"])


@pytest.mark.parametrize(
    "tampered",
    [
        moved_statement,
        copied_statement,
        restricted_in_an_everyday_place,
        another_version,
        wider_terms,
        consent_to_another_passport,
        another_childs_key,
        another_childs_name,
    ],
)
def test_what_was_sealed_elsewhere_is_never_shown(two: Two, raw: RawDatabase, tampered: Any) -> None:
    expected = the_rule(two.my_statements, {"regulation": "everyday"}, "restricted")
    assert two.reader.get(two.path).json()["sections"] == expected
    with tampered(two, raw):
        answer = two.reader.get(two.path)
    assert answer.status_code in {404, 503}
    assert set(answer.json()) == {"type", "title", "status"}
    assert two.reader.get(two.path).json()["sections"] == expected
