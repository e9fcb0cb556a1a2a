"""Terms: what can be protected, what is refused and why, and whom each kind is kept from."""

import pytest

from passport_api.domain.protection.terms import (
    KeptFrom,
    ProtectedKind,
    ProtectedTerm,
    TermFault,
    TermInvalid,
    terms_kept_from,
)


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("former_name", "Tamsin Doyle"),
        ("relative_name", "Jo"),
        ("relative_name", "Doyle, Katherine"),
        ("carer_name", "Nanny Bev"),
        ("sibling_name", "李 小龙"),
        ("address", "14 Kiln Street"),
        ("address", "EX99 1AA"),
        ("address", "The Willows, Penhallow"),
        ("school", "St Mary's C of E Primary School"),
        ("place", "Reading"),
        ("phone", "+44 (0)1632 960123"),
        ("phone", "01632 960123"),
        ("upn", "b801 2000-05001"),
        ("nhs_number", "999 016 2743"),
        ("date", "3rd Sept 2015"),
        ("date", "2015-09-03"),
        ("date", "September 3, 2015"),
        ("family_surname", "Fairweather"),
    ],
)
def test_what_can_be_found_can_be_protected(kind, text):
    assert ProtectedTerm(ProtectedKind(kind), text).text == text


@pytest.mark.parametrize(
    ("kind", "text", "fault"),
    [
        ("relative_name", "", TermFault.EMPTY),
        ("relative_name", " \n", TermFault.EMPTY),
        ("relative_name", "K", TermFault.TOO_SHORT),
        ("relative_name", "K. D.", TermFault.TOO_SHORT),
        ("relative_name", "12", TermFault.TOO_SHORT),
        ("relative_name", "...", TermFault.TOO_SHORT),
        ("relative_name", "Mum", TermFault.TOO_COMMON),
        ("relative_name", "his brother", TermFault.TOO_COMMON),
        ("place", "the Hospital", TermFault.TOO_COMMON),
        ("place", "x" * 201, TermFault.TOO_LONG),
        ("school", "The Primary School", TermFault.TOO_COMMON),
        ("address", "Flat 2", TermFault.NOT_AN_ADDRESS),
        ("address", "14", TermFault.NOT_AN_ADDRESS),
        ("family_address", "at home", TermFault.NOT_AN_ADDRESS),
        ("phone", "960123", TermFault.NOT_A_PHONE),
        ("phone", "01632 96012x", TermFault.NOT_A_PHONE),
        ("upn", "B801200005002", TermFault.NOT_A_UPN),
        ("nhs_number", "999 016 2744", TermFault.NOT_AN_NHS_NUMBER),
        ("date", "September 2015", TermFault.NOT_A_DATE),
        ("date", "3 September", TermFault.NOT_A_DATE),
        ("date", "3/9/15", TermFault.NOT_A_DATE),
        ("date", "31/02/2015", TermFault.NOT_A_DATE),
    ],
)
def test_what_would_find_nothing_or_everything_is_refused_with_the_reason(kind, text, fault):
    with pytest.raises(TermInvalid) as caught:
        ProtectedTerm(ProtectedKind(kind), text)
    assert caught.value.reason is fault
    assert caught.value.kind == kind


def test_no_message_holds_the_term():
    assert "Doyle" not in repr(ProtectedTerm(ProtectedKind.RELATIVE_NAME, "Kate Doyle"))
    with pytest.raises(TermInvalid) as caught:
        ProtectedTerm(ProtectedKind.PHONE, "Kate Doyle")
    assert "Doyle" not in str(caught.value)


def test_it_works_both_ways():
    terms = [
        ProtectedTerm(ProtectedKind.RELATIVE_NAME, "Kate Doyle"),
        ProtectedTerm(ProtectedKind.FAMILY_SURNAME, "Fair"),
    ]
    assert terms_kept_from(KeptFrom.READERS, terms) == (terms[0],)
    assert terms_kept_from(KeptFrom.BIRTH_FAMILY, terms) == (terms[1],)
    assert {kind for kind in ProtectedKind if kind.kept_from is KeptFrom.BIRTH_FAMILY} == {
        "family_surname",
        "family_address",
        "family_school",
    }
