"""What goes wrong on the main path, each time with canaries in it."""

import uuid
from collections.abc import Callable
from typing import Any

from support.canaries import nhs_number, upn, word
from support.whole_path import WholePath

_WRONG = {"section": "see {}", "detail_level": "see {}", "text": "a\u202e{}", "source": "two\u2028{}"}


class Astray:
    """Strays from a path at every step. Every answer must be a 4xx."""

    def __init__(self, path: WholePath) -> None:
        self.path = path
        self.plant = path.plant
        self.child = path.passport["child"]
        self.worker, self.parent, self.reader = path.worker, path.parents[0], path.reader
        self.passport = f"/v1/passports/{path.passport['id']}"
        self.statements = f"{self.passport}/statements"
        self.statement = {"section": "safety", "detail_level": "everyday", "text": "Fine.", "source": "parent"}

    def go(self) -> None:
        """All of it."""
        before = len(self.path.exchanges)
        steps: tuple[Callable[[], None], ...] = (
            self.guess,
            self.send_what_is_no_json,
            self.send_what_no_field_takes,
            self.send_what_is_too_long,
            self.send_what_is_held,
            self.send_unknown_fields,
            self.send_the_same_again,
            self.ask_for_what_is_not_there,
            self.ask_for_what_is_anothers,
            self.send_strange_headers,
        )
        for step in steps:
            step()
        statuses = [answer.status_code for answer in self.path.exchanges[before:]]
        assert len(statuses) > 50
        assert all(400 <= status < 500 for status in statuses), statuses

    def guess(self) -> None:
        """Wrong addresses, passwords, tokens and links."""
        stranger = self.path.client()
        wrong = self.plant("SignIn.password", f"{word()} {word()}")
        unknown = self.plant("SignIn.email", f"{word()}@nobody.example")
        for email in (self.parent.email, unknown, self.plant("SignIn.email", f"no address {word()}")):
            stranger.post("/v1/auth/login", json={"email": email, "password": wrong})
        token = self.plant("Refresh.refresh_token", word() + word())
        for body in ({"refresh_token": token}, {"refresh_token": [token]}):
            stranger.post("/v1/auth/refresh", json=body)
        weak = self.plant("Acceptance.password", word()[:11])
        used = next(canary.value for canary in self.path.canaries if canary.where == "Acceptance.token")
        for link in (self.plant("Acceptance.token", word() + word()), used):
            for password in (weak, wrong):
                stranger.post("/v1/invitations/acceptance", json={"token": link, "password": password})

    def send_what_is_no_json(self) -> None:
        """Bodies that cannot be read."""
        mark = self.plant("a body that is no JSON", word())
        for body in (
            mark,
            f'"{mark}"',
            f'["{mark}"]',
            f'{{"text": "{mark}',
            f'{{"{mark} a": 1, "{mark} a": 2}}',
            f'{{"text": "{mark}\\ud800"}}',
            f'{{"text": "{mark}\\u0000"}}',
            f'{{"{mark} b\\ud800": "{mark}"}}',
            f'{{"text": NaN, "source": "{mark}"}}',
            '{"text": ' + "[" * 200 + f'"{mark}"' + "]" * 200 + "}",
        ):
            self._post(self.statements, content=body)
        self._post(self.statements, content=mark.encode("utf-16"))
        self._post(self.statements, content=mark, headers={"Content-Type": f"text/plain; name={mark}"})
        self._post(self.statements, content=f'{{"text": "{mark * 10_000}"}}')

    def send_what_no_field_takes(self) -> None:
        """Values that their fields refuse."""
        number = nhs_number()
        wrong_number = number[:9] + str((int(number[9]) + 1) % 10)
        pupil = upn()
        wrong_pupil = ("A" if pupil[0] != "A" else "B") + pupil[1:]
        for field, value in (
            ("name", {"first": self.plant("a name of the wrong type", word())}),
            ("known_as", [self.plant("a name of the wrong type", word())]),
            ("date_of_birth", self.plant("a date that is none", f"on {word()}")),
            ("date_of_birth", self.plant("a date too long ago", "1931-02-17")),
            ("nhs_number", self.plant("an NHS number that is none", wrong_number)),
            ("upn", self.plant("a UPN that is none", wrong_pupil)),
            ("circumstances", [self.plant("a circumstance that is none", f"is {word()}")]),
        ):
            self.worker.post("/v1/passports", {"child": self.path.world.child(**{field: value})})
        for field, pattern in _WRONG.items():
            mark = self.plant(f"a wrong value in {field}", word())
            for value in (pattern.format(mark), [mark], {mark: mark}):
                self.parent.post(self.statements, {**self.statement, field: value})

    def send_what_is_too_long(self) -> None:
        """Text beyond the longest."""
        mark = self.plant("text too long", word())
        for field, longest in (("text", 4000), ("source", 120)):
            self.parent.post(self.statements, {**self.statement, field: mark + "x" * longest})
        self.worker.post("/v1/passports", {"child": self.path.world.child(name=mark * 20)})

    def send_what_is_held(self) -> None:
        """Wordings that harm, without a reason: the answer repeats those, and nothing around them."""
        mark = self.plant("a text that is held", word())
        held = {**self.statement, "text": f"See {mark}. He is manipulative.", "source": mark}
        path = f"/v1/statements/{self.path.stopped}/corrections"
        self.parent.post(self.statements, held)
        self.parent.post(path, {"reason": mark, "replacement": held}, headers={"If-Match": "*"})
        listed = {"terms": [{"kind": kind, "text": mark} for kind in ("upn", "date", "phone")]}
        self.parent.http.put(f"{self.passport}/protected-list", json=listed, headers={"If-Match": "*"})

    def send_unknown_fields(self) -> None:
        """Fields that nobody declared, whose names are what a person would rather have kept."""
        value = self.plant("an unknown field's value", word())
        sentence = self.plant("an unknown field's name", f"{word()} said")
        identity = (self.child[name] for name in ("name", "date_of_birth", "nhs_number", "upn"))
        for name in (*identity, self.parent.email, sentence):
            self.parent.post(self.statements, {**self.statement, name: value})
            self.worker.post("/v1/passports", {"child": self.path.world.child(**{name: value})})
            self.worker.get("/v1/passports", params={name: value})
            self.parent.post(f"{self.passport}/consent-previews", {"scope": {name: "everyday"}, "role": "senco"})

    def send_the_same_again(self) -> None:
        """A second passport for one child, and another request under a key that was used."""
        key = {"Idempotency-Key": self.plant("the header Idempotency-Key", f"again for {word()}")}
        for number in ("nhs_number", "upn"):
            body = {"child": self.path.world.child(**{number: self.child[number]})}
            self.worker.post("/v1/passports", body, headers=key)
        self.parent.post(self.statements, self.statement, headers={"Idempotency-Key": f"Zoë {word()}".encode()})
        guest = {"name": self.child["name"], "email": self.parent.email, "passport_id": self.path.passport["id"]}
        self.path.admin.post("/v1/invitations", guest, headers=self.path.used_key)

    def ask_for_what_is_not_there(self) -> None:
        """Paths and queries that hold what a person wrote."""
        mark = self.plant("an address", word())
        for text in (self.child["name"], self.child["nhs_number"], self.parent.email, mark):
            for path in (f"/v1/passports/{text}", f"/v1/views/{text}/acknowledgement", f"/{text}", "/v1/nowhere"):
                self.parent.get(path, params={"name": text, text: mark})
            self.parent.get(f"/v1/passports/{uuid.uuid4()}", params={"q": text})
            self.parent.get("/v1/passports", params={"cursor": text})
            self.parent.get("/v1/organisations", params={"urn": text})
        self.parent.http.put(self.statements, json={"text": mark})
        self.parent.http.request(mark.upper(), self.statements, json={"text": mark})

    def ask_for_what_is_anothers(self) -> None:
        """A stranger to the family writes to the passport and about it."""
        mark = self.plant("a stranger's statement", word())
        for path in (self.statements, f"/v1/passports/{uuid.uuid4()}/statements"):
            self.reader.post(path, {**self.statement, "text": mark, "source": mark})
        guest = {"name": mark, "email": f"{mark}@guests.example", "passport_id": self.path.passport["id"]}
        self.reader.post("/v1/invitations", guest)

    def send_strange_headers(self) -> None:
        """Headers that hold what a person wrote."""
        mark = self.plant("a header", word())
        change = {"planned_date": self.path.world.day(130)}
        for tag in (mark, f'"{mark}"'):
            path = f"/v1/transitions/{self.path.move_id}"
            self.worker.http.patch(path, json=change, headers={"If-Match": tag})
        self.path.client(f"{mark}.{mark}.{mark}").get("/v1/me")
        self.path.client().get("/v1/me", headers={"Authorization": f"Basic {mark}"})
        hyphenated = self.child["name"].replace(" ", "-")
        identity = (self.child[name] for name in ("date_of_birth", "nhs_number", "upn"))
        for text in (mark, hyphenated, *identity, self.parent.refresh_token):
            self.parent.get(f"/v1/passports/{uuid.uuid4()}", headers={"X-Request-Id": text})
        self.parent.get(f"/v1/views/{self.path.consent_id}", headers={"If-None-Match": f'"{mark}"'})

    def _post(self, path: str, **options: Any) -> None:
        headers = {"Content-Type": "application/json", **options.pop("headers", {})}
        self.parent.http.post(path, headers=headers, **options)
