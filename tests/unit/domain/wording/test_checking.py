"""The check: where a finding stands, what passes, and that no text takes it long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passport_api.domain.findings import Strength
from passport_api.domain.statements import MAX_TEXT, StatementKind
from passport_api.domain.wording import check
from passport_api.wording import load

RULES = load()
LISTED = sorted(word for word in RULES.words if word.isalpha())
PIECES = st.sampled_from(
    [*LISTED, "he is", "Tam", ",", ".", "; ", "not", '"', "'", "\u2019", "\u201c", "\u201d", "\n", "-", "\u0130"]
)


def found(text, kind=StatementKind.OBSERVATION):
    return check(text, kind, RULES)


def strong(text):
    return [finding.matched for finding in found(text) if finding.strength is Strength.STRONG]


def test_a_finding_says_where_it_is_and_why_and_what_to_write():
    (finding,) = found("On Monday Tam was often very aggressive.")
    assert finding.matched == "Tam was often very aggressive"
    assert (finding.start, finding.end) == (10, 39)
    assert finding.category.value == "risk_as_nature"
    assert finding.why
    assert finding.instead
    assert finding.source.publisher == "NSPCC Learning"


def test_indices_count_code_points_of_the_text_as_it_was_given():
    text = "\U0001f419\u0130 e\u0301 \u2014 she is naughty."
    (finding,) = found(text)
    assert text[finding.start : finding.end] == finding.matched
    assert "naughty" in finding.matched


@pytest.mark.parametrize("kind", [kind for kind in StatementKind if kind is not StatementKind.CHILDS_WORDS])
def test_every_kind_but_the_childs_own_words_is_checked(kind):
    assert found("She is naughty.", kind)


def test_nothing_is_found_in_a_childs_own_words():
    assert found("I kick off and I am naughty and my real mum is a LAC.", StatementKind.CHILDS_WORDS) == ()


@pytest.mark.parametrize(
    "text",
    [
        "He is aggressive.",
        "He is often very aggressive.",
        "HE IS AGGRESSIVE.",
        "Non-compliant since Tuesday.",
        "She had to leave because of Marcus's behaviour.",
        "He's aggressive.",
        "He\u2019s aggressive.",
        "He is, at times, aggressive.",
        "Tam can be aggressive.",
        "J was aggressive.",
        "James was aggressive.",
        "The boy has been aggressive.",
        "This child will become aggressive.",
        "Is aggressive.",
        "- can be aggressive",
        "He is bright, funny and aggressive.",
        "He likes football but can be aggressive.",
        "He is an aggressive child.",
        "Aggressive child.",
        "He presents as aggressive.",
        "He is described by staff as aggressive.",
        'He is "aggressive".',
        "He is \u2018aggressive\u2019 at home.",
        'His teacher said, "He is aggressive."',
        "He is not tall and he is aggressive.",
        "He is not unkind, but he is aggressive.",
        "There is no doubt; he is aggressive.",
        "He is\naggressive.",
        "We rang Mum. Tam is aggressive.",
        "I know Tam. Manipulative at home.",
        "Mr. Lowe saw it. Tam is aggressive.",
    ],
)
def test_a_wording_is_found_however_it_is_written(text):
    assert strong(text)


@pytest.mark.parametrize(
    "text",
    [
        "He is not aggressive.",
        "He isn\u2019t at all aggressive.",
        "He has never been violent.",
        "We do not think that he is manipulative.",
        "Nobody should call her a liar.",
        "He is frightened rather than aggressive.",
        "There is no evidence that he is aggressive.",
        "He is non-violent.",
        "The old report said that he posed a risk to staff, which was wrong.",
        "Please do not call him naughty.",
    ],
)
def test_what_is_denied_passes(text):
    assert strong(text) == []


@pytest.mark.parametrize(
    "text",
    [
        '"I kick off when people shout," said Tam.',
        "Tam said, \u201cI\u2019m naughty and nobody wants me.\u201d",
        "She says \u2018I am a bad girl\u2019 when she is sad.",
        "In his own words, 'everyone thinks I'm a bully'.",
        'He told me: "I kicked off. I didn\'t mean to."',
        'The word "naughty" hurts her.',
        'Tam told Mum: "They say that I kick off."',
        "In the words of Tam herself, 'I lose it and then I am sorry'.",
        "Instead of 'attention seeking', say what she needs.",
        "'They put me up for adoption,' Maya said, and she asked whether her brother knew.",
        "The leaflet 'Hard to Place Children' is in the loft.",
        "'He is a liar' has been struck out.",
    ],
)
def test_a_childs_quoted_words_and_words_that_are_talked_about_pass(text):
    assert strong(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "His father was violent.",
        "Her mother's partner, who was violent and aggressive, has left.",
        "Dad drank and was violent.",
        "She lived with men who were aggressive.",
        "The dog was aggressive.",
        "It was a violent film.",
        "Her birth father's partner made threats on the telephone.",
        "A supply teacher refused to cooperate with the council.",
        "Another pupil called her a liar.",
    ],
)
def test_what_is_said_of_somebody_else_passes(text):
    assert strong(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "Mr Naughty teaches maths.",
        "Mr. Naughty teaches maths.",
        "Grace Damaged is her friend.",
        "Ask Mrs Manipulative first.",
        "Dr Bully saw him.",
    ],
)
def test_a_name_passes(text):
    assert strong(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "He has attention deficit hyperactivity disorder.",
        "She has oppositional defiant disorder.",
        "He had a violent coughing fit.",
        "She has a learning disability.",
        "The risk assessment is in the office.",
        "She wears contact lenses.",
        "He failed a test.",
    ],
)
def test_conditions_and_everyday_words_pass(text):
    assert found(text) == ()


def test_where_two_wordings_overlap_the_strong_and_longer_one_stays():
    findings = found("He has challenging behaviour.")
    assert [finding.strength for finding in findings] == [Strength.STRONG]


def test_findings_stand_in_the_texts_order():
    findings = found("She is naughty. The PEP is due. He is a liar.")
    assert [finding.start for finding in findings] == sorted(finding.start for finding in findings)
    assert len(findings) == 3


@given(st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map(" ".join)))
def test_any_text_is_checked_and_every_span_is_within_it_and_overlaps_no_other(text):
    end = 0
    for finding in found(text):
        assert end <= finding.start < finding.end <= len(text)
        assert finding.matched == text[finding.start : finding.end]
        end = finding.end


ADVERSARIES = {
    "one word": "he is " * 667,
    "openings": "'a \"b " * 667,
    "no space": "a" * 4000,
    "spaces": " " * 4000,
    "commas": "he is, " * 571,
    "capitals": "Tam Lin " * 500,
    "quotation marks": "\u2019" * 4000,
    "gaps": "she is very, very, very, " * 160,
    "every listed word": " ".join(LISTED)[:4000],
    "dots": "." * 4000,
    "dashes": "he-" * 1333,
}


@pytest.mark.parametrize("text", ADVERSARIES.values(), ids=ADVERSARIES)
def test_no_text_of_four_thousand_characters_takes_long(text):
    found(text)
    began = time.perf_counter()
    found(text[:MAX_TEXT])
    assert time.perf_counter() - began < 1


def test_twice_the_text_takes_about_twice_as_long():
    once = "She is very often, as we saw, quite naughty and he claims that it kicks off. " * 26

    def seconds(text):
        times = []
        for _ in range(5):
            began = time.perf_counter()
            found(text)
            times.append(time.perf_counter() - began)
        return min(times)

    seconds(once)
    assert seconds(once * 4) < 12 * seconds(once)
