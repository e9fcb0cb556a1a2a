"""Promise 7: ciphertext moved to another row, column, version or child does not decrypt.

For every column of ciphertext in every table: what stands elsewhere in the database is put in its place, or it is
damaged where it stands, or its row is made another's; and then the service is asked for what it holds.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import LargeBinary

from passport_api.domain.ids import OrganisationId
from passport_api.domain.webhooks import Webhook
from passport_api.services import webhooks
from passport_api.services.execution import perform_unattended
from passport_api.services.service_keys import open_service_keys
from passport_api.store import webhooks as stored_webhooks
from passport_keys.errors import KeyStoreError
from passport_keys.keyring import Keyring
from passport_keys.providers import open_provider
from passport_keys.sealing import Place, SealingKey
from support.raw_database import TABLES, RawDatabase, Row
from support.service import Service
from support.world import PASSWORD, RELATIVE, Family, Person, World

PLAIN_BYTES = {
    "service_keys.public_key",
    "accounts.email_index",
    "passport_identifiers.value_index",
    "former_numbers.value_index",
    "offered_numbers.value_index",
    "refresh_tokens.digest",
    "invitations.token_digest",
    "log_entries.leaf_hash",
    "log_subtrees.hash",
    "log_head.frontier",
    "idempotency_keys.key_digest",
    "idempotency_keys.request_digest",
}
"""Columns of bytes that are not ciphertext: digests, blind indexes and a public key."""


def ciphertext_columns() -> list[str]:
    found = [
        f"{table.name}.{column.name}"
        for table in TABLES.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    ]
    return sorted(set(found) - PLAIN_BYTES)


@dataclass(frozen=True)
class Answer:
    """What the service says when it is asked for what a column holds."""

    status: int
    text: str
    is_problem: bool

    @classmethod
    def of(cls, answer: httpx.Response) -> "Answer":
        return cls(answer.status_code, answer.text, answer.headers["Content-Type"] == "application/problem+json")

    def shows_nothing(self) -> bool:
        """Whether it is a problem document of fixed words."""
        return self.status in {404, 503} and self.is_problem and '"title"' in self.text and '"detail"' not in self.text


Ask = Callable[[], Answer]


@dataclass(frozen=True)
class Move:
    """A row made another's, or another version, with its ciphertext as it is; and how to ask for it then."""

    name: str
    columns: Row
    ask: tuple[Ask, ...]


@dataclass(frozen=True)
class Target:
    """One row of ciphertext, and every way to ask the service for what it holds.

    Attributes:
        holds: words that the first answer has as long as the ciphertext stands where it belongs.
    """

    table: str
    column: str
    key: Row
    holds: str
    ask: tuple[Ask, ...]
    moves: tuple[Move, ...] = ()

    def row(self, database: RawDatabase) -> Row:
        """The row as it is now."""
        (found,) = (row for row in database.rows(self.table) if self.key.items() <= row.items())
        return found


@pytest.fixture(scope="module")
def database(service: Service) -> Iterator[RawDatabase]:
    opened = RawDatabase(service.settings.database_url)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def targets(service: Service, world: World, database: RawDatabase) -> dict[str, Target]:
    """A row of every column, in a database with others like it: of the same child, of another, of other people."""
    mine, other = world.family(nhs_number="9990162743"), world.family()
    for family in (mine, other):
        for level in ("everyday", "restricted"):
            world.statement(family, "regulation", level)
    reader = world.member(mine.school_id, "designated_teacher")
    world.member(other.school_id, "designated_teacher")
    world.consent(other)
    world.consent(mine)
    narrow = world.consent(mine, {"regulation": "everyday"}, purpose="safeguarding", transition_id=None)
    built = [
        _passport_key(database, mine, other, reader, narrow["id"]),
        _child(mine, reader, narrow["id"]),
        _statement(world, mine, other, reader, narrow["id"]),
        *_challenge(world, mine, other, reader, narrow["id"]),
        _list(world, mine, other, reader, narrow["id"]),
        *_alert(world, mine, other),
        _terms(mine, other, reader, narrow["id"]),
        _entry(mine, other, reader, narrow["id"]),
        _account(world, mine),
        _invitation(database, service, mine),
        _answer(database, mine, other),
        _service_key(database, service),
        _webhook(service, mine),
        *_search(world, mine),
    ]
    return {f"{target.table}.{target.column}": target for target in built}


def _get(person: Person, path: str) -> Ask:
    return lambda: Answer.of(person.get(path))


