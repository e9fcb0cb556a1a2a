"""Promise 2: no byte of a view leaves before its access-log entry is durable; if the log cannot be written, nothing is
released.

The log is broken and held by the database itself, and the answers are watched as they leave.
"""

import json
import select
import socket
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPResponse
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
import pytest
import yaml

from support.broken_log import Breakage, broken_log, dsn, held_log
from support.canaries import Canary, found, word
from support.raw_database import RawDatabase
from support.service import Service
from support.world import PASSWORD, Family, Person, World

CONTRACT = yaml.safe_load((Path(__file__).parents[2] / "openapi.yaml").read_text(encoding="utf-8"))
READERS = 3
PATIENCE = 0.3
"""Seconds in which a byte that is on its way would have come."""


@dataclass
class Arranged:
    """A family with a consent that a school has opened before, and one that waits for a second parent."""

    world: World
    family: Family
    pending: Family
    readers: list[Person]
    view: str
    view_tag: str
    waiting: str
    move_tag: str
    token: str
    canaries: list[Canary]
    manager: Person
    proposal: str
    statement: str
    notice: str
    challenge: str
    alert: str
    search: str
    new_search: str

    @property
    def passport(self) -> str:
        return f"/v1/passports/{self.family.passport_id}"


@pytest.fixture(scope="module")
def arranged(world: World) -> Arranged:
    name, text, words = word(capital=True), word(), word()
    family, pending = world.family(name=name), world.family(requires_both_parents=True)
    statement = world.statement(family, "regulation", "everyday", text)["id"]
    challenge = family.parent.made(f"/v1/statements/{statement}/challenges", {"words": "It was not so."})["id"]
    readers = [world.member(family.school_id, "designated_teacher") for _ in range(READERS)]
    view = world.consent(family, child_view={"asked": True, "words": words})["id"]
    guest = {"name": "Alex Rivers", "email": "alex@rivers.example", "passport_id": family.passport_id}
    return Arranged(
        world,
        family,
        pending,
        readers,
        view,
        readers[0].get(f"/v1/views/{view}").headers["ETag"],
        world.consent(pending)["id"],
        family.parent.get(f"/v1/transitions/{family.transition_id}").headers["ETag"],
        family.social_worker.made("/v1/invitations", guest)["token"],
        [Canary("the child's name", name), Canary("a statement", text), Canary("the child's words", words)],
        world.manager(family),
        world.proposal(family)["id"],
        statement,
        _notice(world, family.school_id, readers[0]),
        challenge,
        world.alert(family),
        world.search(family, text)["id"],
        family.social_worker.made(f"/v1/organisations/{family.custodian_id}/searches", SEARCH)["id"],
    )


def _notice(world: World, school_id: str, reader: Person) -> str:
    """What a reader is told of a correction about another child."""
    child = world.family()
    statement = world.statement(child, "regulation", "everyday")["id"]
    consent = world.consent(child, recipient_id=school_id, purpose="safeguarding", transition_id=None)
    reader.get(f"/v1/views/{consent['id']}")
    world.correct(child, statement)
    return str(reader.get("/v1/correction-notices?limit=1").json()["items"][0]["id"])


@pytest.fixture
def database(service: Service) -> Iterator[RawDatabase]:
    database = RawDatabase(service.settings.database_url)
    yield database
    database.close()


Request = Callable[[Arranged], httpx.Response]
EVERYDAY = {"regulation": "everyday"}
PREVIEW = {"scope": EVERYDAY, "role": "class_teacher"}

SEARCH = {"phrase": "a statement", "reason": "It has spread."}

