"""The rows of the table of figures: which value of a run, how it is written, and which is the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Optional

from edgetop import units
from edgetop.protocol import RunFigures
from edgetop.readings import Figure, Missing


@dataclass(frozen=True)
class FigureLine:
    """One row: title, field of RunFigures, how it is written, what counts as best, and its weight."""

    title: str
    field: str
    write: Callable[[Figure], str]
    weight: int
    """Lower is kept longer where there is little room."""
    best: Optional[Callable[[list[float]], float]] = None
    """``min`` or ``max``; None where no value is better than another."""
    of_some: bool = False
    """Whether it is left out where no run has a number, as of what only detectors do."""

    def value(self, run: RunFigures) -> Figure:
        """The run's value."""
        value: Figure = getattr(run, self.field)
        return value

    def has_value(self, run: RunFigures) -> bool:
        """Whether there is a number to show."""
        return not isinstance(self.value(run), Missing)

    def text(self, run: RunFigures) -> str:
        """The run's value as written, a dash where it is missing."""
        return self.write(self.value(run))


def _count(value: Figure) -> str:
    return units.ABSENT if isinstance(value, Missing) else f"{value:,.0f}".replace(",", " ")


LINES = (
    FigureLine("p50", "p50_ns", units.duration, 0, min),
    FigureLine("p90", "p90_ns", units.duration, 1, min),
    FigureLine("p99", "p99_ns", units.duration, 2, min),
    FigureLine("mean", "mean_ns", units.duration, 9, min),
    FigureLine("rate", "rate_ips", units.rate, 3, max),
    FigureLine("CPU", "cpu_percent", units.percent, 6),  # less may only mean that it waited
    FigureLine("memory", "rss_bytes", units.size, 7, min),
    FigureLine("peak mem.", "peak_rss_bytes", units.size, 11, min),
    FigureLine("power", "power_w", units.power, 4, min),
    FigureLine("energy", "energy_j", units.energy, 5, min),
    FigureLine("decode", "decode_ns", units.duration, 12, of_some=True),
    FigureLine("samples", "count", _count, 8),
    FigureLine("agreement", "agreement", units.difference, 10),
)


def lines_of(runs: Sequence[RunFigures]) -> tuple[FigureLine, ...]:
    """The rows of a table of these runs."""
    return tuple(line for line in LINES if not line.of_some or any(line.has_value(run) for run in runs))


def texts_of(line: FigureLine, runs: Sequence[RunFigures]) -> list[str]:
    """What the row says of each run; the one the others are compared with is called the reference."""
    texts = [line.text(run) for run in runs]
    if line.field == "agreement":
        references = {run.agrees_with for run in runs if run.agrees_with}
        for place, run in enumerate(runs):
            if not run.agrees_with and run.title in references:
                texts[place] = "reference"
    return texts


def best_places(line: FigureLine, runs: Sequence[RunFigures], texts: Sequence[str]) -> frozenset[int]:
    """The places of the best runs of a row, whose values read ``texts``; none when there is nothing to compare.

    Values that read the same are equal. Medians are equal while their 95 % intervals overlap.
    """
    if line.best is None:
        return frozenset()
    values = [(place, value) for place, run in enumerate(runs) if not isinstance(value := line.value(run), Missing)]
    if len(values) < 2:
        return frozenset()
    target = line.best([value for _, value in values])
    winner = next(place for place, value in values if value == target)
    equal = [p for p, _ in values if texts[p] == texts[winner] or _overlap(line, runs[p], runs[winner])]
    return frozenset(equal) if len(equal) < len(values) else frozenset()


def _overlap(line: FigureLine, one: RunFigures, other: RunFigures) -> bool:
    a, b = one.ci95_p50_ns, other.ci95_p50_ns
    if line.field != "p50_ns" or isinstance(a, Missing) or isinstance(b, Missing):
        return False
    return a[0] <= b[1] and b[0] <= a[1]
