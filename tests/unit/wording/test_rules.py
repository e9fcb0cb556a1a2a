"""The rules as they ship: every sentence in the file is tried, and the demonstration family is written well."""

import re
from dataclasses import replace

import pytest

from passport_api import demonstration
from passport_api.domain.findings import OF_WORDING, Category, Strength
from passport_api.domain.statements import StatementKind
from passport_api.domain.wording import check
from passport_api.wording import load

RULES = load()
FAMILY = demonstration.load()
FLAGS = [(rule, sentence) for rule in RULES.rules for sentence in rule.flags]
PASSES = [(rule, sentence) for rule in RULES.rules for sentence in rule.passes]


def found_in(text, rules=RULES):
    return check(text, StatementKind.OBSERVATION, rules)


def named(pairs):
    return [f"{rule.rule_id}: {sentence}" for rule, sentence in pairs]


def test_there_are_at_least_a_hundred_and_fifty_rules():
    assert len(RULES.rules) >= 150


def test_every_category_and_both_strengths_have_rules():
    assert {rule.category for rule in RULES.rules} == set(OF_WORDING)
    assert {rule.strength for rule in RULES.rules} == set(Strength)


def test_jargon_and_moving_about_advise_and_blame_asks_for_a_change():
    strengths = {(rule.category, rule.strength) for rule in RULES.rules}
    assert (Category.JARGON, Strength.STRONG) not in strengths
    assert (Category.VICTIM_BLAMING, Strength.ADVICE) not in strengths


def test_every_source_is_one_that_people_can_read():
    for source in {rule.source for rule in RULES.rules}:
        assert source.address.startswith("https://")


def test_why_is_one_short_line():
    long = [rule.rule_id for rule in RULES.rules if len(rule.why) > 110 or len(rule.instead) > 160]
    assert long == []


def test_a_sentence_stands_once():
    sentences = [sentence for rule in RULES.rules for sentence in rule.flags]
    assert sorted(sentences) == sorted(set(sentences))


@pytest.mark.parametrize(("rule", "sentence"), FLAGS, ids=named(FLAGS))
def test_a_rule_flags_its_sentence(rule, sentence):
    assert found_in(sentence, replace(RULES, rules=(rule,))) != ()


@pytest.mark.parametrize(("rule", "sentence"), FLAGS, ids=named(FLAGS))
def test_a_sentence_with_a_strong_wording_has_a_strong_finding(rule, sentence):
    assert any(found.strength is Strength.STRONG for found in found_in(sentence)) or rule.strength is Strength.ADVICE


@pytest.mark.parametrize(("rule", "sentence"), PASSES, ids=named(PASSES))
def test_no_rule_finds_anything_in_a_sentence_that_passes(rule, sentence):
    assert [(found.found_by, found.matched) for found in found_in(sentence)] == []


@pytest.mark.parametrize("said", [*FAMILY.statements, *FAMILY.corrections], ids=lambda said: said.text[:50])
def test_the_demonstration_family_is_written_well(said):
    strong = [
        (found.found_by, found.matched)
        for found in check(said.text, StatementKind.OBSERVATION, RULES)
        if found.strength is Strength.STRONG
    ]
    assert strong == []


def test_no_match_is_lost_by_trying_only_patterns_whose_key_is_there():
    for rule, sentence in FLAGS:
        lowered = sentence.lower().replace("\u2019", "'")
        there = {form for word in re.findall(r"\w+(?:'\w+)*", lowered) for form in (word, word.removesuffix("'s"))}
        for pattern in rule.patterns:
            may = pattern.keys & there and pattern.may_match(there)
            assert may or not pattern.regex.search(lowered), (pattern.written, sentence)