def _post(person: Person, path: str, body: Row, **options: Any) -> Ask:
    return lambda: Answer.of(person.post(path, body, **options))


def _passport_key(database: RawDatabase, mine: Family, other: Family, reader: Person, consent_id: str) -> Target:
    path = f"/v1/passports/{mine.passport_id}"
    ask = (_get(mine.parent, f"{path}/statements"), _get(mine.parent, path), _get(reader, f"/v1/views/{consent_id}"))
    theirs = {"passport_id": UUID(other.passport_id)}
    (key,) = [row for row in database.rows("data_keys") if row["passport_id"] == theirs["passport_id"]]
    moves = (Move("another child's key", {name: key[name] for name in ("wrapping_key_id", "wrapped_key")}, ask),)
    here = {"passport_id": UUID(mine.passport_id)}
    return Target("data_keys", "wrapped_key", here, "A everyday statement", ask, moves)


def _child(mine: Family, reader: Person, consent_id: str) -> Target:
    name = mine.parent.get(f"/v1/passports/{mine.passport_id}").json()["child"]["name"]
    ask = (
        _get(mine.parent, f"/v1/passports/{mine.passport_id}"),
        _get(mine.social_worker, "/v1/passports"),
        _get(reader, f"/v1/views/{consent_id}"),
    )
    return Target("passports", "sealed_child", {"id": UUID(mine.passport_id)}, name, ask)


def _statement(world: World, mine: Family, other: Family, reader: Person, consent_id: str) -> Target:
    text = "She hums when a room is too loud: let her step outside."
    made = world.statement(mine, "regulation", "everyday", text)
    path = f"/v1/passports/{mine.passport_id}"
    scope = {"scope": {"regulation": "restricted"}, "role": "social_worker"}
    ask = (
        _get(mine.parent, f"{path}/statements"),
        _get(reader, f"/v1/views/{consent_id}"),
        _post(mine.parent, f"{path}/consent-previews", scope),
    )
    theirs = _get(other.parent, f"/v1/passports/{other.passport_id}/statements")
    moves = (
        Move("another version", {"version": 2}, ask),
        Move("another statement", {"id": uuid4()}, ask),
        Move("another child's", {"passport_id": UUID(other.passport_id)}, (theirs,)),
    )
    return Target("statements", "sealed_statement", {"id": UUID(made["id"]), "version": 1}, text, ask, moves)


def _challenge(world: World, mine: Family, other: Family, reader: Person, consent_id: str) -> tuple[Target, Target]:
    """A challenge that was not upheld, so that it has reasons and stands beside its statement."""
    words, reasons = "She hums because she likes to.", "Two teachers saw it."
    statement = world.statement(mine, "regulation", "everyday", "She hums.")["id"]
    challenge = mine.parent.made(f"/v1/statements/{statement}/challenges", {"words": words})["id"]
    path = f"/v1/challenges/{challenge}"
    mine.social_worker.made(f"{path}/resolution", {"finding": "not_upheld", "reasons": reasons})
    ask = (_get(mine.parent, path), _get(mine.parent, f"/v1/statements/{statement}/challenges"))
    in_view = _get(reader, f"/v1/views/{consent_id}")
    theirs = (Move("another child's", {"passport_id": UUID(other.passport_id)}, (_get(other.parent, path),)),)
    key = {"id": UUID(challenge)}
    return (
        Target("challenges", "sealed_challenge", key, words, (*ask, in_view), theirs),
        Target("challenges", "sealed_reasons", key, reasons, ask, theirs),
    )


def _list(world: World, mine: Family, other: Family, reader: Person, consent_id: str) -> Target:
    """The second version of a list. What the first one stopped is remembered, and is not what this one stops."""
    path, view = f"/v1/passports/{mine.passport_id}", _get(reader, f"/v1/views/{consent_id}")
    statement = world.statement(mine, "regulation", "everyday", f"{RELATIVE} came.", wording_reason="He will ask.")
    for names in (["Somebody Else Entirely"], [RELATIVE]):
        world.protect(mine, *names)
        assert (statement["text"] in view().text) is (names != [RELATIVE])
    scope = {"scope": {"regulation": "restricted"}, "role": "social_worker"}
    ask = (
        _get(mine.parent, f"{path}/protected-list"),
        view,
        _get(mine.parent, f"/v1/statements/{statement['id']}"),
        _post(mine.parent, f"{path}/consent-previews", scope),
        _post(mine.parent, f"{path}/protection-checks", {"text": "A calm voice helps."}),
    )
    without = world.sibling(other)  # a passport has one list that stands
    theirs = f"/v1/passports/{without.passport_id}"
    as_other = (
        _get(other.parent, f"{theirs}/protected-list"),
        _post(other.parent, f"{theirs}/consent-previews", scope),
    )
    moves = (
        Move("another version", {"version": 3}, ask),
        Move("another child's", {"passport_id": UUID(without.passport_id)}, as_other),
    )
    here = {"passport_id": UUID(mine.passport_id), "version": 2}
    return Target("protected_lists", "sealed_list", here, RELATIVE, ask, moves)


