"""What is found when somebody writes a statement, and what becomes of what they keep with a reason."""

from typing import Any

import pytest

from support.lists import every
from support.world import Family, Person, World

STRONG = "He is attention seeking when the bell rings."
ADVICE = "He had contact with his CAMHS worker about the LAC review."
FINE = "When the bell rings he looks for a grown-up."
MOTHER = {"kind": "relative_name", "text": "Katherine Doyle"}


@pytest.fixture
def family(world: World) -> Family:
    return world.family(name="Tam Fairweather")


def statement(text: str, **more: Any) -> dict[str, Any]:
    return {"section": "regulation", "detail_level": "everyday", "text": text, "source": "parent", **more}


def write(family: Family, text: str, by: Person | None = None, **more: Any) -> Any:
    return (by or family.parent).post(f"/v1/passports/{family.passport_id}/statements", statement(text, **more))


def statements_of(family: Family) -> list[Any]:
    return every(family.parent, f"/v1/passports/{family.passport_id}/statements?limit=2")


def alerts_of(family: Family) -> list[Any]:
    return every(family.social_worker, f"/v1/organisations/{family.custodian_id}/alerts")


def protect(family: Family, *terms: dict[str, str]) -> None:
    path = f"/v1/passports/{family.passport_id}/protected-list"
    etag = family.parent.get(path).headers["ETag"]
    assert family.parent.http.put(path, json={"terms": terms}, headers={"If-Match": etag}).status_code == 200


def test_a_strong_finding_holds_the_statement_until_it_is_changed(family: Family) -> None:
    held = write(family, STRONG)
    assert held.status_code == 422
    problem = held.json()
    assert problem["type"] == "/problems/wording_held"
    assert [error["field"] for error in problem["errors"]] == ["/wording_reason"]
    (found,) = problem["findings"]
    assert (found["strength"], found["category"], found["field"]) == ("strong", "child_blaming", "text")
    assert STRONG[found["start"] : found["end"]] == found["matched"] == "attention seeking"
    assert found["why"]
    assert found["instead"]
    assert found["source"]["address"].startswith("https://")
    assert statements_of(family) == []
    changed = write(family, FINE)
    assert (changed.status_code, changed.json()["findings"]) == (201, [])
    assert changed.json()["wording_reason"] is None


def test_it_is_the_same_as_the_wording_check_finds(family: Family) -> None:
    checked = family.parent.made("/v1/wording-checks", {"text": STRONG})["findings"]
    assert write(family, STRONG).json()["findings"] == checked


def test_kept_with_a_reason_the_custodian_is_shown_it(family: Family) -> None:
    why = "These are the words of the report that we answer."
    kept = write(family, STRONG, wording_reason=why).json()
    assert [found["matched"] for found in kept["findings"]] == ["attention seeking"]
    (alert,) = alerts_of(family)
    assert (alert["kind"], alert["statement_id"], alert["version"]) == ("wording_kept", kept["id"], 1)
    shown = family.social_worker.get(f"/v1/statements/{kept['id']}").json()
    assert shown["wording_reason"] == why
    assert shown["findings"] == kept["findings"]
    assert family.social_worker.get(f"/v1/alerts/{alert['id']}").json()["by"]["name"] == family.parent.name


def test_the_reason_stays_with_the_version_and_reaches_no_reader(world: World, family: Family) -> None:
    why = "These are the words of the report that we answer."
    kept = write(family, STRONG, wording_reason=why).json()
    consent = world.consent(family)["id"]
    reader = world.member(family.school_id, "designated_teacher")
    view = reader.get(f"/v1/views/{consent}")
    assert STRONG in view.text
    assert why not in view.text
    world.correct(family, kept["id"], FINE)
    versions = every(family.parent, f"/v1/statements/{kept['id']}/versions")
    assert (versions[1]["text"], versions[1]["wording_reason"]) == (STRONG, why)


def test_advice_holds_nothing(family: Family) -> None:
    written = write(family, ADVICE)
    assert written.status_code == 201
    assert {found["strength"] for found in written.json()["findings"]} == {"advice"}
    assert alerts_of(family) == []


