"""Of two sessions how many times as much the second has of each figure: a line a pair of runs."""

from __future__ import annotations

from collections.abc import Sequence

from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures, Verdict
from edgetop.units import ABSENT, significant
from edgetop.widgets.cells import Row, fit_right, plain
from edgetop.widgets.run_names import run_label

FIGURES = (
    ("p50", "p50_ns"),
    ("p90", "p90_ns"),
    ("p99", "p99_ns"),
    ("mean", "mean_ns"),
    ("rate", "rate_ips"),
    ("CPU", "cpu_percent"),
    ("peak", "peak_rss_bytes"),
    ("energy", "energy_j"),
)
LETTERS, COLUMN = 9, 8


def pair_table(runs: Sequence[RunFigures], verdicts: Sequence[Verdict], sessions: Sequence[str]) -> list[Row]:
    """Heads, and the ratios of each pair that has a verdict on latency; nothing where there are not two sessions."""
    if len(sessions) < 2:
        return []
    places = {run.run: place for place, run in enumerate(runs)}
    rows: list[Row] = []
    for verdict in verdicts:
        if verdict.kind == "latency" and {verdict.first, verdict.second} <= set(places):
            first, second = places[verdict.first], places[verdict.second]
            ratios = (_ratio(getattr(runs[first], field), getattr(runs[second], field)) for _, field in FIGURES)
            letters = (run_label(first), (" ", ""), run_label(second), ("  ", ""))
            rows.append((*letters, ("".join(fit_right(ratio, COLUMN) for ratio in ratios), "")))
    titles = "".join(fit_right(title, COLUMN) for title, _ in FIGURES)
    whose = f"{plain(sessions[1])} has so many times as much as {plain(sessions[0])}"
    return [(("Figures  ", "strong"), (f"  {whose}", "muted")), ((" " * LETTERS + titles, "muted"),), *rows]


def _ratio(first: Figure, second: Figure) -> str:
    if isinstance(first, Missing) or isinstance(second, Missing) or first <= 0:
        return ABSENT
    return significant(second / first)