def _alert(world: World, mine: Family, other: Family) -> tuple[Target, Target]:
    """An alert that was settled."""
    note, moved = "It says her first mother now.", uuid4()
    world.alert(other)
    alerts = mine.social_worker.get(f"/v1/organisations/{mine.custodian_id}/alerts").json()
    alert = next(each["id"] for each in alerts["items"] if each["kind"] == "statement_stopped")
    path = f"/v1/alerts/{alert}"
    mine.social_worker.made(f"{path}/settlement", {"note": note})
    ask = (_get(mine.social_worker, path),)
    moves = (
        Move("another alert", {"id": moved}, (_get(mine.social_worker, f"/v1/alerts/{moved}"),)),
        Move("another child's", {"passport_id": UUID(other.passport_id)}, (_get(other.social_worker, path),)),
    )
    key = {"id": UUID(alert)}
    return (
        Target("alerts", "sealed_details", key, mine.parent.name, ask, moves),
        Target("alerts", "sealed_note", key, note, ask, moves),
    )


def _search(world: World, mine: Family) -> tuple[Target, Target]:
    """A search that has finished, and what is to become of what it found."""
    phrase, instead = "a everyday statement", "what helps"
    searches = [world.search(mine, each)["id"] for each in (phrase, "restricted statement")]
    body = {"reason": "It was not so.", "instead": instead, "statements": None}
    corrections = [mine.social_worker.made(f"/v1/searches/{each}/corrections", body)["id"] for each in searches]
    listed = _get(mine.social_worker, f"/v1/organisations/{mine.custodian_id}/searches")
    path = f"/v1/searches/{searches[0]}"
    ask = (_get(mine.social_worker, path), listed, _get(mine.social_worker, f"{path}/hits"))
    made = (_get(mine.social_worker, f"{path}/corrections"),)
    return (
        Target("searches", "sealed_search", {"id": UUID(searches[0])}, phrase, ask),
        Target("search_corrections", "sealed_correction", {"id": UUID(corrections[0])}, instead, made),
    )


def _terms(mine: Family, other: Family, reader: Person, consent_id: str) -> Target:
    ask = (
        _get(mine.parent, f"/v1/consents/{consent_id}"),
        _get(mine.parent, f"/v1/passports/{mine.passport_id}/consents"),
        _get(mine.parent, f"/v1/consents/{consent_id}/preview?role=social_worker"),
        _get(reader, f"/v1/views/{consent_id}"),
    )
    theirs = (_get(other.parent, f"/v1/consents/{consent_id}"), _get(reader, f"/v1/views/{consent_id}"))
    moves = (Move("another child's", {"passport_id": UUID(other.passport_id)}, theirs),)
    return Target("consents", "sealed_terms", {"id": UUID(consent_id)}, "regulation", ask, moves)


def _entry(mine: Family, other: Family, reader: Person, consent_id: str) -> Target:
    position = reader.get(f"/v1/views/{consent_id}").json()["log_entry"]
    newest = f"/v1/passports/{mine.passport_id}/access-log?limit=1"
    mine.parent.get(newest)  # is itself an entry, the one after: the page that follows it begins with the one meant
    page = mine.parent.get(newest).json()
    ask = (_get(mine.parent, page["next"]), _get(reader, f"/v1/log/entries/{position}/inclusion-proof"))
    theirs = _get(other.parent, f"/v1/passports/{other.passport_id}/access-log?limit=100")
    moves = (
        Move("another entry", {"id": uuid4()}, ask),
        Move("another child's", {"passport_id": UUID(other.passport_id)}, (theirs,)),
    )
    return Target("log_entries", "sealed_payload", {"position": position}, f'"entry":{position}', ask, moves)


def _account(world: World, mine: Family) -> Target:
    members = _get(world.admin(mine.custodian_id), f"/v1/organisations/{mine.custodian_id}/memberships")
    path = f"/v1/passports/{mine.passport_id}"
    ask = (_get(mine.social_worker, "/v1/me"), _get(mine.social_worker, path), members)
    return Target("accounts", "sealed_identity", {"id": UUID(mine.social_worker.id)}, mine.social_worker.name, ask)


