"""Who is told of a challenge, and when: the custodian while it waits, and those who wait for it once it is resolved."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from passport_api.services import challenges
from support.overlaid import Overlaid
from support.post_office import Post, post_office
from support.raw_database import TABLES, RawDatabase
from support.service import Service
from support.world import Family, Person, World

WORDS = "I hid under the table. I did not touch anybody."
TEXT = "He touched a member of staff."
REASONS = "We looked into it."
MADE = "Somebody says that something {} holds is wrong"
DUE = "A week or less: something {} holds is said to be wrong"
OVERDUE = "Late: something {} holds is said to be wrong"
RESOLVED = "Something that was said to be wrong has been looked into"


@pytest.fixture
def post(service: Service, world: World) -> Iterator[Post]:
    with post_office(service, world) as office:
        yield office


@dataclass
class Case:
    """A statement that can be challenged, with everybody around it."""

    post: Post
    family: Family
    custodian: str
    statement: str
    consent: str
    reader: Person
    colleague: Person

    def challenge(self, by: Person | None = None, **more: Any) -> Any:
        path = f"/v1/statements/{self.statement}/challenges"
        return (by or self.family.parent).made(path, {"words": WORDS, **more})

    def challenge_as_reader(self) -> Any:
        return self.challenge(self.reader, view_id=self.consent)

    def resolve(self, challenge: Any) -> Any:
        body = {"finding": "not_upheld", "reasons": REASONS}
        return self.family.social_worker.post(f"/v1/challenges/{challenge['id']}/resolution", body)

    def letters(self) -> list[tuple[str, str]]:
        """Whom a letter went to since the last time, and its subject."""
        self.post.work()
        found = sorted((letter.to, str(letter.message["Subject"])) for letter in self.post.box.letters)
        self.post.box.letters.clear()
        return found

    def to_social_workers(self, subject: str) -> list[tuple[str, str]]:
        """A letter to each of the custodian's social workers."""
        workers = (self.family.social_worker, self.colleague)
        return sorted((worker.email, subject.format(self.custodian)) for worker in workers)

    def to_parents_and(self, *others: Person) -> list[tuple[str, str]]:
        """A letter to each parent, and to some others, that something was resolved."""
        assert self.family.second_parent is not None
        return sorted((person.email, RESOLVED) for person in (self.family.parent, self.family.second_parent, *others))

    def live_at(self, day: date, **more: float) -> None:
        """Move to the beginning of a day, or to some time from then."""
        clock = self.post.service.clock
        now = clock()
        midnight = now.replace(year=day.year, month=day.month, day=day.day, hour=0, minute=0, second=0, microsecond=0)
        clock.ahead += midnight + timedelta(**more) - now

    def states(self, challenge: Any, kind: str) -> set[str]:
        """Where the notices of one kind about a challenge stand."""
        return {row["state"] for row in self.post.rows(subject_id=UUID(challenge["id"]), kind=kind)}


@pytest.fixture
def case(post: Post, world: World) -> Case:
    """With everybody at the custodian and at the school who is to be told nothing of it."""
    family = world.family(requires_both_parents=True)
    assert family.second_parent is not None
    statement = world.statement(family, "safety", "everyday", TEXT)["id"]
    consent = world.consent(family)["id"]
    family.second_parent.made(f"/v1/consents/{consent}/approval")
    reader = world.member(family.school_id, "designated_teacher")
    world.member(family.school_id, "designated_safeguarding_lead")
    for role in ("virtual_school", "manager", "auditor"):
        world.member(family.custodian_id, role)
    colleague = world.member(family.custodian_id, "social_worker")
    custodian = family.parent.get(f"/v1/passports/{family.passport_id}").json()["custodian"]["name"]
    made = Case(post, family, custodian, statement, consent, reader, colleague)
    made.letters()
    return made


def last_day(challenge: Any) -> date:
    return date.fromisoformat(challenge["due_on"])