READS: dict[str, Request] = {
    "open_view": lambda at: at.readers[0].get(f"/v1/views/{at.view}"),
    "list_passports": lambda at: at.family.parent.get("/v1/passports"),
    "read_passport": lambda at: at.family.parent.get(at.passport),
    "list_statements": lambda at: at.family.parent.get(f"{at.passport}/statements"),
    "read_statement": lambda at: at.family.parent.get(f"/v1/statements/{at.statement}"),
    "list_versions": lambda at: at.family.parent.get(f"/v1/statements/{at.statement}/versions"),
    "list_recipients": lambda at: at.family.parent.get(f"/v1/statements/{at.statement}/recipients"),
    "list_notices_about_statement": lambda at: at.family.parent.get(
        f"/v1/statements/{at.statement}/correction-notices"
    ),
    "read_challenge": lambda at: at.family.parent.get(f"/v1/challenges/{at.challenge}"),
    "list_challenges": lambda at: at.family.parent.get(f"/v1/statements/{at.statement}/challenges"),
    "list_waiting_challenges": lambda at: at.family.social_worker.get(
        f"/v1/organisations/{at.family.custodian_id}/challenges"
    ),
    "read_protected_list": lambda at: at.family.parent.get(f"{at.passport}/protected-list"),
    "check_protection": lambda at: at.family.parent.post(f"{at.passport}/protection-checks", {"text": "Calm helps."}),
    "list_alerts": lambda at: at.family.social_worker.get(f"/v1/organisations/{at.family.custodian_id}/alerts"),
    "read_alert": lambda at: at.family.social_worker.get(f"/v1/alerts/{at.alert}"),
    "list_searches": lambda at: at.family.social_worker.get(f"/v1/organisations/{at.family.custodian_id}/searches"),
    "read_search": lambda at: at.family.social_worker.get(f"/v1/searches/{at.search}"),
    "list_hits": lambda at: at.family.social_worker.get(f"/v1/searches/{at.search}/hits"),
    "list_search_corrections": lambda at: at.family.social_worker.get(f"/v1/searches/{at.search}/corrections"),
    "list_notices_of_custodian": lambda at: at.family.social_worker.get(
        f"/v1/organisations/{at.family.custodian_id}/correction-notices"
    ),
    "list_consents": lambda at: at.family.parent.get(f"{at.passport}/consents"),
    "read_consent": lambda at: at.family.parent.get(f"/v1/consents/{at.view}"),
    "preview_consent": lambda at: at.family.parent.get(f"/v1/consents/{at.view}/preview?role=class_teacher"),
    "preview_scope": lambda at: at.family.parent.post(f"{at.passport}/consent-previews", PREVIEW),
    "list_transitions": lambda at: at.family.parent.get(f"{at.passport}/transitions"),
    "read_transition": lambda at: at.family.parent.get(f"/v1/transitions/{at.family.transition_id}"),
    "list_access_log": lambda at: at.family.parent.get(f"{at.passport}/access-log"),
    "list_decisions": lambda at: at.family.parent.get(f"{at.passport}/decisions"),
    "read_erasure": lambda at: at.manager.get(f"/v1/erasures/{at.proposal}"),
    "list_erasures": lambda at: at.manager.get(f"/v1/organisations/{at.family.custodian_id}/erasures"),
    "list_members": lambda at: at.world.admin(at.family.school_id).get(
        f"/v1/organisations/{at.family.school_id}/memberships"
    ),
}
"""A request for each operation that shows what is kept about a child, or about people."""

ENTRIES = {"list_hits": 2}
"""Entries of a read that is about several things: the search, and the passport that it found something in."""

AGAIN = {"open_view": lambda at: at.readers[0].get(f"/v1/views/{at.view}", headers={"If-None-Match": at.view_tag})}

