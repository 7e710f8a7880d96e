"""The summary table that a headless run, and a replay without a screen, end in."""

from __future__ import annotations

from collections.abc import Sequence
from math import inf

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from edgetop import units
from edgetop.commands.accuracy_table import ROWS as ACCURACY
from edgetop.commands.accuracy_table import accuracy_notes, accuracy_rows
from edgetop.commands.output import Output
from edgetop.engine.names import common, differences, names
from edgetop.protocol import Snapshot
from edgetop.readings import Missing, whose_watts
from edgetop.run_figures import RunFigures
from edgetop.sessions.report.content import Table as FigureTable
from edgetop.widgets.figure_lines import ENERGIES, LATENCIES
from edgetop.widgets.figure_notes import energy_texts, missing_text, throttled_text
from edgetop.widgets.gauges import rails, session_rail
from edgetop.widgets.marks import mark_texts, marked

OF_SOME = ("missed", "net", "inf/J", "decode", *ACCURACY)
"""Rows that are left out where no run has a number: decoding is of detectors alone."""
_WIDE = 100
"""Columns a table may take where the output is no terminal."""


def _rows(run: RunFigures, references: set[str]) -> list[tuple[str, str]]:
    agreement = "reference" if run.title in references and not run.agrees_with else units.difference(run.agreement)
    return [
        *((line.title, marked(line.text(run), line.field, run, inf)) for line in LATENCIES),
        ("rate", units.rate(run.rate_ips)),
        ("missed", units.share(run.missed)),
        ("CPU", units.percent(run.cpu_percent)),
        ("memory", units.size(run.rss_bytes)),
        ("peak mem.", units.size(run.peak_rss_bytes)),
        *((line.title, line.text(run)) for line in ENERGIES),
        ("samples", str(run.count)),
        ("waited", units.share(run.waited)),
        ("outliers", units.ABSENT if isinstance(run.outliers, Missing) else f"{run.outliers:.0f}"),
        ("load", units.duration(run.load_ns)),
        ("first", units.duration(run.first_ns)),
        ("agreement", agreement),
        ("decode", units.duration(run.decode_ns)),
        *accuracy_rows(run),
        ("label", _label(run)),
    ]


def _label(run: RunFigures) -> str:
    """What it sees most surely; a detector whose weights are seeded sees nothing that means anything."""
    seen = run.labels or (() if run.weights.startswith("seeded") else run.detections)
    return f"{units.printable(seen[0][0])} {seen[0][1]:.2f}" if seen else units.ABSENT


def _headings(runs: Sequence[RunFigures]) -> tuple[tuple[str, ...], ...]:
    """Name, version, and what tells the runs apart beside their frameworks."""
    told = zip(runs, differences(runs))
    lines = [(run.title, run.version.partition("+")[0], *apart) for run, apart in told]
    return tuple(tuple(units.printable(line) for line in each if line) for each in lines)


def figure_table(*snapshots: Snapshot) -> FigureTable:
    """The figures of all runs with an inference, those of several sessions side by side; no rows without any."""
    told = [[run for run in snapshot.runs if run.count] for snapshot in snapshots]
    runs = [run for each in told for run in each]
    if not runs:
        return FigureTable("", (), ())
    columns = [_rows(run, {other.agrees_with for other in each}) for each in told for run in each]
    rows = []
    for row in zip(*columns):
        name, values = row[0][0], tuple(value for _, value in row)
        if name not in OF_SOME or set(values) != {units.ABSENT}:
            rows.append((name, values))
    return FigureTable(units.printable(", ".join(common(runs))), _headings(runs), tuple(rows))


def notes(snapshot: Snapshot) -> list[str]:
    """What the table cannot hold: failures with what to do, why a figure is missing."""
    begun = units.clock_time(snapshot.since_ns)
    told = (
        [f"recorded from {begun} of the measurement on: all figures are of that stretch"] if snapshot.since_ns else []
    )
    told += [f"{r.title} failed: {r.message}. {r.hint}".rstrip(". ") for r in snapshot.runs if r.status == "failed"]
    told += [f"{r.title}: {r.note}" for r in snapshot.runs if r.note]
    if any(run.weights.startswith("seeded") for run in snapshot.runs):
        told.append("the weights are seeded: speed only")
    titles = names(snapshot.runs)
    told += [*_power(snapshot), *energy_texts(snapshot.runs, titles), throttled_text(snapshot.runs, titles)]
    told += [*mark_texts(snapshot.runs, titles), *accuracy_notes(snapshot.runs)]
    return list(filter(None, told))


def _power(snapshot: Snapshot) -> list[str]:
    """Whose watts these are, or why there are none; what the idle board drew."""
    rail = session_rail(rails(snapshot.gauges), snapshot.power)
    if rail is None:
        return []
    watts = rail.watts.value
    told = missing_text(watts) if isinstance(watts, Missing) else whose_watts(rail.watts.channel)
    notes = [f"watts: {units.ABSENT} {told}" if isinstance(watts, Missing) else f"watts: {told}"]
    if not isinstance(snapshot.idle_w, Missing):
        cold = snapshot.idle_cold_w
        before = "" if isinstance(cold, Missing) else f", {units.power(cold)} before the accelerator's first use"
        notes.append(f"idle: {units.power(snapshot.idle_w)}{before}")
    return [*notes, snapshot.idle_note]


def output() -> Console:
    """Standard output, in which tables are set."""
    return Output(_WIDE)


def new_table(console: Console, title: str, headings: Sequence[str], texts: int = 1) -> Table:
    """An empty table whose first ``texts`` columns are at the left and the others, of numbers, at the right.

    Title and headings may hold the names of files, which are shown as they are: brackets are no mark-up.
    """
    plain = "utf" not in console.encoding.lower()
    table = Table(title=Text(title), title_justify="left", box=box.ASCII if plain else box.ROUNDED)
    for place, heading in enumerate(headings):
        table.add_column(Text(heading), justify="left" if place < texts else "right")
    return table


def print_summary(snapshot: Snapshot) -> None:
    """Print the table of all runs to standard output."""
    console = output()
    figures = figure_table(snapshot)
    if figures.rows:
        table = new_table(console, figures.title, ["", *map("\n".join, figures.headings)])
        for name, values in figures.rows:
            table.add_row(name, *map(Text, values))
        console.print(table)
    for note in [*notes(snapshot), snapshot.verdict, *verdicts(snapshot)]:
        if note:
            console.print(Text(units.printable(note)))


def verdicts(snapshot: Snapshot) -> list[str]:
    """Of each pair that can be compared, or why none can: of memory, which the table has, for two runs only."""
    told = [verdict for verdict in snapshot.verdicts if not isinstance(verdict.value, Missing)]
    speeds = [verdict for verdict in snapshot.verdicts if verdict.kind == "latency"]
    waiting = [] if any(verdict.kind == "latency" for verdict in told) else [f"speed of {v.text}" for v in speeds[:1]]
    return [v.text for v in told if v.kind != "memory" or len(snapshot.runs) == 2] + waiting
