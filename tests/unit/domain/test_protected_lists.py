"""A protected list: whom its terms are kept from, what is no hit by itself, and what cannot be on it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.errors import InvalidField
from passport_api.domain.findings import Strength
from passport_api.domain.protected_lists import MAX_NAMES_IN_USE, MAX_TERMS, ProtectedList, check_list, comparable
from passport_api.domain.protection.remarks import leaking_in, protected_in
from passport_api.domain.protection.terms import KeptFrom, ProtectedKind, ProtectedTerm

MOTHER = ProtectedTerm(ProtectedKind.RELATIVE_NAME, "Katherine Doyle")
HOME = ProtectedTerm(ProtectedKind.FAMILY_SURNAME, "Fairweather")
UPN = ProtectedTerm(ProtectedKind.UPN, "B 8012 0000 5001")
NHS = ProtectedTerm(ProtectedKind.NHS_NUMBER, "999 000 4005")
NAMES = ("Tam Fairweather", "Tam")


def test_each_side_is_kept_from_the_other() -> None:
    said = ProtectedList((MOTHER, HOME, UPN))
    assert said.kept_from(KeptFrom.READERS) == (MOTHER, UPN)
    assert said.kept_from(KeptFrom.BIRTH_FAMILY) == (HOME,)


def test_every_kind_is_kept_from_somebody() -> None:
    assert {kind.kept_from for kind in ProtectedKind} == set(KeptFrom)


def test_todays_names_are_no_hit_to_a_reader_and_are_one_to_the_first_family() -> None:
    """The child's surname of today is what a reader knows, and what the first family must not learn."""
    former = ProtectedTerm(ProtectedKind.FORMER_NAME, "Tam Doyle")
    said = ProtectedList((former, HOME), names_in_use=("Mrs Doyle",))
    to_readers = said.matcher(KeptFrom.READERS, NAMES)
    assert not to_readers.stops("Tam and Mrs Doyle like maps.")
    assert to_readers.stops("Tam Doyle likes maps.")
    assert said.matcher(KeptFrom.BIRTH_FAMILY, NAMES).stops("Tam Fairweather is well.")


@pytest.mark.parametrize(
    ("former", "new", "weaker"),
    [
        (ProtectedList(), ProtectedList((MOTHER,), ("Mrs Doyle",)), False),
        (ProtectedList((MOTHER,)), ProtectedList((MOTHER, UPN)), False),
        (ProtectedList((MOTHER, UPN)), ProtectedList((MOTHER,)), True),
        (ProtectedList((MOTHER,)), ProtectedList((MOTHER,), ("Mrs Doyle",)), True),
        (ProtectedList((MOTHER,), ("Mrs Doyle",)), ProtectedList((MOTHER,)), False),
    ],
)
def test_a_list_is_weaker_that_protects_less_than_the_one_before(
    former: ProtectedList, new: ProtectedList, *, weaker: bool
) -> None:
    assert new.is_weaker_than(former) is weaker


def test_its_former_numbers_are_compared_however_they_are_written() -> None:
    assert list(ProtectedList((MOTHER, UPN, NHS)).former_numbers()) == [
        (ProtectedKind.UPN, "B801200005001"),
        (ProtectedKind.NHS_NUMBER, "9990004005"),
    ]


@given(st.text("0123456789abcABC", min_size=1), st.sampled_from(" -\u00a0."))
def test_what_sets_digits_apart_makes_no_other_number(number: str, apart: str) -> None:
    assert comparable(apart.join(number)) == comparable(number) == number.upper()


@pytest.mark.parametrize(
    ("said", "field"),
    [
        (ProtectedList((MOTHER, HOME, MOTHER)), "/terms/2"),
        (
            ProtectedList(tuple(ProtectedTerm(ProtectedKind.PLACE, f"Otterby {n}") for n in range(MAX_TERMS + 1))),
            "/terms",
        ),
        (ProtectedList((), ("Mrs Doyle",) * (MAX_NAMES_IN_USE + 1)), "/names_in_use"),
    ],
)
def test_a_list_that_is_too_long_or_says_something_twice_is_refused(said: ProtectedList, field: str) -> None:
    with pytest.raises(InvalidField) as refused:
        check_list(said)
    assert refused.value.field == field


def test_neither_it_nor_a_refusal_says_what_is_on_it() -> None:
    assert "Doyle" not in repr(ProtectedList((MOTHER,), ("Mrs Doyle",)))


@pytest.mark.parametrize(
    ("readers", "strengths"),
    [
        (KeptFrom.READERS, {"Kate": Strength.STRONG, "Fairweathers": Strength.ADVICE}),
        (KeptFrom.BIRTH_FAMILY, {"Kate": Strength.ADVICE, "Fairweathers": Strength.STRONG}),
    ],
)
def test_what_must_not_reach_the_readers_is_strong(readers: KeptFrom, strengths: dict[str, Strength]) -> None:
    said, text = ProtectedList((MOTHER, HOME)), "Kate wrote to the Fairweathers."
    found = [hit for each in KeptFrom for hit in protected_in(text, said.matcher(each, NAMES), readers)]
    assert {each.matched: each.strength for each in found} == strengths


@pytest.mark.parametrize("kind", ProtectedKind)
def test_every_kind_says_why_and_what_to_write(kind: ProtectedKind) -> None:
    texts = {
        ProtectedKind.ADDRESS: "14 Kiln Street",
        ProtectedKind.FAMILY_ADDRESS: "14 Kiln Street",
        ProtectedKind.PHONE: "01632 960123",
        ProtectedKind.UPN: "B801200005001",
        ProtectedKind.NHS_NUMBER: "9990004005",
        ProtectedKind.DATE: "3 September 2015",
    }
    text = texts.get(kind, "Otterby")
    said = ProtectedList((ProtectedTerm(kind, text),))
    (found,) = protected_in(f"It was {text}.", said.matcher(kind.kept_from, NAMES), kind.kept_from)
    assert (found.found_by, found.matched) == (kind.value, text)
    assert found.why
    assert found.instead


def test_what_was_found_before_is_not_said_again_as_a_leak() -> None:
    text = "Her number was B801200005001, at SW1A 2AA."
    hits = list(protected_in(text, ProtectedList((UPN,)).matcher(KeptFrom.READERS, NAMES), KeptFrom.READERS))
    assert [each.matched for each in leaking_in(text, NAMES)] == ["B801200005001", "SW1A 2AA"]
    assert [each.matched for each in leaking_in(text, NAMES, hits)] == ["SW1A 2AA"]
