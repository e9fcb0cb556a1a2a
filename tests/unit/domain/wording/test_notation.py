"""The notation of patterns: what each sign means, what is refused."""

import re

import pytest

from passport_api.domain.wording.notation import Notation, NotationInvalid, forms_of, pattern_of

NOTATION = Notation(
    lists={"child": ("he|she|they", "<name>", "the (child|little boy)"), "loop": ("<loop>",)},
    forms={"choose": ("chooses", "chose", "chosen", "choosing")},
    never_between=("not", "rather than"),
)


def matched(written, text):
    found = pattern_of(written, NOTATION).regex.search(text)
    return found.group() if found else None


@pytest.mark.parametrize(
    ("written", "text", "expected"),
    [
        ("kick~ off", "she kicked off at two", "kicked off"),
        ("kick~ off", "kicking off again", "kicking off"),
        ("kick~ off", "the kicker offered", None),
        ("choose~ to", "he chose to go", "chose to"),
        ("bad|poor choice", "a poor choice", "poor choice"),
        ("bad luck | poor choice", "a poor luck", None),
        ("(bad luck|poor choice)", "a poor choice", "poor choice"),
        ("very? angry", "angry", "angry"),
        ("(at times)? angry", "he is at times angry", "at times angry"),
        ("is … angry", "is, as we saw, angry", "is, as we saw, angry"),
        ("is ... angry", "is very angry", "is very angry"),
        ("is (…)? angry", "is very angry", "is very angry"),
        ("is … angry", "is one two three four five angry", None),
        ("is … angry", "is not at all angry", None),
        ("is … angry", "is sad rather than angry", None),
        ("is … angry", "is calm. then angry", None),
        ("<child> is angry", "the little boy is angry", "the little boy is angry"),
        ("<child> is angry", "yesterday Tam-Lin is angry", "Tam-Lin is angry"),
        ("<child> is angry", "yesterday J is angry", "J is angry"),
        ("<child> is angry", "the dog is angry", None),
        ("<start> is angry", "is angry", "is angry"),
        ("<start> is angry", "who is angry", None),
        ("attention-seeking", "attention seeking", "attention seeking"),
        ("attention-seeking", "attention-seeking", "attention-seeking"),
        ("attention-seeking", "attentionseeking", "attentionseeking"),
        ("hard to place", "hard-to-place", "hard-to-place"),
        ("LAC", "a LAC child", "LAC"),
        ("LAC", "a lac child", None),
        ("won't go", "she won't go", "won't go"),
        ("violent", "nonviolent", None),
        ("own", "own's", "own"),
    ],
)
def test_a_pattern_matches_what_it_says(written, text, expected):
    assert matched(written, text) == expected


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("kick", ("kick", "kicks", "kicked", "kicking")),
        ("blame", ("blame", "blames", "blamed", "blaming")),
        ("worry", ("worry", "worries", "worried", "worrying")),
        ("play", ("play", "plays", "played", "playing")),
        ("push", ("push", "pushes", "pushed", "pushing")),
        ("choose", ("choose", "chooses", "chose", "chosen", "choosing")),
    ],
)
def test_a_tilde_stands_for_the_inflections(word, forms):
    assert forms_of(word, NOTATION) == forms


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("a very (bad|poor) choice", "a very poor choice"),
        ("attention-seeking", "attentionseeking"),
        ("attention-seeking", "attention seeking"),
        ("choose~ … badly", "chose so badly"),
        ("<child> lies", "she lies"),
    ],
)
def test_every_match_has_one_of_the_keys(written, text):
    pattern = pattern_of(written, NOTATION)
    assert pattern.regex.search(text)
    assert pattern.keys & set(re.findall(r"\w+", text))


def test_a_pattern_in_which_nothing_must_be_there_has_no_key():
    assert pattern_of("very? (quite)?", NOTATION).keys == frozenset()


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("(a", "bracket that does not close"),
        ("a)", "too many"),
        ("", "nothing in it"),
        ("()", "nothing in it"),
        ("a | ", "nothing in it"),
        ("a|", "nothing where a word should be"),
        ("?", "nothing where a word should be"),
        ("<nobody> is", "names a list that there is not"),
        ("<loop>", "contains itself"),
        ("a & b", "'&' is not a word"),
        ("<a", "cannot be read"),
    ],
)
def test_what_cannot_be_read_is_refused(written, message):
    with pytest.raises(NotationInvalid, match=re.escape(message)):
        pattern_of(written, NOTATION)


def test_a_pattern_is_tried_only_where_all_that_it_needs_may_be():
    pattern = pattern_of("lazy boy|girl (at work)?", NOTATION)
    assert pattern.keys == {"lazy"}
    assert pattern.may_match({"a", "lazy", "girl"})
    assert not pattern.may_match({"a", "lazy", "work"})


def test_whose_it_is_may_be_anybodys_name():
    assert matched("<name's> fault", "it was Marcus's fault") == "Marcus's fault"
    assert matched("<name's> fault", "it was James' fault") == "James' fault"
    assert matched("<name's> fault", "it was Marcus fault") is None
