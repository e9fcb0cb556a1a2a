"""General leaks: found by their form and check digits, and no wolf is cried over a school's everyday figures."""

from itertools import pairwise

import pytest

from passport_api.domain.protection.leaks import LeakKind, leaks_in

IN_USE = ("Tamsin Carys Fairweather", "Tam")


def leaking(text):
    return [(text[leak.start : leak.end], leak.kind.value) for leak in leaks_in(text, in_use=IN_USE)]


@pytest.mark.parametrize(
    ("wording", "kind"),
    [
        ("EX1 1AA", "postcode"),
        ("EX11AA", "postcode"),
        ("ex1 1aa", "postcode"),
        ("SW1A 2AA", "postcode"),
        ("M1 1AE", "postcode"),
        ("01632 960123", "phone"),
        ("01632960123", "phone"),
        ("(01632) 960 123", "phone"),
        ("07700 900 123", "phone"),
        ("07700-900-123", "phone"),
        ("+44 7700 900123", "phone"),
        ("+44 (0)7700 900123", "phone"),
        ("0044 1632 960123", "phone"),
        ("020 7946 0123", "phone"),
        ("kate.doyle+x@mail.example", "email"),
        ("KATE@MAIL.EXAMPLE", "email"),
        ("999 016 2743", "nhs_number"),
        ("999-016-2743", "nhs_number"),
        ("9990162743", "nhs_number"),
        ("B801200005001", "upn"),
        ("b801 2000 05001", "upn"),
        ("X00180001701A", "upn"),
    ],
)
def test_a_leak_is_found_with_its_wording(wording, kind):
    assert leaking(f"Please note: {wording}.") == [(wording, kind)]
    assert leaking(wording) == [(wording, kind)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("He sits with his friend Liam Carter.", "Liam Carter"),
        ("another pupil, Ayesha Khan, was hurt", "Ayesha Khan"),
        ("a classmate called Rose Park", "Rose Park"),
        ("Liam Carter, a boy in her class, laughed", "Liam Carter"),
        ("Zo\u00eb O\u2019Brien (her best friend)", "Zo\u00eb O\u2019Brien"),
        ("Liam Carter is her friend.", "Liam Carter"),
    ],
)
def test_another_childs_full_name_is_advice(text, name):
    assert leaking(text) == [(name, "childs_name")]
    assert not LeakKind.CHILDS_NAME.certain
    assert LeakKind.POSTCODE.certain


@pytest.mark.parametrize(
    "text",
    [
        "7B, 10C and L2 are near A1; KS2 and KS3, B1 and C2.",
        "L2 2nd floor, 1st and 4th",
        "s.16LA, s16LA, s.22(3)(b), reg. 4, para 3.14",
        "in 2019, 2020 2021 2022, from 2015-16 to 2027-28",
        "at 8.30, 09:15-10:00, 09.00 10.30 11.00 and 08.30 09.15 10.00",
        "01/02/2015 10:30, 01-02-2015 10:30, 2015-02-01T10:30:00",
        "\u00a31,000,000.00 and \u00a3455 a term, 100% of 12,345",
        "ISBN 0-19-853453-1, ISBN 0198534531, 978-0-19-853453-1, 9780198534531",
        "Paper 1MA1/2H, 8700/1, AQA 8462, grade 9-1, W1 of term",
        "999 016 2744, 1234567890, 0000000000",
        "B801200005002, A1234567890123",
        "@school, me@, tam@home",
        "Pupil Premium Plus, Child Looked After, the child Protection Plan",
        "Tolland Bridge pupils and Otter Lane children",
        "Miriam Sandler, child psychotherapist",
        "her friend Tam Fairweather; his friend Granny Pearl; a friend on Monday Morning",
        "another pupil said Hello There",
        "reference 100 200 3000 4000",
        "",
    ],
)
def test_no_wolf_is_cried(text):
    assert leaking(text) == []


def test_leaks_are_in_order_and_apart():
    text = "Ring 01632 960123 or write to EX1 1AA, a@b.example."
    leaks = leaks_in(text)
    assert [leak.kind for leak in leaks] == ["phone", "postcode", "email"]
    assert all(one.end <= other.start for one, other in pairwise(leaks))