def test_a_childs_own_words_are_theirs(family: Family) -> None:
    assert write(family, "I am naughty and attention seeking.", kind="childs_words").json()["findings"] == []


@pytest.mark.parametrize("through", ["a correction", "a resolution"])
def test_a_correction_is_held_to_it_as_well(family: Family, through: str) -> None:
    written = write(family, FINE).json()["id"]
    path = f"/v1/statements/{written}"
    correction: dict[str, Any] = {"reason": "Something else happened.", "replacement": statement(STRONG)}
    if through == "a correction":
        headers = {"If-Match": family.parent.get(path).headers["ETag"]}
        held = family.parent.post(f"{path}/corrections", correction, headers=headers)
        field = "/replacement/wording_reason"
    else:
        challenge = family.parent.made(f"{path}/challenges", {"words": "It is not so."})["id"]
        body = {"finding": "upheld", "reasons": "It was not so.", "correction": correction}
        held = family.social_worker.post(f"/v1/challenges/{challenge}/resolution", body)
        field = "/correction/replacement/wording_reason"
    assert held.status_code == 422
    assert [error["field"] for error in held.json()["errors"]] == [field]
    assert [each["version"] for each in statements_of(family)] == [1]


@pytest.mark.parametrize(
    ("text", "found_by", "strength"),
    [
        ("Ring the surgery on 01632 960 123.", "leak", "advice"),
        ("They live at SW1A 2AA.", "leak", "advice"),
        ("Her NHS number is 999 000 4005.", "leak", "strong"),
        ("Her UPN is B801200005001.", "leak", "strong"),
        ("Her best friend is called Priya Sandhu.", "leak", "advice"),
    ],
)
def test_what_leaks_is_found_whatever_is_on_a_list(family: Family, text: str, found_by: str, strength: str) -> None:
    answer = write(family, text)
    assert answer.status_code == (422 if strength == "strong" else 201)
    assert [(each["category"], each["strength"]) for each in answer.json()["findings"]] == [(found_by, strength)]


def test_a_protected_term_is_found_with_its_place_in_whichever_field(family: Family) -> None:
    protect(family, MOTHER)
    text = "On Tuesdays Kate came."
    held = write(family, text, source="Katie Doyle").json()["findings"]
    assert [(each["field"], each["category"], each["matched"]) for each in held] == [
        ("text", "protected", "Kate"),
        ("source", "protected", "Katie Doyle"),
    ]
    assert text[held[0]["start"] : held[0]["end"]] == "Kate"


def test_kept_all_the_same_it_is_stopped_and_the_custodian_told_at_once(family: Family) -> None:
    protect(family, MOTHER)
    kept = write(family, "On Tuesdays Kate came.", wording_reason="It is what she asks for.").json()
    assert [(alert["kind"], alert["statement_id"]) for alert in alerts_of(family)] == [
        ("statement_stopped", kept["id"])
    ]


def opinion(family: Family, *rests_on: str, **more: Any) -> Any:
    said = {"kind": "opinion", "rests_on": list(rests_on), **more}
    return write(family, "In the opinion of Dr Sandler a quiet room helps.", **said)


@pytest.mark.parametrize("text", [FINE, None], ids=["replaced", "withdrawn"])
def test_an_opinion_that_rests_on_what_is_corrected_is_flagged(world: World, family: Family, text: str | None) -> None:
    first, second = (write(family, f"On day {number} he came in.").json()["id"] for number in (1, 2))
    resting = opinion(family, first).json()
    assert resting["rests_on"] == [first]
    opinion(family, second)
    world.correct(family, first, text)
    (alert,) = alerts_of(family)
    assert (alert["kind"], alert["statement_id"]) == ("opinion_rests_on_corrected", resting["id"])
    read = family.social_worker.get(f"/v1/alerts/{alert['id']}").json()
    assert (read["about"], read["by"]["name"]) == (first, family.parent.name)


