"""Every error that a use case raises is a problem to a caller, and says what is the matter."""

import importlib
import pkgutil
from collections.abc import Iterator
from uuid import UUID

import pytest

import passport_api
from passport_api.api.edge import PROBLEM_TYPES, Problem
from passport_api.api.errors import PROBLEM_OF
from passport_api.domain.errors import Clash, Conflict, DomainError, InvalidField, TokenReused, WordingHeld
from passport_api.domain.ids import SessionId
from passport_api.domain.protection.remarks import leaking_in
from passport_api.store.database import StoreUnavailable
from passport_keys.errors import KeyStoreError

for module in pkgutil.walk_packages(passport_api.__path__, "passport_api."):
    importlib.import_module(module.name)  # an error defined anywhere is then known to its base


def subclasses_of(kind: type[Exception]) -> Iterator[type[Exception]]:
    for each in kind.__subclasses__():
        yield each
        yield from subclasses_of(each)


FINDINGS = tuple(leaking_in("Her NHS number is 999 016 2743.", ()))
EXAMPLES: dict[type[Exception], Exception] = {
    InvalidField: InvalidField("/scope", "Choose at least one section to share."),
    Conflict: Conflict(Clash.STATE),
    WordingHeld: WordingHeld(FINDINGS, "/wording_reason"),
    TokenReused: TokenReused(SessionId(UUID("01990000-0000-7000-8000-000000000001"))),
}


def test_the_table_holds_every_error_of_the_domain() -> None:
    missing = set(subclasses_of(DomainError)) - PROBLEM_OF.keys()
    assert missing == set()
    assert len(set(subclasses_of(DomainError))) > 5


def test_the_table_holds_what_the_store_and_the_keys_raise_when_they_are_away() -> None:
    assert {StoreUnavailable, KeyStoreError} <= PROBLEM_OF.keys()


@pytest.mark.parametrize("kind", PROBLEM_OF)
def test_each_is_a_problem_of_the_registry(kind: type[Exception]) -> None:
    problem = PROBLEM_OF[kind](EXAMPLES.get(kind) or kind())
    assert isinstance(problem, Problem)
    assert PROBLEM_TYPES[problem.type.slug] is problem.type
    assert problem.type.status >= 400


def test_an_invalid_field_is_named() -> None:
    problem = PROBLEM_OF[InvalidField](EXAMPLES[InvalidField])
    assert [(error.field, error.detail) for error in problem.errors] == [
        ("/scope", "Choose at least one section to share.")
    ]


def test_a_wording_that_is_held_is_told_with_what_was_found_and_where_the_reason_goes() -> None:
    problem = PROBLEM_OF[WordingHeld](EXAMPLES[WordingHeld])
    assert [error.field for error in problem.errors] == ["/wording_reason"]
    assert [found["matched"] for found in problem.members["findings"]] == ["999 016 2743"]


@pytest.mark.parametrize("clash", Clash)
def test_a_clash_has_words_and_the_answer_says_them(clash: Clash) -> None:
    assert clash.value[0].isupper()
    assert clash.value.endswith(".")
    assert len(clash.value.split()) >= 4
    assert PROBLEM_OF[Conflict](Conflict(clash)).detail == clash.value


def test_no_two_clashes_are_one() -> None:
    assert len({clash.value for clash in Clash}) == len(Clash.__members__)
