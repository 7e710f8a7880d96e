"""The table that a matrix ends in: in the terminal, as Markdown, as CSV."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any, Callable

from rich import box
from rich.table import Table
from rich.text import Text

from edgetop import units
from edgetop.commands.output import Output
from edgetop.engine.matrix_result import Cell, alike
from edgetop.engine.roofs import model_gflops
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures
from edgetop.widgets.figure_lines import PROVISIONAL, is_provisional
from edgetop.widgets.marks import mark_counts, marked

WIDE = 140
"""Columns the table may take where the output is no terminal."""
_BORDER, _EDGES = 3, 2
"""Columns between two of the table's, and at its ends together."""
_SCORES = ("vips", "vops")


@dataclass(frozen=True)
class Column:
    """A column; those of a greater ``rank`` are left out first where there is no room."""

    title: str
    rank: int
    text: Callable[[Cell], str]
    number: bool = True


def _early_stop(cell: Cell) -> str:
    stream = cell.stream
    if stream is None:
        return units.ABSENT
    return units.duration(stream.p90_ns) + ("" if stream.valid or isinstance(stream.p90_ns, Missing) else " *")


def _accuracy(cell: Cell) -> str:
    top1 = cell.run.top1 if cell.run else Missing("")
    return units.ABSENT if isinstance(top1, Missing) else units.percent(100 * top1, 1)


def _of_run(text: Callable[[Any], str]) -> Callable[[Cell], str]:
    return lambda cell: units.ABSENT if cell.run is None else text(cell.run)


def _joules(run: RunFigures, value: Figure) -> str:
    sign = PROVISIONAL if is_provisional(run) and not isinstance(value, Missing) else ""
    return sign + units.energy(value)


def _significant(value: Figure) -> str:
    return units.ABSENT if isinstance(value, Missing) else units.significant(value)


COLUMNS = (
    Column("model", 0, lambda cell: cell.spec.model, number=False),
    Column("framework", 0, lambda cell: cell.title, number=False),
    Column("precision", 0, lambda cell: cell.spec.precision, number=False),
    Column("threads", 0, lambda cell: str(cell.spec.threads)),
    Column("round", 0, lambda cell: str(cell.round)),
    Column("p50", 0, _of_run(lambda run: marked(units.duration(run.p50_ns), "p50_ns", run, inf))),
    Column("spread", 2, lambda cell: units.share(cell.spread, 1)),
    Column("p90", 5, _of_run(lambda run: units.duration(run.p90_ns))),
    Column("MLPerf p90", 4, _early_stop),
    Column("rate", 3, _of_run(lambda run: units.rate(run.rate_ips))),
    Column("GFLOP/s", 2, _of_run(lambda run: _significant(model_gflops(run)))),
    Column("FLOP/B", 6, _of_run(lambda run: _significant(run.intensity))),
    Column("of roof", 5, _of_run(lambda run: units.share(run.share_of_roof))),
    Column("peak memory", 3, _of_run(lambda run: units.size(run.peak_rss_bytes))),
    Column("energy", 1, _of_run(lambda run: _joules(run, run.energy_j))),
    Column("net energy", 2, _of_run(lambda run: _joules(run, run.energy_net_j))),
    Column("top-1", 1, _accuracy),
    Column("file to label", 6, _of_run(lambda run: units.duration(run.label_ns))),
    Column("agreement", 6, _of_run(lambda run: units.difference(run.agreement))),
    Column("inferences", 7, _of_run(lambda run: str(run.count))),
)
_ALWAYS = ("model", "framework", "p50")


def _columns(table: Sequence[Cell]) -> list[tuple[Column, list[str]]]:
    """The columns that tell something: neither all absent, nor all equal where they only name the run."""
    filled = [(column, [units.printable(column.text(cell)) for cell in table]) for column in COLUMNS]
    naming = ("precision", "threads", "round")
    return [
        (column, texts)
        for column, texts in filled
        if column.title in _ALWAYS or (len(set(texts)) > 1 if column.title in naming else set(texts) != {units.ABSENT})
    ]


def _fitting(columns: list[tuple[Column, list[str]]], width: int) -> list[tuple[Column, list[str]]]:
    """As many of the columns as there is room for, the least important ones left out."""
    left = list(columns)
    while sum(max(map(len, (column.title, *texts))) + _BORDER for column, texts in left) - _BORDER + _EDGES > width:
        least = max(left, key=lambda pair: pair[0].rank)
        if not least[0].rank:
            break
        left.remove(least)
    return left


