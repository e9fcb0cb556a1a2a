"""A file of rules that is not as it should be is refused, with the rule and its line."""

import re
from importlib import resources

import pytest

from passport_api.domain.findings import Strength
from passport_api.wording import RulesInvalid, load, parse

TEXT = resources.files("passport_api.wording").joinpath("rules.yaml").read_text(encoding="utf-8")
HEAD = TEXT[: TEXT.index("\nrules:\n")]
RULE = """
rules:
- id: naughty
  category: child_blaming
  strength: strong
  source: nspcc
  why: It judges.
  instead: Say what happened.
  patterns:
    - naughty
  unless:
    - naughty elf
  flags:
    - He is naughty.
    - A naughty girl.
  passes:
    - He hummed.
    - The naughty elf hid.
"""


def test_a_rule_is_read():
    rules = parse(HEAD + RULE)
    (rule,) = rules.rules
    assert (rule.rule_id, rule.strength, rule.source.publisher) == ("naughty", Strength.STRONG, "NSPCC Learning")
    assert [pattern.written for pattern in (*rule.patterns, *rule.unless)] == ["naughty", "naughty elf"]
    assert rule.passes == ("He hummed.", "The naughty elf hid.")


def test_the_rules_are_read_once():
    assert load() is load()


def test_unless_may_be_left_out():
    text = RULE.replace("  unless:\n    - naughty elf\n", "")
    assert parse(HEAD + text).rules[0].unless == ()


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("category: child_blaming", "category: silly", "rule 'naughty': category: 'silly' is not one of child_blaming"),
        (
            "category: child_blaming",
            "category: protected",
            "category: 'protected' is not one of child_blaming",
        ),
        ("strength: strong", "strength: loud", "rule 'naughty': strength: 'loud' is not one of strong, advice"),
        ("source: nspcc", "source: hearsay", "rule 'naughty': 'hearsay' is not one of the sources"),
        ("why: It judges.", "why: ''", "rule 'naughty': why must be one line of text"),
        ("why: It judges.", 'why: "It\\njudges."', "rule 'naughty': why must be one line of text"),
        ("    - He is naughty.\n", "", "rule 'naughty': flags must have at least 2 sentences"),
        ("    - He hummed.\n", "", "rule 'naughty': passes must have at least 2 sentences"),
        ("    - naughty\n  unless", "    - (naughty\n  unless", "rule 'naughty': patterns: '(naughty' has a bracket"),
        ("    - naughty\n  unless", "    - <wizard>\n  unless", "rule 'naughty': patterns: '<wizard>' names a list"),
        ("    - naughty\n  unless", "    - naughty?\n  unless", "'naughty?' has no word that must be there"),
        ("    - naughty elf", "    - naughty |", "has a place with nothing in it"),
        ("    - naughty elf", "    - ' '", "rule 'naughty': unless: must be a list of texts"),
        ("  instead: Say what happened.\n", "", "rule 'naughty': must have id, category"),
        ("  why: It judges.", "  why: It judges.\n  whim: none", "rule 'naughty': must have id, category"),
        ("  why: It judges.", "  why: It judges.\n  why: It does.", "a key is written twice"),
        ("- id: naughty", "- naughty", "not readable as YAML"),
        ("rules:", "rules: [", "not readable as YAML"),
    ],
)
def test_a_rule_that_is_not_as_it_should_be_is_refused(before, after, message):
    assert before in RULE
    with pytest.raises(RulesInvalid, match=re.escape(message)):
        parse(HEAD + RULE.replace(before, after, 1))


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("format: 1", "format: 2", "format: must be 1"),
        ("version: 3", "version: 0", "version: must be a number from 1"),
        ("version: 3", "version: true", "version: must be a number from 1"),
        ("version: 3", "edition: 1", "must have exactly these fields"),
        ("  titles:", "  ranks:", "usage: must have exactly these lists"),
        ("    publisher: NSPCC Learning\n", "", "sources.nspcc: must have exactly these texts"),
        ("    - mr\n", "    - [mr]\n", "usage.titles: must be a list of texts"),
        ("  kids:\n", "  kids:\n    - <kids>\n", "the list 'kids' contains itself"),
    ],
)
def test_a_file_that_is_not_as_it_should_be_is_refused(before, after, message):
    assert before in HEAD
    with pytest.raises(RulesInvalid, match=re.escape(message)):
        parse(HEAD.replace(before, after, 1) + RULE.replace("naughty\n  unless", "<kids>\n  unless"))


def test_a_rule_written_twice_is_refused_with_the_line_of_the_second():
    text = HEAD + RULE + RULE.removeprefix("\nrules:\n")
    line = text[: text.rindex("- id: naughty")].count("\n") + 1
    with pytest.raises(RulesInvalid, match=f"line {line}, rule 'naughty': there is another rule of this id"):
        parse(text)


@pytest.mark.parametrize("text", ["", "[]", "rules", "a: [", "- 1"])
def test_what_is_no_file_of_rules_is_refused(text):
    with pytest.raises(RulesInvalid):
        parse(text)
