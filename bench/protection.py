"""`python -m bench.protection`: what it costs to look for a hundred protected terms in a view of forty statements."""

import argparse
import platform
import time
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from statistics import median
from uuid import uuid4

from bench.__main__ import between_markers
from bench.protected_list import IN_USE, PROTECTED
from passport_api import demonstration
from passport_api.domain.children import Child
from passport_api.domain.ids import PassportId, StatementId
from passport_api.domain.levels import DetailLevel
from passport_api.domain.people import Capacity
from passport_api.domain.protected_lists import ProtectedList
from passport_api.domain.protection.leaks import leaks_in
from passport_api.domain.protection.matcher import compile_terms
from passport_api.domain.sections import Section
from passport_api.domain.statements import Statement, StatementKind
from passport_api.domain.views import SectionView
from passport_api.services.screening import Screen, Screening
from passport_api.services.vault import PassportSeals
from passport_keys.sealing import DataKey

MOST_MS = 2.0
STATEMENTS, CHARACTERS = 40, 500
_TURNS = 200
_BEGIN, _END = "<!-- protection: written by `python -m bench.protection`, not by hand -->", "<!-- end of protection -->"


def forty_statements() -> tuple[str, ...]:
    """The demonstration family's statements, two and two together until each has 400 to 600 characters."""
    written = [statement.text for statement in demonstration.load().statements]
    texts: list[str] = []
    for number in range(STATEMENTS):
        text = written[number % len(written)]
        following = number
        while len(text) < CHARACTERS - 100:
            following += STATEMENTS - 1
            text = f"{text} {written[following % len(written)]}"
        texts.append(text[: CHARACTERS + 100])
    return tuple(texts)


def measure(turns: int = _TURNS) -> dict[str, float]:
    """Return the median of each step, in milliseconds."""
    texts = forty_statements()
    begun = time.process_time()
    matcher = compile_terms(PROTECTED, in_use=IN_USE)
    first = (time.process_time() - begun) * 1000
    hit = (*texts[:-1], f"{texts[-1]} He asked for Kate Doyle.")
    return {
        "making the matcher ready, the first time": first,
        "making the matcher ready": _median(lambda: compile_terms(PROTECTED, in_use=IN_USE), turns),
        "finding every hit, where there is none": _median(lambda: [matcher.find(text) for text in texts], turns),
        "whether each is stopped": _median(lambda: [matcher.stops(text) for text in texts], turns),
        "finding every hit, where one statement has one": _median(lambda: [matcher.find(text) for text in hit], turns),
        "general leaks, which are looked for in one statement as it is written": _median(
            lambda: [leaks_in(text) for text in texts], turns
        )
        / len(texts),
        **_composing(texts, turns),
    }


def _composing(texts: Sequence[str], turns: int) -> dict[str, float]:
    """What the screen costs a view that is composed: the list opened, made ready and asked, or remembered."""
    passport_id = PassportId(uuid4())
    seals = PassportSeals(passport_id, str(passport_id), DataKey.generate())
    child = Child(IN_USE[0], IN_USE[1], date(2015, 10, 9), None, None, ())
    shown = tuple(seals.open_statement(seals.seal_statement(_statement(text))) for text in texts)
    view = (SectionView(Section.REGULATION, DetailLevel.EVERYDAY, shown),)
    sealed = seals.seal_list(1, ProtectedList(PROTECTED, IN_USE))
    remembering = Screen(Screening(), seals, sealed, child)

    def anew() -> object:
        return Screen(Screening(), seals, sealed, child).verdict(view, {})

    return {
        "the screen before a view, the first time since something changed": _median(anew, turns),
        "the screen before a view, from then on": _median(lambda: remembering.verdict(view, {}), turns),
    }


def _statement(text: str) -> Statement:
    return Statement(
        statement_id=StatementId(uuid4()),
        version=1,
        section=Section.REGULATION,
        detail_level=DetailLevel.EVERYDAY,
        kind=StatementKind.OBSERVATION,
        text=text,
        source="parent",
        author=Capacity("Helen Fairweather", "parent"),
        recorded_on=date(2026, 11, 10),
    )


def main() -> None:
    """Measure, and print or write the figures."""
    parser = argparse.ArgumentParser(prog="python -m bench.protection", description=__doc__)
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the figures between the markers of a document"
    )
    asked = parser.parse_args()
    text = _table(measure())
    print(text)
    if asked.write:
        between_markers(asked.write, (_BEGIN, _END), text)


def _table(figures: dict[str, float]) -> str:
    texts = forty_statements()
    rows: Sequence[str] = [f"| {what} | {ms:.2f} |" for what, ms in figures.items()]
    circumstances = (
        f"{platform.machine()}, Python {platform.python_version()}, one thread, processor time; {len(PROTECTED)} "
        f"terms; {len(texts)} statements of {min(map(len, texts))} to {max(map(len, texts))} characters; medians of "
        f"{_TURNS} turns; the "
        f"aim is {MOST_MS:g} ms."
    )
    return "\n".join((circumstances, "", "| what | ms |", "|---|--:|", *rows))


def _median(of: Callable[[], object], turns: int) -> float:
    taken = []
    for _ in range(turns):
        begun = time.process_time()
        of()
        taken.append(time.process_time() - begun)
    return median(taken) * 1000


if __name__ == "__main__":
    main()
