"""A custodian's own passports are looked through for a phrase, each family sees that, and what is found is mended."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

import psycopg
import pytest

from passport_api.services import search_correcting, search_corrections, searching
from passport_api.services.search_correcting import Correcting
from passport_api.services.searching import Searching
from support.answers import told
from support.broken_log import dsn
from support.lists import every
from support.overlaid import Overlaid
from support.raw_database import RawDatabase, Row
from support.searching import LEASE, correct_to_the_end, search_to_the_end
from support.service import Service
from support.until import DEADLINE, until
from support.working import working
from support.world import Family, Person, World

PHRASE = "posed a risk"
HARM = "In March he Posed a\n  risk to staff, it says."
FINE = "Two minutes of quiet with Mr Adair help him."
WHY = "A sentence that should not have been written has spread."
INSTEAD = "hid under a table, away from"
MENDED = f"In March he {INSTEAD} to staff, it says."


@dataclass
class Case:
    """A custodian with some children's passports; in some of them stands what should not."""

    world: World
    children: list[Family]
    harmed: dict[str, str] = field(default_factory=dict)
    """The statement that should not stand, by passport."""

    @property
    def family(self) -> Family:
        return self.children[0]

    @property
    def worker(self) -> Person:
        return self.family.social_worker

    @property
    def service(self) -> Service:
        return self.world.service

    @property
    def searches(self) -> str:
        return f"/v1/organisations/{self.family.custodian_id}/searches"

    def ask(self, phrase: str = PHRASE, by: Person | None = None) -> str:
        """Ask for a search; gives its path."""
        return f"/v1/searches/{(by or self.worker).made(self.searches, {'phrase': phrase, 'reason': WHY})['id']}"

    def searched(self, phrase: str = PHRASE) -> str:
        """Have it carried out; gives its path."""
        path = self.ask(phrase)
        search_to_the_end(self.service)
        return path

    def hits(self, path: str) -> list[Any]:
        return every(self.worker, f"{path}/hits")

    def correct(self, path: str, instead: str | None = INSTEAD, statements: list[str] | None = None) -> Any:
        body = {"reason": WHY, "instead": instead, "statements": statements}
        return self.worker.made(f"{path}/corrections", body)

    def corrected(self, path: str, **what: Any) -> Any:
        """Have what was found corrected together, to the end; gives how that went."""
        self.correct(path, **what)
        correct_to_the_end(self.service)
        return self.worker.get(f"{path}/corrections").json()["items"][0]

    def log(self, child: Family, *actions: str) -> list[Any]:
        """What a family finds in its log of some actions, newest first."""
        entries = every(child.parent, f"/v1/passports/{child.passport_id}/access-log?limit=100")
        return [each for each in entries if each["action"] in actions]

    def leave(self, person: Person) -> None:
        """Somebody loses the role that they have at the custodian."""
        self.world.admin(self.family.custodian_id).http.delete(f"/v1/memberships/{person.membership_id}")

    def rows(self, table: str) -> list[Row]:
        database = RawDatabase(self.service.settings.database_url)
        rows = database.rows(table)
        database.close()
        return rows

    def rows_of(self, path: str) -> list[Row]:
        """What the database keeps of what a search found."""
        return [row for row in self.rows("search_hits") if str(row["search_id"]) in path]


def case_in(world: World, children: int = 3) -> Case:
    first = world.family()
    first.social_worker.membership_id = world.membership_of(first.custodian_id, first.social_worker)
    case = Case(world, [first, *(world.sibling(first) for _ in range(children - 1))])
    for number, child in enumerate(case.children):
        world.statement(child, "regulation", "everyday", FINE)
        if number != 1:
            case.harmed[child.passport_id] = world.statement(child, "safety", "restricted", HARM, wording_reason=WHY)[
                "id"
            ]
    return case


@pytest.fixture
def case(world: World) -> Case:
    return case_in(world)


def searching_of(case: Case, batch: int = 1) -> Searching:
    return Searching(case.service.runtime, LEASE, batch)


# Looking.


