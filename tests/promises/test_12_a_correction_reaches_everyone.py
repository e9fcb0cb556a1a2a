"""Promise 12: a correction reaches every organisation that ever received the statement, and stays open until each has
acknowledged it.

Whom it reaches is read from the releases themselves. What a notice says is held to the bytes: nothing of what was said,
nothing of what is said now.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from click.testing import CliRunner

from passport_api.cli import main
from passport_api.config import for_folder, to_environment
from passport_api.services import corrections, views
from passport_keys.providers.local_file import LocalFileProvider
from support import disaster
from support.answers import nobodys_id, told
from support.at_once import at_once
from support.databases import BACKENDS, fresh_database
from support.lists import every
from support.overlaid import Overlaid
from support.post_office import Post
from support.raw_database import RawDatabase
from support.receivers import hook, mailbox
from support.service import Clock, Service, listening, running_service
from support.world import Family, Person, World

HARM = "He posed a risk to staff, visitors and other children."
MENDED = "In March he hid under a table when the bell rang. Two minutes of quiet with Mr Adair, and he came out."
WHY = "It said what he is; it should have said what happened."


@dataclass
class Told:
    """An assertion that was released to five schools, of which two have lost their access since."""

    world: World
    family: Family
    statement: str
    schools: list[str]
    readers: list[Person]
    consents: list[str]

    @property
    def path(self) -> str:
        return f"/v1/statements/{self.statement}"

    def correct(self, text: str | None) -> list[str]:
        """Replace it, or withdraw it; gives who is told."""
        return sorted(self.world.correct(self.family, self.statement, text)["told"])

    def notices(self, by: Person | None = None, path: str | None = None) -> list[dict[str, Any]]:
        found = every(by or self.family.parent, path or f"{self.path}/correction-notices?limit=2")
        return [notice for notice in found if notice["statement_id"] == self.statement]

    def statuses(self) -> dict[str, str]:
        """How each organisation's newest notice stands."""
        return {notice["organisation"]["id"]: notice["status"] for notice in reversed(self.notices())}

    def notice_of(self, number: int) -> dict[str, Any]:
        """The newest notice in the inbox of one of the schools."""
        return self.notices(self.readers[number], "/v1/correction-notices?limit=2")[0]

    def answer(self, number: int, copies: str = "amended", **more: Any) -> Any:
        path = f"/v1/correction-notices/{self.notice_of(number)['id']}/acknowledgement"
        return self.readers[number].made(path, {"copies": copies, **more})


def spread(world: World) -> Told:
    """Have a harmful sentence go to five schools, and two of them lose their access."""
    family = world.family()
    why = "It is quoted from the file."
    statement = world.statement(family, "safety", "everyday", HARM, wording_reason=why)["id"]
    schools = [family.school_id, *(world.school(family.authority_id) for _ in range(4))]
    readers = [world.member(school, "designated_teacher") for school in schools]
    consents = [world.consent(family)["id"]]
    for school in schools[1:]:
        terms = world.terms(family, recipient_id=school, purpose="safeguarding", transition_id=None)
        consents.append(family.parent.made(f"/v1/passports/{family.passport_id}/consents", terms)["id"])
    for reader, consent in zip(readers, consents, strict=True):
        assert HARM in reader.get(f"/v1/views/{consent}").text
    for consent in consents[3:]:
        family.parent.made(f"/v1/consents/{consent}/revocation")
    return Told(world, family, statement, schools, readers, consents)


@pytest.fixture
def story(world: World) -> Told:
    return spread(world)


def test_all_five_are_told_and_it_stays_open_until_the_last_has_answered(story: Told) -> None:
    assert story.correct(None) == sorted(story.schools)
    assert story.statuses() == dict.fromkeys(story.schools, "open")
    for number, school in enumerate(story.schools):
        assert story.statuses()[school] == "open"
        answered = story.answer(number, "destroyed")
        assert (answered["status"], answered["copies"]) == ("acknowledged", "destroyed")
        assert story.statuses()[school] == "acknowledged"
    assert {each["correction"]["status"] for each in every(story.family.parent, f"{story.path}/recipients")} == {
        "acknowledged"
    }


