"""Promise 13: what is on a child's protected list never leaves in a view; nobody learns that there is such a list."""

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Event
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from passport_api.domain.identifiers import IdentifierInvalid, NhsNumber
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm, TermInvalid
from passport_api.services import offers, protected_lists, views
from passport_api.store.database import StoreUnavailable
from passport_api.store.faults import Fault
from support.answers import nobodys_id
from support.at_once import at_once
from support.lists import every
from support.overlaid import Overlaid
from support.post_office import Post, post_office
from support.raw_database import RawDatabase
from support.service import Service
from support.world import Family, Person, World

MOTHER = {"kind": "relative_name", "text": "Katherine Anne Doyle"}
NUMBERS = {"upn": "B801200005001", "nhs_number": "9990004005"}
OTHER_NUMBERS = {"upn": "P999199912345", "nhs_number": "9990004013"}

SAID = {
    "relative_name": (
        "Katherine Anne Doyle",
        (
            "Kate came on Tuesdays.",
            "KATIE DOYLE wrote to her.",
            "She misses Katherine's songs.",
            "He was told of K a t e.",
            "The Doyles had a dog.",
            "katedoyle85 is a name she knows.",
        ),
    ),
    "former_name": ("Tamsin Álvarez", ("She was Tamsin Alvarez.", "Miss ÁLVAREZ then.", "Alvarez-Doyle it was.")),
    "carer_name": (
        "Siobhan O'Rourke",
        ("siobhan made soup.", "Mrs O\u2019Rourke helped.", "ORourke helped."),
    ),
    "sibling_name": ("Jayden Doyle", ("Jayden is her brother.", "She asks for jayden.")),
    "address": ("14 Kiln Street, Marlow Bridge, SW1A 2AA", ("They lived at 14, Kiln St.", "It was sw1a2aa.")),
    "school": (
        "Saint Aldhelm's C of E Primary School",
        ("She liked St Aldhelms.", "Saint Aldhelm\u2019s sang."),
    ),
    "place": ("Marlow Bridge", ("It was in marlow bridge.", "Marlow-Bridge is where.")),
    "phone": ("01632 960 123", ("Ring (01632) 960123.", "+44 1632 960123 is the number.")),
    "date": ("3 September 2015", ("On 03/09/2015 it began.", "On 9.3.2015 it began.", "September 3rd, 2015, it was.")),
    "upn": (NUMBERS["upn"], ("It was B 8012 0000 5001.",)),
    "nhs_number": (NUMBERS["nhs_number"], ("It was 999 000 4005.",)),
}
"""Terms, and some of the ways in which people write them."""

HARMLESS = (
    "He planted roses in the rose garden.",
    "The school play is on 4 September.",
    "Hope is what she holds on to.",
    "She likes to read by the bridge, under the marlow tree.",
)


@dataclass
class Home:
    """A family whose passport a reader at the new school can open."""

    world: World
    family: Family
    reader: Person
    consent: str

    @property
    def passport(self) -> str:
        return f"/v1/passports/{self.family.passport_id}"

    def protect(self, *terms: dict[str, str], by: Person | None = None, **more: Any) -> dict[str, Any]:
        """Let the list be these terms."""
        person = by or self.family.parent
        etag = person.get(f"{self.passport}/protected-list").headers["ETag"]
        body = {"terms": list(terms), **more}
        answer = person.http.put(f"{self.passport}/protected-list", json=body, headers={"If-Match": etag})
        assert answer.status_code == 200, answer.text
        return answer.json()

    def write(self, text: str, source: str = "parent", kind: str = "observation") -> str:
        """Write a statement whatever is found in it; gives its id."""
        body = {
            "section": "regulation",
            "detail_level": "everyday",
            "kind": kind,
            "text": text,
            "source": source,
            "wording_reason": "These are the words that were said.",
        }
        return self.family.parent.made(f"{self.passport}/statements", body)["id"]

    def view(self) -> dict[str, Any]:
        return self.reader.get(f"/v1/views/{self.consent}").json()

    def shown(self) -> set[str]:
        """The ids of the statements that the reader is shown now."""
        return ids_in(self.view())

    def alerts(self, status: str = "open") -> list[dict[str, Any]]:
        path = f"/v1/organisations/{self.family.custodian_id}/alerts?limit=2&status={status}"
        return every(self.family.social_worker, path)

    def entries(self, action: str) -> list[dict[str, Any]]:
        return [one for one in every(self.family.parent, f"{self.passport}/access-log") if one["action"] == action]