@pytest.mark.parametrize("who", ["parent", "social_worker", "reader"])
def test_the_custodians_social_workers_are_told_at_once_and_nobody_else_is(case: Case, who: str) -> None:
    made = case.challenge_as_reader() if who == "reader" else case.challenge(getattr(case.family, who))
    assert case.letters() == case.to_social_workers(MADE)
    assert case.letters() == []
    addressed = {str(row["target_id"]) for row in case.post.rows(subject_id=UUID(made["id"]), channel="email")}
    assert addressed == {case.family.social_worker.id, case.colleague.id}


def test_they_are_told_a_week_before_the_last_day_and_on_the_day_after_it_once_each(case: Case) -> None:
    last = last_day(case.challenge())
    case.letters()
    for day, subject in ((last - timedelta(days=7), DUE), (last + timedelta(days=1), OVERDUE)):
        case.live_at(day, seconds=-5)
        assert case.letters() == []
        case.live_at(day, seconds=1)
        assert case.letters() == case.to_social_workers(subject)
    case.live_at(last + timedelta(days=90))
    assert case.letters() == []


def test_the_custodians_webhooks_get_the_three_and_the_schools_get_none(case: Case) -> None:
    for organisation_id in (case.family.custodian_id, case.family.school_id):
        case.post.add_webhook(organisation_id)
    challenge = case.challenge()
    case.post.work()
    last, received = last_day(challenge), [json.loads(case.post.hook.posts.pop().body)]
    for day in (last - timedelta(days=7), last + timedelta(days=1)):
        case.live_at(day, seconds=1)
        case.post.work()
        received.append(json.loads(case.post.hook.posts.pop().body))
    assert case.post.hook.posts == []
    assert [event["type"] for event in received] == ["challenge.made", "challenge.due", "challenge.overdue"]
    assert all(event["data"].keys() == {"event_id", "organisation_id", "challenge_id"} for event in received)
    assert {event["data"]["challenge_id"] for event in received} == {challenge["id"]}
    assert {event["data"]["organisation_id"] for event in received} == {case.family.custodian_id}


def test_a_resolution_is_no_organisations_event(case: Case) -> None:
    for organisation_id in (case.family.custodian_id, case.family.school_id):
        case.post.add_webhook(organisation_id)
    challenge = case.challenge_as_reader()
    case.resolve(challenge)
    case.post.work()
    assert case.post.hook.posts == []
    assert len(case.letters()) == 3


def test_once_it_is_resolved_the_custodian_is_told_no_more(case: Case) -> None:
    challenge = case.challenge()
    case.resolve(challenge)
    assert case.letters() == case.to_parents_and()
    case.live_at(last_day(challenge) + timedelta(days=1), seconds=1)
    assert case.letters() == []
    for kind in ("challenge.made", "challenge.due", "challenge.overdue"):
        assert case.states(challenge, kind) == {"dropped"}


def test_when_it_is_late_already_nobody_is_told_that_it_will_be(case: Case) -> None:
    challenge = case.challenge()
    case.letters()
    case.live_at(last_day(challenge) + timedelta(days=1), seconds=1)
    assert case.letters() == case.to_social_workers(OVERDUE)
    assert case.states(challenge, "challenge.due") == {"dropped"}


def test_a_resolution_between_two_tries_ends_them(case: Case) -> None:
    for worker in (case.family.social_worker, case.colleague):
        case.post.box.refusals[worker.email] = "451 Not now"
    challenge = case.challenge()
    assert case.letters() == []
    case.resolve(challenge)
    case.post.box.refusals.clear()
    case.post.service.clock.advance(minutes=2)
    assert case.letters() == case.to_parents_and()


def test_a_social_worker_who_has_another_role_by_the_next_try_is_not_told(case: Case) -> None:
    leaver, admin = case.colleague, case.post.world.admin(case.family.custodian_id)
    for worker in (case.family.social_worker, leaver):
        case.post.box.refusals[worker.email] = "451 Not now"
    case.challenge()
    assert case.letters() == []
    assert admin.http.delete(f"/v1/memberships/{leaver.membership_id}").status_code == 200
    invitation = {"name": leaver.name, "email": leaver.email, "organisation_id": case.family.custodian_id}
    token = admin.made("/v1/invitations", {**invitation, "role": "virtual_school"})["token"]
    leaver.made("/v1/invitations/acceptance", {"token": token, "password": "a long enough password"})
    case.post.box.refusals.clear()
    case.post.service.clock.advance(minutes=2)
    assert [to for to, _ in case.letters()] == [case.family.social_worker.email]


