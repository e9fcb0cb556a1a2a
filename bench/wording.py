"""`python -m bench.wording`: how well the wording check does on sentences whose writer had not seen the rules.

`tests/data/wording/held_out.yaml` is a list of `{text, strong, category?, note?}`: `strong` says whether at least one
strong finding is right. Recall is the share of those in which there is one; precision the share of texts with a strong
finding in which one is right. The time is that of a text of 4,000 characters, the longest statement.

Another file may be given, such as `tests/data/wording/development.yaml`. `--write docs/wording.md` puts the table where
that page has it.
"""

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from passport_api import demonstration
from passport_api.domain.findings import Strength
from passport_api.domain.statements import MAX_TEXT, StatementKind
from passport_api.domain.wording import Rules, check
from passport_api.wording import load

BEGINS, ENDS = "<!-- figures: printed by `python -m bench.wording` -->\n", "<!-- end of figures -->\n"
HELD_OUT = Path(__file__).parents[1] / "tests/data/wording/held_out.yaml"
ROUNDS = 200


@dataclass(frozen=True, slots=True)
class Measured:
    """Of the texts in which a strong finding is right, how many have one; and what was found where none is."""

    right: int
    found: int
    missed: tuple[str, ...]
    wrongly: tuple[str, ...]

    @property
    def recall(self) -> float:
        """The share found of what should be."""
        return self.found / self.right if self.right else 1.0

    @property
    def precision(self) -> float:
        """The share right of what was found."""
        every = self.found + len(self.wrongly)
        return self.found / every if every else 1.0


def measured(items: list[dict[str, Any]], rules: Rules) -> Measured:
    """Hold the rules against sentences."""
    flagged = {item["text"] for item in items if _has_strong(item["text"], rules)}
    right = [item["text"] for item in items if item["strong"]]
    return Measured(
        right=len(right),
        found=sum(text in flagged for text in right),
        missed=tuple(text for text in right if text not in flagged),
        wrongly=tuple(item["text"] for item in items if not item["strong"] and item["text"] in flagged),
    )


def milliseconds(text: str, rules: Rules) -> float:
    """The median time of checking a text."""
    times = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        check(text, StatementKind.OBSERVATION, rules)
        times.append(time.perf_counter() - began)
    return median(times) * 1000


def _has_strong(text: str, rules: Rules) -> bool:
    return any(found.strength is Strength.STRONG for found in check(text, StatementKind.OBSERVATION, rules))


def _long(texts: list[str]) -> str:
    joined = " ".join(texts)
    return (joined * (MAX_TEXT // len(joined) + 1))[:MAX_TEXT]


def table(items: list[dict[str, Any]], result: Measured, rules: Rules) -> str:
    """What was measured, as the page of the wording check has it."""
    written_well = _long([statement.text for statement in demonstration.load().statements])
    full_of_it = _long([sentence for rule in rules.rules for sentence in rule.flags])
    strong = sum(rule.strength is Strength.STRONG for rule in rules.rules)
    rows = {
        f"rules (strong, advice), edition {rules.version}": f"{strong}, {len(rules.rules) - strong}",
        "sentences (a strong finding is right, is wrong)": f"{result.right}, {len(items) - result.right}",
        "recall on strong findings": f"{result.recall:.3f}",
        "precision on strong findings": f"{result.precision:.3f}",
        "4,000 characters, written well": f"{milliseconds(written_well, rules):.1f} ms",
        "4,000 characters of nothing but findings": f"{milliseconds(full_of_it, rules):.1f} ms",
    }
    return "| what | measured |\n|---|--:|\n" + "".join(f"| {what} | {figure} |\n" for what, figure in rows.items())


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.wording")
    parser.add_argument("sentences", nargs="?", type=Path, default=HELD_OUT)
    parser.add_argument("--write", type=Path, help="the page that has the table")
    arguments = parser.parse_args()
    rules = load()
    items = yaml.safe_load(arguments.sentences.read_text(encoding="utf-8"))
    result = measured(items, rules)
    figures = table(items, result, rules)
    print(figures, end="")
    for text in result.missed:
        print(f"missed: {text}")
    for text in result.wrongly:
        print(f"wrongly found: {text}")
    if arguments.write:
        page = arguments.write.read_text(encoding="utf-8")
        before, after = page[: page.index(BEGINS) + len(BEGINS)], page[page.index(ENDS) :]
        arguments.write.write_text(before + figures + after, encoding="utf-8")


if __name__ == "__main__":
    main()