def test_it_finds_what_stands_in_every_passport_of_the_custodian_and_in_no_other(case: Case, world: World) -> None:
    elsewhere = world.family()
    world.statement(elsewhere, "safety", "everyday", HARM, wording_reason=WHY)
    path = case.ask()
    waiting = case.worker.get(path).json()
    assert (waiting["status"], waiting["progress"]) == ("waiting", {"looked_at": 0, "of": 3, "unreadable": 0})
    assert (waiting["phrase"], waiting["reason"], waiting["made_by"]["name"]) == (PHRASE, WHY, case.worker.name)
    search_to_the_end(case.service)
    found = case.worker.get(path).json()
    assert (found["status"], found["progress"]) == ("finished", {"looked_at": 3, "of": 3, "unreadable": 0})
    assert found["hits"] == 2
    hits = case.hits(path)
    assert {each["passport_id"]: each["statement"]["id"] for each in hits} == case.harmed
    for hit in hits:
        assert [hit["statement"]["text"][each["start"] : each["end"]] for each in hit["places"]] == ["Posed a\n  risk"]
        assert (hit["found_in_version"], hit["corrected_since"], hit["outcome"]) == (1, False, None)
        assert (hit["statement"]["section"], hit["statement"]["kind"]) == ("safety", "observation")
    assert case.log(elsewhere, "passport.searched") == []


def test_only_what_stands_is_found(case: Case, world: World) -> None:
    replaced, withdrawn = case.children[0], case.children[2]
    world.correct(replaced, case.harmed[replaced.passport_id], FINE)
    world.correct(withdrawn, case.harmed[withdrawn.passport_id], None)
    assert case.hits(case.searched()) == []
    assert len(case.hits(case.searched("Mr Adair"))) == 4


def test_searches_are_listed_newest_first(case: Case) -> None:
    paths = [case.ask(each) for each in ("one of them", "two of them", "three of them")]
    listed = every(case.worker, f"{case.searches}?limit=2")
    assert [f"/v1/searches/{each['id']}" for each in listed] == paths[::-1]
    search_to_the_end(case.service)


def test_only_the_custodians_social_workers_search_and_see(case: Case, world: World) -> None:
    path = case.searched()
    colleague = world.member(case.family.custodian_id, "social_worker")
    assert colleague.get(f"{path}/hits").status_code == 200
    body = {"phrase": PHRASE, "reason": WHY}
    nowhere = told(case.worker.post(f"/v1/organisations/{world.family().custodian_id}/searches", body))
    assert nowhere.status == 404
    for person in (case.family.parent, world.manager(case.family), world.admin(case.family.custodian_id)):
        assert told(person.post(case.searches, body)) == told(person.get(f"{path}/hits")) == nowhere
        assert told(person.get(path)) == told(person.post(f"{path}/cancellation")) == nowhere


def test_a_phrase_that_means_nothing_is_refused_and_not_repeated(case: Case) -> None:
    answer = case.worker.post(case.searches, {"phrase": "- zq -", "reason": WHY})
    assert answer.status_code == 422
    assert [each["field"] for each in answer.json()["errors"]] == ["/phrase"]
    assert "zq" not in answer.text


def test_each_family_finds_in_its_log_who_looked_and_why_and_not_for_what(case: Case) -> None:
    case.searched()
    for child in case.children:
        (entry,) = case.log(child, "passport.searched")
        assert (entry["outcome"], entry["detail"], entry["actor"]["name"]) == ("allowed", WHY, case.worker.name)
        assert entry["actor"]["role"] == "social_worker"
        here = case.harmed.get(child.passport_id)
        assert [each["id"] for each in entry["statements"]] == ([] if here is None else [here])
        assert PHRASE not in str(entry)


def test_what_is_found_is_shown_when_all_is_logged_and_not_before(case: Case) -> None:
    path, search = case.ask(), searching_of(case)
    taken = search.take()
    logged = [0]
    while taken is not None:
        taken = search.carry_on(taken)
        found = case.worker.get(path).json()
        logged.append(sum(len(case.log(child, "passport.searched")) for child in case.children))
        assert logged[-1] == found["progress"]["looked_at"]
        shown = case.worker.get(f"{path}/hits")
        assert shown.status_code == (200 if found["status"] == "finished" else 409)
    assert logged == [0, 1, 2, 3, 3]


