"""Sentences written by somebody who had not seen the rules: most of what harms is found, little else is."""

from pathlib import Path

import pytest
import yaml

from passport_api.domain.statements import StatementKind
from passport_api.domain.wording import Strength, check
from passport_api.wording import load

HELD_OUT = Path(__file__).parents[2] / "data/wording/held_out.yaml"


@pytest.fixture(scope="module")
def items():
    return yaml.safe_load(HELD_OUT.read_text(encoding="utf-8"))


def has_strong(text):
    return any(found.strength is Strength.STRONG for found in check(text, StatementKind.OBSERVATION, load()))


def test_at_least_seventeen_in_twenty_harmful_sentences_are_found(items):
    right = [item["text"] for item in items if item["strong"]]
    missed = [text for text in right if not has_strong(text)]
    assert 1 - len(missed) / len(right) >= 0.85, missed


def test_at_least_nine_in_ten_strong_findings_are_right(items):
    found = [item for item in items if has_strong(item["text"])]
    wrongly = [item["text"] for item in found if not item["strong"]]
    assert 1 - len(wrongly) / len(found) >= 0.9, wrongly
