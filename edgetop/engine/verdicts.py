"""What can be said of each pair of runs: which is faster, takes less energy or memory, and by how much."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations
from typing import Optional, Union

from edgetop.analysis.comparison import Ratio, of_quantities, paired, ranks, times_as_fast, times_as_much
from edgetop.analysis.student import t_975
from edgetop.engine.figures import RunState
from edgetop.engine.names import names
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures, Verdict

GROWTH = 1.1
"""Verdicts change slowly: they are made anew when there are a tenth more blocks."""
APART = "DIFFER"
SAME_MEMORY = 0.02
"""Peaks of memory differ by so much from run to run."""


class Comparison:
    """All pairs of a session's runs, looked at anew when their blocks have grown."""

    def __init__(self, runs: Sequence[RunState]) -> None:
        self._runs = runs
        self.forget()

    def forget(self) -> None:
        """Have the next verdicts made of all blocks, however few are new."""
        self._blocks = 0
        self._ratios: dict[tuple[int, int], Union[Ratio, Missing]] = {}
        self._corrected: dict[tuple[int, int], Union[Ratio, Missing]] = {}

    def verdicts(self, figures: Sequence[RunFigures], *, final: bool) -> tuple[Verdict, ...]:
        """One a pair and kind: of latency for all, of energy and memory where there are figures."""
        self._renew(final=final)
        titles = names(figures)
        found: list[Verdict] = []
        for first, second in combinations(range(len(figures)), 2):
            pair = figures[first], figures[second]
            found.append(self._latency(first, second, titles, pair))
            for what, ratio in (("energy", _energy(*pair)), ("memory", memory_ratio(*pair))):
                if ratio is not None:
                    text = times_as_much(titles[first], titles[second], what, ratio)
                    if what == "energy" and any(run.energy_note.startswith("provisional") for run in pair):
                        text += " (provisional)"
                    found.append(_verdict(what, pair, ratio, text))
        return tuple(found)

    def ranks(self) -> dict[int, int]:
        """Each run's rank by latency, 1 the fastest; runs that cannot be told apart share one."""
        told = any(isinstance(ratio, Ratio) for ratio in self._ratios.values())
        return ranks(range(len(self._runs)), self._ratios) if told else {}

    def _renew(self, *, final: bool) -> None:
        blocks = sum(len(run.blocks) for run in self._runs)
        if blocks == self._blocks or not (final or blocks > GROWTH * self._blocks):
            return
        self._blocks = blocks
        for first, second in combinations(range(len(self._runs)), 2):
            one, other = self._runs[first].blocks, self._runs[second].blocks
            self._ratios[first, second] = paired(one.raw, other.raw)
            self._corrected[first, second] = paired(one.corrected, other.corrected)

    def _latency(self, first: int, second: int, titles: Sequence[str], pair: tuple[RunFigures, RunFigures]) -> Verdict:
        ratio = self._ratios.get((first, second), Missing("no turns yet"))
        if isinstance(ratio, Missing):
            text = f"{titles[first]} and {titles[second]}: {ratio.reason}"
            return Verdict("latency", pair[0].run, pair[1].run, text=text, value=ratio, low=ratio, high=ratio)
        outputs = _agreement(self._runs[first], self._runs[second])
        behind = f", {'but ' if outputs == APART else ''}outputs {outputs}" if outputs else ""
        found = _verdict("latency", pair, ratio, times_as_fast(titles[first], titles[second], ratio) + behind)
        corrected = self._corrected[first, second]
        less_waiting = corrected.value if isinstance(corrected, Ratio) else Missing("not told")
        return replace(found, corrected=less_waiting, outputs=outputs)


def _verdict(kind: str, pair: tuple[RunFigures, RunFigures], ratio: Ratio, text: str) -> Verdict:
    return Verdict(kind, pair[0].run, pair[1].run, text, ratio.value, ratio.low, ratio.high)


def _agreement(first: RunState, second: RunState) -> str:
    """Whether the outputs agree, where the two were compared with the same reference, or one is it: other models' are
    not comparable."""
    if first.compared_with != second.compared_with:
        return ""
    compared = [run for run in (first, second) if run.agrees_with is not None]
    if not compared:
        return ""
    if not all(run.agrees for run in compared):
        return APART
    largest = max(run.difference for run in compared if not isinstance(run.difference, Missing))
    return "agree exactly" if largest == 0 else f"agree to {largest:.0e}"


def _energy(first: RunFigures, second: RunFigures) -> Optional[Ratio]:
    """Of gross energies by windows; the meter's own errors are common to both, and cancel."""
    found = []
    for run in (first, second):
        if run.energy_windows < 2 or isinstance(run.energy_j, Missing) or run.energy_j <= 0:
            return None
        found.append((run.energy_j, t_975(run.energy_windows - 1) * run.energy_budget["scatter"]))
    return of_quantities(found[0], found[1])


def memory_ratio(first: RunFigures, second: RunFigures) -> Optional[Ratio]:
    """Of the peaks; a point without an interval."""
    one, other = first.peak_rss_bytes, second.peak_rss_bytes
    if isinstance(one, Missing) or isinstance(other, Missing) or not one or not other:
        return None
    value = other / one
    return (
        Ratio(value, value, value, 0)
        if abs(value - 1) > SAME_MEMORY
        else Ratio(value, min(1.0, value), max(1.0, value), 0)
    )