WRITES: dict[str, Request] = {
    "acknowledge_view": lambda at: at.readers[0].post(f"/v1/views/{at.view}/acknowledgement"),
    "create_passport": lambda at: at.family.social_worker.post("/v1/passports", {"child": at.world.child()}),
    "write_statement": lambda at: at.family.parent.post(
        f"{at.passport}/statements",
        {"section": "safety", "detail_level": "everyday", "text": "Fine.", "source": "parent"},
    ),
    "correct_statement": lambda at: at.family.parent.post(
        f"/v1/statements/{at.statement}/corrections",
        {
            "reason": "It was not so.",
            "replacement": {"section": "safety", "detail_level": "everyday", "text": "Fine.", "source": "parent"},
        },
        headers={"If-Match": "*"},
    ),
    "challenge_statement": lambda at: at.family.parent.post(
        f"/v1/statements/{at.statement}/challenges", {"words": "It is not so."}
    ),
    "withhold_statement": lambda at: at.family.parent.post(f"/v1/challenges/{at.challenge}/restriction"),
    "show_statement_again": lambda at: at.family.parent.http.delete(f"/v1/challenges/{at.challenge}/restriction"),
    "resolve_challenge": lambda at: at.family.social_worker.post(
        f"/v1/challenges/{at.challenge}/resolution", {"finding": "not_upheld", "reasons": "It was so."}
    ),
    "replace_protected_list": lambda at: at.family.parent.http.put(
        f"{at.passport}/protected-list", json={"terms": []}, headers={"If-Match": "*"}
    ),
    "settle_alert": lambda at: at.family.social_worker.post(
        f"/v1/alerts/{at.alert}/settlement", {"note": "It was put right."}
    ),
    "make_search": lambda at: at.family.social_worker.post(
        f"/v1/organisations/{at.family.custodian_id}/searches", SEARCH
    ),
    "cancel_search": lambda at: at.family.social_worker.post(f"/v1/searches/{at.new_search}/cancellation"),
    "correct_hits": lambda at: at.family.social_worker.post(
        f"/v1/searches/{at.search}/corrections", {"reason": "It was not so.", "instead": None, "statements": None}
    ),
    "acknowledge_correction": lambda at: at.readers[0].post(
        f"/v1/correction-notices/{at.notice}/acknowledgement", {"copies": "amended"}
    ),
    "record_transition": lambda at: at.family.parent.post(
        f"{at.passport}/transitions",
        {
            "kind": "school_move",
            "from_id": at.family.from_id,
            "to_id": at.family.school_id,
            "planned_date": at.world.day(50),
        },
    ),
    "change_transition": lambda at: at.family.parent.http.patch(
        f"/v1/transitions/{at.family.transition_id}",
        json={"planned_date": at.world.day(60)},
        headers={"If-Match": at.move_tag},
    ),
    "give_consent": lambda at: at.family.parent.post(f"{at.passport}/consents", at.world.terms(at.family)),
    "approve_consent": lambda at: second_parent(at).post(f"/v1/consents/{at.waiting}/approval"),
    "revoke_consent": lambda at: at.family.parent.post(f"/v1/consents/{at.view}/revocation"),
    "create_invitation": lambda at: at.family.social_worker.post(
        "/v1/invitations",
        {"name": "Kim Rivers", "email": "kim@rivers.example", "passport_id": at.family.passport_id},
    ),
    "accept_invitation": lambda at: at.world.service.client().post(
        "/v1/invitations/acceptance", json={"token": at.token, "password": PASSWORD}
    ),
    "propose_erasure": lambda at: at.pending.social_worker.post(
        f"/v1/passports/{at.pending.passport_id}/erasures", {"ground": "court_order"}
    ),
    "withdraw_erasure": lambda at: at.manager.post(f"/v1/erasures/{at.proposal}/withdrawal"),
    "confirm_erasure": lambda at: at.manager.post(f"/v1/erasures/{at.proposal}/confirmation"),
    "change_role": lambda at: at.world.admin(at.family.school_id).http.patch(
        f"/v1/memberships/{at.readers[2].membership_id}", json={"role": "senco"}
    ),
    "end_membership": lambda at: at.world.admin(at.family.school_id).http.delete(
        f"/v1/memberships/{at.readers[2].membership_id}"
    ),
}
"""A request for each operation that changes something and logs it."""


def second_parent(at: Arranged) -> Person:
    assert at.pending.second_parent is not None
    return at.pending.second_parent