def _invitation(database: RawDatabase, service: Service, mine: Family) -> Target:
    invitee = {"name": "Somebody Invited", "email": "invited@people.example", "passport_id": mine.passport_id}
    made = mine.social_worker.made("/v1/invitations", invitee)
    table = TABLES["invitations"]

    def ask() -> Answer:
        with service.client() as client:
            accept = {"token": made["token"], "password": PASSWORD}
            answer = Answer.of(client.post("/v1/invitations/acceptance", json=accept))
        database.run(table.update().where(table.c.id == UUID(made["id"])).values(accepted_at=None))  # to ask again
        return answer

    moves = (Move("another invitation", {"id": uuid4()}, (ask,)),)
    return Target("invitations", "sealed_invitee", {"id": UUID(made["id"])}, "access_token", (ask,), moves)


def _answer(database: RawDatabase, mine: Family, other: Family) -> Target:
    body = {"name": "Somebody Else", "email": "else@people.example", "passport_id": mine.passport_id}
    theirs = {**body, "passport_id": other.passport_id}
    other.social_worker.made("/v1/invitations", theirs, headers={"Idempotency-Key": "the other"})
    before = [row["key_digest"] for row in database.rows("idempotency_keys")]
    once = {"Idempotency-Key": "the one"}
    mine.social_worker.made("/v1/invitations", body, headers=once)
    (row,) = (row for row in database.rows("idempotency_keys") if row["key_digest"] not in before)
    key = {"account_id": row["account_id"], "key_digest": row["key_digest"]}
    ask = _post(mine.social_worker, "/v1/invitations", body, headers=once)
    as_other = _post(other.social_worker, "/v1/invitations", body, headers=once)
    moves = (Move("another account's", {"account_id": UUID(other.social_worker.id)}, (as_other,)),)
    return Target("idempotency_keys", "sealed_answer", key, '"token":', (ask,), moves)


def _service_key(database: RawDatabase, service: Service) -> Target:
    (row,) = (row for row in database.rows("service_keys") if row["purpose"] == "service_data")

    def start() -> Answer:
        """Open the keys as a service does that starts; whatever keeps it from starting counts as its 503."""
        keyring = Keyring(open_provider(service.settings.key_url), time.monotonic)
        try:
            with service.runtime.database.writing() as uow:
                open_service_keys(uow, keyring, uuid4, service.clock())
        except KeyStoreError:
            return Answer(503, '"title"', is_problem=True)
        return Answer(200, "started", is_problem=False)

    moves = (Move("another purpose", {"purpose": "checkpoint_signing", "key_id": "moved"}, (start,)),)
    return Target("service_keys", "wrapped_key", {"id": row["id"]}, "started", (start,), moves)


def _webhook(service: Service, mine: Family) -> Target:
    made, secret = _added_webhook(service, mine)

    def sign() -> Answer:
        """Open what events are signed with, as the worker does; what keeps it from signing counts as a 503."""
        with service.runtime.database.reading() as uow:
            kept = stored_webhooks.find(uow, made.webhook_id)
        assert kept is not None
        try:
            opened = service.runtime.vault.open_secrets(made.webhook_id, kept.sealed_secrets)
        except KeyStoreError:
            return Answer(503, '"title"', is_problem=True)
        return Answer(200, opened[0].value, is_problem=False)

    return Target("webhook_endpoints", "sealed_secrets", {"id": made.webhook_id}, secret, (sign,))


def _added_webhook(service: Service, mine: Family) -> tuple[Webhook, str]:
    school = OrganisationId(UUID(mine.school_id))
    return perform_unattended(service.runtime, lambda step: webhooks.add(step, school, "https://hooks.example/events"))


def _row(database: RawDatabase, table: str, row_id: str) -> Row:
    (found,) = (row for row in database.rows(table) if row["id"] == UUID(row_id))
    return found


def _ciphertexts(database: RawDatabase) -> Iterator[tuple[str, bytes]]:
    """The first and last few ciphertexts of every column."""
    for place in ciphertext_columns():
        table, column = place.split(".")
        kept = [row[column] for row in database.rows(table) if row[column] is not None]
        yield from ((place, each) for each in dict.fromkeys([*kept[:2], *kept[-2:]]))


