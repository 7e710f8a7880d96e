"""Where the time of an inference goes, without a screen: a table a run, and one of all runs side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Union

from rich.console import Console
from rich.text import Text

from edgetop import units
from edgetop.analysis.operators import Breakdown, breakdown, side_by_side
from edgetop.commands.summary import new_table, output
from edgetop.protocol import Operators, Snapshot
from edgetop.readings import Missing
from edgetop.run_figures import RunFigures

SHOWN = 15
"""Rows of a table; the others are counted."""
TYPES = 5
"""Types of operators that are told, those that take longest."""


def print_operators(snapshot: Snapshot, operators: Mapping[int, Operators]) -> None:
    """Print the operators of each run whose operators were timed, then those of all, joined by name."""
    if not operators:
        return
    console = output()
    runs = [run for run in snapshot.runs if run.run in operators]
    tables = [breakdown(operators[run.run]) for run in runs]
    for run, table in zip(runs, tables):
        console.print()
        if isinstance(table, Missing):
            console.print(_text(f"operators of {run.title}: {table.reason}. {table.hint}".rstrip(". ")))
        else:
            _print_run(console, run, table)
    if sum(isinstance(table, Breakdown) for table in tables) > 1:
        console.print()
        _print_side_by_side(console, runs, tables)


def _text(text: str) -> Text:
    return Text(units.printable(text))


def _print_run(console: Console, run: RunFigures, table: Breakdown) -> None:
    headings = ("operator", "type", "mean", "share", "cumulative", "calls")
    drawn = new_table(console, units.printable(f"operators of {run.title}"), headings, texts=2)
    for row in table.rows[:SHOWN]:
        shares = (units.percent(100 * row.share, 1), units.percent(100 * row.cumulative, 1))
        drawn.add_row(_text(row.name), _text(row.type), units.duration(row.mean_ns), *shares, str(row.calls))
    console.print(drawn)
    _print_rest(console, len(table.rows))
    told = table.told
    console.print(
        f"{told.rounds} inferences, p50 {units.duration(told.p50_ns)} with operators timed and "
        f"{units.duration(told.plain_p50_ns)} without, coverage {units.percent(_hundredfold(table.coverage))}"
    )
    types = [f"{kind} {units.percent(100 * share)}" for kind, share in table.types[:TYPES]]
    console.print(_text(f"by type: {', '.join(types)}"))


def _hundredfold(value: Union[float, Missing]) -> Union[float, Missing]:
    return value if isinstance(value, Missing) else 100 * value


def _print_side_by_side(
    console: Console, runs: Sequence[RunFigures], tables: Sequence[Union[Breakdown, Missing]]
) -> None:
    joined = side_by_side(tables)
    if joined.rows:
        headings = ["operator", *(units.printable(runs[place].title) for place in joined.runs)]
        drawn = new_table(console, "operators side by side", headings)
        for row in joined.rows[:SHOWN]:
            times = (units.ABSENT if ns is None else units.duration(ns) for ns in row.times_ns)
            drawn.add_row(_text(row.name), *times)
        console.print(drawn)
        _print_rest(console, len(joined.rows))
    apart = ", ".join(runs[place].title for place in joined.apart)
    if apart:
        console.print(_text(f"not side by side: the operators of {apart} have other names"))


def _print_rest(console: Console, count: int) -> None:
    if count > SHOWN:
        console.print(f"… {count - SHOWN} more")