def test_whoever_made_it_and_every_parent_are_told_of_the_resolution_once_each(case: Case) -> None:
    challenges_made = (
        (case.challenge(), ()),
        (case.challenge(case.colleague), (case.colleague,)),
        (case.challenge_as_reader(), (case.reader,)),
    )
    case.letters()
    for challenge, others in challenges_made:
        assert case.resolve(challenge).status_code == 200
        assert case.letters() == case.to_parents_and(*others)
        assert case.resolve(challenge).status_code == 409
        assert case.letters() == []


def test_a_reader_who_has_left_is_told_that_something_was_resolved(case: Case) -> None:
    challenge, admin = case.challenge_as_reader(), case.post.world.admin(case.family.school_id)
    assert admin.http.delete(f"/v1/memberships/{case.reader.membership_id}").status_code == 200
    case.letters()
    case.resolve(challenge)
    assert case.letters() == case.to_parents_and(case.reader)


def test_somebody_who_is_a_parent_no_more_is_not_told_of_what_others_said(case: Case) -> None:
    former = case.family.second_parent
    assert former is not None
    challenge = case.challenge()
    case.letters()
    database, parents = RawDatabase(case.post.service.settings.database_url), TABLES["parents"]
    ended = update(parents).where(parents.c.account_id == UUID(former.id)).values(ended_at=case.post.service.clock())
    assert database.run(ended) == 1
    database.close()
    case.resolve(challenge)
    assert case.letters() == [(case.family.parent.email, RESOLVED)]


def test_nothing_in_a_letter_says_who_or_what_it_is_about(case: Case) -> None:
    family = case.family
    child = family.parent.get(f"/v1/passports/{family.passport_id}").json()["child"]["name"]
    resolved, waiting = case.challenge_as_reader(), case.challenge()
    case.post.work()
    case.resolve(resolved)
    case.live_at(last_day(waiting) - timedelta(days=7), seconds=1)
    case.post.work()
    case.live_at(last_day(waiting) + timedelta(days=1), seconds=1)
    case.post.work()
    letters = case.post.box.letters
    assert {str(letter.message["Subject"]) for letter in letters} == {
        *(subject.format(case.custodian) for subject in (MADE, DUE, OVERDUE)),
        RESOLVED,
    }
    sent = "".join(f"{letter.message.as_string()} {letter.part('plain')} {letter.part('html')}" for letter in letters)
    said = [child, WORDS, TEXT, REASONS, "safety", "not_upheld", family.passport_id, case.statement, case.consent]
    said += [resolved["id"], waiting["id"], family.parent.name, case.reader.name, family.social_worker.name]
    assert [word for word in said if word in sent] == []
    about_a_resolution = [letter for letter in letters if letter.message["Subject"] == RESOLVED]
    assert not [letter for letter in about_a_resolution if case.custodian in letter.message.as_string()]


def test_of_an_erased_passport_nobody_is_told_anything(case: Case) -> None:
    manager = case.post.world.manager(case.family)
    resolved, waiting = case.challenge(), case.challenge()
    case.resolve(resolved)
    case.post.world.erase(case.family, manager)
    assert case.letters() == []
    case.live_at(last_day(waiting) + timedelta(days=1), seconds=1)
    assert case.letters() == []


def test_a_notice_exists_if_and_only_if_what_it_tells_of_does(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("at the last moment")

    waiting = case.challenge()
    before = case.post.rows()
    path = f"/v1/statements/{case.statement}/challenges"
    monkeypatch.setattr(challenges, "note", fail)
    monkeypatch.setattr(challenges, "journal", Overlaid(challenges.journal, write=fail))
    assert case.family.parent.post(path, {"words": WORDS}).status_code == 500
    assert case.reader.post(path, {"words": WORDS, "view_id": case.consent}).status_code == 500
    assert case.resolve(waiting).status_code == 500
    assert case.post.rows() == before
