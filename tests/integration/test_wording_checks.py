"""Whoever is signed in can have a text checked before they write it; nothing of it is kept."""

from typing import Any

import pytest

from passport_schemas.examples.wording_checks import CHECK, CHECKED
from support.raw_database import RawDatabase
from support.service import Service
from support.world import Person, World


@pytest.fixture(scope="module")
def parent(world: World) -> Person:
    return world.family().parent


def check(person: Person, text: str, **more: Any) -> list[Any]:
    answer = person.post("/v1/wording-checks", {"text": text, **more})
    assert answer.status_code == 200, answer.text
    findings: list[Any] = answer.json()["findings"]
    return findings


def test_the_contracts_example_is_what_is_answered(parent: Person) -> None:
    assert parent.made("/v1/wording-checks", CHECK) == CHECKED


def test_a_span_is_of_the_text_as_it_would_be_kept(parent: Person) -> None:
    text = "  Zoe\u0308 \U0001f642 is attention seeking. \n"
    (found,) = check(parent, text)
    kept = "Zo\u00eb \U0001f642 is attention seeking."
    assert kept[found["start"] : found["end"]] == found["matched"] == "attention seeking"


def test_good_words_pass_and_so_do_the_childs_own(parent: Person) -> None:
    assert check(parent, "She looks for an adult when the room is loud.") == []
    assert check(parent, "I am attention seeking.", kind="childs_words") == []


def test_nothing_is_kept_or_logged(parent: Person, service: Service) -> None:
    database = RawDatabase(service.settings.database_url)
    with database.unchanged():
        assert check(parent, "He is manipulative, says zqcanary.")
    database.close()
    assert "zqcanary" not in service.log_lines.getvalue()
