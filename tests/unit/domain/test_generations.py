"""The log's name in each generation, and no other's."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.generations import generation_of, origin_of

BASE = "log.example/passports"
names = st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20)


def test_the_first_generation_has_the_plain_name_and_the_next_says_which_it_is() -> None:
    assert [origin_of(BASE, number) for number in (1, 2, 13)] == [BASE, f"{BASE}/2", f"{BASE}/13"]


@given(names, st.integers(1, 999_999_999))
def test_a_name_says_its_generation(base: str, generation: int) -> None:
    assert generation_of(base, origin_of(base, generation)) == generation


@given(names, names)
def test_no_other_name_is_a_generation_of_a_log(base: str, other: str) -> None:
    found = generation_of(base, other)
    assert found is None or origin_of(base, found) == other


@pytest.mark.parametrize(
    "name",
    [
        "",
        "log.example",
        f"{BASE}/",
        f"{BASE}/0",
        f"{BASE}/1",
        f"{BASE}/02",
        f"{BASE}/-2",
        f"{BASE}/+2",
        f"{BASE}/2 ",
        f"{BASE}/2/3",
        f"{BASE}2",
        f"{BASE}/\u0662",
        f"{BASE}/\u00b2",
        f"{BASE}/1000000000",
        f"{BASE}/{'9' * 5000}",
        f"x{BASE}",
    ],
)
def test_a_name_that_is_almost_one_is_none(name: str) -> None:
    assert generation_of(BASE, name) is None
