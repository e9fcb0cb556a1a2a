"""The rule for names that are ordinary words: a hit only where the word is written as a name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.protection.matcher import compile_terms
from passport_api.domain.protection.terms import ProtectedKind, ProtectedTerm
from passport_api.domain.protection.words import ordinary_words
from unit.domain.protection.finding import found

ROSE = (
    "Rose Park",
    "Will Young",
    "June Lane",
    "May Church",
    "Mark King",
    "Grace Hope",
    "Bill Field",
    "Art Day",
    "Summer Cook",
)


@pytest.mark.parametrize(
    "text",
    [
        "She saw Rose on Sunday.",
        "Rose said no.",
        "Rose's letter came.",
        "Rose and Patrick came.",
        "Rose, his mother, came.",
        "Rose has two brothers.",
        "It was Rose.",
        "Rose is happy.",
        "Grace is his mother.",
        "Birth mother: Rose",
        "(Rose)",
        "- Rose",
        'He said: "Rose."',
        "Will was born in 1990.",
        "Mrs Lane came.",
        "Kate Lane came.",
        "the Lane family",
        "J. Young came.",
        "the Youngs",
        "with June.",
        "He asked June for it.",
        "June came to see him.",
        "June visited in June 2027.",
        "a card for May",
        "Mark King",
        "Will King",
        "ROSE PARK",
        "R o s e",
        "Mr. King came.",
        "Ask Grace.",
        "Summer has a sister; he likes Summer.",
    ],
)
def test_written_as_a_name_it_is_found(text):
    assert found(text, *ROSE)


@pytest.mark.parametrize(
    "text",
    [
        "the rose garden",
        "Rose garden visits help.",
        "Rose petals everywhere.",
        "Will you come?",
        "will he? He will.",
        'He asks: "Will you stay?"',
        "Young people like it.",
        "in May and June",
        "May and June are hard.",
        "14 June 2019 and 3rd of May",
        "June 2027, May 2028",
        "each May",
        "until June",
        "the end of June",
        "between April and June",
        "It may be. May we?",
        "Mark the work kindly.",
        "Mark Tam's work kindly.",
        "Otter Lane",
        "Otter Lane Primary School",
        "Holly class and Rose class",
        "Grace House",
        "King Street",
        "Park Primary",
        "Mother's Day",
        "Sports Day",
        "in the park, by the church, on the field, down the lane",
        "hope and grace",
        "Hope is important.",
        "Grace is said before lunch.",
        "Art is his favourite lesson.",
        "art, day by day",
        "he will cook, she will rose",
        "Line one.\nWill it rain?",
        "She sat. Will she stand?",
        "Day by day.",
        "this Summer, in Summer, Summer 2027",
        "Summer holidays are long.",
    ],
)
def test_written_as_a_word_it_is_not(text):
    assert found(text, *ROSE, in_use=("Tam",)) == []


def test_a_name_that_is_no_ordinary_word_is_found_in_any_case():
    assert found("siobhan came with doyle", "Siobhan Doyle") == ["siobhan", "doyle"]


def test_a_place_that_is_an_ordinary_word_needs_its_capital():
    assert found("a reading friend. Reading friends. reading in bed", "Reading", kind="place") == []
    assert found("He was born in Reading.", "Reading", kind="place") == ["Reading"]


def test_what_stands_for_a_name_may_be_a_word_though_the_name_is_none():
    names = ("Anthony Thornbury", "Leonard Thornbury", "Jean Thornbury", "Barbara Thornbury", "Susan Thornbury")
    assert found("an ant, a lens, blue jeans, rainy days; sue, tone", *names) == []
    assert found("Ant, Len, Sue and Babs, and anthony", *names) == ["Ant", "Len", "Sue", "Babs", "anthony"]


def test_two_letters_need_their_capital():
    assert found("jo jo", "Jo") == []
    assert found("Ask Jo.", "Jo") == ["Jo"]


NAMES = [word.title() for word in ("rose", "lily", "grace", "mark", "will", "frank", "hope", "faith", "joy", "summer")]
SURNAMES = [
    word.title() for word in ("young", "brown", "king", "cook", "hill", "wood", "lane", "price", "small", "frost")
]
STRICT = compile_terms(
    [ProtectedTerm(ProtectedKind.RELATIVE_NAME, f"{a} {b}") for a, b in zip(NAMES, SURNAMES, strict=True)]
)


@given(st.lists(st.sampled_from(sorted(ordinary_words())), min_size=1, max_size=30))
def test_no_lower_case_sentence_of_ordinary_words_is_ever_a_hit(words):
    sentence = " ".join(words)
    assert not STRICT.stops(sentence + ".")
    assert not STRICT.stops(sentence[0].upper() + sentence[1:] + " things are.")
