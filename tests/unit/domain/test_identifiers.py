"""Identifiers: what is let in, what is refused, and that none of a child's is ever said aloud."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.identifiers import (
    UPN_LETTERS,
    AuthorityCode,
    GssCode,
    IdentifierFault,
    IdentifierInvalid,
    NhsNumber,
    Upn,
    Urn,
)

DIGITS = "0123456789"
# `str.isdigit`, `int` and `\d` take these for digits.
ARABIC_DIGITS = "".join(chr(0x0660 + digit) for digit in range(10))
FULLWIDTH_DIGITS = "".join(chr(0xFF10 + digit) for digit in range(10))
NHS = "9434765919"  # a number that public examples use
UPN = "B801200005001"
TEMPORARY_UPN = "X00180001701A"  # a school system's published example of a temporary one

CODES = [(Urn, "123456"), (AuthorityCode, "801"), (GssCode, "E06000023")]
EVERY = [*CODES, (NhsNumber, NHS), (Upn, UPN)]


def fault_of(kind, text):
    with pytest.raises(IdentifierInvalid) as caught:
        kind.parse(text)
    return caught.value.reason


def accepted(kind, text):
    try:
        kind.parse(text)
    except IdentifierInvalid:
        return False
    return True


@pytest.mark.parametrize(("kind", "text"), EVERY)
def test_a_right_identifier_is_kept_as_it_is(kind, text):
    assert kind.parse(text).value == text
    assert kind.parse(text) == kind(text)


@pytest.mark.parametrize(("kind", "text"), CODES)
def test_a_public_code_may_be_shown(kind, text):
    assert str(kind.parse(text)) == text


@pytest.mark.parametrize(("kind", "text"), EVERY)
@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda text: text[:-1],
        lambda text: text + "0",
        lambda text: text + "\n",
        lambda text: "\n" + text,
        lambda text: text + "\x00",
        lambda text: text + "\u00a0",
        lambda text: text + "\ud800",
        lambda text: text.translate(str.maketrans(DIGITS, ARABIC_DIGITS)),
        lambda text: text.translate(str.maketrans(DIGITS, FULLWIDTH_DIGITS)),
        lambda text: text.replace("0", "O"),
        lambda text: text[:-1] + "²",
        lambda text: "-" + text[1:],
    ],
)
def test_an_identifier_of_another_form_is_refused(kind, text, spoil):
    spoilt = spoil(text)
    if spoilt != text:
        assert fault_of(kind, spoilt).startswith("must be ")


@pytest.mark.parametrize(("kind", "text"), CODES)
def test_a_code_has_no_spaces_around_or_in_it(kind, text):
    for spaced in (f" {text}", f"{text} ", f"{text[:2]} {text[2:]}"):
        assert fault_of(kind, spaced).startswith("must be ")


def test_a_gss_code_begins_with_a_capital_letter():
    for wrong in ("e06000023", "606000023", "É06000023"):
        assert fault_of(GssCode, wrong) is IdentifierFault.LETTER_AND_EIGHT_DIGITS


def test_codes_of_two_kinds_are_never_equal():
    assert Urn("123456") != "123456"
    assert len({Urn("123456"), Urn("123456")}) == 1


@pytest.mark.parametrize("text", ["943 476 5919", " 9434765919 ", "94 34 76 59 19"])
def test_an_nhs_number_may_be_written_with_spaces(text):
    assert NhsNumber.parse(text) == NhsNumber(NHS)


def test_an_nhs_number_is_kept_without_spaces():
    with pytest.raises(IdentifierInvalid):
        NhsNumber("943 476 5919")


@pytest.mark.parametrize("text", ["943-476-5919", "943\t476\t5919", "943\u2009476\u20095919"])
def test_an_nhs_number_is_not_written_with_anything_but_spaces(text):
    assert fault_of(NhsNumber, text) is IdentifierFault.TEN_DIGITS


@pytest.mark.parametrize("digit", DIGITS)
def test_a_repeated_digit_is_no_nhs_number_though_its_check_digit_is_right(digit):
    assert fault_of(NhsNumber, digit * 10) is IdentifierFault.REPEATED_DIGIT


def test_a_check_value_of_eleven_is_written_as_nought():
    assert accepted(NhsNumber, "4000000020")  # 4 x 10 + 2 x 2 = 44, which leaves 0: 11 - 0 = 11


def test_a_check_value_of_ten_has_no_number():
    # 4 x 10 + 8 x 2 = 56, which leaves 1: 11 - 1 = 10
    assert not any(accepted(NhsNumber, "400000008" + digit) for digit in DIGITS)


@given(stem=st.text(DIGITS, min_size=9, max_size=9).filter(lambda stem: len(set(stem)) > 1))
def test_nine_digits_have_the_one_check_digit_of_the_rule_or_none(stem):
    remainder = 11 - sum(int(digit) * (10 - place) for place, digit in enumerate(stem)) % 11
    expected = {11: ["0"], 10: []}.get(remainder, [str(remainder)])
    assert [digit for digit in DIGITS if accepted(NhsNumber, stem + digit)] == expected


@given(at=st.integers(0, 9), digit=st.sampled_from(DIGITS))
def test_one_wrong_digit_in_an_nhs_number_is_found(at, digit):
    changed = NHS[:at] + digit + NHS[at + 1 :]
    assert accepted(NhsNumber, changed) == (changed == NHS)


@pytest.mark.parametrize("text", [UPN, TEMPORARY_UPN])
def test_a_published_pupil_number_is_accepted(text):
    assert Upn.parse(f" {text} ").value == text


@given(
    stem=st.text(DIGITS, min_size=11, max_size=11),
    last=st.sampled_from(DIGITS + UPN_LETTERS),
)
def test_a_pupil_number_has_the_one_check_letter_of_the_rule(stem, last):
    values = [*(int(digit) for digit in stem), int(last) if last in DIGITS else UPN_LETTERS.index(last)]
    total = sum(value * position for value, position in zip(values, range(2, 14), strict=True))
    assert [letter for letter in UPN_LETTERS if accepted(Upn, letter + stem + last)] == [UPN_LETTERS[total % 23]]


@given(at=st.integers(0, 12), character=st.sampled_from(DIGITS + UPN_LETTERS))
def test_one_wrong_character_in_a_pupil_number_is_found(at, character):
    changed = UPN[:at] + character + UPN[at + 1 :]
    same_value = at == 12 and character == "B"  # a temporary number's B counts as the 1 it replaces
    assert accepted(Upn, changed) == (changed == UPN or same_value)


@pytest.mark.parametrize("text", ["b801200005001", "B80120000500I", "B80120000500O", "B80120000500S", "X00180001701a"])
def test_small_letters_and_the_letters_i_o_and_s_are_in_no_pupil_number(text):
    assert fault_of(Upn, text) is IdentifierFault.PUPIL_NUMBER


@pytest.mark.parametrize("text", ["B8012 00005001", "B801200005001\t", "B80120000A001"])
def test_a_pupil_number_has_nothing_inside_it_or_but_spaces_around_it(text):
    assert fault_of(Upn, text) is IdentifierFault.PUPIL_NUMBER


def test_a_pupil_number_of_an_authority_that_is_no_more_is_accepted():
    assert accepted(Upn, "E000200005001")


@pytest.mark.parametrize("identifier", [NhsNumber(NHS), Upn(UPN)])
def test_a_childs_identifier_is_not_in_its_text_or_representation(identifier):
    for shown in (str(identifier), repr(identifier), f"{identifier}", f"{[identifier]}"):
        assert not any(digit in shown for digit in DIGITS)


@pytest.mark.parametrize(("kind", "text"), [(NhsNumber, "9434765918"), (NhsNumber, "7" * 10), (Upn, "A801200005001")])
def test_a_refusal_never_holds_the_value(kind, text):
    with pytest.raises(IdentifierInvalid) as caught:
        kind.parse(text)
    assert text not in f"{caught.value!r} {caught.value} {vars(caught.value)}"
    assert caught.value.__context__ is None
