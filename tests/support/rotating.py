"""A place with families in it, a served process, people at work in threads, and the keys command in another process."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
from click.testing import CliRunner, Result

from passport_api.cli import main
from passport_api.config import Settings, for_folder, to_environment
from passport_keys.providers.local_file import LocalFileProvider
from support.databases import fresh_database
from support.raw_database import RawDatabase
from support.served import Served
from support.service import Clock, listening
from support.world import PASSWORD, Family, Person, World

_PROGRAM = str(Path(sys.executable).with_name("passport-api"))
_PAUSE = 0.02
"""Seconds between one's requests: what people leave of the machine is what the commands run on."""
_SEALED = {
    "statements": "sealed_statement",
    "challenges": "sealed_challenge",
    "protected_lists": "sealed_list",
    "alerts": "sealed_details",
    "passports": "sealed_child",
    "consents": "sealed_terms",
    "log_entries": "sealed_payload",
    "accounts": "sealed_identity",
    "searches": "sealed_search",
    "search_corrections": "sealed_correction",
}


@dataclass
class Place:
    """A database with a family in it and some more passports, and no server yet."""

    settings: Settings
    backend: str
    family: Family
    teacher: Person
    consent_id: str
    passports: list[str]

    @property
    def environment(self) -> dict[str, str]:
        return {**os.environ, **to_environment(self.settings)}

    def keys(self, *words: str) -> Result:
        """Run `passport-api keys …`, to its end."""
        return CliRunner().invoke(main, ["keys", *words], env=to_environment(self.settings))

    def said(self, *words: str) -> str:
        """The same, and expect it to succeed."""
        ran = self.keys(*words)
        assert ran.exit_code == 0, ran.output
        return ran.stdout

    def said_apart(self, *words: str) -> str:
        """The same in a process of its own, beside a server."""
        ran = subprocess.run(
            [_PROGRAM, "keys", *words], env=self.environment, capture_output=True, text=True, check=False, timeout=120
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr
        return ran.stdout

    def begin(self, *words: str) -> "subprocess.Popen[str]":
        """Start `passport-api keys …`, to be watched and to be killed."""
        return subprocess.Popen([_PROGRAM, "keys", *words], env=self.environment, stdout=subprocess.PIPE, text=True)

    def wrapped_under(self) -> dict[str, int]:
        """How many keys there are under each key-encryption key, passports' and the service's together."""
        counted: dict[str, int] = {}
        for row in [*self.rows("data_keys"), *self.rows("service_keys")]:
            counted[row["wrapping_key_id"]] = counted.get(row["wrapping_key_id"], 0) + 1
        return counted

    def active(self) -> str:
        """The key-encryption key that wraps."""
        return LocalFileProvider.open(Path(self.settings.key_url.removeprefix("file:"))).active_key_id

    def ciphertexts(self) -> dict[tuple[str, ...], bytes]:
        """Everything that is sealed, by its place."""
        return {
            (table, str(row.get("id", row.get("passport_id"))), str(row.get("version"))): row[column]
            for table, column in _SEALED.items()
            for row in self.rows(table)
        }

    def rows(self, table: str) -> list[dict[str, Any]]:
        """Every row of a table."""
        database = RawDatabase(self.settings.database_url)
        rows = database.rows(table)
        database.close()
        return rows


@contextmanager
def prepared(backend: str, folder: Path, passports: int) -> Iterator[Place]:
    """Make a family, its consent and more passports; then let go, so that a server and a command have it alone."""
    with fresh_database(backend, folder) as url:
        clock = Clock()
        keys = folder / "keys.json"
        LocalFileProvider.create(keys, clock())
        start = replace(for_folder(folder), database_url=url, key_url=f"file:{keys}")
        with listening(start, clock, backend, folder) as service:
            world = World(service)
            family = world.family()
            world.statement(family, "regulation", "everyday", "Counting to ten helps.")
            world.alert(family)
            teacher = world.member(family.school_id, "designated_teacher")
            consent_id = world.consent(family)["id"]
            worker = family.social_worker
            made = [worker.made("/v1/passports", {"child": world.child()})["id"] for _ in range(passports)]
        yield Place(service.settings, backend, family, teacher, consent_id, [family.passport_id, *made])


@dataclass
class AtWork:
    """People who read and write in threads until they are told to stop; whatever was not answered well is kept."""

    served: Served
    place: Place
    answered: int = 0
    wrong: list[str] = field(default_factory=list)
    gone: int = 0
    _stop: threading.Event = field(default_factory=threading.Event)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    def begin(self) -> None:
        """Sign everybody in and let them work."""
        family, place = self.place.family, self.place
        write = f"/v1/passports/{family.passport_id}/statements"
        statement = {"section": "regulation", "detail_level": "everyday", "source": "parent", "text": "Later."}
        child = {"child": {"name": "A new child", "date_of_birth": "2016-01-01"}}
        jobs: list[tuple[Person, Callable[[httpx.Client, int], httpx.Response]]] = [
            (place.teacher, lambda http, _: http.get(f"/v1/views/{place.consent_id}")),
            (
                family.parent,
                lambda http, _: http.post(write, json=statement),
            ),
            (family.social_worker, lambda http, turn: http.get(f"/v1/passports/{self._passport(turn)}")),
            (family.social_worker, lambda http, _: http.post("/v1/passports", json=child)),
        ]
        for person, job in jobs:
            client = self.served.signed_in(person.email, PASSWORD)
            self._threads.append(threading.Thread(target=self._work, args=(client, job)))
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        """Let everybody finish what they are at."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _passport(self, turn: int) -> str:
        return self.place.passports[turn % len(self.place.passports)]

    def _work(self, http: httpx.Client, job: Callable[[httpx.Client, int], httpx.Response]) -> None:
        turn = 0
        while not self._stop.wait(_PAUSE):
            turn += 1
            try:
                answer = job(http, turn)
            except httpx.TransportError:
                with self._lock:
                    self.gone += 1
                return
            with self._lock:
                self.answered += 1
                if answer.status_code not in {200, 201}:
                    self.wrong.append(f"{answer.request.method} {answer.request.url.path}: {answer.text}")
