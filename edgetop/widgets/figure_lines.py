"""The rows of the table of figures: which value of a run, how it is written, and which is the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import inf
from typing import Optional, Union

from edgetop import units
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures

PROVISIONAL = "~"
"""Before energy that is not to be published, see RunFigures.energy_note."""

Interval = tuple[float, float]


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
    half: str = ""
    """The field of half the interval, which is written behind the value."""
    interval: Optional[Callable[[RunFigures], Interval]] = None
    """Within which the value lies; values whose intervals overlap are equal."""
    only_with: str = ""
    """The field of which a run must have a number, or the row is left out: decoding is of detectors only."""

    def value(self, run: RunFigures) -> Figure:
        """The run's value."""
        value: Figure = getattr(run, self.field)
        return value

    def has_value(self, run: RunFigures) -> bool:
        """Whether there is a number to show."""
        return not isinstance(self.value(run), Missing)

    def text(self, run: RunFigures, *, short: bool = False) -> str:
        """The run's value as written, without its interval where ``short``; a dash where it is missing."""
        value = self.value(run)
        exact = units.plus_minus(value, getattr(run, self.half), "J") if self.half and not short else self.write(value)
        sign = self.field.startswith("energy") and self.has_value(run) and is_provisional(run)
        return PROVISIONAL + exact if sign else exact


def is_provisional(run: RunFigures) -> bool:
    """Whether its energy is not to be published."""
    return run.energy_note.startswith("provisional")


def _count(value: Figure) -> str:
    return units.ABSENT if isinstance(value, Missing) else f"{value:,.0f}".replace(",", " ")


def _per_joule(value: Figure) -> str:
    if isinstance(value, Missing) or value <= 0:
        return units.ABSENT
    return f"{units.significant(1 / value)}/J"


def _around(value: Figure, half: Figure) -> Interval:
    """An interval that is not known reaches everywhere: nothing is better than what it may be."""
    if isinstance(value, Missing) or isinstance(half, Missing):
        return -inf, inf
    return value - half, value + half


def _gross(run: RunFigures) -> Interval:
    return _around(run.energy_j, run.energy_u95_j)


def _net(run: RunFigures) -> Interval:
    return _around(run.energy_net_j, run.energy_net_u95_j)


def _of(field: str) -> Callable[[RunFigures], Interval]:
    """The interval in a field; one that is not known reaches everywhere."""

    def interval(run: RunFigures) -> Interval:
        known: Union[Interval, Missing] = getattr(run, field)
        return (-inf, inf) if isinstance(known, Missing) else known

    return interval


def _near(field: str) -> Callable[[RunFigures], Interval]:
    """One per cent around a value: memory that is less than 2 % apart is the same, as in the verdicts."""

    def interval(run: RunFigures) -> Interval:
        value: Figure = getattr(run, field)
        return _around(value, value if isinstance(value, Missing) else 0.01 * value)

    return interval


def _share(value: Figure) -> str:
    return units.share(value, 2)


LATENCIES = (
    FigureLine("p50", "p50_ns", units.duration, 0, min, interval=_of("ci95_p50_ns")),
    FigureLine("p90", "p90_ns", units.duration, 1, min, interval=_of("ci95_p90_ns")),
    FigureLine("p99", "p99_ns", units.duration, 2),  # without an interval nothing is best
    FigureLine("mean", "mean_ns", units.duration, 10),
)
ENERGIES = (
    FigureLine("power", "power_w", units.power, 4),  # less may only mean that it was slower
    FigureLine("energy", "energy_j", units.energy, 5, min, "energy_u95_j", _gross),
    FigureLine("net", "energy_net_j", units.energy, 6, min, "energy_net_u95_j", _net, "energy_j"),
    FigureLine("inf/J", "energy_j", _per_joule, 11, min, interval=_gross, only_with="energy_j"),
)
LINES = (
    *LATENCIES,
    FigureLine("rate", "rate_ips", units.rate, 3),
    FigureLine("missed", "missed", units.share, 8, only_with="missed"),
    FigureLine("CPU", "cpu_percent", units.percent, 7),  # less may only mean that it waited
    FigureLine("memory", "rss_bytes", units.size, 8, min, interval=_near("rss_bytes")),
    FigureLine("peak mem.", "peak_rss_bytes", units.size, 13, min, interval=_near("peak_rss_bytes")),
    *ENERGIES,
    FigureLine("top-1", "top1", _share, 5, max, interval=_of("top1_ci95"), only_with="top1"),
    FigureLine("top-5", "top5", _share, 11, max, interval=_of("top5_ci95"), only_with="top5"),
    FigureLine("mAP", "mean_ap", _share, 5, only_with="mean_ap"),
    FigureLine("mAP50", "mean_ap50", _share, 11, only_with="mean_ap50"),
    FigureLine("decode", "decode_ns", units.duration, 14, only_with="decode_ns"),
    FigureLine("samples", "count", _count, 9),
    FigureLine("waited", "waited", units.share, 15),
    FigureLine("outliers", "outliers", _count, 16, only_with="outliers"),
    FigureLine("agreement", "agreement", units.difference, 12),
)


def lines_of(runs: Sequence[RunFigures]) -> tuple[FigureLine, ...]:
    """The rows of a table of these runs."""
    return tuple(line for line in LINES if not line.only_with or any(_has(run, line.only_with) for run in runs))


def _has(run: RunFigures, field: str) -> bool:
    return not isinstance(getattr(run, field), Missing)


def texts_of(line: FigureLine, runs: Sequence[RunFigures], room: float = inf) -> list[str]:
    """What the row says of each run, without intervals where one does not fit ``room`` cells; the run that the others
    are compared with is called the reference."""
    texts = [line.text(run) for run in runs]
    if max(map(len, texts), default=0) > room:
        texts = [line.text(run, short=True) for run in runs]
    if line.field == "agreement":
        references = {run.agrees_with for run in runs if run.agrees_with}
        for place, run in enumerate(runs):
            if not run.agrees_with and run.title in references:
                texts[place] = "reference"
    return texts


def best_places(line: FigureLine, runs: Sequence[RunFigures], texts: Sequence[str]) -> frozenset[int]:
    """The places of the best runs of a row, whose values read ``texts``; none when there is nothing to compare.

    Values that read the same are equal, and so are those whose 95 % intervals overlap.
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


def first_places(runs: Sequence[RunFigures]) -> frozenset[int]:
    """The places of the runs that rank first; none where all do."""
    first = frozenset(place for place, run in enumerate(runs) if run.rank == 1)
    return first if len(first) < len(runs) else frozenset()


def _overlap(line: FigureLine, one: RunFigures, other: RunFigures) -> bool:
    if line.interval is None:
        return False
    a, b = line.interval(one), line.interval(other)
    return a[0] <= b[1] and b[0] <= a[1]
