"""A statement that somebody challenges is shown with their words beside it until it is mended, or for good."""

from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from passport_api.services import views
from support.answers import nobodys_id, told
from support.databases import BACKENDS
from support.lists import every
from support.overlaid import Overlaid
from support.service import running_service
from support.world import Family, Person, World

SAID = "He posed a risk to staff."
WORDS = "I hid under the table. I did not touch anybody."
MENDED = "In March he hid under a table when the bell rang. Two minutes of quiet, and he came out."


@dataclass
class Case:
    """A statement in a view that a reader has opened."""

    world: World
    family: Family
    statement: str
    consent: str
    reader: Person

    def challenge(self, by: Person | None = None, words: str = WORDS, **more: Any) -> Any:
        path = f"/v1/statements/{self.statement}/challenges"
        return (by or self.family.parent).made(path, {"words": words, **more})

    def shown(self) -> dict[str, Any]:
        """The statement as its reader is shown it now; nothing when it is left out."""
        view = self.reader.get(f"/v1/views/{self.consent}").json()
        every_one = [each for section in view["sections"] for each in section["statements"]]
        return next((each for each in every_one if each["id"] == self.statement), {})

    def is_being_reviewed(self, by: Person | None = None) -> bool:
        return bool((by or self.reader).get(f"/v1/views/{self.consent}").json()["being_reviewed"])

    def resolve(self, challenge: Any, finding: str, **more: Any) -> Any:
        body = {"finding": finding, "reasons": "We looked into it.", **more}
        return self.family.social_worker.made(f"/v1/challenges/{challenge['id']}/resolution", body)

    def uphold(self, challenge: Any, text: str | None = None) -> Any:
        said = {"section": "safety", "detail_level": "everyday", "source": "parent", "text": text}
        correction = {"reason": "It was unfair.", "replacement": None if text is None else said}
        return self.resolve(challenge, "upheld", correction=correction)

    def log(self) -> list[Any]:
        return every(self.family.parent, f"/v1/passports/{self.family.passport_id}/access-log?limit=100")


def case_in(world: World, level: str = "everyday") -> Case:
    family = world.family()
    statement = world.statement(family, "safety", level, SAID, wording_reason="It is quoted.")["id"]
    world.statement(family, "regulation", "everyday")
    consent = world.consent(family)["id"]
    reader = world.member(family.school_id, "designated_teacher")
    assert reader.get(f"/v1/views/{consent}").status_code == 200
    return Case(world, family, statement, consent, reader)


@pytest.fixture
def case(world: World) -> Case:
    return case_in(world)


def beside(challenge: Any, status: str = "open") -> dict[str, Any]:
    """A challenge as a view shows it."""
    shown = {name: challenge[name] for name in ("id", "challenger", "words")}
    return {**shown, "due_on": challenge["due_on"] if status == "open" else None, "status": status}


def test_from_the_answer_on_every_view_shows_it_in_the_challengers_words(case: Case) -> None:
    assert case.shown()["challenges"] == []
    first = case.challenge()
    assert case.shown()["challenges"] == [beside(first)]
    assert case.shown()["text"] == SAID
    second = case.challenge(case.family.social_worker, "We saw it differently.")
    assert case.shown()["challenges"] == [beside(first), beside(second)]
    preview = case.family.parent.get(f"/v1/consents/{case.consent}/preview?role=designated_teacher").json()
    shown = [each for section in preview["sections"] for each in section["statements"] if each["id"] == case.statement]
    assert shown[0]["challenges"] == [beside(first), beside(second)]


@pytest.mark.parametrize(
    ("who", "for_young_person", "challenger"),
    [
        ("parent", False, "parent"),
        ("parent", True, "young_person"),
        ("social_worker", False, "professional"),
        ("social_worker", True, "young_person"),
    ],
)
def test_it_says_whose_it_is(case: Case, who: str, for_young_person: bool, challenger: str) -> None:
    made = case.challenge(getattr(case.family, who), for_young_person=for_young_person)
    assert made["challenger"] == challenger
    assert case.shown()["challenges"][0]["challenger"] == challenger