def test_nothing_is_kept_of_what_could_not_be_logged(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    class Full(Exception):
        pass

    def full(*_: Any) -> None:
        raise Full

    path, search = case.ask(), searching_of(case)
    taken = search.take()
    assert taken is not None
    with monkeypatch.context() as patched:
        patched.setattr(searching, "journal", Overlaid(searching.journal, write_all=full))
        with pytest.raises(Full):
            search.carry_on(taken)
    assert case.rows_of(path) == []
    assert case.worker.get(path).json()["progress"]["looked_at"] == 0
    search.let_go(taken)
    search_to_the_end(case.service)
    assert len(case.hits(path)) == 2


def test_showing_a_page_is_logged_in_each_passport_that_it_shows_of(case: Case) -> None:
    path = case.searched()
    first = case.worker.get(f"{path}/hits?limit=1").json()
    (shown,) = first["items"]
    counted = [len(case.log(child, "search.hits_read")) for child in case.children]
    assert counted == [int(child.passport_id == shown["passport_id"]) for child in case.children]
    case.worker.get(first["next"])
    (entry, *_) = case.log(case.children[2], "search.hits_read")
    assert [each["id"] for each in entry["statements"]] == [case.harmed[case.children[2].passport_id]]
    assert PHRASE not in str(entry)


# What comes between.


@pytest.mark.parametrize("batches", [0, 1])
def test_a_search_stops_when_whoever_made_it_has_lost_the_role(case: Case, world: World, batches: int) -> None:
    colleague = world.member(case.family.custodian_id, "social_worker")
    path, search = case.ask(), searching_of(case)
    taken = search.take()
    assert taken is not None
    for _ in range(batches):
        taken = search.carry_on(taken)
        assert taken is not None
    assert len(case.rows_of(path)) == batches
    case.leave(case.worker)
    assert search.carry_on(taken) is None
    assert search.take() is None
    assert case.rows_of(path) == []
    stopped = colleague.get(path).json()
    assert (stopped["status"], stopped["hits"]) == ("cancelled", 0)
    assert colleague.get(f"{path}/hits").status_code == 409
    assert sum(len(case.log(child, "passport.searched")) for child in case.children) == batches


def meanwhile(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Have something happen once, between the looking and the keeping of it."""
    keep, due = searching.perform_unattended, [act]

    def and_then(*arguments: Any) -> Any:
        if due:
            due.pop()()
        return keep(*arguments)

    monkeypatch.setattr(searching, "perform_unattended", and_then)


def carry_out(case: Case, monkeypatch: pytest.MonkeyPatch, act: Callable[[], object], batch: int = 20) -> str:
    """Search, with something that happens after the first passports were looked through and before that is kept."""
    path, search = case.ask(), searching_of(case, batch)
    taken = search.take()
    with monkeypatch.context() as patched:
        meanwhile(patched, act)
        while taken is not None:
            taken = search.carry_on(taken)
    return path


def test_whoever_loses_the_role_while_a_batch_is_looked_through_finds_nothing(
    case: Case, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    colleague = world.member(case.family.custodian_id, "social_worker")
    path = carry_out(case, monkeypatch, lambda: case.leave(case.worker))
    assert colleague.get(path).json()["status"] == "cancelled"
    assert case.rows_of(path) == []


def test_what_is_corrected_while_a_batch_is_looked_through_is_not_found_as_it_was(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    child = case.children[0]
    statement = case.harmed[child.passport_id]
    path = carry_out(case, monkeypatch, lambda: case.world.correct(child, statement, FINE))
    assert [each["passport_id"] for each in case.hits(path)] == [case.children[2].passport_id]


def test_what_is_erased_while_a_batch_is_looked_through_is_not_found(
    case: Case, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    manager, gone = world.manager(case.family), case.children[2]
    path = carry_out(case, monkeypatch, lambda: world.erase(gone, manager))
    assert {str(row["passport_id"]) for row in case.rows_of(path)} == {case.family.passport_id}
    assert case.worker.get(path).json()["progress"] == {"looked_at": 2, "of": 2, "unreadable": 0}


def test_however_often_access_changes_a_search_comes_to_its_end(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last try holds the log."""
    path, search = case.ask(), searching_of(case, 20)
    keep, child, tries = searching.perform_unattended, case.children[0], [0]

    def disturbed(*arguments: Any) -> Any:
        tries[0] += 1
        if tries[0] <= 3:
            case.world.correct(child, case.harmed[child.passport_id], f"{HARM} {tries[0]}")
        return keep(*arguments)

    taken = search.take()
    with monkeypatch.context() as patched:
        patched.setattr(searching, "perform_unattended", disturbed)
        while taken is not None:
            taken = search.carry_on(taken)
    assert tries[0] > 3
    assert [each["found_in_version"] for each in case.hits(path)] == [4, 1]


def test_a_search_that_is_cancelled_keeps_nothing(case: Case) -> None:
    path, search = case.ask(), searching_of(case)
    taken = search.take()
    assert taken is not None
    assert search.carry_on(taken) is not None
    assert case.worker.made(f"{path}/cancellation")["status"] == "cancelled"
    assert search.carry_on(taken) is None
    assert case.rows_of(path) == []
    assert case.worker.get(f"{path}/hits").status_code == 409


def test_a_search_that_has_finished_stays_as_it_is_when_it_is_cancelled(case: Case) -> None:
    path = case.searched()
    assert case.worker.made(f"{path}/cancellation")["status"] == "finished"
    assert len(case.hits(path)) == 2


def test_of_two_workers_one_has_a_search_and_the_other_goes_on_when_it_is_gone(case: Case) -> None:
    path, first, second = case.ask(), searching_of(case), searching_of(case)
    taken = first.take()
    assert taken is not None
    again = first.carry_on(taken)
    assert again is not None
    assert second.take() is None
    with case.service.later(seconds=2 * LEASE.total_seconds()):
        taken_over = second.take()
        assert taken_over is not None
        assert first.carry_on(again) is None  # too late: what it looked through is not kept
        while taken_over is not None:
            taken_over = second.carry_on(taken_over)
    assert {each["passport_id"]: each["statement"]["id"] for each in case.hits(path)} == case.harmed
    assert [len(case.log(child, "passport.searched")) for child in case.children] == [1, 1, 1]


def test_one_that_is_let_go_is_taken_at_once(case: Case) -> None:
    case.ask()
    first, second = searching_of(case), searching_of(case)
    taken = first.take()
    assert taken is not None
    first.let_go(taken)
    taken = second.take()
    assert taken is not None
    second.let_go(taken)
    search_to_the_end(case.service)


def test_a_passport_that_does_not_open_hides_nothing_of_the_others(case: Case) -> None:
    database = RawDatabase(case.service.settings.database_url)
    key, broken = {"passport_id": UUID(case.children[0].passport_id)}, b"no key at all"
    with database.altered("data_keys", key, lambda _: {"wrapped_key": broken}):
        path = case.searched()
    database.close()
    found = case.worker.get(path).json()
    assert (found["status"], found["progress"]) == ("finished", {"looked_at": 3, "of": 3, "unreadable": 1})
    assert [each["passport_id"] for each in case.hits(path)] == [case.children[2].passport_id]


def test_what_stands_in_an_erased_passport_is_looked_for_by_no_search(case: Case, world: World) -> None:
    path, other = case.searched(), case.searched("Mr Adair helps nobody")
    case.correct(path)
    world.erase(case.children[2], world.manager(case.family))
    forgotten = case.worker.get(path).json()
    assert (forgotten["phrase"], forgotten["reason"], forgotten["hits"]) == (None, None, 0)
    assert (forgotten["status"], case.rows_of(path)) == ("cancelled", [])
    (correction,) = case.worker.get(f"{path}/corrections").json()["items"]
    assert (correction["status"], correction["reason"], correction["instead"]) == ("cancelled", None, None)
    correct_to_the_end(case.service)
    assert case.worker.get(f"/v1/statements/{case.harmed[case.family.passport_id]}").json()["version"] == 1
    assert case.worker.get(other).json()["phrase"] == "Mr Adair helps nobody"


def erase_before_it_commits(
    case: Case, monkeypatch: pytest.MonkeyPatch, at: tuple[Any, str], act: Callable[[], object]
) -> None:
    """Do something, with an erasure of one of the passports that begins when it has written and is not committed.

    Args:
        case: whose last child is erased.
        monkeypatch: whose.
        at: where to begin it: after a function of a module.
        act: what is done meanwhile.
    """
    if case.service.backend == "sqlite":
        pytest.skip("a transaction that writes holds the file")
    module, name = at
    write, manager, there = getattr(module, name), case.world.manager(case.family), dsn(case.service.settings)
    proposal = case.world.proposal(case.children[2])["id"]
    blocked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with ThreadPoolExecutor(1) as pool, psycopg.connect(there, autocommit=True) as observer:
        erasing = []

        def written(*arguments: Any) -> Any:
            result = write(*arguments)
            if not erasing:
                erasing.append(pool.submit(lambda: manager.post(f"/v1/erasures/{proposal}/confirmation")))
                until(lambda: observer.execute(blocked).fetchone() == (1,))
            return result

        with monkeypatch.context() as patched:
            patched.setattr(module, name, written)
            act()
        assert erasing.pop().result(DEADLINE).status_code == 200


def test_an_erasure_that_waits_for_a_batch_forgets_what_that_found(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    path, search = case.ask(), searching_of(case, 20)
    taken = search.take()
    assert taken is not None
    kept = (searching, "_note")
    erase_before_it_commits(case, monkeypatch, kept, lambda: search.carry_on(taken))
    assert case.rows_of(path) == []
    assert case.worker.get(path).json()["phrase"] is None


def test_an_erasure_that_waits_for_a_correction_to_be_asked_for_cancels_it(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = case.searched()
    erase_before_it_commits(case, monkeypatch, (search_corrections, "note"), lambda: case.correct(path))
    (correction,) = case.worker.get(f"{path}/corrections").json()["items"]
    assert (correction["status"], correction["instead"]) == ("cancelled", None)
    assert [row for row in case.rows("search_correction_items") if str(row["correction_id"]) == correction["id"]] == []


def test_a_search_is_forgotten_some_time_after_it_ended(case: Case) -> None:
    path = case.searched()
    case.corrected(path)
    for days, status in ((89, 200), (91, 404)):
        with case.service.later(days=days):
            searching_of(case).tidy()
        assert case.worker.get(path).status_code == status
    assert case.rows_of(path) == []


# Mending.


def test_corrected_one_by_one_a_hit_says_so(case: Case) -> None:
    path = case.searched()
    case.world.correct(case.family, case.harmed[case.family.passport_id], MENDED)
    first, second = case.hits(path)
    assert (first["corrected_since"], first["statement"]["text"], first["places"]) == (True, MENDED, [])
    assert (second["corrected_since"], len(second["places"])) == (False, 1)


def test_corrected_together_the_phrase_is_replaced_and_everyone_is_told(case: Case) -> None:
    world, family = case.world, case.family
    consent, reader = world.consent(family)["id"], world.member(family.school_id, "designated_safeguarding_lead")
    assert "risk" in reader.get(f"/v1/views/{consent}").text
    path = case.searched()
    asked = case.correct(path)
    assert (asked["status"], asked["progress"], asked["corrected"]) == ("waiting", {"done": 0, "of": 2}, 0)
    correct_to_the_end(case.service)
    (done,) = case.worker.get(f"{path}/corrections").json()["items"]
    assert (done["status"], done["progress"], done["corrected"]) == ("finished", {"done": 2, "of": 2}, 2)
    for hit in case.hits(path):
        kept = hit["statement"]
        assert (kept["text"], kept["version"], kept["author"]["name"]) == (MENDED, 2, case.worker.name)
        assert (kept["section"], kept["detail_level"], kept["source"]) == ("safety", "restricted", "parent")
        assert kept["correction"] == {"kind": "replaced", "reason": WHY}
        assert (hit["outcome"], hit["corrected_since"], hit["places"]) == ("corrected", True, [])
    view = reader.get(f"/v1/views/{consent}").text
    assert INSTEAD in view
    assert "risk" not in view
    notices = every(reader, "/v1/correction-notices")
    assert [(each["statement_id"], each["status"]) for each in notices] == [(case.harmed[family.passport_id], "open")]
    (entry,) = case.log(family, "statement.corrected_together")
    assert (entry["actor"]["name"], entry["detail"]) == (case.worker.name, "version 1 to 2, replaced")
    ended = {row["subject_id"] for row in case.rows("endings") if row["kind"] == "statement_version_ended"}
    first = [row for row in case.rows("statements") if str(row["id"]) in case.harmed.values() and row["version"] == 1]
    assert {row["version_id"] for row in first} <= ended


def test_what_harms_in_the_rest_stays_for_the_reason_of_the_correction_and_the_reviewer_is_shown_it(
    case: Case, world: World
) -> None:
    rest = "He is attention seeking."
    body = {"section": "safety", "detail_level": "everyday", "source": "parent"}
    said = {**body, "text": f"He posed a risk. {rest}", "wording_reason": "It is what the report says."}
    harmed = case.family.parent.made(f"/v1/passports/{case.family.passport_id}/statements", said)["id"]
    opinion = {**body, "kind": "opinion", "text": "In my opinion he posed a risk.", "rests_on": [harmed]}
    resting = case.family.parent.made(
        f"/v1/passports/{case.family.passport_id}/statements", {**opinion, "wording_reason": "It is what it says."}
    )["id"]
    case.corrected(case.searched(), instead="hid", statements=[harmed, resting])
    mended = case.worker.get(f"/v1/statements/{harmed}").json()
    assert (mended["text"], mended["wording_reason"]) == (f"He hid. {rest}", said["wording_reason"])
    assert case.worker.get(f"/v1/statements/{resting}").json()["rests_on"] == [harmed]
    alerts = every(case.worker, f"/v1/organisations/{case.family.custodian_id}/alerts")
    assert {"kind": "wording_kept", "statement_id": harmed, "version": 2}.items() <= {
        **next(each for each in alerts if (each["statement_id"], each["version"]) == (harmed, 2))
    }.items()


def test_nobody_spreads_another_harmful_sentence(case: Case) -> None:
    path = case.searched()
    body = {"reason": WHY, "instead": "is manipulative and attention seeking", "statements": None}
    held = case.worker.post(f"{path}/corrections", body)
    assert (held.status_code, held.json()["type"]) == (422, "/problems/wording_held")
    assert case.worker.get(f"{path}/corrections").json()["items"] == []


def test_corrected_together_they_are_withdrawn_where_nothing_is_to_stand(case: Case) -> None:
    path = case.searched()
    case.corrected(path, instead=None)
    assert [each["statement"]["status"] for each in case.hits(path)] == ["withdrawn", "withdrawn"]


def test_only_those_named_are_corrected_and_only_what_was_found_can_be(case: Case) -> None:
    path = case.searched()
    one, other = case.harmed[case.children[2].passport_id], case.harmed[case.family.passport_id]
    fine = case.world.statement(case.family, "regulation", "everyday", FINE)["id"]
    body = {"reason": WHY, "instead": None, "statements": [one, fine]}
    refused = case.worker.post(f"{path}/corrections", body)
    assert [each["field"] for each in refused.json()["errors"]] == ["/statements/1"]
    assert case.corrected(path, statements=[one, one])["progress"] == {"done": 1, "of": 1}
    assert {each["statement"]["id"]: each["outcome"] for each in case.hits(path)} == {one: "corrected", other: None}


def test_what_has_changed_since_it_was_found_is_left_as_it_is(case: Case) -> None:
    path, statement = case.searched(), case.harmed[case.family.passport_id]
    case.world.correct(case.family, statement, f"{HARM} So he did.")
    done = case.corrected(path)
    assert (done["progress"], done["corrected"]) == ({"done": 2, "of": 2}, 1)
    left, mended = case.hits(path)
    assert (left["outcome"], left["statement"]["version"]) == ("changed_since", 2)
    assert (left["statement"]["text"], mended["statement"]["text"]) == (f"{HARM} So he did.", MENDED)
    (entry,) = case.log(case.family, "statement.corrected_together")
    assert entry["detail"] == "left as it is, changed_since"


def test_what_the_child_said_is_left_for_a_person(case: Case) -> None:
    said = {"section": "about_me", "detail_level": "everyday", "kind": "childs_words", "source": "child"}
    path = f"/v1/passports/{case.family.passport_id}/statements"
    theirs = case.family.parent.made(path, {**said, "text": "They wrote that I posed a risk."})["id"]
    search = case.searched()
    case.corrected(search, instead=None)
    outcomes = {each["statement"]["id"]: each["outcome"] for each in case.hits(search)}
    assert outcomes.pop(theirs) == "childs_words"
    assert set(outcomes.values()) == {"corrected"}
    assert case.worker.get(f"/v1/statements/{theirs}").json()["status"] == "stands"


def test_asked_for_twice_it_is_done_once(case: Case) -> None:
    path = case.searched()
    case.correct(path)
    again = case.corrected(path, instead="something else")
    assert (again["progress"], again["corrected"]) == ({"done": 2, "of": 2}, 0)
    assert {each["statement"]["text"] for each in case.hits(path)} == {MENDED}


def test_a_correction_stops_when_whoever_asked_for_it_has_lost_the_role(case: Case, world: World) -> None:
    colleague = world.member(case.family.custodian_id, "social_worker")
    path, correcting = case.searched(), Correcting(case.service.runtime, LEASE)
    case.correct(path)
    taken = correcting.take()
    assert taken is not None
    taken = correcting.carry_on(taken)
    assert taken is not None
    case.leave(case.worker)
    assert correcting.carry_on(taken) is None
    (stopped,) = colleague.get(f"{path}/corrections").json()["items"]
    assert (stopped["status"], stopped["progress"], stopped["corrected"]) == ("cancelled", {"done": 1, "of": 2}, 1)
    assert [each["statement"]["version"] for each in every(colleague, f"{path}/hits")] == [2, 1]


def test_of_two_workers_one_has_a_correction_and_none_is_corrected_twice(case: Case) -> None:
    path = case.searched()
    case.correct(path)
    first, second = (Correcting(case.service.runtime, LEASE) for _ in range(2))
    taken = first.take()
    assert taken is not None
    assert second.take() is None
    with case.service.later(seconds=2 * LEASE.total_seconds()):
        taken_over = second.take()
        assert taken_over is not None
        assert first.carry_on(taken) is None
        while taken_over is not None:
            taken_over = second.carry_on(taken_over)
    assert {each["statement"]["version"] for each in case.hits(path)} == {2}


def test_a_statement_that_somebody_dealt_with_meanwhile_is_not_corrected_again(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever read it as still to do, and was held up until another had done it."""
    path = case.searched()
    case.correct(path)
    stale, read = Correcting(case.service.runtime, LEASE), search_correcting.search_corrections.next_items
    taken = stale.take()
    assert taken is not None
    due = [lambda: stale.carry_on(taken)]

    def held_up(*arguments: Any) -> Any:
        found = read(*arguments)
        if due:
            due.pop()()
        return found

    store = Overlaid(search_correcting.search_corrections, next_items=held_up)
    with monkeypatch.context() as patched:
        patched.setattr(search_correcting, "search_corrections", store)
        assert stale.carry_on(taken) is None
    assert [each["statement"]["version"] for each in case.hits(path)] == [2, 1]


def test_a_statement_that_is_no_longer_to_be_done_is_not_corrected(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    path = case.searched()
    case.correct(path)
    correcting, read = Correcting(case.service.runtime, LEASE), search_correcting.search_corrections.next_items
    taken = correcting.take()
    assert taken is not None

    def taken_off(*arguments: Any) -> Any:
        found = read(*arguments)
        database = RawDatabase(case.service.settings.database_url)
        database.sql("DELETE FROM search_correction_items")
        database.close()
        return found

    store = Overlaid(search_correcting.search_corrections, next_items=taken_off)
    with monkeypatch.context() as patched:
        patched.setattr(search_correcting, "search_corrections", store)
        assert correcting.carry_on(taken) is None
    assert {each["statement"]["version"] for each in case.hits(path)} == {1}
    correcting.let_go(taken)
    correct_to_the_end(case.service)


@pytest.mark.parametrize("service", ["postgresql", pytest.param("sqlite", marks=pytest.mark.at_length)], indirect=True)
def test_a_worker_that_is_killed_again_and_again_finds_each_once_and_corrects_each_once(
    world: World, tmp_path: Path
) -> None:
    case = case_in(world, 24)
    settings = replace(
        case.service.settings,
        notice_seconds=2,
        threads=2,
        smtp_url="smtp://127.0.0.1:9",
        mail_from="no-reply@passport.example",
    )
    path = case.ask()
    output = tmp_path / "output"

    def is_at_least(least: int, table: str, key: str, column: str) -> Callable[[], bool]:
        return lambda: any(row[column] >= least for row in case.rows(table) if str(row[key]) in path)

    with working(settings, output) as worker:
        until(is_at_least(1, "searches", "id", "looked_at"))
        worker.kill()
    with working(settings, output):
        until(lambda: case.worker.get(path).json()["status"] == "finished")
    case.correct(path)
    for least in (1, 8, 15):
        with working(settings, output) as worker:
            until(is_at_least(least, "search_corrections", "search_id", "done"))
            worker.kill()
    with working(settings, output):
        until(lambda: case.worker.get(f"{path}/corrections").json()["items"][0]["status"] == "finished")
    assert {each["passport_id"]: each["statement"]["id"] for each in case.hits(path)} == case.harmed
    assert {(each["statement"]["version"], each["outcome"]) for each in case.hits(path)} == {(2, "corrected")}
    for child in case.children:
        assert len(case.log(child, "passport.searched")) == 1
        assert len(case.log(child, "statement.corrected_together")) == int(child.passport_id in case.harmed)
    assert not [word for word in (PHRASE, WHY, INSTEAD) if word in output.read_text(encoding="utf-8")]
