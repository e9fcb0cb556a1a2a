"""The main job from end to end, and everything that can go wrong with it, with a canary in whatever a person writes."""

import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx

from passport_api.domain.identifiers import AuthorityCode
from passport_api.domain.ids import OrganisationId
from passport_api.domain.outbox import Delivered, Failed, Fault, Outcome
from passport_api.senders.contract import Email, Event, Senders
from passport_api.services import organisations, webhooks
from passport_api.services.delivery import Delivery
from passport_api.services.execution import perform_unattended
from support.canaries import Canary, nhs_number, upn, word
from support.searching import correct_to_the_end, search_to_the_end
from support.service import Service
from support.world import EVERY_SECTION, Person, World

HEADERS = ("User-Agent", "Referer", "Cookie", "X-Forwarded-For", "X-Name")


@dataclass
class Told:
    """Whom notices went to: a mail server and a web server that only take."""

    emails: list[Email] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def send(self, email: Email) -> Outcome:
        self.emails.append(email)
        return Failed(Fault.MAIL_PUT_OFF)

    def post(self, event: Event) -> Outcome:
        self.events.append(event)
        return Delivered()


class WholePath:
    """Drives one service and keeps every exchange with it.

    Attributes:
        canaries: whatever a person wrote, or was given to keep to themselves.
        control: the name of an organisation, which is kept in plain: whoever searches must find it.
        exchanges: every answer, with its request.
        bodies: every body sent.
        passwords: by email address.
        stopped: the statement that no view shows.
        kept: what those responsible for the child read back that no view shows.
    """

    def __init__(self, service: Service, world: World) -> None:
        self.service = service
        self.world = world
        self.canaries: list[Canary] = []
        self.exchanges: list[httpx.Response] = []
        self.bodies: list[bytes] = []
        self.passwords: dict[str, str] = {}
        self.headers = {name: self.plant(f"the header {name}", word()) for name in HEADERS}
        mark = word(capital=True)
        name = f"{mark} Council"
        self.control = Canary("an organisation's name", name, (mark,))
        made = perform_unattended(
            service.runtime,
            lambda step: organisations.found_authority(step, name, AuthorityCode.parse("999"), None),
        )
        self.custodian_id = str(made.organisation_id)
        self.school_id = world.school(world.authority())
        self.passport: dict[str, Any] = {}
        self.view: dict[str, Any] = {}
        self.told = Told()
        self.stopped = ""
        self.kept: dict[str, bytes] = {}

    def begin(self) -> None:
        """Go as far as a view that is open, acknowledged and accounted for."""
        self.worker = self.join(self.watched(self.world.admin(self.custodian_id)), "social_worker")
        self.create_passport(self.worker)
        self.parents = [self.become_parent(self.worker) for _ in range(2)]
        self.write(self.parents[0], self.worker)
        self.protect(self.parents[0])
        self.move_id = self.move(self.worker)
        self.consent_id = self.consent(self.parents)
        self.admin = self.watched(self.world.admin(self.school_id))
        self.reader = self.join(self.admin, "designated_teacher")
        self.notify()
        self.open(self.reader)
        for person in (self.parents[0], self.worker):
            self.read(person)
        self.search(self.worker)
        said = word()
        self.parents[0].made(
            "/v1/wording-checks", {"text": self.plant("NewWordingCheck.text", f"He likes {said}.", said)}
        )
        self.settle(self.worker)
        self.correct(self.parents[0], self.reader)

    def end(self) -> None:
        """The consent is withdrawn, the reader leaves, a parent signs out."""
        self.parents[0].made(f"/v1/consents/{self.consent_id}/revocation")
        assert self.reader.get(f"/v1/views/{self.consent_id}").status_code == 404
        membership = self.world.membership_of(self.school_id, self.reader)
        self.good(self.admin.get(f"/v1/organisations/{self.school_id}/memberships?limit=1"))
        changed = self.good(self.admin.http.patch(f"/v1/memberships/{membership}", json={"role": "senco"}))
        self.good(self.admin.http.delete(f"/v1/memberships/{changed['id']}"))
        assert self.parents[1].post("/v1/auth/logout").status_code == 204

    def join(self, admin: Person, role: str) -> Person:
        """Somebody is invited to an organisation, with a repeat of the request, and accepts."""
        organisation_id = self.custodian_id if role == "social_worker" else self.school_id
        return self.accept(admin, {"organisation_id": organisation_id, "role": role})

    def become_parent(self, worker: Person) -> Person:
        """A parent is invited, and accepts."""
        return self.accept(worker, {"passport_id": self.passport["id"]})

    def accept(self, host: Person, what: dict[str, str]) -> Person:
        """Somebody is invited, accepts with a new password, signs in and refreshes."""
        first, last = word(capital=True), word(capital=True)
        name = self.plant("NewInvitation.name", f"Zoë {first} {last}", first, last)
        email = self.plant("NewInvitation.email", f"{first}.{last}@families.example", first, last)
        password = self.plant("Acceptance.password", f"{word()} 5 {word()}")
        self.passwords[email] = password
        invited = self.twice(host, "/v1/invitations", {"name": name, "email": email, **what})
        self.plant("Acceptance.token", invited["token"])
        stranger = self.client()
        accepted = self.good(
            stranger.post("/v1/invitations/acceptance", json={"token": invited["token"], "password": password})
        )
        self.keep(accepted)
        tokens = self.good(stranger.post("/v1/auth/login", json={"email": email, "password": password}))
        self.keep(tokens)
        refreshed = self.good(stranger.post("/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}))
        self.keep(refreshed)
        http = self.client(refreshed["access_token"])
        return Person(name, email, http, refreshed["refresh_token"], self.good(http.get("/v1/me"))["id"])

    def create_passport(self, worker: Person) -> None:
        """A passport is made, with a repeat of the request."""
        first, last, known_as = (word(capital=True) for _ in range(3))
        month, day = 1 + secrets.randbelow(12), 10 + secrets.randbelow(18)
        child = {
            "name": self.plant("NewChild.name", f"{first} {last}", first, last),
            "known_as": self.plant("NewChild.known_as", known_as),
            "date_of_birth": self.plant("NewChild.date_of_birth", f"20{11 + secrets.randbelow(6)}-{month:02}-{day}"),
            "nhs_number": self.plant("NewChild.nhs_number", nhs_number()),
            "upn": self.plant("NewChild.upn", upn()),
            "circumstances": ["adopted", "previously_looked_after"],
        }
        for circumstance in child["circumstances"]:
            self.plant("NewChild.circumstances", circumstance)
        self.passport = self.twice(worker, "/v1/passports", {"child": child, "requires_both_parents": True})

    def write(self, parent: Person, worker: Person) -> None:
        """Statements are written: one as long as can be, one for each section."""
        path = f"/v1/passports/{self.passport['id']}/statements"
        mark = word()
        longest = (f"{mark} settles when an adult sits beside her.\n" * 99)[:4000].strip()
        for number, section in enumerate(EVERY_SECTION):
            short = word()
            source = word()
            text = longest if number == 0 else f"What helps: {short}."
            statement = {
                "section": section,
                "detail_level": "everyday",
                "kind": "childs_words" if section == "about_me" else "fact",
                "text": self.plant("NewStatement.text", text, mark if number == 0 else short),
                "source": self.plant("NewStatement.source", f"Dr {source}, therapist", source),
                "review_on": self.plant("NewStatement.review_on", f"2{secrets.randbelow(900) + 100}-11-{10 + number}"),
            }
            self.twice(parent if number % 2 else worker, path, statement)

    def protect(self, parent: Person) -> None:
        """A list is made of what no view may say, a letter is held against it, and somebody says it for a reason."""
        first, last, teacher = (word(capital=True) for _ in range(3))
        relative = self.plant("NewProtectedTerm.text", f"{first} {last}", first, last)
        used = self.plant("NewProtectedList.names_in_use", f"Mrs {teacher}", teacher)
        path = f"/v1/passports/{self.passport['id']}/protected-list"
        tag = parent.get(path).headers["ETag"]
        listed = {"terms": [{"kind": "relative_name", "text": relative}], "names_in_use": [used]}
        self.good(parent.http.put(path, json=listed, headers={"If-Match": tag}))
        mark, why = word(), word()
        letter = self.plant("NewProtectionCheck.text", f"Dear {relative}, she likes {mark}.", mark)
        checked = parent.made(f"/v1/passports/{self.passport['id']}/protection-checks", {"text": letter})
        assert relative in [found["matched"] for found in checked["findings"]]
        statement = {
            "section": "family_and_contact",
            "detail_level": "everyday",
            "text": f"{relative} came.",
            "source": "parent",
            "wording_reason": self.plant("NewStatement.wording_reason", f"She will ask: {why}.", why),
        }
        self.stopped = str(self.twice(parent, f"/v1/passports/{self.passport['id']}/statements", statement)["id"])
        self.kept = {each: parent.get(each).content for each in (path, f"/v1/statements/{self.stopped}")}

    def settle(self, worker: Person) -> None:
        """The alert that came of it is read, and settled with a note."""
        (alert,) = self.good(worker.get(f"/v1/organisations/{self.custodian_id}/alerts"))["items"]
        path, mark = f"/v1/alerts/{alert['id']}", word()
        self.good(worker.get(path))
        worker.made(f"{path}/settlement", {"note": self.plant("NewSettlement.note", f"We asked {mark}.", mark)})
        self.kept[path] = worker.get(path).content

    def move(self, worker: Person) -> str:
        """A move is recorded, and put off."""
        body = {
            "kind": "phase_transfer",
            "from_id": self.world.school(),
            "to_id": self.school_id,
            "planned_date": self.world.day(100),
        }
        made = self.twice(worker, f"/v1/passports/{self.passport['id']}/transitions", body)
        path = f"/v1/transitions/{made['id']}"
        tag = worker.get(path).headers["ETag"]
        self.good(worker.http.patch(path, json={"planned_date": self.world.day(120)}, headers={"If-Match": tag}))
        return str(made["id"])

    def consent(self, parents: list[Person]) -> str:
        """One parent previews and consents, the other looks at it and agrees."""
        scope = dict.fromkeys(EVERY_SECTION, "restricted")
        previews = f"/v1/passports/{self.passport['id']}/consent-previews"
        parents[0].made(previews, {"scope": scope, "role": "class_teacher"})
        mark = word()
        terms = {
            "recipient_id": self.school_id,
            "purpose": "phase_transfer",
            "scope": scope,
            "valid_until": self.world.day(300),
            "transition_id": self.move_id,
            "child_view": {
                "asked": True,
                "words": self.plant("ChildView.words", f"Tell them about {mark}.\nAnd my dog.", mark),
            },
        }
        consent = str(self.twice(parents[0], f"/v1/passports/{self.passport['id']}/consents", terms)["id"])
        self.good(parents[1].get(f"/v1/consents/{consent}/preview", params={"role": "designated_teacher"}))
        parents[1].made(f"/v1/consents/{consent}/approval")
        return consent

    def notify(self) -> None:
        """Those who may know are told, and a webhook is; what it is signed with is a secret too."""
        school = OrganisationId(UUID(self.school_id))
        url = "https://hooks.example/notices"
        _, secret = perform_unattended(self.service.runtime, lambda step: webhooks.add(step, school, url))
        self.plant("a webhook's secret", secret, secret.removeprefix("whsec_"))
        base_url = self.service.settings.base_url
        delivery = Delivery(self.service.runtime, Senders(self.told, self.told), base_url, timedelta(minutes=1))
        while taken := delivery.take(10):
            for one in taken:
                delivery.deliver(one)

    def open(self, reader: Person) -> None:
        """The view is found, opened, asked for again, and acknowledged."""
        assert [item["id"] for item in self.good(reader.get("/v1/views"))["items"]] == [self.consent_id]
        opened = reader.get(f"/v1/views/{self.consent_id}")
        self.view = self.good(opened)
        again = reader.get(f"/v1/views/{self.consent_id}", headers={"If-None-Match": opened.headers["ETag"]})
        assert again.status_code == 304
        reader.made(f"/v1/views/{self.consent_id}/acknowledgement")
        self.good(reader.get(f"/v1/log/entries/{self.view['log_entry']}/inclusion-proof"))

    def correct(self, parent: Person, reader: Person) -> None:
        """A statement is withdrawn, and whoever has read it is told and answers."""
        statement = parent.get(f"/v1/passports/{self.passport['id']}/statements").json()["items"][3]["id"]
        path = f"/v1/statements/{statement}"
        mark, reasons = word(), word()
        said = {"words": self.plant("NewChallenge.words", f"That is {mark}, it was not so.", mark)}
        challenge = f"/v1/challenges/{self.twice(parent, f'{path}/challenges', said)['id']}"
        parent.made(f"{challenge}/restriction")
        finding = {
            "finding": "not_upheld",
            "reasons": self.plant("NewResolution.reasons", f"Three people saw {reasons}.", reasons),
        }
        self.worker.made(f"{challenge}/resolution", finding)
        for at in (challenge, f"{path}/challenges"):
            self.good(parent.get(at))
        why = word()
        body = {"reason": self.plant("NewCorrection.reason", f"It hurt {why}.", why), "replacement": None}
        self.twice(parent, f"{path}/corrections", body, {"If-Match": parent.get(path).headers["ETag"]})
        notice = self.good(reader.get("/v1/correction-notices"))["items"][0]["id"]
        reader.made(f"/v1/correction-notices/{notice}/acknowledgement", {"copies": "destroyed"})
        for what in ("versions", "recipients", "correction-notices"):
            self.good(parent.get(f"{path}/{what}", params={"limit": "1"}))

    def search(self, worker: Person) -> None:
        """A phrase is looked for, found, and replaced."""
        sought, why, instead, reason = (word() for _ in range(4))
        statement = {
            "section": "regulation",
            "detail_level": "everyday",
            "text": self.plant("NewSearch.phrase", f"He {sought} a risk", sought),
            "source": "school",
        }
        worker.made(f"/v1/passports/{self.passport['id']}/statements", statement)
        path = f"/v1/organisations/{self.custodian_id}/searches"
        body = {"phrase": f"{sought} a risk", "reason": self.plant("NewSearch.reason", f"It {why} spread.", why)}
        search = f"/v1/searches/{self.twice(worker, path, body)['id']}"
        search_to_the_end(self.service)
        assert len(self.good(worker.get(f"{search}/hits"))["items"]) == 1
        mending = {
            "reason": self.plant("NewSearchCorrection.reason", f"It {reason} him.", reason),
            "instead": self.plant("NewSearchCorrection.instead", f"{instead} under a table", instead),
            "statements": None,
        }
        self.twice(worker, f"{search}/corrections", mending)
        correct_to_the_end(self.service)
        for at in (path, search, f"{search}/hits", f"{search}/corrections"):
            self.good(worker.get(at, params={"limit": "1"} if at != search else None))

    def read(self, person: Person) -> None:
        """Somebody responsible for the child reads all that they may, a page of one item at a time."""
        passport = f"/v1/passports/{self.passport['id']}"
        for path in (passport, f"{passport}/statements", f"/v1/consents/{self.consent_id}"):
            self.good(person.get(path))
        for path in ("/v1/passports", *(f"{passport}/{name}" for name in ("consents", "transitions", "decisions"))):
            self.good(person.get(path, params={"limit": "1"}))
        page = self.good(person.get(f"{passport}/access-log", params={"limit": "1"}))
        self.good(person.get(page["next"]))
        assert person.get("/v1/log/checkpoint").status_code == 200

    def plant(self, where: str, value: str, *marks: str) -> str:
        """Remember what somebody writes; gives it back."""
        self.canaries.append(Canary(where, value, marks))
        return value

    def keep(self, tokens: dict[str, Any]) -> None:
        """Remember tokens that somebody was given."""
        self.plant("Refresh.refresh_token", tokens["refresh_token"])
        self.plant("an access token", tokens["access_token"], *tokens["access_token"].split(".")[1:])

    def twice(
        self, person: Person, path: str, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Create something, and repeat the request: the second answer is the first one, kept."""
        key = self.plant("the header Idempotency-Key", f"for {word()}")
        self.used_key = {"Idempotency-Key": key}
        sent = {**(headers or {}), **self.used_key}
        first, second = (person.post(path, body, headers=sent) for _ in range(2))
        assert second.headers["Idempotency-Replayed"] == "true"
        assert first.content == second.content
        return self.good(first)

    def good(self, answer: httpx.Response) -> dict[str, Any]:
        """What a request was answered that had to succeed."""
        assert answer.status_code in (200, 201), answer.text
        made: dict[str, Any] = answer.json()
        return made

    def client(self, token: str | None = None) -> httpx.Client:
        """A watched client, that says more about itself than it need."""
        http = self.service.client(token)
        http.headers.update(self.headers)
        http.event_hooks = {"response": [self._keep]}
        return http

    def watched(self, person: Person) -> Person:
        """Watch somebody's client too."""
        person.http.event_hooks = {"response": [self._keep]}
        return person

    def _keep(self, answer: httpx.Response) -> None:
        answer.read()
        self.exchanges.append(answer)
        self.bodies.append(answer.request.read())
