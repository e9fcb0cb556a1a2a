"""One round of torture: people at work on one child's passport, in threads, until the server is killed under them."""

import hashlib
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from support.served import Served
from support.world import PASSWORD, Family, Person, World

SECTION = {"section": "regulation", "detail_level": "everyday", "source": "parent"}
Json = dict[str, Any]


class Chance:
    """What looks like chance and is the same for the same seed."""

    def __init__(self, seed: str) -> None:
        self._seed = seed

    def below(self, end: int, *what: object) -> int:
        """A number from 0 to before an end, for one purpose."""
        digest = hashlib.sha256("/".join(map(str, (self._seed, *what))).encode()).digest()
        return int.from_bytes(digest[:8], "big") % end


@dataclass(frozen=True)
class Creation:
    """A request that creates, with the key by which it is done once, and who sends it."""

    by: Person
    path: str
    body: Json
    key: str

    def send(self, http: httpx.Client) -> httpx.Response:
        """Send it, for the first time or again."""
        return http.post(self.path, json=self.body, headers={"Idempotency-Key": self.key})


@dataclass
class Told:
    """What the server has said, up to the moment when it was killed; and what it had been asked and had not answered.

    Attributes:
        statements: the creations that were answered, each with the statement's id.
        consents: the same of consents.
        opened: the log entries of the views given out, each with the reader's name.
        acknowledged: when each view was acknowledged.
        revoked: the consents whose revocation was answered.
        unanswered: creations that were sent and not answered.
        wrong: answers that should not have been given.
    """

    statements: list[tuple[Creation, str]] = field(default_factory=list)
    consents: list[tuple[Creation, str]] = field(default_factory=list)
    opened: dict[int, str] = field(default_factory=dict)
    acknowledged: dict[str, str] = field(default_factory=dict)
    revoked: set[str] = field(default_factory=set)
    unanswered: list[Creation] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


@dataclass
class Cast:
    """Those who take part in one round."""

    family: Family
    teacher: Person
    lead: Person
    consent_id: str
    told: Told = field(default_factory=Told)

    @property
    def passport(self) -> str:
        return f"/v1/passports/{self.family.passport_id}"


def cast(world: World) -> Cast:
    """A family with one consent that stays, and two readers at the school."""
    family = world.family()
    world.statement(family, "regulation", "everyday", "Counting to ten helps.")
    teacher = world.member(family.school_id, "designated_teacher")
    lead = world.member(family.school_id, "designated_safeguarding_lead")
    return Cast(family, teacher, lead, world.consent(family)["id"])


class Round:
    """Runs one round: everybody works until the server is gone."""

    def __init__(self, served: Served, cast: Cast, world: World, kill_after: int, linger: float) -> None:
        self._served = served
        self._cast = cast
        self._world = world
        self._told = cast.told
        self._kill_after = kill_after
        self._linger = linger
        self._lock = threading.Lock()
        self._answered = 0
        self._moment = threading.Event()

    def run(self) -> None:
        """Work, and kill the server some moments after the answer that was chosen."""
        threads = self._begin()
        assert self._moment.wait(60), "too little was answered"
        threading.Event().wait(self._linger)
        self._served.kill()
        for thread in threads:
            thread.join()
        self._served.let_go()

    def _begin(self) -> list[threading.Thread]:
        """Sign everybody in and let each work in a thread."""
        family = self._cast.family
        jobs: list[tuple[Callable[[httpx.Client, Person, int], None], Person]] = [
            (self._write, family.parent),
            (self._write, family.social_worker),
            (self._read, self._cast.teacher),
            (self._read, self._cast.lead),
            (self._decide, family.parent),
        ]
        clients = [self._served.signed_in(person.email, PASSWORD) for _, person in jobs]
        self._reader = self._served.signed_in(self._cast.teacher.email, PASSWORD)
        threads = [
            threading.Thread(target=self._work, args=(job, client, person))
            for (job, person), client in zip(jobs, clients, strict=True)
        ]
        for thread in threads:
            thread.start()
        return threads

    def _work(self, job: Callable[[httpx.Client, Person, int], None], client: httpx.Client, person: Person) -> None:
        number = 0
        while True:
            number += 1
            try:
                job(client, person, number)
            except httpx.TransportError:
                return
            except AssertionError as error:
                self._told.wrong.append(str(error))
                self._moment.set()
                return

    def _write(self, http: httpx.Client, person: Person, number: int) -> None:
        text = f"Statement {number} of {person.name}."
        creation = Creation(person, f"{self._cast.passport}/statements", {**SECTION, "text": text}, text)
        made = self._create(http, creation)
        self._answer(lambda: self._told.statements.append((creation, made["id"])))

    def _read(self, http: httpx.Client, person: Person, _number: int) -> None:
        view = self._good(http.get(f"/v1/views/{self._cast.consent_id}"))
        self._answer(lambda: self._told.opened.update({view["log_entry"]: person.name}))

    def _decide(self, http: httpx.Client, person: Person, number: int) -> None:
        """Consent, have it opened and acknowledged, and revoke every other one."""
        terms = self._world.terms(self._cast.family, purpose="school_move", valid_until=self._world.day(30))
        creation = Creation(person, f"{self._cast.passport}/consents", terms, f"Consent {number}")
        consent = self._create(http, creation)["id"]
        self._answer(lambda: self._told.consents.append((creation, consent)))
        view = self._good(self._reader.get(f"/v1/views/{consent}"))
        self._answer(lambda: self._told.opened.update({view["log_entry"]: self._cast.teacher.name}))
        said = self._good(self._reader.post(f"/v1/views/{consent}/acknowledgement"))
        self._answer(lambda: self._told.acknowledged.update({consent: said["acknowledged_at"]}))
        if number % 2:
            self._good(http.post(f"/v1/consents/{consent}/revocation"))
            self._answer(lambda: self._told.revoked.add(consent))

    def _create(self, http: httpx.Client, creation: Creation) -> Json:
        """Send a creation; while there is no answer it counts as unanswered."""
        with self._lock:
            self._told.unanswered.append(creation)
        made = self._good(creation.send(http))
        with self._lock:
            self._told.unanswered.remove(creation)
        return made

    def _answer(self, remember: Callable[[], object]) -> None:
        """Remember an answer; the chosen one brings the server's end."""
        with self._lock:
            remember()
            self._answered += 1
            if self._answered == self._kill_after:
                self._moment.set()

    def _good(self, answer: httpx.Response) -> Json:
        """What was answered; anything but success is wrong."""
        assert answer.status_code in {200, 201}, f"{answer.request.method} {answer.request.url}: {answer.text}"
        made: Json = answer.json()
        return made