@pytest.mark.parametrize("backend", BACKENDS)
def test_the_reviews_own_story(backend: str, tmp_path: Path) -> None:
    """Released to five, two of which lost access; challenged, upheld, withdrawn; chased until the last has answered."""
    with running_service(backend, tmp_path) as service, mailbox() as box, hook() as receiver:
        story = spread(World(service))
        post = Post(service, story.world, box, receiver)
        post.work()
        words = {"words": "He hid. He never hurt anybody.", "for_young_person": True}
        challenge = story.family.parent.made(f"{story.path}/challenges", words)["id"]
        for number in range(3):
            assert words["words"] in story.readers[number].get(f"/v1/views/{story.consents[number]}").text
        upheld = {"finding": "upheld", "reasons": WHY, "correction": {"reason": WHY, "replacement": None}}
        story.family.social_worker.made(f"/v1/challenges/{challenge}/resolution", upheld)
        for answered, days in enumerate((0, 7, 14, 28, 29)):
            service.clock.ahead = timedelta(days=days)
            box.letters.clear()
            post.work()
            left = story.readers[answered:] if days < 29 else []
            challenger = [story.family.parent] if days == 0 else []
            assert {letter.to for letter in box.letters} == {person.email for person in (*left, *challenger)}
            trace = every(story.family.parent, f"{story.path}/recipients")
            assert {each["organisation"]["id"] for each in trace} == set(story.schools)
            waiting = {each["organisation"]["id"] for each in trace if each["correction"]["status"] != "acknowledged"}
            assert waiting == set(story.schools[answered:])
            assert story.answer(answered, "destroyed")["status"] == "acknowledged"
        assert set(story.statuses().values()) == {"acknowledged"}
        for number in range(3):
            assert HARM not in story.readers[number].get(f"/v1/views/{story.consents[number]}").text


def test_the_trace_shows_every_release_with_who_when_and_which_version(story: Told) -> None:
    story.correct(MENDED)
    story.readers[0].get(f"/v1/views/{story.consents[0]}")
    trace = every(story.family.parent, f"{story.path}/recipients?limit=2")
    expected = [(school, reader.name, 1) for school, reader in zip(story.schools, story.readers, strict=True)]
    seen = [(each["organisation"]["id"], each["reader"]["name"], each["version"]) for each in trace]
    assert seen == [(story.schools[0], story.readers[0].name, 2), *reversed(expected)]
    log = {
        each["entry"]: each
        for each in every(story.family.parent, f"/v1/passports/{story.family.passport_id}/access-log")
    }
    for each in trace:
        entry = log[each["log_entry"]]
        assert (entry["action"], entry["at"], entry["consent_id"]) == (
            "view.opened",
            each["opened_at"],
            each["consent_id"],
        )


def test_who_never_received_it_is_not_told(story: Told) -> None:
    world, family = story.world, story.family
    other = world.school(family.authority_id)
    terms = world.terms(
        family, {"about_me": "everyday"}, recipient_id=other, purpose="safeguarding", transition_id=None
    )
    consent = family.parent.made(f"/v1/passports/{family.passport_id}/consents", terms)["id"]
    reader = world.member(other, "designated_teacher")
    assert reader.get(f"/v1/views/{consent}").status_code == 200
    assert other not in story.correct(None)
    assert reader.get("/v1/correction-notices").json()["items"] == []


@pytest.mark.parametrize("text", [MENDED, None], ids=["replaced", "withdrawn"])
def test_a_notice_repeats_nothing_and_carries_nothing_new(story: Told, text: str | None) -> None:
    kept = story.family.parent.get(story.path).json()
    story.correct(text)
    for number, reader in enumerate(story.readers):
        body = reader.get("/v1/correction-notices").text
        child = story.family.parent.get(f"/v1/passports/{story.family.passport_id}").json()["child"]
        assert not [word for word in (HARM, MENDED, WHY, "safety", child["name"]) if word in body]
        notice = story.notice_of(number)
        assert notice["correction"] == ("withdrawn" if text is None else "replaced")
        assert notice["versions"] == [{"version": 1, "hash": kept["hash"]}]


def test_a_notice_names_a_version_as_the_view_did_that_had_it(story: Told) -> None:
    view = story.readers[1].get(f"/v1/views/{story.consents[1]}").json()
    shown = {each["id"]: each["hash"] for section in view["sections"] for each in section["statements"]}
    story.correct(MENDED)
    assert story.notice_of(1)["versions"] == [{"version": 1, "hash": shown[story.statement]}]


