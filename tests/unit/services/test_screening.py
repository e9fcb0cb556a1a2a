"""The screen before a view: what it remembers is never older than what is sealed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from passport_api.domain.challenges import Challenge, Challenger
from passport_api.domain.children import Child
from passport_api.domain.ids import PassportId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.protected_lists import ProtectedList
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.domain.views import SectionView
from passport_api.services.screening import Screen, Screening
from passport_api.services.vault import PassportSeals
from passport_keys.errors import SealBroken
from passport_keys.sealing import DataKey

KATE = ProtectedList((ProtectedTerm(ProtectedKind.RELATIVE_NAME, "Katherine Doyle"),))
JAY = ProtectedList((ProtectedTerm(ProtectedKind.SIBLING_NAME, "Jayden Doyle"),))
CHILD = Child("Tam Fairweather", None, date(2015, 10, 9), None, None, ())


class Counting(Screening):
    """Counts what had to be looked at anew."""

    def __init__(self, most: int = 10) -> None:
        super().__init__(most)
        self.looked = 0

    def keep(self, key: bytes, stopped: frozenset[StatementId]) -> None:
        self.looked += 1
        super().keep(key, stopped)


def seals_of() -> PassportSeals:
    passport_id = PassportId(uuid4())
    return PassportSeals(passport_id, str(passport_id), DataKey.generate())


def screen_of(said: ProtectedList | None, seals: PassportSeals | None = None, **more: Any) -> Screen:
    made = seals or seals_of()
    return Screen(more.get("screening", Counting()), made, None if said is None else made.seal_list(1, said), CHILD)


def statement(seals: PassportSeals, text: str, number: int = 1) -> Statement:
    """A statement as it comes out of what is sealed, with its hash."""
    written = Statement(
        statement_id=StatementId(UUID(int=number)),
        version=1,
        section=Section.REGULATION,
        detail_level=DetailLevel.EVERYDAY,
        kind=StatementKind.OBSERVATION,
        text=text,
        source="parent",
        author=Capacity("Helen Fairweather", "parent"),
        recorded_on=date(2026, 11, 10),
    )
    return seals.open_statement(seals.seal_statement(written))


def stopped(screen: Screen, said: Sequence[Statement], challenges: Any = None) -> list[str]:
    section = SectionView(Section.REGULATION, DetailLevel.EVERYDAY, tuple(said))
    return [each.text for each in screen.stopped((section,), challenges or {})]


def test_without_a_list_nothing_is_stopped() -> None:
    screen = screen_of(None)
    assert stopped(screen, [statement(screen.seals, "Kate Doyle came.")]) == []


def test_the_same_is_looked_at_once() -> None:
    screening = Counting()
    screen = screen_of(KATE, screening=screening)
    said = [statement(screen.seals, "Kate came."), statement(screen.seals, "It is warm.", 2)]
    assert [stopped(screen, said) for _ in range(3)] == [["Kate came."]] * 3
    assert screening.looked == 1


@pytest.mark.parametrize("changed", ["the list", "a statement", "a challenge", "the child's name", "one fewer"])
def test_whatever_changes_it_is_looked_at_anew(changed: str) -> None:
    screening = Counting()
    screen = screen_of(JAY, screening=screening)
    said, beside = [statement(screen.seals, "Kate came."), statement(screen.seals, "It is warm.", 2)], {}
    assert stopped(screen, said) == []
    match changed:
        case "the list":
            screen = replace(screen, sealed=screen.seals.seal_list(1, KATE))
        case "a statement":
            said[0] = statement(screen.seals, "Jayden came.")
        case "a challenge":
            beside = {said[1].statement_id: [Challenge(Challenger.PARENT, "Jayden was there.")]}
        case "the child's name":
            screen = replace(screen, child=replace(CHILD, name="Jayden Fairweather"))
        case "one fewer":
            del said[1]
    expected = {"the list": ["Kate came."], "a statement": ["Jayden came."], "a challenge": ["It is warm."]}
    assert stopped(screen, said, beside) == expected.get(changed, [])
    assert screening.looked == 2


def test_what_a_challenger_says_of_one_statement_stops_no_other() -> None:
    """The same words beside the one and beside the other are two things to look at."""
    screen = screen_of(KATE)
    first, second = statement(screen.seals, "It is warm."), statement(screen.seals, "It is cold.", 2)
    words = [Challenge(Challenger.PARENT, "Kate said so.")]
    assert stopped(screen, [first, second], {first.statement_id: words}) == ["It is warm."]
    assert stopped(screen, [first, second], {second.statement_id: words}) == ["It is cold."]


def test_a_list_that_does_not_open_shows_nothing() -> None:
    """Fail closed: of another child, of another version, or changed."""
    screen = screen_of(KATE)
    said = [statement(screen.seals, "It is warm.")]
    sealed = screen.sealed
    assert sealed is not None
    assert stopped(screen, said) == []  # and is remembered
    for broken in (
        replace(sealed, version=2),
        replace(sealed, sealed=sealed.sealed[:-1] + bytes([sealed.sealed[-1] ^ 1])),
        seals_of().seal_list(1, KATE),
    ):
        with pytest.raises(SealBroken):
            stopped(replace(screen, sealed=broken), said)


def test_it_remembers_no_more_than_it_may_and_the_oldest_makes_room() -> None:
    screening = Counting(most=2)
    screen = screen_of(KATE, screening=screening)
    texts = [[statement(screen.seals, f"It is day {day}.")] for day in range(3)]
    for said in (texts[0], texts[1], texts[0], texts[2]):  # the second was not asked for the longest
        stopped(screen, said)
    looked = screening.looked
    stopped(screen, texts[0])
    assert screening.looked == looked
    stopped(screen, texts[1])
    assert screening.looked == looked + 1
