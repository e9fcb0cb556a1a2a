"""The screen before a view: what it remembers is never older than what is sealed."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest

from passport_api.domain.challenges import Challenge, Challenger
from passport_api.domain.children import Child
from passport_api.domain.ids import ChallengeId, PassportId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.protected_lists import ProtectedList
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.domain.views import SectionView
from passport_api.services.screening import Screen, Screening, Verdict
from passport_api.services.vault import PassportSeals
from passport_keys.errors import SealBroken
from passport_keys.sealing import DataKey

KATE = ProtectedList((ProtectedTerm(ProtectedKind.RELATIVE_NAME, "Katherine Doyle"),))
JAY = ProtectedList((ProtectedTerm(ProtectedKind.SIBLING_NAME, "Jayden Doyle"),))
CHALLENGE = ChallengeId(uuid4())
CHILD = Child("Tam Fairweather", None, date(2015, 10, 9), None, None, ())


class Counting(Screening):
    """Counts what had to be looked at anew."""

    def __init__(self, most: int = 10) -> None:
        super().__init__(most)
        self.looked = 0

    def keep(self, key: bytes, verdict: Verdict) -> None:
        self.looked += 1
        super().keep(key, verdict)


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
    found = verdict(screen, said, challenges)
    return [each.text for each in said if each.statement_id in found.stopped]


def verdict(screen: Screen, said: Sequence[Statement], challenges: Any = None) -> Verdict:
    section = SectionView(Section.REGULATION, DetailLevel.EVERYDAY, tuple(said))
    return screen.verdict((section,), challenges or {})


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
            beside = {said[1].statement_id: [(CHALLENGE, Challenge(Challenger.PARENT, "Jayden was there."))]}
        case "the child's name":
            screen = replace(screen, child=replace(CHILD, name="Jayden Fairweather"))
        case "one fewer":
            del said[1]
    expected = {"the list": ["Kate came."], "a statement": ["Jayden came."]}
    assert stopped(screen, said, beside) == expected.get(changed, [])
    assert screening.looked == 2


def test_a_challengers_words_are_left_out_and_stop_no_statement() -> None:
    """Else whoever may challenge could try names until a statement goes."""
    screen = screen_of(KATE)
    said = [statement(screen.seals, "It is warm.")]
    beside = {
        said[0].statement_id: [
            (CHALLENGE, Challenge(Challenger.PARENT, "Kate said so.")),
            (ChallengeId(uuid4()), Challenge(Challenger.PARENT, "It is not so.")),
        ]
    }
    assert verdict(screen, said, beside) == Verdict(hushed=frozenset({CHALLENGE}))


@pytest.mark.parametrize(
    ("author", "unnamed"),
    [
        (Capacity("Kate Doyle", "social_worker", "Ellerford"), {"Kate Doyle"}),
        (Capacity("Farah Siddiqui", "social_worker", "Doyle County Council"), {"Doyle County Council"}),
        (Capacity("Farah Siddiqui", "social_worker", "Ellerford"), set()),
    ],
)
def test_an_author_whose_name_or_place_is_protected_is_not_named(author: Capacity, unnamed: set[str]) -> None:
    screen = screen_of(KATE)
    written = statement(screen.seals, "It is warm.")
    said = screen.seals.open_statement(screen.seals.seal_statement(replace(written, author=author)))
    assert verdict(screen, [said]) == Verdict(unnamed=frozenset(unnamed))


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