def test_every_operation_that_logs_is_tried() -> None:
    operations = [
        operation
        for path in CONTRACT["paths"].values()
        for key, operation in path.items()
        if key != "parameters" and operation["x-access"]["logs"] != "nothing"
    ]
    assert {operation["operationId"] for operation in operations} == {*READS, *WRITES}


def test_every_read_answers_while_the_log_can_be_written(arranged: Arranged) -> None:
    answers = {name: request(arranged) for name, request in READS.items()}
    assert {name: answer.status_code for name, answer in answers.items()} == dict.fromkeys(READS, 200)
    shown = b"".join(answer.content for answer in answers.values())
    assert found(arranged.canaries, shown) == sorted(canary.where for canary in arranged.canaries)
    assert AGAIN["open_view"](arranged).status_code == 304


@pytest.mark.parametrize("breakage", [Breakage.ENTRY, Breakage.HEAD, Breakage.COMMIT])
def test_nothing_is_released_and_nothing_is_done_when_the_log_cannot_be_written(
    breakage: Breakage, service: Service, arranged: Arranged, database: RawDatabase
) -> None:
    with database.unchanged(), broken_log(service, breakage):
        answers = [(name, request(arranged)) for table in (READS, AGAIN, WRITES) for name, request in table.items()]
    assert [told(name, answer) for name, answer in answers if not gives_nothing(answer, arranged)] == []


def test_nothing_is_released_when_the_decision_cannot_be_registered(
    service: Service, arranged: Arranged, database: RawDatabase
) -> None:
    with database.unchanged(), broken_log(service, Breakage.REGISTER):
        answers = [table["open_view"](arranged) for table in (READS, AGAIN)]
    assert [told("open_view", answer) for answer in answers if not gives_nothing(answer, arranged)] == []


def test_the_view_opens_again_once_the_log_can_be_written(service: Service, arranged: Arranged) -> None:
    for breakage in Breakage:
        with broken_log(service, breakage):
            assert READS["open_view"](arranged).status_code >= 500
        assert READS["open_view"](arranged).status_code == 200


