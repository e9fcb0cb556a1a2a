"""`python -m bench.rotation`: releases a second while every data key is rewrapped, over those just before.

The protected service of `bench` serves as it is; `passport-api keys rotate` runs beside it in a process of its own, as
an operator runs it. A round before each rotation and a round during it make a pair; the figure is the median of ratios.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench.__main__ import between_markers
from bench.clients import Clients, clients
from bench.contenders import Contender, protected
from bench.databases import BACKENDS, postgresql_answers
from bench.population import Population, Scale
from passport_api.config import to_environment
from passport_api.services.rewrapping import left_to_rewrap

LEAST_RATIO = 0.7
_BEGIN, _END = "<!-- rotation: written by `make bench-rotation`, not by hand -->", "<!-- end of rotation -->"
_COMMAND = [sys.executable, "-c", "from passport_api.cli import main; main()", "keys", "rotate"]


@dataclass(frozen=True, slots=True)
class Measured:
    """What one database gave.

    Attributes:
        pairs: releases a second before and during a rotation.
        seconds: how long each rotation took.
    """

    backend: str
    passports: int
    pairs: tuple[tuple[float, float], ...]
    seconds: tuple[float, ...]

    def ratio(self) -> float:
        """Releases during, over releases before: the median over pairs."""
        return median(during / before for before, during in self.pairs)

    def row(self) -> str:
        """The line of the table."""
        before, during = (median(pair[at] for pair in self.pairs) for at in (0, 1))
        verdict = "yes" if self.ratio() >= LEAST_RATIO else "NO"
        return (
            f"| {self.backend} | {self.passports:,} | {median(self.seconds):.0f} s | {before:.0f} | {during:.0f} "
            f"| {self.ratio():.2f} | {verdict} |"
        )


def main() -> None:
    """Measure on every database there is."""
    asked = _arguments()
    rows = []
    with clients() as load, tempfile.TemporaryDirectory(prefix="passport-bench-") as folder:
        for backend in asked.database or BACKENDS:
            if backend == "postgresql" and not postgresql_answers():
                print("POSTGRESQL WAS NOT MEASURED: no server answers on 127.0.0.1:5432.", file=sys.stderr)
                continue
            rows.append(_measure(backend, asked, load, Path(folder) / backend).row())
            print(rows[-1], file=sys.stderr, flush=True)
    text = "\n".join(
        (
            f"{asked.pairs} pairs of rounds of {asked.seconds:g} s; the ratio is the median over pairs.",
            "",
            "| database | passports | one rotation took | releases/s before | during | ratio | 0.7 met |",
            "|---|---:|---:|---:|---:|---:|---|",
            *rows,
        )
    )
    print(text)
    if asked.write:
        between_markers(asked.write, (_BEGIN, _END), text)


def _measure(backend: str, asked: argparse.Namespace, load: Clients, folder: Path) -> Measured:
    folder.mkdir(mode=0o700)
    with ExitStack() as stack:
        contender, runtime, settings = protected(stack, backend, Population(Scale(asked.passports, 1000)), folder)
        load.drive(contender.server.port, contender.requests(), 2.0)
        pairs, seconds = [], []
        for _ in range(asked.pairs):
            before = _rate(load, contender, asked.seconds)
            began = time.monotonic()
            rotation = subprocess.Popen(_COMMAND, env=to_environment(settings), stdout=subprocess.DEVNULL)
            while not left_to_rewrap(runtime).data_keys and rotation.poll() is None:
                time.sleep(0.05)
            during = _rate(load, contender, asked.seconds)
            if rotation.poll() is not None:
                raise RuntimeError("the rotation was over before the round was: take more passports or less time")
            if rotation.wait() != 0 or left_to_rewrap(runtime).total:
                raise RuntimeError("the rotation did not come to its end")
            pairs.append((before, during))
            seconds.append(time.monotonic() - began)
        return Measured(backend, asked.passports, tuple(pairs), tuple(seconds))


def _rate(load: Clients, contender: Contender, seconds: float) -> float:
    return load.drive(contender.server.port, contender.requests(), seconds).rate()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.rotation", description=__doc__)
    parser.add_argument("--passports", type=int, default=100_000)
    parser.add_argument("--pairs", type=int, default=3, help="how many rotations there are")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long a round lasts")
    parser.add_argument("--database", action="append", choices=BACKENDS, help="only this one; may be repeated")
    parser.add_argument("--write", type=Path, metavar="FILE", help="write the table between a document's markers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