def test_a_reader_challenges_what_they_are_shown_and_nothing_else(case: Case) -> None:
    made = case.challenge(case.reader, view_id=case.consent)
    assert made["challenger"] == "professional"
    assert case.shown()["challenges"] == [beside(made)]
    hidden = case.world.statement(case.family, "safety", "restricted")["id"]
    nobody = case.world.member(case.world.school(), "designated_teacher")
    body = {"words": WORDS, "view_id": case.consent}
    nothing = told(case.reader.post(f"/v1/statements/{nobodys_id()}/challenges", body))
    assert nothing.status == 404
    assert told(case.reader.post(f"/v1/statements/{hidden}/challenges", body)) == nothing
    assert told(nobody.post(f"/v1/statements/{case.statement}/challenges", body)) == nothing
    path = f"/v1/statements/{case.statement}/challenges"
    assert told(case.reader.post(path, {"words": WORDS})) == nothing
    case.family.parent.made(f"/v1/consents/{case.consent}/revocation")
    assert told(case.reader.post(path, body)) == nothing
    denied = [each["reason"] for each in case.log() if each["outcome"] == "denied"]
    assert denied == ["consent_revoked", "no_relation", "not_the_recipient", "no_such_thing", "no_such_thing"]


def test_a_reader_does_not_speak_for_the_young_person(case: Case) -> None:
    body = {"words": WORDS, "view_id": case.consent, "for_young_person": True}
    answer = case.reader.post(f"/v1/statements/{case.statement}/challenges", body)
    assert [error["field"] for error in answer.json()["errors"]] == ["/for_young_person"]
    assert case.shown()["challenges"] == []


def test_upheld_it_corrects_the_statement_and_everyone_is_told(case: Case) -> None:
    challenge = case.challenge()
    resolved = case.uphold(challenge, MENDED)
    assert (resolved["status"], resolved["reasons"]) == ("upheld", "We looked into it.")
    assert (case.shown()["text"], case.shown()["challenges"]) == (MENDED, [])
    notices = every(case.reader, "/v1/correction-notices")
    assert [(each["statement_id"], each["correction"]) for each in notices] == [(case.statement, "replaced")]
    assert [each["detail"] for each in case.log() if each["action"] == "challenge.resolved"] == [
        "upheld; version 1 to 2, replaced"
    ]


def test_upheld_it_withdraws_the_statement_where_nothing_is_to_stand(case: Case) -> None:
    case.uphold(case.challenge())
    assert case.shown() == {}
    assert SAID not in case.reader.get(f"/v1/views/{case.consent}").text


def test_not_upheld_it_stands_beside_the_statement_for_good(case: Case) -> None:
    challenge = case.challenge()
    resolved = case.resolve(challenge, "not_upheld")
    assert (resolved["status"], resolved["withheld"]) == ("not_upheld", False)
    assert case.shown()["challenges"] == [beside(challenge, "not_upheld")]
    case.world.correct(case.family, case.statement, MENDED)
    assert case.shown()["challenges"] == [beside(challenge, "not_upheld")]
    again = case.family.social_worker.post(
        f"/v1/challenges/{challenge['id']}/resolution", {"finding": "not_upheld", "reasons": "Once more."}
    )
    assert again.status_code == 409


@pytest.mark.parametrize(
    "body",
    [
        {"finding": "upheld", "reasons": "It was so.", "correction": None},
        {"finding": "not_upheld", "reasons": "It was so.", "correction": {"reason": "But still.", "replacement": None}},
    ],
    ids=["upheld without a correction", "corrected though not upheld"],
)
def test_what_is_upheld_is_corrected_and_nothing_else_is(case: Case, body: dict[str, Any]) -> None:
    challenge = case.challenge()
    answer = case.family.social_worker.post(f"/v1/challenges/{challenge['id']}/resolution", body)
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["/correction"]


def test_only_the_custodian_resolves(case: Case) -> None:
    challenge = case.challenge()
    body = {"finding": "not_upheld", "reasons": "I say so."}
    for person in (case.family.parent, case.reader, case.world.manager(case.family)):
        refused = person.post(f"/v1/challenges/{challenge['id']}/resolution", body)
        assert told(refused) == told(person.post(f"/v1/challenges/{nobodys_id()}/resolution", body))
        assert refused.status_code == 404