def ids_in(view: dict[str, Any]) -> set[str]:
    return {said["id"] for section in view["sections"] for said in section["statements"]}


@pytest.fixture
def home(world: World) -> Home:
    compare_all(world)  # what other tests have offered
    family = world.family(name="Tam Fairweather")
    reader = world.member(family.school_id, "designated_teacher")
    return Home(world, family, reader, world.consent(family)["id"])


@pytest.fixture
def office(service: Service, world: World) -> Iterator[Post]:
    with post_office(service, world) as opened:
        yield opened


@pytest.mark.parametrize("kind", SAID)
def test_no_way_of_writing_a_term_is_shown(home: Home, kind: str) -> None:
    text, ways = SAID[kind]
    fine = {home.write(each) for each in HARMLESS}
    stopped = {home.write(each) for each in ways}
    assert home.shown() == fine | stopped
    assert {each["id"] for each in home.protect({"kind": kind, "text": text})["stopped"]} == stopped
    view = home.view()
    assert ids_in(view) == fine
    assert view["being_reviewed"] is True


def test_where_a_statement_comes_from_is_looked_at_too(home: Home) -> None:
    named, fine = home.write("He likes maps.", source="Kate Doyle"), home.write("He likes drums.")
    home.protect(MOTHER)
    assert home.shown() == {fine}
    assert named not in str(home.view())


def test_a_challengers_words_are_left_out_and_the_statement_stays(home: Home) -> None:
    """Whoever wrote them sees them still: nothing tells them, by what goes or stays, whether a name is on the list."""
    colleague = home.world.member(home.family.school_id, "designated_teacher")
    challenged = home.write("He likes maps.")
    home.protect(MOTHER)
    shown = []
    for words in ("It was Kate who said so.", "It was Zoe who said so."):
        body = {"words": words, "view_id": home.consent}
        home.reader.made(f"/v1/statements/{challenged}/challenges", body)
        shown.append(home.view())
    assert [beside["words"] for beside in challenges_in(home.view())] == [
        "It was Kate who said so.",
        "It was Zoe who said so.",
    ]
    assert {view["being_reviewed"] for view in shown} == {False}
    to_others = colleague.get(f"/v1/views/{home.consent}").json()
    assert [beside["words"] for beside in challenges_in(to_others)] == [None, "It was Zoe who said so."]
    assert ids_in(to_others) == {challenged}
    (alert,) = home.alerts()
    read = home.family.social_worker.get(f"/v1/alerts/{alert['id']}").json()
    assert (read["kind"], read["about"], read["by"]["name"]) == (
        "challenge_hushed",
        challenges_in(to_others)[0]["id"],
        home.reader.name,
    )


def challenges_in(view: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for section in view["sections"] for said in section["statements"] for one in said["challenges"]]


def test_an_author_is_named_by_role_alone_where_their_name_or_place_is_protected(home: Home) -> None:
    """The authority that placed a child has the name of the place that they come from."""
    council = home.family.social_worker.get("/v1/me").json()["memberships"][0]["organisation"]
    body = {"section": "regulation", "detail_level": "everyday", "text": "He likes maps.", "source": "social worker"}
    home.family.social_worker.made(f"{home.passport}/statements", body)
    home.protect({"kind": "place", "text": council})
    view = home.view()
    (said,) = [said for section in view["sections"] for said in section["statements"]]
    assert said["author"] == {"name": None, "role": "social_worker", "organisation": None}
    assert council not in str(view)


def test_what_was_stopped_is_new_to_a_reader_once_it_is_mended(home: Home) -> None:
    """Nobody is told that a statement was corrected of which they never knew."""
    home.protect(MOTHER)
    mended, withdrawn = home.write("Kate came on Tuesdays."), home.write("Kate came on Fridays.")
    assert home.shown() == set()
    home.world.correct(home.family, mended, "Her first mother came on Tuesdays.")
    home.world.correct(home.family, withdrawn, None)
    view = home.view()
    assert (view["changes"]["new"], view["changes"]["corrected"], view["changes"]["no_longer_shown"]) == (
        [mended],
        [],
        [],
    )
    assert withdrawn not in str(view)