def _title(document: Mapping[str, Any], table: Sequence[Cell]) -> str:
    """What the plan is called, and what all runs have in common."""
    plan, machine = document["plan"], document["machine"]
    same = [plan["title"] or plan["name"], str(machine.get("board", "")), str(machine.get("cpu", ""))]
    if len({cell.spec.precision for cell in table}) == 1:
        same.append(table[0].spec.precision)
    if len({cell.spec.threads for cell in table}) == 1:
        threads = table[0].spec.threads
        same.append(f"{threads} thread{'s' * (threads > 1)}")
    if plan["processes"] > 1:
        least = min(len(cell.processes) for cell in table)
        most = max(len(cell.processes) for cell in table)
        same.append(f"{least} to {most} processes" if least < most else f"{most} processes")
    return units.printable(", ".join(filter(None, same)))


def print_bench(document: Mapping[str, Any], table: Sequence[Cell]) -> None:
    """Print the table and what there is to say of it to standard output."""
    console = Output(WIDE)
    shown = [cell for cell in table if cell.run is not None and not cell.why]
    if shown:
        plain = "utf" not in console.encoding.lower()
        made = Table(
            title=Text(_title(document, shown)),
            title_justify="left",
            box=box.ASCII2 if plain else box.SIMPLE_HEAD,
            pad_edge=False,
        )
        columns = _fitting(_columns(shown), console.width)
        for column, _ in columns:
            made.add_column(column.title, justify="right" if column.number else "left", no_wrap=True)
        before = ""
        for cell, row in zip(shown, zip(*(texts for _, texts in columns))):
            first = "" if cell.spec.model == before else row[0]  # a model's name stands once
            before = cell.spec.model
            made.add_row(*map(Text, (first, *row[1:])))
        console.print(made)
    for note in notes(document, table):
        console.print(Text(units.printable(note)))


def notes(document: Mapping[str, Any], table: Sequence[Cell]) -> list[str]:
    """What the table cannot hold: what is not in it and why, the scores, the roof, MLPerf's rules."""
    rounds = document["plan"]["rounds"]
    return [
        *document["invalid_reasons"],
        *mark_counts([cell.run for cell in table if cell.run is not None and not cell.why]),
        *_energy_notes(table),
        *_stream_notes(table),
        *(note for score in document["scores"] for note in _score_notes(score, _where(score, rounds))),
        *(note for top in document["roofline"] for note in _roof_notes(top, _where(top, rounds))),
    ]


def _energy_notes(table: Sequence[Cell]) -> list[str]:
    """Whose watts energy is of, which may change from one session to the next; and what is not to be published."""
    told = [(cell, cell.run) for cell in table if cell.run and not isinstance(cell.run.energy_j, Missing)]
    whose = Counter(_whose_watts(cell) for cell, _ in told)
    shares = "; ".join(f"{source} ({count} of {len(told)} runs)" for source, count in whose.items())
    found = [f"watts: {source}" for source in whose]
    if len(whose) > 1:
        found = [f"watts of different sources, whose energies do not compare: {shares}"]
    provisional = [run.energy_note for _, run in told if is_provisional(run)]
    if provisional:
        found.append(f"energy: {PROVISIONAL} {provisional[0]} ({len(provisional)} of {len(told)} runs are provisional)")
    return found


def _whose_watts(cell: Cell) -> str:
    whose = cell.entry.get("energy", {})
    return " by ".join(whose[key] for key in ("covers", "source") if whose.get(key))


def _stream_notes(table: Sequence[Cell]) -> list[str]:
    streams = [stream for cell in table for stream in [cell.stream] if stream is not None and stream.queries]
    valid = sum(stream.valid for stream in streams)
    if not streams or valid == len(streams):
        return []
    first = next(stream for stream in streams if not stream.valid)
    return [
        f"MLPerf's SingleStream: {len(streams) - valid} of {len(streams)} runs are no valid result (*);"
        f" of the first, {', '.join(first.reasons)}"
    ]


def _where(part: Mapping[str, Any], rounds: int) -> str:
    return alike(part["precision"], part["threads"], part["round"], rounds)