@pytest.mark.parametrize("who", ["parent", "social_worker"])
def test_while_it_is_open_the_statement_can_be_left_out(case: Case, who: str) -> None:
    person, challenge = getattr(case.family, who), case.challenge()
    path = f"/v1/challenges/{challenge['id']}/restriction"
    assert person.made(path)["withheld"]
    assert case.shown() == {}
    assert case.is_being_reviewed()
    view = case.reader.get(f"/v1/views/{case.consent}").text
    assert not [word for word in (SAID, WORDS, case.statement) if word in view]
    preview = case.family.parent.get(f"/v1/consents/{case.consent}/preview?role=designated_teacher").json()
    assert preview["being_reviewed"]
    assert case.statement not in str(preview)
    assert person.http.delete(path).json()["withheld"] is False
    assert case.shown()["challenges"] == [beside(challenge)]
    assert not case.is_being_reviewed()


@pytest.mark.parametrize("what", ["challenged", "withheld"])
def test_a_release_that_had_read_before_is_decided_again(
    case: Case, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is answered between a release's reading and its entry in the log holds for that release."""
    seal = views.journal.seal
    before = case.challenge() if what == "withheld" else None
    due = [lambda: case.challenge() if before is None else case.family.parent.made(_restriction(before))]

    def meanwhile(*arguments: Any) -> Any:
        if due:
            due.pop()()
        return seal(*arguments)

    monkeypatch.setattr(views, "journal", Overlaid(views.journal, seal=meanwhile))
    shown = case.shown()
    assert (shown == {}) if what == "withheld" else (len(shown["challenges"]) == 1)


def _restriction(challenge: Any) -> str:
    return f"/v1/challenges/{challenge['id']}/restriction"


def test_whoever_would_not_have_seen_it_is_not_told_that_it_is_left_out(world: World) -> None:
    case = case_in(world, "need_to_know")
    everyday = world.member(case.family.school_id, "class_teacher")
    case.family.parent.made(f"/v1/challenges/{case.challenge()['id']}/restriction")
    assert case.is_being_reviewed()
    assert not case.is_being_reviewed(everyday)


def test_a_resolution_ends_the_leaving_out(case: Case) -> None:
    challenge = case.challenge()
    path = f"/v1/challenges/{challenge['id']}/restriction"
    case.family.parent.made(path)
    case.resolve(challenge, "not_upheld")
    assert case.shown()["text"] == SAID
    assert case.family.parent.post(path).status_code == 409
    assert case.family.parent.http.delete(path).status_code == 409


def test_what_was_withdrawn_is_challenged_no_more(case: Case) -> None:
    case.world.correct(case.family, case.statement, None)
    answer = case.family.parent.post(f"/v1/statements/{case.statement}/challenges", {"words": WORDS})
    assert (answer.status_code, answer.json()["detail"]) == (409, "This statement was withdrawn already.")


@pytest.mark.parametrize("backend", BACKENDS)
def test_both_sides_see_the_months_clock(backend: str, tmp_path: Path) -> None:
    with running_service(backend, tmp_path) as service:
        case = case_in(World(service))
        made = case.challenge()
        waiting = f"/v1/organisations/{case.family.custodian_id}/challenges?limit=1"
        for ahead, status in ((timedelta(days=27), "open"), (timedelta(days=32), "overdue")):
            service.clock.ahead = ahead
            seen = case.family.parent.get(f"/v1/challenges/{made['id']}").json()
            (listed,) = every(case.family.social_worker, waiting)
            assert (seen["status"], seen["due_on"]) == (listed["status"], listed["due_on"]) == (status, made["due_on"])
            assert WORDS not in str(listed)
        case.resolve(made, "not_upheld")
        assert every(case.family.social_worker, waiting) == []
        assert [each["id"] for each in every(case.family.parent, f"/v1/statements/{case.statement}/challenges")] == [
            made["id"]
        ]
