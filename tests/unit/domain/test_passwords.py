"""Passwords: long enough, not endless, not one character over and over; and never repeated in an error."""

import string

import pytest

from passport_api.domain.errors import InvalidField
from passport_api.domain.passwords import check_password, normalised_password
from unit.domain.builders import field_refused

ALPHABET = string.ascii_letters


def of_length(length):
    return (ALPHABET * 6)[:length]


@pytest.mark.parametrize(
    "password",
    [
        of_length(12),
        of_length(256),
        "kettle under the stairs",
        "abcdeabcdeab",
        "пароль под лестницей",
        "🪁🚲🌧️🧦🎈 a rainy day",
    ],
)
def test_a_long_password_is_accepted_whatever_it_is_made_of(password):
    check_password(password)


@pytest.mark.parametrize("password", ["", of_length(11), of_length(257), of_length(300)])
def test_a_password_is_neither_short_nor_endless(password):
    assert field_refused(check_password, password) == "/password"


@pytest.mark.parametrize("password", ["a" * 12, "abab" * 5, "abcdabcdabcd", " " * 40])
def test_a_password_of_very_few_different_characters_is_refused(password):
    assert field_refused(check_password, password) == "/password"


def test_the_error_names_the_field_it_came_in():
    assert field_refused(check_password, "short", "/new_password") == "/new_password"


@pytest.mark.parametrize("password", ["kettle!", "zyzyzyzyzyzyzy"])
def test_the_error_never_repeats_the_password(password):
    with pytest.raises(InvalidField) as caught:
        check_password(password)
    assert password not in f"{caught.value} {caught.value.detail} {caught.value!r}"


OBVIOUS = ["password1234", "Password-2026!", "123456789012", "qwertyuiop12", "Teacher123456!"]


@pytest.mark.parametrize("password", OBVIOUS)
def test_an_obvious_password_is_refused_however_it_is_ornamented(password):
    assert field_refused(check_password, password) == "/password"


def test_one_password_typed_on_two_systems_is_hashed_alike():
    assert normalised_password("cafe\u0301 au lait") == normalised_password("caf\u00e9 au lait")
