"""What the verdicts say of each pair of runs, the better one first, and in which order runs and pairs stand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import inf
from typing import Optional

from edgetop.readings import Figure, Missing
from edgetop.run_figures import UNKNOWN, RunFigures, Verdict
from edgetop.units import ratio
from edgetop.widgets.braille import LETTERS
from edgetop.widgets.figure_lines import is_provisional

KINDS = ("latency", "energy", "memory", "accuracy")
WAITING_MATTERS = 0.02
"""From such a share on, the ratio less what inferences waited for a core is another one."""
APART = "DIFFER"
"""Of Verdict.outputs."""


@dataclass(frozen=True)
class Pair:
    """Two runs by their places in the snapshot. ``value`` is how many times as much the second takes, 1 or more; of
    accuracy how many points the first is above the second, 0 or more."""

    kind: str
    first: int
    second: int
    value: float = 0.0
    low: float = 0.0
    high: float = 0.0
    corrected: Optional[float] = None
    """The same less what inferences waited for a core, where that makes a difference."""
    figure: str = ""
    outputs: str = ""
    text: str = ""
    """The whole verdict in words."""
    missing: str = ""
    """Why there is none yet."""
    provisional: bool = False
    """Of energy that is not to be published."""

    @property
    def tells(self) -> bool:
        """Whether the two are told apart."""
        equal = 0.0 if self.kind == "accuracy" else 1.0
        return not self.missing and not self.low <= equal <= self.high


def order_of(runs: Sequence[RunFigures]) -> list[int]:
    """The places of the runs by rank, the fastest first; before ranks are known by their medians."""

    def key(place: int) -> tuple[float, float]:
        run = runs[place]
        return run.rank or inf, 0 if run.rank else inf if isinstance(run.p50_ns, Missing) else run.p50_ns

    return sorted(range(len(runs)), key=key)


def pairs_of(runs: Sequence[RunFigures], verdicts: Sequence[Verdict]) -> list[Pair]:
    """The verdicts by kind, in each kind the pairs of the fastest run first; verdicts of unknown runs are left out."""
    places = {run.run: place for place, run in enumerate(runs)}
    standing = {place: number for number, place in enumerate(order_of(runs))}
    provisional = {run.run for run in runs if is_provisional(run)}
    pairs = [
        replace(
            _pair(verdict, places, standing),
            provisional=verdict.kind == "energy" and not provisional.isdisjoint((verdict.first, verdict.second)),
        )
        for verdict in verdicts
        if {verdict.first, verdict.second} <= set(places)
    ]

    def key(pair: Pair) -> tuple[int, str, int, int]:
        ahead, behind = sorted((standing[pair.first], standing[pair.second]))
        return KINDS.index(pair.kind), pair.figure, ahead, behind

    return sorted((pair for pair in pairs if pair.kind in KINDS), key=key)


def _pair(verdict: Verdict, places: Mapping[int, int], standing: Mapping[int, int]) -> Pair:
    first, second = places[verdict.first], places[verdict.second]
    value, low, high = verdict.value, verdict.low, verdict.high
    if isinstance(value, Missing) or isinstance(low, Missing) or isinstance(high, Missing):
        first, second = sorted((first, second), key=lambda place: standing[place])
        why = value.reason if isinstance(value, Missing) else UNKNOWN.reason
        return Pair(verdict.kind, first, second, figure=verdict.figure, missing=why)
    corrected = verdict.corrected
    if verdict.kind == "accuracy":
        if value < 0:
            first, second, value, low, high = second, first, -value, -high, -low
    elif value < 1:
        first, second, value, low, high = second, first, 1 / value, 1 / high, 1 / low
        corrected = corrected if isinstance(corrected, Missing) else 1 / corrected
    less_waiting = _if_other(corrected, value)
    return Pair(
        *(verdict.kind, first, second, value, low, high, less_waiting, verdict.figure, verdict.outputs, verdict.text)
    )


def _if_other(corrected: Figure, value: float) -> Optional[float]:
    if isinstance(corrected, Missing) or abs(corrected / value - 1) <= WAITING_MATTERS:
        return None
    return corrected


def letter(place: int) -> str:
    """What the run at ``place`` is called for short."""
    return LETTERS[place % len(LETTERS)].upper()


def headline(runs: Sequence[RunFigures], pairs: Sequence[Pair]) -> str:
    """The verdict on the speed of the fastest run and of the next, by their letters, or of the first pair where these
    are not compared; empty where there are no two."""
    leaders = set(order_of(runs)[:2])
    latencies = [pair for pair in pairs if pair.kind == "latency"]
    pair = next((pair for pair in latencies if {pair.first, pair.second} == leaders), next(iter(latencies), None))
    if pair is None:
        return ""
    one, other = letter(pair.first), letter(pair.second)
    if pair.missing:
        return f"{one} against {other}: {pair.missing}"
    times, interval = ratio(pair.value, pair.low, pair.high)
    doubt = f", but outputs {APART}" if pair.outputs == APART else ""
    if not pair.tells:
        return f"{one} and {other} cannot be told apart, 95 % {interval}{doubt}"
    return f"{one} is {times} times as fast as {other}, 95 % {interval}{doubt}"