def test_the_others_who_keep_the_list_are_told_of_an_edit(home: Home, office: Post) -> None:
    """One of them alone could empty it, and have a view say what it should not."""
    home.protect(MOTHER)
    office.work()
    assert office.box.letters == []
    home.protect(names_in_use=["Mrs Doyle"])
    assert [alert["kind"] for alert in home.alerts()] == ["protection_eased"]
    office.work()
    assert {letter.to for letter in office.box.letters} == {home.family.social_worker.email}
    office.box.letters.clear()
    home.protect(MOTHER, by=home.family.social_worker)
    home.protect(by=home.family.social_worker)
    office.work()
    assert {letter.to for letter in office.box.letters} == {home.family.parent.email}
    assert home.entries("protected_list.changed")[0]["detail"] == (
        "version 3 to 4: 0 terms added, 1 taken off, 0 to 0 names in use"
    )


def test_nothing_says_what_was_left_out_or_why(home: Home) -> None:
    """A view with a statement that is stopped, and one whose statement is withheld, differ in their times alone."""
    home.write("He likes drums.")
    stopped = home.write("Kate came on Tuesdays.")
    challenge = home.family.parent.made(f"/v1/statements/{stopped}/challenges", {"words": "It is not so."})["id"]
    home.family.parent.made(f"/v1/challenges/{challenge}/restriction")
    withheld = home.view()
    home.family.parent.http.delete(f"/v1/challenges/{challenge}/restriction")
    home.protect(MOTHER)
    view = home.view()
    for each in (withheld, view):
        del each["log_entry"], each["changes"]["since"]
    assert view == withheld
    assert stopped not in str(view)


def test_a_preview_is_what_the_reader_will_see_and_tells_the_parent_what_is_stopped(home: Home) -> None:
    fine, stopped = home.write("He likes drums."), home.write("Kate came on Tuesdays.")
    home.protect(MOTHER)
    shown = home.family.parent.get(f"/v1/consents/{home.consent}/preview?role=designated_teacher").json()
    assert (ids_in(shown), shown["stopped"], shown["being_reviewed"]) == ({fine}, [stopped], True)


def test_it_is_shown_again_once_it_is_corrected_or_off_the_list(home: Home) -> None:
    first, second = home.write("Kate came on Tuesdays."), home.write("Jayden is her brother.")
    home.protect(MOTHER, {"kind": "sibling_name", "text": "Jayden Doyle"})
    assert home.shown() == set()
    home.world.correct(home.family, first, "Her first mother came on Tuesdays.")
    assert home.shown() == {first}
    home.protect(MOTHER)
    view = home.view()
    assert ids_in(view) == {first, second}
    assert view["being_reviewed"] is False


def test_names_in_use_are_no_hits(home: Home) -> None:
    """The child's own name of today is none by itself, and neither is a teacher's whom the list says."""
    own, teacher, both = home.write("Tam likes maps."), home.write("Mrs Doyle helps."), home.write("Kate Doyle came.")
    terms = (MOTHER, {"kind": "former_name", "text": "Tam Doyle"})
    home.protect(*terms)
    assert home.shown() == {own}
    home.protect(*terms, names_in_use=["Mrs Doyle"])
    assert home.shown() == {own, teacher}
    assert both not in str(home.view())