def test_the_old_text_is_never_released_again_and_stays_readable_to_those_responsible(story: Told) -> None:
    story.correct(MENDED)
    for number in range(3):
        view = story.readers[number].get(f"/v1/views/{story.consents[number]}")
        assert HARM not in view.text
        assert MENDED in view.text
    for person in (story.family.parent, story.family.social_worker):
        versions = every(person, f"{story.path}/versions?limit=1")
        assert [(each["version"], each["status"], each["text"]) for each in versions] == [
            (2, "stands", MENDED),
            (1, "replaced", HARM),
        ]
        assert versions[0]["correction"] == {"kind": "replaced", "reason": "We looked into it again."}
    preview = story.family.parent.get(f"/v1/consents/{story.consents[0]}/preview?role=designated_teacher")
    assert HARM not in preview.text
    for reader in story.readers:
        assert told(reader.get(f"{story.path}/versions")) == told(reader.get(f"/v1/statements/{nobodys_id()}/versions"))


def test_what_was_withdrawn_is_in_no_view_and_is_corrected_no_more(story: Told) -> None:
    story.correct(None)
    view = story.readers[0].get(f"/v1/views/{story.consents[0]}").json()
    assert [each["statements"] for each in view["sections"] if each["section"] == "safety"] == [[]]
    newest = story.family.parent.get(story.path)
    assert (newest.json()["status"], newest.json()["text"]) == ("withdrawn", "")
    again = story.family.parent.post(
        f"{story.path}/corrections", {"reason": WHY}, headers={"If-Match": newest.headers["ETag"]}
    )
    assert (again.status_code, again.json()["detail"]) == (409, "This statement was withdrawn already.")


def test_a_second_correction_reaches_them_all_again(story: Told) -> None:
    story.correct(MENDED)
    for number in range(5):
        story.answer(number)
    assert story.correct(None) == sorted(story.schools)
    assert story.statuses() == dict.fromkeys(story.schools, "open")
    assert [each["version"] for each in story.notice_of(0)["versions"]] == [1, 2]
    assert len(story.notices()) == 10


def test_whoever_it_was_passed_on_to_is_told_and_chased_as_well(story: Told) -> None:
    world, family = story.world, story.family
    story.correct(MENDED)
    onward = world.school(family.authority_id)
    story.answer(0, passed_on_to=[onward, story.schools[1]])
    notices = {notice["organisation"]["id"]: notice for notice in story.notices()}
    assert set(notices) == {*story.schools, onward}
    assert (notices[onward]["status"], notices[onward]["told_by"]) == ("open", story.schools[0])
    assert notices[story.schools[1]]["told_by"] is None
    reader = world.member(onward, "senco")
    assert [each["statement_id"] for each in every(reader, "/v1/correction-notices")] == [story.statement]
    assert onward in story.correct(None)


@pytest.mark.parametrize("to", ["itself", "nobody"])
def test_it_was_passed_on_to_another_organisation_that_is_known(story: Told, to: str) -> None:
    story.correct(None)
    passed_on_to = [story.schools[1], story.schools[0] if to == "itself" else nobodys_id()]
    path = f"/v1/correction-notices/{story.notice_of(0)['id']}/acknowledgement"
    answer = story.readers[0].post(path, {"copies": "amended", "passed_on_to": passed_on_to})
    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["/passed_on_to/1"]
    assert story.notice_of(0)["status"] == "open"


@pytest.mark.parametrize("backend", BACKENDS)
def test_it_is_chased_and_then_is_the_custodians_to_follow_up(backend: str, tmp_path: Path) -> None:
    with running_service(backend, tmp_path) as service:
        story = spread(World(service))
        story.correct(None)
        story.answer(0)
        _follow_up(story)


def _follow_up(story: Told) -> None:
    before, worker = story.world.service.clock.ahead, story.family.social_worker
    clock = story.world.service.clock
    overdue = f"/v1/organisations/{story.family.custodian_id}/correction-notices?limit=2&status=overdue"
    for days, chases, late in ((6, 0, 0), (7, 1, 0), (14, 2, 0), (28, 3, 4)):
        clock.ahead = before + timedelta(days=days)
        notices = {each["organisation"]["id"]: each for each in story.notices()}
        assert {each["chases"] for each in notices.values() if each["status"] != "acknowledged"} == {chases}
        assert len(story.notices(worker, overdue)) == late
    assert story.schools[0] not in {each["organisation"]["id"] for each in story.notices(worker, overdue)}