def _assert_shows_nothing(database: RawDatabase, target: Target, columns: Row, ask: tuple[Ask, ...], what: str) -> None:
    with database.altered(target.table, target.key, lambda row: row | columns):
        answers = [each() for each in ask]
    assert [answer for answer in answers if not answer.shows_nothing()] == [], what


def test_every_column_of_bytes_is_known_and_every_ciphertext_is_tried(targets: dict[str, Target]) -> None:
    assert sorted(targets) == ciphertext_columns()
    assert all(place.split(".")[1].startswith(("sealed_", "wrapped_")) for place in ciphertext_columns())


@pytest.mark.parametrize("place", ciphertext_columns())
def test_what_stands_in_its_own_place_opens(targets: dict[str, Target], place: str) -> None:
    answers = [ask() for ask in targets[place].ask]
    assert {answer.status for answer in answers} <= {200, 201}
    assert targets[place].holds in answers[0].text


@pytest.mark.parametrize("place", ciphertext_columns())
def test_no_other_ciphertext_of_the_database_opens_in_its_place(
    targets: dict[str, Target], database: RawDatabase, place: str
) -> None:
    target = targets[place]
    own = target.row(database)[target.column]
    tried = 0
    for source, ciphertext in _ciphertexts(database):
        if ciphertext != own:
            _assert_shows_nothing(database, target, {target.column: ciphertext}, target.ask, f"{source} in {place}")
            tried += 1
    assert tried > len(ciphertext_columns())


@pytest.mark.parametrize("place", ciphertext_columns())
def test_its_row_made_anothers_shows_nothing(targets: dict[str, Target], database: RawDatabase, place: str) -> None:
    target = targets[place]
    for move in target.moves:
        _assert_shows_nothing(database, target, move.columns, move.ask, f"{place} made {move.name}")


@pytest.mark.parametrize("place", ciphertext_columns())
def test_damaged_ciphertext_shows_nothing(targets: dict[str, Target], database: RawDatabase, place: str) -> None:
    target = targets[place]
    own = target.row(database)[target.column]
    for name, blob in _damaged(own).items():
        _assert_shows_nothing(database, target, {target.column: blob}, target.ask, f"{place} {name}")


def _damaged(own: bytes) -> dict[str, bytes]:
    flipped = {
        f"with a bit of byte {at} flipped": own[:at] + bytes([own[at] ^ 1 << at % 8]) + own[at + 1 :]
        for at in (0, 1, 20, len(own) // 2, len(own) - 1)
    }
    return flipped | {
        "cut by a byte": own[:-1],
        "cut in half": own[: len(own) // 2],
        "without its first byte": own[1:],
        "empty": b"",
        "longer by a byte": own + b"\0",
        "twice": own + own,
    }


def test_an_older_version_does_not_stand_in_for_a_newer_one(targets: dict[str, Target], database: RawDatabase) -> None:
    target = targets["statements.sealed_statement"]
    first = target.row(database)
    database.insert("statements", [first | {"version": 2, "version_id": uuid4()}])
    answers = [ask() for ask in target.ask]
    statements = TABLES["statements"]
    database.run(statements.delete().where(statements.c.id == first["id"], statements.c.version == 2))
    assert all(answer.shows_nothing() for answer in answers)
    assert target.ask[0]().status == 200


def test_each_ciphertext_names_the_column_that_it_is_kept_in(
    service: Service, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    places: list[Place] = []
    seal = SealingKey.seal

    def remember(key: SealingKey, place: Place, plaintext: bytes) -> bytes:
        places.append(place)
        return seal(key, place, plaintext)

    monkeypatch.setattr(SealingKey, "seal", remember)
    family = world.family()
    statement = world.statement(family, "regulation", "everyday")["id"]
    _added_webhook(service, family)
    challenge = family.parent.made(f"/v1/statements/{statement}/challenges", {"words": "It is not so."})["id"]
    finding = {"finding": "not_upheld", "reasons": "It is so."}
    family.social_worker.made(f"/v1/challenges/{challenge}/resolution", finding)
    family.social_worker.made(f"/v1/alerts/{world.alert(family)}/settlement", {"note": "It was put right."})
    world.consent(family)
    search = world.search(family, "everyday statement")["id"]
    mending = {"reason": "It was not so.", "instead": None, "statements": None}
    family.social_worker.made(f"/v1/searches/{search}/corrections", mending)
    family.social_worker.made("/v1/passports", {"child": world.child()}, headers={"Idempotency-Key": "a key"})
    sealed = {place for place in ciphertext_columns() if ".sealed_" in place}
    assert {f"{place.table}.{place.column}" for place in places} == sealed