def test_it_is_flagged_anew_only_once_the_flag_before_is_settled(world: World, family: Family) -> None:
    ground = write(family, FINE).json()["id"]
    opinion(family, ground)
    for number in (1, 2):
        world.correct(family, ground, f"On day {number} he came in.")
        assert len(alerts_of(family)) == 1
    family.social_worker.made(f"/v1/alerts/{alerts_of(family)[0]['id']}/settlement", {"note": "It still holds."})
    world.correct(family, ground, "On day 3 he came in.")
    assert len(alerts_of(family)) == 1


def test_an_opinion_that_no_longer_stands_is_not_flagged(world: World, family: Family) -> None:
    ground = write(family, FINE).json()["id"]
    resting = opinion(family, ground).json()["id"]
    world.correct(family, resting, None)
    world.correct(family, ground, None)
    assert alerts_of(family) == []


def test_only_an_opinion_rests_on_something_and_only_in_its_own_passport(world: World, family: Family) -> None:
    ground, other = write(family, FINE).json()["id"], world.statement(world.family(), "safety", "everyday")["id"]
    elsewhere = opinion(family, ground, other)
    assert elsewhere.json()["errors"] == [
        {"field": "/rests_on/1", "detail": "There is no such statement in this passport."}
    ]
    fact = write(family, FINE, kind="fact", rests_on=[ground])
    assert [error["field"] for error in fact.json()["errors"]] == ["/rests_on"]


def test_no_opinion_is_corrected_to_rest_on_itself(family: Family) -> None:
    resting = opinion(family).json()["id"]
    path = f"/v1/statements/{resting}"
    new = statement("In the opinion of Dr Sandler he is at ease.", kind="opinion", rests_on=[resting])
    headers = {"If-Match": family.parent.get(path).headers["ETag"]}
    refused = family.parent.post(f"{path}/corrections", {"reason": "He is.", "replacement": new}, headers=headers)
    assert [error["field"] for error in refused.json()["errors"]] == ["/replacement/rests_on/0"]


def test_no_reader_is_told_what_it_rests_on(world: World, family: Family) -> None:
    resting = opinion(family, write(family, FINE, detail_level="restricted").json()["id"]).json()
    reader = world.member(family.school_id, "designated_teacher")
    view = reader.get(f"/v1/views/{world.consent(family)['id']}")
    assert resting["id"] in view.text
    assert resting["rests_on"][0] not in view.text


def test_nobody_settles_what_they_wrote_themselves(world: World, family: Family) -> None:
    """A strong wording is kept with a reason: somebody else is to look at it, and is told that there is something."""
    kept = write(family, STRONG, family.social_worker, wording_reason="It is what the report says.").json()
    (alert,) = alerts_of(family)
    path, note = f"/v1/alerts/{alert['id']}/settlement", {"note": "Looked at."}
    refused = family.social_worker.post(path, note)
    assert (refused.status_code, alerts_of(family)) == (409, [alert])
    settled = world.member(family.custodian_id, "social_worker").made(path, note)
    assert (settled["statement_id"], settled["status"]) == (kept["id"], "settled")


def test_what_is_corrected_needs_nobody_any_more(world: World, family: Family) -> None:
    kept = write(family, STRONG, wording_reason="It is what the report says.").json()["id"]
    assert len(alerts_of(family)) == 1
    world.correct(family, kept, FINE)
    assert alerts_of(family) == []


def test_nothing_rests_on_what_was_withdrawn(world: World, family: Family) -> None:
    ground = write(family, FINE).json()["id"]
    world.correct(family, ground, None)
    refused = opinion(family, ground).json()
    assert refused["errors"] == [{"field": "/rests_on/0", "detail": "This statement was withdrawn."}]


def test_where_it_comes_from_is_held_to_it_too(family: Family) -> None:
    held = write(family, FINE, source="The teacher whom the manipulative boy lies to")
    assert held.status_code == 422
    assert {each["field"] for each in held.json()["findings"]} == {"source"}


def test_what_was_found_is_answered_again_to_a_repeat(family: Family) -> None:
    path, headers = f"/v1/passports/{family.passport_id}/statements", {"Idempotency-Key": "once"}
    answers = [family.parent.post(path, statement(ADVICE), headers=headers) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["findings"] != []
