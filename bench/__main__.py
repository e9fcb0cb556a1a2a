"""`python -m bench`: measure the protected release against the plainest one, and print or write the figures."""

import argparse
import os
import platform
import sys
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from bench import proofs
from bench.clients import Clients, clients
from bench.contenders import Contender, Pair, pair
from bench.databases import BACKENDS, postgresql_answers
from bench.figures import Compared, Report, Turn, markdown
from bench.population import Scale

SCALES = (Scale(1_000, 1_000), Scale(10_000, 100_000), Scale(100_000, 1_000_000))
_BEGIN, _END = "<!-- figures: written by `make bench`, not by hand -->", "<!-- end of figures -->"
_WARM_UP_SECONDS = 2.0


def main() -> None:
    """Measure on every database there is."""
    asked = _arguments()
    scales = SCALES[:1] if asked.quick else SCALES
    cycles, seconds = asked.cycles or (4 if asked.quick else 7), asked.seconds or (4.0 if asked.quick else 5.0)
    reports = []
    with clients() as load, tempfile.TemporaryDirectory(prefix="passport-bench-") as folder:
        for backend in asked.database or BACKENDS:
            if backend == "postgresql" and not postgresql_answers():
                print("POSTGRESQL WAS NOT MEASURED: no server answers on 127.0.0.1:5432.", file=sys.stderr)
                continue
            reports.append(_measure(backend, scales, load, Path(folder), (cycles, seconds)))
    text = f"{_circumstances(cycles, seconds)}\n\n{markdown(reports)}\n"
    print(text)
    if asked.write:
        between_markers(asked.write, (_BEGIN, _END), text)


def _measure(backend: str, scales: Sequence[Scale], load: Clients, folder: Path, length: tuple[int, float]) -> Report:
    """Fill and start both services at every size, then let all of them take turns."""
    cycles, seconds = length
    with ExitStack() as stack:
        pairs: list[Pair] = []
        for scale in scales:
            _say(f"{backend}: filling {scale.passports:,} passports and {scale.entries:,} log entries …")
            pairs.append(stack.enter_context(pair(backend, scale, folder / f"{backend}-{scale.passports}")))
        contenders = [each for both in pairs for each in (both.protected, both.plain)]
        turns: list[list[Turn]] = [[] for _ in contenders]
        for contender in contenders:
            turn_of(load, contender, _WARM_UP_SECONDS)
        for cycle in range(cycles):
            _say(f"{backend}: round {cycle + 1} of {cycles}")
            for contender, kept in zip(contenders, turns, strict=True):
                kept.append(turn_of(load, contender, seconds))
        compared = [
            Compared(both.scale, tuple(turns[2 * number]), tuple(turns[2 * number + 1]))
            for number, both in enumerate(pairs)
        ]
        largest = pairs[-1]
        return Report(
            backend=backend,
            compared=tuple(compared),
            proofs=proofs.measure(largest),
            worker=largest.protected.server.largest_worker(),
            plain_worker=largest.plain.server.largest_worker(),
            filled_in=(largest.protected.filled_in, largest.plain.filled_in),
        )


def turn_of(load: Clients, contender: Contender, seconds: float) -> Turn:
    """One round on one service."""
    before = contender.server.cpu_seconds()
    round_ = load.drive(contender.server.port, contender.requests(), seconds)
    return Turn(round_, contender.server.cpu_seconds() - before)


def _circumstances(cycles: int, seconds: float) -> str:
    return (
        f"{os.cpu_count()} cores of {platform.machine()}, shared by server, clients and database; "
        f"Python {platform.python_version()}; {cycles} rounds of {seconds:g} s each, medians."
    )


def between_markers(path: Path, markers: tuple[str, str], text: str) -> None:
    """Put figures between two markers of a document, and leave its prose alone."""
    begin, end = markers
    document = path.read_text(encoding="utf-8")
    head, begun, rest = document.partition(begin)
    _, ended, tail = rest.partition(end)
    if not (begun and ended):
        raise SystemExit(f"{path} has no markers: {begin} and {end}.")
    path.write_text(f"{head}{begin}\n\n{text}\n\n{end}{tail}", encoding="utf-8")


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="the smallest size only: under two minutes")
    parser.add_argument(
        "--write", type=Path, metavar="FILE", help="write the figures between the markers of a document"
    )
    parser.add_argument("--database", action="append", choices=BACKENDS, help="only this one; may be repeated")
    parser.add_argument("--cycles", type=int, help="how many rounds each service has")
    parser.add_argument("--seconds", type=float, help="how long a round lasts")
    return parser.parse_args()


if __name__ == "__main__":
    main()