@pytest.mark.parametrize("name", [*READS, "open_view, again", "open_view, its headers alone"])
def test_the_entry_is_durable_before_the_first_byte_leaves(
    name: str, service: Service, arranged: Arranged, database: RawDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = READS | {
        "open_view, again": AGAIN["open_view"],
        "open_view, its headers alone": lambda at: at.readers[0].http.head(f"/v1/views/{at.view}"),
    }
    before = entries(database)
    at_each_byte: list[set[int]] = []
    monkeypatch.setattr(
        service.app, "wsgi_app", watched(service.app.wsgi_app, lambda: at_each_byte.append(entries(database)))
    )
    answer = requests[name](arranged)
    assert answer.status_code in {200, 304}
    assert at_each_byte
    assert [len(committed - before) for committed in at_each_byte] == [ENTRIES.get(name, 1)] * len(at_each_byte)
    if name == "open_view":
        assert all(answer.json()["log_entry"] in committed - before for committed in at_each_byte)


def test_views_wait_while_somebody_else_holds_the_log(
    service: Service, arranged: Arranged, database: RawDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = entries(database)
    with asking(service, arranged, monkeypatch) as sockets:
        with held_log(service):
            sockets.ask()
            assert arrived(sockets.all, PATIENCE) == []
            assert entries(database) == before
        answers = [answer_on(each) for each in sockets.all]
    numbers = [json.loads(body)["log_entry"] for _, body in answers]
    assert [status for status, _ in answers] == [200] * READERS
    assert len(set(numbers)) == READERS
    assert set(numbers) == entries(database) - before


def test_views_that_waited_together_all_stay_when_their_commit_fails(
    service: Service, arranged: Arranged, database: RawDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = broken_log(service, Breakage.COMMIT)
    with database.unchanged(), broken, asking(service, arranged, monkeypatch) as sockets:
        with held_log(service):
            sockets.ask()
            assert arrived(sockets.all, PATIENCE) == []
        answers = [answer_on(each) for each in sockets.all]
    assert [status for status, _ in answers if status < 500] == []
    assert [found(arranged.canaries, body) for _, body in answers] == [[]] * READERS


def test_a_view_stays_when_its_connection_to_the_database_is_lost(
    service: Service, arranged: Arranged, database: RawDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    if service.backend == "sqlite":
        pytest.skip("SQLite has no connection to lose: its database is a file")
    with database.unchanged(), asking(service, arranged, monkeypatch, readers=1) as sockets, held_log(service):
        sockets.ask()
        lose_those_who_wait(service)
        status, body = answer_on(sockets.all[0])
    assert status == 503
    assert found(arranged.canaries, body) == []


def entries(database: RawDatabase) -> set[int]:
    """The places in the log that are filled, as another connection sees it: what is committed."""
    return {row["position"] for row in database.rows("log_entries")}


def gives_nothing(answer: httpx.Response, arranged: Arranged) -> bool:
    """Whether an answer says that the service failed, and not a word more."""
    raw = b"\n".join([answer.content, *(value for header in answer.headers.raw for value in header)])
    return (
        answer.status_code in {500, 503}
        and answer.json().keys() == {"type", "title", "status"}
        and "ETag" not in answer.headers
        and found(arranged.canaries, raw) == []
    )


def told(name: str, answer: httpx.Response) -> str:
    """An answer, to say which one it was."""
    return f"{name}: {answer.status_code} {answer.text[:200]}"


def watched(inner: Any, look: Callable[[], None]) -> Any:
    """A WSGI application that looks around before its head and before each piece of its body leave."""

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        def start(*head: Any) -> Any:
            look()
            return start_response(*head)

        body = inner(environ, start)
        for piece in body:
            look()
            yield piece
        body.close()

    return application


@dataclass
class Sockets:
    """Readers who have each a connection of their own, and ask for the same view."""

    all: list[socket.socket]
    requests: list[bytes]
    entered: threading.Semaphore

    def ask(self) -> None:
        """Send every request, and wait until the service works on each."""
        for each, request in zip(self.all, self.requests, strict=True):
            each.sendall(request)
        for _ in self.all:
            assert self.entered.acquire(timeout=10)


@contextmanager
def asking(
    service: Service, arranged: Arranged, monkeypatch: pytest.MonkeyPatch, readers: int = READERS
) -> Iterator[Sockets]:
    """Connect readers to the service."""
    entered = threading.Semaphore(0)
    inner = service.app.wsgi_app

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        entered.release()
        return inner(environ, start_response)

    monkeypatch.setattr(service.app, "wsgi_app", application)
    url = urlsplit(service.settings.base_url)
    tokens = [reader.http.headers["Authorization"] for reader in arranged.readers[:readers]]
    head = f"GET /v1/views/{arranged.view} HTTP/1.1\r\nHost: {url.netloc}\r\nConnection: close\r\n"
    sockets = [socket.create_connection((url.hostname, url.port), timeout=30) for _ in tokens]
    try:
        yield Sockets(sockets, [f"{head}Authorization: {token}\r\n\r\n".encode() for token in tokens], entered)
    finally:
        for each in sockets:
            each.close()


def arrived(sockets: list[socket.socket], seconds: float) -> list[socket.socket]:
    """The connections on which a byte comes within some seconds."""
    return select.select(sockets, [], [], seconds)[0]


def answer_on(connection: socket.socket) -> tuple[int, bytes]:
    """The status and the body that come."""
    answer = HTTPResponse(connection)
    answer.begin()
    return answer.status, answer.read()


def lose_those_who_wait(service: Service) -> None:
    """Cut the connections that wait for a lock, as soon as there is one."""
    cut = (
        "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity "
        "WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    deadline = time.monotonic() + 10
    with psycopg.connect(dsn(service.settings), autocommit=True) as administrator:
        while time.monotonic() < deadline:
            row = administrator.execute(cut).fetchone()
            if row is not None and row[0]:
                return
    pytest.fail("nobody waited for the log")
