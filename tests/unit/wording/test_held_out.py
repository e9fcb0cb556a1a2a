"""Most of what harms is found and little else is: in sentences nobody mended a rule on, and in those that some were.

`held_out.yaml` was written by somebody who had not seen the rules. So was `development.yaml`, and rules were mended on
it since: there the bar is higher, and keeps what was gained.
"""

from pathlib import Path

import pytest
import yaml

from passport_api.domain.findings import Strength
from passport_api.domain.statements import StatementKind
from passport_api.domain.wording import check
from passport_api.wording import load

DATA = Path(__file__).parents[2] / "data/wording"
SETS = [("held_out.yaml", 0.85, 0.9), ("development.yaml", 0.97, 0.97)]
NAMES = [name for name, _recall, _precision in SETS]


def sentences(name):
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))


def has_strong(text):
    return any(found.strength is Strength.STRONG for found in check(text, StatementKind.OBSERVATION, load()))


@pytest.mark.parametrize(("name", "recall", "precision"), SETS, ids=NAMES)
def test_most_harmful_sentences_are_found(name, recall, precision):
    right = [item["text"] for item in sentences(name) if item["strong"]]
    missed = [text for text in right if not has_strong(text)]
    assert 1 - len(missed) / len(right) >= recall, missed


@pytest.mark.parametrize(("name", "recall", "precision"), SETS, ids=NAMES)
def test_most_strong_findings_are_right(name, recall, precision):
    found = [item for item in sentences(name) if has_strong(item["text"])]
    wrongly = [item["text"] for item in found if not item["strong"]]
    assert 1 - len(wrongly) / len(found) >= precision, wrongly