def _score_notes(score: Mapping[str, Any], where: str) -> list[str]:
    """AIoTBench's own, and by inference alone; once where the same is wanting for both."""
    told = {
        how: _score_text(score, which)
        for how, which in (("from file to label", ""), ("by inference alone", "_by_inference"))
    }
    if len(set(told.values())) == 1:
        return [f"AIoTBench's scores ({where}): {next(iter(told.values()))}"]
    return [f"AIoTBench's scores ({where}), {how}: {text}" for how, text in told.items()]


def _score_text(score: Mapping[str, Any], which: str) -> str:
    told = []
    for name in _SCORES:
        figure = score[f"{name}{which}"]
        if "missing" in figure:
            return f"none, since {figure['missing']}"
        value, error = figure["value"], figure["standard_error"]
        known = value > 0 and not isinstance(error, dict)
        told.append(f"{name.upper()} {units.rate(value, 4)}" + (f" ±{100 * error / value:.2g} %" if known else ""))
    return ", ".join(told)


def _roof_notes(top: Mapping[str, Any], where: str) -> list[str]:
    roof = top["roof"]
    if "missing" in roof:
        return []
    slope = roof["gbps"]
    moved = "" if isinstance(slope, dict) else f", {units.significant(slope)} GB/s in memory"
    return [f"roof ({where}): {units.significant(roof['gflops'])} GFLOP/s by {roof['of']}{moved}", *roof["notes"]]


def to_markdown(document: Mapping[str, Any], table: Sequence[Cell]) -> str:
    """The whole table, and the notes as a list."""
    shown = [cell for cell in table if cell.run is not None and not cell.why]
    lines = []
    if shown:
        columns = _columns(shown)
        rows = zip(*(texts for _, texts in columns))
        lines += [f"**{_escaped(_title(document, shown))}**", ""]
        lines += [_markdown_row([column.title for column, _ in columns])]
        lines += [_markdown_row(["---:" if column.number else "---" for column, _ in columns])]
        lines += [_markdown_row([_escaped(text) for text in row]) for row in rows]
        lines += [""]
    lines += [f"- {_escaped(units.printable(note))}" for note in notes(document, table)]
    return "\n".join(lines).rstrip() + "\n"


def _markdown_row(texts: Sequence[str]) -> str:
    return f"| {' | '.join(texts)} |"


def _escaped(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\|*_<>[]`" else sign for sign in text)


def _flat(entry: Mapping[str, Any], *path: str) -> Any:
    """A value within a cell of the document; empty where it is missing."""
    value: Any = entry
    for key in path:
        value = value.get(key, "") if isinstance(value, Mapping) else ""
    return "" if isinstance(value, (Mapping, list)) else value


_CSV = {
    **{name: (name,) for name in ("model", "framework", "framework_version", "variant", "precision", "threads")},
    "processes": ("processes", "n"),
    "p50_spread": ("processes", "spread"),
    **{name: (name,) for name in ("round", "status", "message")},
    "n": ("latency_s", "n"),
    **{f"{name}_s": ("latency_s", name) for name in ("p50", "p90", "p99", "mean", "stddev", "min", "max")},
    **{name: (name,) for name in ("load_s", "first_s", "throughput_ips", "gflops", "cpu_percent")},
    **{name: ("roofline", name) for name in ("intensity", "roof_gflops", "share_of_roof")},
    "peak_rss_bytes": ("memory", "peak_rss_bytes"),
    "power_w": ("power_w",),
    **{f"energy_{name}": ("energy", name) for name in ("gross_j", "gross_u95_j", "net_j", "net_u95_j")},
    **{f"energy_{name}": ("energy", name) for name in ("provisional", "covers", "source")},
    **{name: ("accuracy", name) for name in ("pictures", "top1", "top5", "map", "map50", "label_s")},
    "agreement": ("outputs", "agreement"),
    **{f"mlperf_{name}": ("single_stream", name) for name in ("p90_early_stop_s", "queries", "seconds", "valid")},
    "session": ("session",),
}
"""Column to where it stands in a cell of the document."""


def to_csv(document: Mapping[str, Any], table: Sequence[Cell]) -> str:
    """A line a run, times in seconds; what is missing is empty."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_CSV)
    writer.writerows([_flat(cell, *path) for path in _CSV.values()] for cell in document["cells"])
    return text.getvalue()