@pytest.mark.parametrize("backend", BACKENDS)
def test_each_is_told_by_email_and_webhook_and_reminded_until_it_answers(backend: str, tmp_path: Path) -> None:
    with running_service(backend, tmp_path) as service, mailbox() as box, hook() as receiver:
        story = spread(World(service))
        post = Post(service, story.world, box, receiver)
        post.work()
        _, secret = post.add_webhook(story.schools[0])
        box.letters.clear()
        story.correct(MENDED)
        post.work()
        assert {letter.to for letter in box.letters} == {reader.email for reader in story.readers}
        (received,) = receiver.posts
        assert received.verified(secret)["type"] == "statement.corrected"
        assert received.verified(secret)["data"]["correction_notice_id"] == story.notice_of(0)["id"]
        told_of = [*(letter.part("plain") + letter.part("html") for letter in box.letters), received.body.decode()]
        child = story.family.parent.get(f"/v1/passports/{story.family.passport_id}").json()["child"]["name"]
        assert not [word for word in (HARM, MENDED, child, story.statement) for each in told_of if word in each]
        for days, unanswered in ((7, 5), (14, 4), (28, 3), (60, 0)):
            box.letters.clear()
            service.clock.ahead = timedelta(days=days)
            post.work()
            assert len(box.letters) == unanswered
            if days < 28:
                story.answer(5 - unanswered)


def test_of_two_who_correct_at_once_the_second_is_told(story: Told) -> None:
    tag = story.family.parent.get(story.path).headers["ETag"]
    people = (story.family.parent, story.family.social_worker)

    def correct(person: Person) -> Callable[[], int]:
        path = f"{story.path}/corrections"
        return lambda: person.post(path, {"reason": person.name}, headers={"If-Match": tag}).status_code

    assert sorted(at_once([correct(person) for person in people])) == [201, 412]
    assert len(story.notices()) == 5


def test_without_saying_what_was_read_nothing_is_corrected(story: Told) -> None:
    answer = story.family.parent.post(f"{story.path}/corrections", {"reason": WHY})
    assert answer.status_code == 428


def test_a_release_that_races_a_correction_is_of_the_new_text_or_is_told(story: Told) -> None:
    """Whoever opens the view meanwhile has either read the new text, or gets a notice."""
    world, family = story.world, story.family
    late = world.school(family.authority_id)
    terms = world.terms(family, recipient_id=late, purpose="safeguarding", transition_id=None)
    consent = family.parent.made(f"/v1/passports/{family.passport_id}/consents", terms)["id"]
    reader = world.member(late, "designated_teacher")
    opening: list[Callable[[], str]] = [lambda: reader.get(f"/v1/views/{consent}").text] * 7
    shown = at_once([*opening, lambda: " ".join(story.correct(MENDED))])
    saw_the_old = any(HARM in each for each in shown)
    notices = every(reader, "/v1/correction-notices")
    assert bool(notices) is saw_the_old


