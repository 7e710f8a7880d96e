"""Which runs no other one beats, where speed is set against energy, accuracy or memory."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite

from edgetop.readings import Missing
from edgetop.run_figures import RunFigures
from edgetop.units import energy, significant
from edgetop.widgets.figure_lines import LINES, FigureLine
from edgetop.widgets.pairs import Pair

_LINES = {line.title: line for line in LINES}
SPEED = _LINES["p50"]


@dataclass(frozen=True)
class Quality:
    """What is set against speed: its line of the table of figures, and of which kind verdicts on it are."""

    title: str
    line: FigureLine
    kind: str
    write: Callable[[float, int], str]
    """A value of the axis with so many digits."""
    unit: float = 1.0
    """What 1 on the axis is, in the figure's unit."""
    more: bool = False
    """Whether more of it is better."""


def _percent(value: float, digits: int) -> str:
    return f"{significant(value, digits)} %"


def _mebibytes(value: float, digits: int) -> str:
    return f"{significant(value, digits)} MiB"


QUALITIES = (
    Quality("energy", _LINES["energy"], "energy", energy),
    Quality("top-1", _LINES["top-1"], "top-1", _percent, unit=0.01, more=True),
    Quality("mAP", _LINES["mAP"], "mAP", _percent, unit=0.01, more=True),
    Quality("memory", _LINES["peak mem."], "memory", _mebibytes, unit=2.0**20),
)


@dataclass(frozen=True)
class Point:
    """A run: its place in the snapshot, nanoseconds and quality, and the 95 % intervals of both, as points where there
    are none."""

    place: int
    x: float
    y: float
    across: tuple[float, float]
    up: tuple[float, float]


def qualities(runs: Sequence[RunFigures]) -> list[Quality]:
    """What can be set against the speed of these runs: what one of them at least has a figure of."""
    return [quality for quality in QUALITIES if points_of(runs, quality)]


def points_of(runs: Sequence[RunFigures], quality: Quality) -> list[Point]:
    """The runs that have both figures, in their order."""
    points = []
    for place, run in enumerate(runs):
        x, y = SPEED.value(run), quality.line.value(run)
        if not isinstance(x, Missing) and not isinstance(y, Missing) and x > 0 and (y > 0 or quality.more):
            low, high = (end / quality.unit for end in _interval(quality.line, run, y))
            points.append(Point(place, x, y / quality.unit, _interval(SPEED, run, x), (low, high)))
    return points


def _interval(line: FigureLine, run: RunFigures, value: float) -> tuple[float, float]:
    low, high = line.interval(run) if line.interval is not None else (value, value)
    return (max(0.0, low), high) if isfinite(low) and isfinite(high) else (value, value)


def frontier(points: Sequence[Point], pairs: Sequence[Pair], quality: Quality) -> list[Point]:
    """The points that no other one beats, the fastest first.

    One beats another which is better in one of the two and not worse in the other, as the verdicts tell, or the values
    where there is no verdict.
    """
    told = {(pair.figure or pair.kind, pair.first, pair.second): pair.tells for pair in pairs if not pair.missing}

    def better(kind: str, one: Point, other: Point) -> bool:
        for first, second in ((one, other), (other, one)):
            tells = told.get((kind, first.place, second.place))
            if tells is not None:
                return tells and first is one
        if kind == "latency":
            return one.x < other.x
        return one.y > other.y if quality.more else one.y < other.y

    def beats(one: Point, other: Point) -> bool:
        kinds = ("latency", quality.kind)
        return any(better(kind, one, other) for kind in kinds) and not any(better(kind, other, one) for kind in kinds)

    unbeaten = [one for one in points if not any(beats(other, one) for other in points if other is not one)]
    return sorted(unbeaten, key=lambda point: (point.x, point.y))
