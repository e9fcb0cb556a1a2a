"""`python -m bench.anchoring`: releases with the log kept outside the database, against the same kept nowhere."""

import argparse
import sys
import tempfile
from contextlib import ExitStack
from pathlib import Path
from statistics import median

from bench.__main__ import between_markers, turn_of
from bench.clients import Clients, clients
from bench.contenders import Contender, protected
from bench.databases import BACKENDS, postgresql_answers
from bench.figures import Turn
from bench.population import Population, Scale

LEAST = 0.9
_SCALE = Scale(1_000, 10_000)
_BEGIN, _END = "<!-- anchoring: written by `make bench`, not by hand -->", "<!-- end of anchoring -->"


def main() -> None:
    """Measure on every database there is."""
    parser = argparse.ArgumentParser(prog="python -m bench.anchoring", description=__doc__)
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the figures into a document")
    parser.add_argument("--cycles", type=int, default=9, help="how many rounds each service has")
    parser.add_argument("--seconds", type=float, default=4.0, help="how long a round lasts")
    asked = parser.parse_args()
    rows = [
        "| database | releases/s, anchored | not anchored | ratio | target |",
        "|---|--:|--:|--:|---|",
    ]
    with clients() as load, tempfile.TemporaryDirectory(prefix="passport-bench-") as folder:
        for backend in BACKENDS:
            if backend == "postgresql" and not postgresql_answers():
                print("POSTGRESQL WAS NOT MEASURED: no server answers on 127.0.0.1:5432.", file=sys.stderr)
                continue
            rows.append(_measured(backend, load, Path(folder), asked.cycles, asked.seconds))
    text = "\n".join(rows)
    print(text)
    if asked.write:
        between_markers(asked.write, (_BEGIN, _END), text)


def _measured(backend: str, load: Clients, folder: Path, cycles: int, seconds: float) -> str:
    """Both over databases filled alike, by turns; the ratio is the median of the ratios of neighbouring rounds."""
    with ExitStack() as stack:
        both = [_service(stack, backend, folder, anchored=anchored) for anchored in (True, False)]
        for contender in both:
            turn_of(load, contender, seconds / 2)
        turns: list[list[Turn]] = [[turn_of(load, each, seconds) for each in both] for _ in range(cycles)]
        rates = [median(turn[number].rate for turn in turns) for number in (0, 1)]
        ratio = median(anchored.rate / alone.rate for anchored, alone in turns)
        verdict = "met" if ratio >= LEAST else "**missed**"
        return f"| {backend} | {rates[0]:.0f} | {rates[1]:.0f} | {ratio:.2f} | at least {LEAST}: {verdict} |"


def _service(stack: ExitStack, backend: str, folder: Path, *, anchored: bool) -> Contender:
    place = folder / f"{backend}-{'anchored' if anchored else 'alone'}"
    place.mkdir(mode=0o700)
    changes = {} if anchored else {"anchors": ()}
    contender, _, _ = protected(stack, backend, Population(_SCALE), place, **changes)
    return contender


if __name__ == "__main__":
    main()
