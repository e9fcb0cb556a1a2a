"""What is measured, and what is said of it: medians over rounds that take turns, so that noise falls on all alike."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from bench.clients import Round
from bench.population import Scale

LEAST_RATE = 0.8
MOST_P99 = 1.5
MOST_DRIFT = 0.1
MOST_PROOF_MS = 10.0
MOST_MIB = 150.0


@dataclass(frozen=True, slots=True)
class Turn:
    """One round on one service, and the processor time that its processes took for it, in seconds."""

    load: Round
    cpu: float

    @property
    def rate(self) -> float:
        """Releases a second."""
        return self.load.rate()

    @property
    def p50(self) -> float:
        """The median latency, in milliseconds."""
        return median(self.load.latencies) * 1000

    @property
    def p99(self) -> float:
        """The latency that one release in a hundred exceeds, in milliseconds."""
        return quantiles(self.load.latencies, n=100)[-1] * 1000

    @property
    def cpu_each(self) -> float:
        """Processor time of the service's processes for each release, in milliseconds."""
        return self.cpu / len(self.load.latencies) * 1000


@dataclass(frozen=True, slots=True)
class Compared:
    """Both services at one size: the turns of each, in pairs that ran one after the other."""

    scale: Scale
    protected: tuple[Turn, ...]
    plain: tuple[Turn, ...]

    def ratio(self, of: Callable[[Turn], float]) -> float:
        """The protected service's figure over the plain one's: the median over pairs."""
        return median(of(one) / of(other) for one, other in zip(self.protected, self.plain, strict=True))


@dataclass(frozen=True, slots=True)
class Proofs:
    """How long an inclusion proof takes, in milliseconds: the median, and what one in a hundred exceeds."""

    entries: int
    computed: tuple[float, float]
    answered: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured on one database."""

    backend: str
    compared: tuple[Compared, ...]
    proofs: Proofs
    worker: tuple[float, float]
    plain_worker: tuple[float, float]
    filled_in: tuple[float, float]

    def drift(self, of: Callable[[Turn], float]) -> float:
        """A figure at the largest size over the same at the smallest: the median over cycles."""
        smallest, largest = self.compared[0].protected, self.compared[-1].protected
        return median(of(one) / of(other) for one, other in zip(largest, smallest, strict=True))


def markdown(reports: Sequence[Report]) -> str:
    """Every figure, and whether each target was met."""
    return "\n\n".join([_releases(reports), _others(reports), _targets(reports)])


def _releases(reports: Sequence[Report]) -> str:
    rows = [
        "| database | passports | log entries | service | releases/s | p50 ms | p99 ms | CPU ms each |",
        "|---|--:|--:|---|--:|--:|--:|--:|",
    ]
    for report in reports:
        for compared in report.compared:
            scale = f"| {report.backend} | {compared.scale.passports:,} | {compared.scale.entries:,} "
            rows += [f"{scale}| {name} {_medians(turns)}" for name, turns in _both(compared)]
            of = [compared.ratio(each) for each in (_rate, _p50, _p99, _cpu)]
            rows.append(f"{scale}| **ratio** | {' | '.join(f'**{each:.2f}**' for each in of)} |")
    return "\n".join(rows)


def _both(compared: Compared) -> list[tuple[str, tuple[Turn, ...]]]:
    return [("protected", compared.protected), ("plain", compared.plain)]


def _medians(turns: Sequence[Turn]) -> str:
    rate, cpu = median(map(_rate, turns)), median(map(_cpu, turns))
    return f"| {rate:.0f} | {median(map(_p50, turns)):.1f} | {median(map(_p99, turns)):.1f} | {cpu:.2f} |"


def _others(reports: Sequence[Report]) -> str:
    columns = (
        "database",
        "log entries",
        "proof ms (p50, p99)",
        "proof by HTTP ms (p50, p99)",
        "worker MiB (RSS, PSS)",
        "plain worker MiB (RSS, PSS)",
        "filled in s (protected, plain)",
    )
    rows = [
        f"| {' | '.join(columns)} |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for report in reports:
        proofs = report.proofs
        pairs = (proofs.computed, proofs.answered, report.worker, report.plain_worker, report.filled_in)
        shown = " | ".join(f"{one:.1f}, {other:.1f}" for one, other in pairs)
        rows.append(f"| {report.backend} | {proofs.entries:,} | {shown} |")
    return "\n".join(rows)


def _targets(reports: Sequence[Report]) -> str:
    rows = ["| target | " + " | ".join(report.backend for report in reports) + " |", "|---|" + "--:|" * len(reports)]
    for name, figure, holds in _TARGETS:
        cells = [f"{figure(report):.2f} {'met' if holds(figure(report)) else '**missed**'}" for report in reports]
        rows.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(rows)


def _rate(turn: Turn) -> float:
    return turn.rate


def _p50(turn: Turn) -> float:
    return turn.p50


def _p99(turn: Turn) -> float:
    return turn.p99


def _cpu(turn: Turn) -> float:
    return turn.cpu_each


_TARGETS: list[tuple[str, Callable[[Report], float], Callable[[float], bool]]] = [
    (
        f"releases/s, least ratio at any size: at least {LEAST_RATE}",
        lambda report: min(each.ratio(_rate) for each in report.compared),
        lambda figure: figure >= LEAST_RATE,
    ),
    (
        f"p99, greatest ratio at any size: at most {MOST_P99}",
        lambda report: max(each.ratio(_p99) for each in report.compared),
        lambda figure: figure <= MOST_P99,
    ),
    (
        f"time of a release, largest size over smallest: at most {1 + MOST_DRIFT}",
        lambda report: 1 / report.drift(_rate),
        lambda figure: figure <= 1 + MOST_DRIFT,
    ),
    (
        f"inclusion proof by HTTP, p50 ms: under {MOST_PROOF_MS:.0f}",
        lambda report: report.proofs.answered[0],
        lambda figure: figure < MOST_PROOF_MS,
    ),
    (
        f"worker, MiB resident: under {MOST_MIB:.0f}",
        lambda report: report.worker[0],
        lambda figure: figure < MOST_MIB,
    ),
]