def test_a_term_that_is_added_while_a_view_is_opened_is_on_the_list(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list that is edited between a release's reading and its entry in the log."""
    fine, stopped = home.write("He likes drums."), home.write("Kate came on Tuesdays.")
    seal, due = views.journal.seal, [MOTHER]

    def protected_meanwhile(*arguments: Any) -> Any:
        if due:
            home.protect(due.pop())
        return seal(*arguments)

    monkeypatch.setattr(views, "journal", Overlaid(views.journal, seal=protected_meanwhile))
    view = home.view()
    assert ids_in(view) == {fine}
    assert stopped not in str(view)


def test_no_opening_after_the_answer_shows_it(home: Home) -> None:
    """Many open while the list is edited; whoever begins after the answer sees nothing of it."""
    stopped = home.write("Kate came on Tuesdays.")
    home.view()
    answered = Event()

    def edited() -> list[bool]:
        home.protect(MOTHER)
        answered.set()
        return []

    def opened() -> list[bool]:
        """Whether each opening that began after the answer showed it."""
        after = []
        for _ in range(6):
            begun_after = answered.is_set()
            shows = stopped in home.shown()
            after += [shows] if begun_after else []
        return after

    late = [shows for each in at_once([opened] * 4 + [edited]) for shows in each]
    assert not any(late)
    assert stopped not in home.shown()


_WORDS = st.lists(st.text("abcdefghijklmnopqrstuvwxyzéüß", min_size=3, max_size=9), min_size=1, max_size=3)
_NAMES = st.builds(lambda words: " ".join(word.capitalize() for word in words), _WORDS)
_AS_WRITTEN = st.sampled_from((str, str.upper, str.lower, str.title, lambda name: name.replace(" ", "  ")))


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=_NAMES, written=_AS_WRITTEN)
def test_whatever_a_relative_is_called_it_is_not_shown(home: Home, name: str, written: Any) -> None:
    """As it was given, and in other cases where there are several words; one alone as a name is written."""
    try:
        ProtectedTerm(ProtectedKind.RELATIVE_NAME, name)
    except TermInvalid:
        return
    said = written(name) if " " in name else name
    stopped = home.write(f"On Sundays she saw {said}, who sang.")
    home.protect({"kind": "relative_name", "text": name})
    assert stopped not in str(home.view())


def test_the_custodian_is_alerted_once_and_it_is_in_the_log(home: Home, office: Post) -> None:
    stopped = home.write("Kate came on Tuesdays.")
    home.protect(MOTHER)
    for _ in range(3):
        home.view()
    (alert,) = home.alerts()
    assert (alert["kind"], alert["statement_id"], alert["version"]) == ("statement_stopped", stopped, 1)
    office.work()
    to_worker = [letter for letter in office.box.letters if letter.to == home.family.social_worker.email]
    assert len(to_worker) == 1
    assert "Kate" not in to_worker[0].part("plain") + to_worker[0].part("html")
    opened = home.entries("view.opened")
    assert [entry["detail"] for entry in opened] == [f"being reviewed: {stopped} version 1"] * 3
    assert all(stopped not in str(entry["statements"]) for entry in opened)


def test_settled_it_stays_stopped_and_nobody_is_alerted_again(home: Home) -> None:
    stopped = home.write("Kate came on Tuesdays.")
    home.protect(MOTHER)
    (alert,) = home.alerts()
    path = f"/v1/alerts/{alert['id']}"
    worker = home.family.social_worker
    settled = worker.made(f"{path}/settlement", {"note": "Helen will write it anew."})
    assert (settled["status"], settled["note"]) == ("settled", "Helen will write it anew.")
    assert worker.post(f"{path}/settlement", {"note": "Again."}).status_code == 409
    assert stopped not in home.shown()
    assert home.alerts() == []
    assert [each["id"] for each in home.alerts("settled")] == [alert["id"]]


