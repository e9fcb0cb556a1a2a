"""What must hold after a disaster: all that the service had said before is so, and nothing is half done."""

import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.config import Settings, for_folder, to_environment
from passport_keys.providers.local_file import LocalFileProvider
from support import lists
from support.broken_log import dsn
from support.databases import fresh_database
from support.raw_database import RawDatabase
from support.served import Served
from support.service import Clock, listening
from support.torture import Cast, cast
from support.world import PASSWORD, Person, World

Json = dict[str, Any]


@dataclass
class Place:
    """A database with everybody in it, and no server yet."""

    settings: Settings
    backend: str
    casts: list[Cast]
    world: World


@contextmanager
def prepared(backend: str, folder: Path, rounds: int) -> Iterator[Place]:
    """Make a database and a family for each round; then let go of it, so that the server has it alone."""
    with fresh_database(backend, folder) as url:
        yield settled(backend, folder, url, rounds)


def settled(backend: str, folder: Path, url: str, rounds: int) -> Place:
    """The same in a migrated database that is there already."""
    clock = Clock()
    keys = folder / "keys.json"
    LocalFileProvider.create(keys, clock())
    start = replace(for_folder(folder), database_url=url, key_url=f"file:{keys}")
    with listening(start, clock, backend, folder) as service:
        world = World(service)
        casts = [cast(world) for _ in range(rounds)]
    return Place(service.settings, backend, casts, world)


class Aftermath:
    """Holds what a server says after its end and return against what it had said before."""

    def __init__(self, served: Served, place: Place, actors: Cast) -> None:
        self._settings = place.settings
        self._actors = actors
        self._told = actors.told
        everybody = (actors.family.parent, actors.family.social_worker, actors.teacher)
        self._clients = {person.email: served.signed_in(person.email, PASSWORD) for person in everybody}

    def check(self) -> None:
        """All of it."""
        self.what_was_answered_is_there()
        self.what_was_asked_is_done_once()
        logged = self.every("access-log")
        self.every_view_given_out_is_in_the_log(logged)
        self.nothing_is_half_written(logged)
        self.every_consent_is_told_of_once()

    def what_was_answered_is_there(self) -> None:
        statements = {each["id"]: each["text"] for each in self.every("statements")}
        told = {statement_id: creation.body["text"] for creation, statement_id in self._told.statements}
        assert {key: statements.get(key) for key in told} == told
        consents = {each["id"]: each["status"] for each in self.every("consents")}
        assert {consent_id for _, consent_id in self._told.consents} <= consents.keys()
        assert [consent_id for consent_id in self._told.revoked if consents[consent_id] != "revoked"] == []
        reader = self.client(self._actors.teacher)
        reopened = [reader.get(f"/v1/views/{consent_id}").status_code for consent_id in self._told.revoked]
        assert reopened == [404] * len(reopened)

    def what_was_asked_is_done_once(self) -> None:
        """Creations are repeated, as a careful client does: those not answered, and the last that were."""
        for creation in self._told.unanswered:
            answers = [creation.send(self.client(creation.by)) for _ in range(2)]
            assert [answer.status_code for answer in answers] == [201, 201]
            assert answers[0].json()["id"] == answers[1].json()["id"]
        for creation, made in (*self._told.statements[-2:], *self._told.consents[-2:]):
            answer = creation.send(self.client(creation.by))
            assert (answer.status_code, answer.json()["id"]) == (201, made)
        texts = Counter(each["text"] for each in self.every("statements"))
        assert [text for text, times in texts.items() if times > 1] == []

    def every_view_given_out_is_in_the_log(self, logged: list[Json]) -> None:
        entries = {each["entry"]: (each["action"], each["outcome"], each["actor"]["name"]) for each in logged}
        told = {number: ("view.opened", "allowed", name) for number, name in self._told.opened.items()}
        assert {number: entries.get(number) for number in told} == told

    def nothing_is_half_written(self, logged: list[Json]) -> None:
        """Each thing that is kept has its one entry in the log, and each entry its thing."""
        allowed = [each for each in logged if each["outcome"] == "allowed"]

        def about(action: str) -> list[str]:
            return sorted(each["consent_id"] for each in allowed if each["action"] == action)

        written = [each["statements"][0]["id"] for each in allowed if each["action"] == "statement.written"]
        assert sorted(written) == sorted(each["id"] for each in self.every("statements"))
        consents = {each["id"]: each["status"] for each in self.every("consents")}
        assert about("consent.given") == sorted(consents)
        assert about("consent.revoked") == sorted(key for key, status in consents.items() if status == "revoked")
        given = {str(row["consent_id"]): row["given_at"] for row in self.rows("acknowledgements")}
        acknowledged = {key: at for key, at in given.items() if key in consents}
        assert about("view.acknowledged") == sorted(acknowledged)
        told = {key: datetime.fromisoformat(at) for key, at in self._told.acknowledged.items()}
        assert {key: acknowledged.get(key) for key in told} == told
        registered = [row["position"] for row in self.rows("decisions") if str(row["passport_id"]) == self.passport_id]
        decided = [each for each in logged if each["action"] == "view.opened" or each["outcome"] == "denied"]
        assert sorted(registered) == sorted(each["entry"] for each in decided)

    def every_consent_is_told_of_once(self) -> None:
        """No worker runs here: what is to be told still stands in the outbox."""
        kept = Counter(str(row["subject_id"]) for row in self.rows("outbox") if row["channel"] == "organisation")
        consents = [each["id"] for each in self.every("consents")]
        assert {consent: kept[consent] for consent in consents} == dict.fromkeys(consents, 1)

    @property
    def passport_id(self) -> str:
        return self._actors.family.passport_id

    def client(self, person: Person) -> httpx.Client:
        return self._clients[person.email]

    def every(self, what: str) -> list[Json]:
        """Every item of one of the passport's lists, as the parent reads it."""
        return lists.every(self.client(self._actors.family.parent), f"{self._actors.passport}/{what}?limit=100")

    def rows(self, table: str) -> list[Json]:
        """Every row of a table."""
        database = RawDatabase(self._settings.database_url)
        rows = database.rows(table)
        database.close()
        return rows


def wait_for_the_dead(place: Place) -> None:
    """Let the database notice that a killed server's connections are gone: what it was committing may still land."""
    if place.backend == "sqlite":
        return
    alive = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    deadline = time.monotonic() + 30
    with psycopg.connect(dsn(place.settings), autocommit=True) as administrator:
        while time.monotonic() < deadline:
            row = administrator.execute(alive).fetchone()
            if row == (0,):
                return
            threading.Event().wait(0.01)
    pytest.fail("connections of a killed server stayed")


def verify_the_log(place: Place) -> None:
    """Run `passport-api log verify`."""
    ran = CliRunner().invoke(main, ["log", "verify"], env=to_environment(place.settings))
    assert ran.exit_code == 0, ran.output
    assert ran.output.startswith("verified: ")
