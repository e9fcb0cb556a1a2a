"""Addresses, schools, places, phones, numbers and dates, in the ways they are written."""

import pytest

from unit.domain.protection.finding import found

KILN = "14a Kiln Street, Tredavick, EX99 1AA"


@pytest.mark.parametrize(
    ("term", "text", "wording"),
    [
        (KILN, "at 14a Kiln Street", "14a Kiln Street"),
        (KILN, "at 14A, KILN ST.", "14A, KILN ST"),
        (KILN, "at 14 a kiln street", "14 a kiln street"),
        (KILN, "on Kiln Street", "Kiln Street"),
        (KILN, "on Kiln St", "Kiln St"),
        (KILN, "EX99 1AA", "EX99 1AA"),
        (KILN, "ex991aa", "ex991aa"),
        (KILN, "EX99-1AA", "EX99-1AA"),
        ("Flat 2, 27 Quarry Road", "27 Quarry Rd", "27 Quarry Rd"),
        ("3 High Street, Penhallow", "3 high st", "3 high st"),
        ("The Willows, Mill Lane", "at The Willows", "Willows"),
        ("112 Saint Anne's Avenue", "112 St. Annes Ave", "112 St. Annes Ave"),
        ("40 Otterbourne Close", "otterbourne cl", "otterbourne cl"),
        ("WC2N 5DU", "wc2n5du", "wc2n5du"),
    ],
)
def test_an_address_is_found(term, text, wording):
    assert found(text, term, kind="address") == [wording]


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (KILN, "Tredavick"),
        (KILN, "the kiln street"),
        (KILN, "kilns and streets"),
        ("3 High Street", "the High Street"),
        ("5 Church Lane", "Church Lane"),
        ("9 Rose Gardens", "Rose gardens are lovely."),
        ("9 Rose Gardens", "the rose gardens"),
        (KILN, "EX99 1AB"),
        (KILN, "14 pupils"),
    ],
)
def test_what_is_everywhere_is_not_an_address(term, text):
    assert found(text, term, kind="address") == []


@pytest.mark.parametrize(
    ("term", "text", "wording"),
    [
        ("St Mary's C of E Primary School", "St. Mary\u2019s", "St. Mary\u2019s"),
        ("St Mary's C of E Primary School", "saint marys school", "saint marys"),
        ("Tredavick Academy", "at tredavick", "tredavick"),
        ("Hillside School", "at Hillside Primary", "Hillside Primary"),
        ("Church Street Junior School", "Church Street School", "Church Street School"),
        ("The Copper Beech Preschool", "at Copper Beech", "Copper Beech"),
    ],
)
def test_a_school_is_found_by_what_it_is_called(term, text, wording):
    assert found(text, term, kind="school") == [wording]


@pytest.mark.parametrize("text", ["a Hillside walk", "on Church Street", "a copper beech", "the primary school"])
def test_an_ordinary_word_is_no_school(text):
    assert found(text, "Hillside School", "Church Street Junior School", "Copper Beech Preschool", kind="school") == []


@pytest.mark.parametrize("term", ["01632 960123", "+44 1632 960123", "(01632) 960-123"])
@pytest.mark.parametrize(
    "text",
    [
        "01632960123",
        "01632 960 123",
        "01632-960-123",
        "01632.960.123",
        "(01632) 960123",
        "+44 1632 960123",
        "+44 (0)1632 960123",
        "0044 1632 960123",
        "0 1 6 3 2 9 6 0 1 2 3",
        "\uff10\uff11\uff16\uff13\uff12 960123",
    ],
)
def test_a_phone_is_found_however_it_is_set_apart(term, text):
    assert found(f"Ring {text}.", term, kind="phone") == [text]


def test_another_phone_beside_it_is_not_taken_in():
    assert found("01632 960122 01632 960123", "01632 960123", kind="phone") == ["1632 960123"]
    assert found("01632 960124", "01632 960123", kind="phone") == []


def test_former_numbers_are_found_however_they_are_set_apart():
    assert found("NHS 999-016-2743", "999 016 2743", kind="nhs_number") == ["999-016-2743"]
    assert found("UPN b 8012 0000 5001", "B801200005001", kind="upn") == ["b 8012 0000 5001"]


@pytest.mark.parametrize("term", ["3 September 2015", "2015-09-03", "3/9/2015"])
@pytest.mark.parametrize(
    "text",
    [
        "3 September 2015",
        "3rd Sept 2015",
        "3rd of September, 2015",
        "03/09/2015",
        "3.9.15",
        "3-9-2015",
        "09/03/2015",
        "2015-09-03",
        "2015/09/03",
        "September 3, 2015",
        "Sept. 3rd 2015",
        "3 sep '15",
        "03 09 2015",
    ],
)
def test_a_date_is_found_in_the_ways_that_dates_are_written(term, text):
    assert found(f"That was {text}, a Thursday.", term, kind="date") == [text]


def test_a_day_without_its_year_counts_only_beside_a_birth():
    term = "3 September 2015"
    assert found("Term begins on 3 September.", term, kind="date") == []
    assert found("Her birthday is 3 September.", term, kind="date") == ["3 September"]
    assert found("He was born on September 3rd", term, kind="date") == ["September 3rd"]
    assert found("Her birthday is 3/9.", term, kind="date") == []


def test_a_date_beside_another_is_found():
    assert found("1 May 2017, 3 September 2015, 3 May 2018", "3 September 2015", kind="date") == ["3 September 2015"]


@pytest.mark.parametrize("text", ["3 September 2016", "4 September 2015", "13/09/2015", "September 2015", "2015"])
def test_another_date_is_not_the_one(text):
    assert found(text, "3 September 2015", kind="date") == []