def test_an_alert_says_by_whom_it_was_about_to_be_read(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list that was there before the alert: as after a recovery from a backup."""
    monkeypatch.setattr(protected_lists, "raise_stopped", lambda *_: None)
    stopped = home.write("Kate came on Tuesdays.")
    home.protect(MOTHER)
    assert home.alerts() == []
    assert home.shown() == set()
    (alert,) = home.alerts()
    read = home.family.social_worker.get(f"/v1/alerts/{alert['id']}").json()
    assert (read["statement_id"], read["by"]["name"]) == (stopped, home.reader.name)


@pytest.mark.parametrize("number", NUMBERS)
def test_a_former_number_is_answered_as_unknown_and_the_custodian_learns_of_it(home: Home, number: str) -> None:
    """Somebody at another authority makes a passport for a child whose former number they know."""
    home.protect({"kind": number, "text": NUMBERS[number]})
    elsewhere = home.world.member(home.world.authority(), "social_worker")
    answers = [
        elsewhere.post("/v1/passports", {"child": home.world.child(**{number: value}), "requires_both_parents": False})
        for value in (OTHER_NUMBERS[number], NUMBERS[number])
    ]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json().keys() == answers[1].json().keys()
    assert home.alerts() == []  # nothing was compared before the answer
    compare_all(home.world)
    (alert,) = home.alerts()
    read = home.family.social_worker.get(f"/v1/alerts/{alert['id']}").json()
    assert (read["kind"], read["about"], read["by"]["name"]) == ("number_offered", number, elsewhere.name)
    (entry,) = home.entries("number.offered")
    assert (entry["outcome"], entry["actor"]["name"]) == ("denied", elsewhere.name)
    assert NUMBERS[number] not in str(entry)


@pytest.mark.parametrize(
    "way",
    [
        "a text to check",
        "a query",
        "spaces in it",
        "a field that nobody knows",
        "escaped",
        "a number without quotes",
        "about nothing",
    ],
)
def test_it_is_noticed_wherever_it_is_used(home: Home, way: str) -> None:
    home.protect(*({"kind": kind, "text": number} for kind, number in NUMBERS.items()))
    upn, spaced, stranger = NUMBERS["upn"], "b 8012 0000 5001", home.world.member(home.world.school(), "senco")
    match way:
        case "a text to check":
            stranger.post("/v1/wording-checks", {"text": f"The pupil {upn} came."})
        case "a query":
            stranger.get("/v1/views", params={"upn": spaced})
        case "spaces in it":
            stranger.post("/v1/wording-checks", {"text": f"The pupil {spaced} came."})
        case "a field that nobody knows":
            stranger.post("/v1/wording-checks", {"upn": upn})
        case "escaped":
            body = '{"text": "The pupil \\u0042801200005001 came."}'
            stranger.http.post("/v1/wording-checks", content=body, headers={"Content-Type": "application/json"})
        case "a number without quotes":
            stranger.post("/v1/wording-checks", {"nhs": int(NUMBERS["nhs_number"])})
        case "about nothing":
            stranger.http.patch(f"/v1/memberships/{nobodys_id()}", json={"role": upn})
    compare_all(home.world)
    assert [alert["kind"] for alert in home.alerts()] == ["number_offered"]


def test_those_who_keep_the_list_set_off_nothing_by_writing_it(home: Home) -> None:
    home.protect({"kind": "upn", "text": NUMBERS["upn"]})
    home.protect({"kind": "upn", "text": NUMBERS["upn"]}, MOTHER)
    asked = home.family.parent.made(f"{home.passport}/protection-checks", {"text": f"{NUMBERS['upn']}, once."})
    assert [found["matched"] for found in asked["findings"]] == [NUMBERS["upn"]]
    compare_all(home.world)
    assert home.alerts() == []


def test_a_number_that_is_off_the_list_or_not_a_former_one_sets_off_nothing(home: Home) -> None:
    home.protect({"kind": "upn", "text": NUMBERS["upn"]})
    home.protect(MOTHER)
    for value in (NUMBERS["upn"], OTHER_NUMBERS["upn"], "B801200005002"):
        home.reader.post("/v1/wording-checks", {"text": f"The pupil {value} came."})
    compare_all(home.world)
    assert [alert["kind"] for alert in home.alerts()] == ["protection_eased"]


def test_a_number_is_kept_as_a_blind_index_and_no_longer_than_it_takes(home: Home) -> None:
    home.reader.post("/v1/wording-checks", {"text": f"The pupil {OTHER_NUMBERS['upn']} came."})
    database = RawDatabase(home.world.service.settings.database_url)
    try:
        (row,) = database.rows("offered_numbers")
        assert OTHER_NUMBERS["upn"] not in str(row)
        compare_all(home.world)
        assert database.rows("offered_numbers") == []
    finally:
        database.close()


def test_decoys_hide_nothing(home: Home) -> None:
    """A number is not passed over for the many beside it: too many are refused, whichever they are."""
    home.protect({"kind": "upn", "text": NUMBERS["upn"]})
    decoys = [number for number in range(9990000000, 9990002000) if is_nhs_number(str(number))]
    beside = " ".join(map(str, decoys[: offers.MOST - 1]))
    assert home.reader.post("/v1/wording-checks", {"text": f"{beside} {NUMBERS['upn']}"}).status_code == 200
    compare_all(home.world)
    assert [alert["kind"] for alert in home.alerts()] == ["number_offered"]
    many = " ".join(map(str, decoys[: offers.MOST + 1]))
    assert home.reader.post("/v1/wording-checks", {"text": many}).status_code == 422


def is_nhs_number(text: str) -> bool:
    try:
        NhsNumber.parse(text)
    except IdentifierInvalid:
        return False
    return True


def test_whoever_goes_on_using_one_is_alerted_to_once(home: Home) -> None:
    home.protect({"kind": "upn", "text": NUMBERS["upn"]})
    other = home.world.member(home.world.school(), "senco")
    for person in (home.reader, home.reader, other, home.reader):
        person.post("/v1/wording-checks", {"text": f"The pupil {NUMBERS['upn']} came."})
        compare_all(home.world)
    assert len(home.alerts()) == 2
    assert len(home.entries("number.offered")) == 4


def test_a_key_that_does_not_open_silences_nobody_elses_alarm(home: Home) -> None:
    """Of two children once known by a number, one's passport is damaged."""
    other = home.world.family()
    damaged = Home(home.world, other, home.reader, "")
    for each in (damaged, home):
        each.protect({"kind": "upn", "text": NUMBERS["upn"]})
    database, key = RawDatabase(home.world.service.settings.database_url), {"passport_id": UUID(other.passport_id)}
    with database.altered("data_keys", key, lambda row: {**row, "wrapped_key": bytes(len(row["wrapped_key"]))}):
        home.world.service.runtime.vault.forget_every()
        home.reader.post("/v1/wording-checks", {"text": f"The pupil {NUMBERS['upn']} came."})
        compare_all(home.world)
        assert len(home.alerts()) == 1
    database.close()
    assert damaged.alerts() == []


def test_where_it_cannot_be_kept_nothing_is_answered(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def away(*_: Any) -> None:
        raise StoreUnavailable(Fault.DISK_FULL)

    monkeypatch.setattr(offers, "offers", Overlaid(offers.offers, add=away))
    answer = home.reader.post("/v1/wording-checks", {"text": f"The pupil {NUMBERS['upn']} came."})
    assert answer.status_code == 503


def compare_all(world: World) -> None:
    """What a worker does."""
    comparing = offers.Comparing(world.service.runtime)
    taken = comparing.take()
    while taken is not None:
        taken = comparing.carry_on(taken)


def test_a_letter_to_the_first_family_gives_away_no_home(home: Home) -> None:
    """It works both ways: what the first family must not learn is found in what is for them."""
    home.protect(
        MOTHER,
        {"kind": "family_surname", "text": "Fairweather"},
        {"kind": "family_address", "text": "3 Otter Lane, Ellerford, EX1 1AA"},
        {"kind": "family_school", "text": "Tolland Bridge School"},
    )
    letter = "Dear Kate, the Fairweathers are well at 3 Otter Lane. Tolland Bridge is a kind school."
    body = {"text": letter, "readers": "birth_family"}
    found = home.family.parent.made(f"{home.passport}/protection-checks", body)["findings"]
    assert [each["matched"] for each in found] == ["Fairweathers", "3 Otter Lane", "Tolland Bridge"]
    assert {each["strength"] for each in found} == {"strong"}
    for each in found:
        assert letter[each["start"] : each["end"]] == each["matched"]
    to_a_school = home.family.parent.made(f"{home.passport}/protection-checks", {"text": letter})["findings"]
    assert [each["matched"] for each in to_a_school] == ["Kate"]
    assert home.write("The Fairweathers live at 3 Otter Lane.") in home.shown()  # its readers know where they live


def test_two_who_edit_it_at_once_notice_each_other(home: Home) -> None:
    path = f"{home.passport}/protected-list"
    etag = home.family.parent.get(path).headers["ETag"]
    answers = at_once(
        [
            lambda who=who, text=text: (
                who.http.put(
                    path, json={"terms": [{"kind": "place", "text": text}]}, headers={"If-Match": etag}
                ).status_code
            )
            for who, text in ((home.family.parent, "Marlow Bridge"), (home.family.social_worker, "Otterby"))
        ]
    )
    assert sorted(answers) == [200, 412]
    assert home.family.parent.http.put(path, json={"terms": []}).status_code == 428


def test_nobody_else_learns_that_there_is_a_list(home: Home) -> None:
    home.protect(MOTHER)
    strangers = (home.reader, home.world.member(home.family.custodian_id, "auditor"), home.world.family().parent)
    for path in (f"{home.passport}/protected-list", f"/v1/passports/{nobodys_id()}/protected-list"):
        for person in strangers:
            assert person.get(path).status_code == 404
            put = person.http.put(path, json={"terms": []}, headers={"If-Match": "*"})
            assert put.status_code == 404
            assert (
                person.post(path.replace("protected-list", "protection-checks"), {"text": "Kate?"}).status_code == 404
            )