def test_a_release_that_had_read_the_old_text_is_decided_again(story: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    """A correction that is answered between a release's reading and its entry in the log."""
    seal, due = views.journal.seal, [story.correct]

    def corrected_meanwhile(*arguments: Any) -> Any:
        if due:
            due.pop()(MENDED)
        return seal(*arguments)

    monkeypatch.setattr(views, "journal", Overlaid(views.journal, seal=corrected_meanwhile))
    shown = story.readers[0].get(f"/v1/views/{story.consents[0]}").text
    assert HARM not in shown
    assert MENDED in shown


def test_a_release_that_came_while_it_was_looked_for_recipients_is_told(
    story: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On SQLite nobody writes meanwhile: there the first look has seen everything."""
    if story.world.service.backend == "sqlite":
        pytest.skip("a transaction that corrects holds the file")
    world, family = story.world, story.family
    late = world.school(family.authority_id)
    terms = world.terms(family, recipient_id=late, purpose="safeguarding", transition_id=None)
    consent = family.parent.made(f"/v1/passports/{family.passport_id}/consents", terms)["id"]
    reader = world.member(late, "designated_teacher")
    take_turn, opened = corrections.log.take_turn, []

    def opened_meanwhile(uow: Any) -> Any:
        opened.append(reader.get(f"/v1/views/{consent}"))
        return take_turn(uow)

    monkeypatch.setattr(corrections, "log", Overlaid(corrections.log, take_turn=opened_meanwhile))
    told_to = story.correct(MENDED)
    assert HARM in opened[0].text
    assert late in told_to


def test_an_opened_view_says_what_changed_since_this_readers_last_time(story: Told) -> None:
    world, family, (reader, *_) = story.world, story.family, story.readers
    path = f"/v1/views/{story.consents[0]}"
    first = reader.get(path)
    assert first.json()["changes"]["new"] == []
    since = first.json()["changes"]["since"]
    assert since is not None  # it was opened when the story began
    fresh = world.statement(family, "about_me", "everyday")["id"]
    world.statement(family, "about_me", "restricted")  # beyond a designated teacher
    gone = world.statement(family, "regulation", "everyday")["id"]
    second = reader.get(path).json()["changes"]
    assert (second["new"], second["corrected"], second["no_longer_shown"]) == ([fresh, gone], [], [])
    story.correct(MENDED)
    world.correct(family, gone, None)
    third = reader.get(path, headers={"If-None-Match": first.headers["ETag"]})
    assert third.status_code == 200
    changes = third.json()["changes"]
    assert (changes["new"], changes["corrected"], changes["no_longer_shown"]) == ([], [story.statement], [gone])
    fourth = reader.get(path).json()["changes"]
    assert (fourth["new"], fourth["corrected"], fourth["no_longer_shown"]) == ([], [], [])
    never = world.member(story.schools[0], "senco").get(path).json()["changes"]
    assert never == {"since": None, "new": [], "corrected": [], "no_longer_shown": []}


def test_only_those_who_may_see_content_answer_for_their_organisation(story: Told) -> None:
    story.correct(None)
    path = f"/v1/correction-notices/{story.notice_of(0)['id']}/acknowledgement"
    nothing = f"/v1/correction-notices/{nobodys_id()}/acknowledgement"
    others = (
        story.readers[1],
        story.family.parent,
        story.family.social_worker,
        story.world.admin(story.schools[0]),
        story.world.member(story.schools[0], "auditor"),
    )
    for person in others:
        assert told(person.post(path, {"copies": "amended"})) == told(person.post(nothing, {"copies": "amended"}))
        assert person.get("/v1/correction-notices").json()["items"] == [] or person is story.readers[1]
    assert story.notice_of(0)["status"] == "open"
    logged = every(story.family.parent, f"/v1/passports/{story.family.passport_id}/access-log?limit=100")
    denied = [each for each in logged if each["action"] == "correction.acknowledged"]
    assert {(each["outcome"], each["reason"]) for each in denied} == {
        ("denied", "not_the_recipient"),
        ("denied", "role_sees_no_content"),
    }


def test_an_answer_is_in_the_familys_log_and_is_given_once(story: Told) -> None:
    story.correct(None)
    first = story.answer(0, "none_held")
    assert story.answer(0, "destroyed")["copies"] == "none_held"
    assert first["acknowledged_at"] == story.notice_of(0)["acknowledged_at"]
    logged = every(story.family.parent, f"/v1/passports/{story.family.passport_id}/access-log?limit=100")
    (entry,) = [each for each in logged if each["action"] == "correction.acknowledged"]
    assert entry["actor"]["name"] == story.readers[0].name
    assert entry["detail"] == "copies none_held; passed on to 0 others, 0 of them told now"
    assert [each["id"] for each in entry["statements"]] == [story.statement]


@pytest.mark.parametrize("backend", BACKENDS)
def test_a_restored_backup_does_not_release_what_was_corrected_after_it(backend: str, tmp_path: Path) -> None:
    """The new text is lost with the database; the old one does not come back."""
    with fresh_database(backend, tmp_path) as url:
        LocalFileProvider.create(tmp_path / "keys.json", Clock()())
        settings = replace(for_folder(tmp_path), database_url=url)
        clock = Clock()
        with listening(settings, clock, backend, tmp_path) as service:
            story = spread(World(service))
            backup = disaster.back_up(service, tmp_path / "backups")
            story.correct(MENDED)
        disaster.restore(backup, settings, url, replace=True)
        ran = CliRunner().invoke(main, ["recover", "--yes"], env=to_environment(settings))
        assert ran.exit_code == 0, ran.output
        assert "statement_version_ended" in ran.output
        with listening(settings, clock, backend, tmp_path) as service:
            view = story.readers[0].at(service).get(f"/v1/views/{story.consents[0]}")
            assert view.status_code == 200
            assert HARM not in view.text
            newest = story.family.parent.at(service).get(story.path).json()
            assert (newest["status"], newest["text"]) == ("replaced", HARM)


def test_a_row_that_is_set_back_by_hand_releases_nothing(service: Service, story: Told) -> None:
    story.correct(MENDED)
    database = RawDatabase(service.settings.database_url)
    key = {"id": UUID(story.statement), "version": 1}
    with database.altered("statements", key, lambda _: {"ended_at": None}):
        service.runtime.anchoring.check_endings()
        assert story.readers[0].get(f"/v1/views/{story.consents[0]}").status_code == 503
    database.close()
    service.runtime.anchoring.check_endings()
    assert MENDED in story.readers[0].get(f"/v1/views/{story.consents[0]}").text
