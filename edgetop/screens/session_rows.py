"""What the session browser says: its rows, their order, which of them match a search, and what a session is of."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Callable

from edgetop import units
from edgetop.protocol import NO_LOG, NOT_CLOSED, RECORDING, WHOLE, SessionDetails, SessionEntry, SessionRun
from edgetop.screens.rows import Row
from edgetop.widgets.cells import fit, fit_right

_WIDE = 100
"""Cells from which on a row has the year and the file's name."""
_NARROW = 68
"""Cells below which it has no frameworks."""
_LENGTH, _SIZE, _STATE = 9, 10, 10
LETTERS = "AB"
"""Of the sessions that are marked for a comparison."""
_STATES = {
    WHOLE: ("whole", "muted"),
    NOT_CLOSED: ("not closed", "bad"),
    NO_LOG: ("not closed", "bad"),
    RECORDING: ("recording", "good"),
}


@dataclass(frozen=True)
class Order:
    """A way to sort the list."""

    title: str
    column: str
    key: Callable[[SessionEntry], Any]
    descending: bool = True


ORDERS = (
    Order("newest first", "when", lambda entry: entry.started_unix_ns),
    Order("largest first", "size", lambda entry: entry.size_bytes),
    Order("longest first", "length", lambda entry: entry.duration_ns),
    Order("by model", "model", lambda entry: entry.model, descending=False),
)


def arranged(entries: Iterable[SessionEntry], order: Order, search: str) -> list[SessionEntry]:
    """The entries that hold each word of the search, in order; the newer first where that says nothing."""
    found = [entry for entry in entries if matches(entry, search)]
    found.sort(key=lambda entry: (entry.started_unix_ns, entry.path), reverse=True)
    return sorted(found, key=order.key, reverse=order.descending)


def matches(entry: SessionEntry, search: str) -> bool:
    """Whether each word of it is somewhere in the name, model, frameworks, state or local time."""
    said = (entry.name, entry.model, *entry.frameworks, entry.state, f"{_when(entry):%Y-%m-%d %H:%M}")
    text = " ".join(said).lower()
    return all(word in text for word in search.lower().split())


def _when(entry: SessionEntry) -> datetime:
    try:
        return datetime.fromtimestamp(entry.started_unix_ns / 1e9)
    except (ValueError, OverflowError, OSError):  # a file may claim any moment
        return datetime.fromtimestamp(0)


def _widths(width: int) -> tuple[int, int, int, int]:
    """Cells of when, model, frameworks and name; 0 where there is no room for one."""
    when = 16 if width >= _WIDE else 11
    rest = max(8, width - 2 - when - _LENGTH - _SIZE - 2 - 2 - _STATE)
    if width < _NARROW:
        return when, rest, 0, 0
    if width < _WIDE:
        model = max(8, min(20, rest - 12))
        return when, model, rest - model - 2, 0
    model, frameworks = min(20, rest // 3), min(20, rest // 4)
    return when, model, frameworks, rest - model - frameworks - 4


def header(width: int, order: Order) -> Row:
    """The heads of the columns, a sign at the one that sorts."""
    when, model, frameworks, name = _widths(width)

    def head(title: str) -> str:
        return f"{title}▼" if title == order.column else title

    text = f"  {fit(head('when'), when)}{fit_right(head('length'), _LENGTH)}{fit_right(head('size'), _SIZE)}"
    text += f"  {fit(head('model'), model)}{_column('frameworks', frameworks)}  {fit('state', _STATE)}"
    return ((text + _column("name", name), "muted"),)


def _column(text: str, width: int) -> str:
    """A column at the right of another, where there is room for it."""
    return f"  {fit(text, width)}" if width else ""


def _length(entry: SessionEntry) -> str:
    """In whole seconds."""
    return units.clock_time(entry.duration_ns).partition(".")[0]


def session_row(entry: SessionEntry, width: int, letter: str = "") -> Row:
    """A session in its columns, after its letter where it is marked."""
    _, model, frameworks, name = _widths(width)
    moment = f"{_when(entry):%Y-%m-%d %H:%M}" if name else f"{_when(entry):%m-%d %H:%M}"
    state, style = _STATES.get(entry.state, (entry.state, "muted"))
    return (
        (f"{letter:<2}", "mark"),
        (moment, "text"),
        (fit_right(_length(entry), _LENGTH), "text"),
        (fit_right(units.size(entry.size_bytes), _SIZE), "muted"),
        (f"  {fit(os.path.basename(entry.model), model)}", "text"),
        (_column(", ".join(entry.frameworks), frameworks), "muted"),
        (f"  {fit(state, _STATE)}", style),
        (_column(entry.name, name), "muted"),
    )


def marks(marked: Sequence[SessionEntry]) -> str:
    """What is to be compared, and by which key."""
    names = " · ".join(f"{letter} {units.printable(entry.name)}" for letter, entry in zip(LETTERS, marked))
    whom = " it with the one under the cursor" if len(marked) == 1 else ""
    return f"{names}: c compares{whom}" if marked else ""


def total(entries: Iterable[SessionEntry], left: int) -> str:
    """How many there are, and their size."""
    sizes = [entry.size_bytes for entry in entries]
    count = f"{len(sizes)} session{'' if len(sizes) == 1 else 's'}"
    reading = f" · reading, {left} left" if left else ""
    return f"{count} · {units.size(sum(sizes))}{reading}" if sizes else f"reading, {left} left" if left else "none"


def describe(entry: SessionEntry, details: SessionDetails | None, width: int, rows: int) -> list[tuple[str, str]]:
    """Lines of text and style about a session, as many as there are rows for, none longer than the width."""
    lines = _lines(entry, details, rows)[:rows]
    return [(fit(units.printable(text), width), style) for text, style in lines]


def _lines(entry: SessionEntry, details: SessionDetails | None, rows: int) -> list[tuple[str, str]]:
    lines = [(f"{_when(entry):%A %Y-%m-%d %H:%M:%S}, {units.clock_time(entry.duration_ns)} long", "text")]
    if entry.state == NOT_CLOSED:
        lines.append(("Not closed: the recording was cut off. All until then is here", "muted"))
    elif entry.state == NO_LOG:
        lines.append(("Cut off, and its -wal file with the newest seconds is not beside it: copy that too", "bad"))
    elif entry.state == RECORDING:
        lines.append(("Still being recorded: a replay shows what is on the disk so far", "muted"))
    if details is None:
        return [*lines, ("…", "muted")]
    if details.trouble:
        return [*lines, (details.trouble, "bad")]
    lines.append((_machine(details), "muted"))
    lines.append((_settings(details), "muted"))
    room = rows - len(lines)
    runs = [(_run(run), "text") for run in details.runs]
    if len(runs) > room > 0:
        runs = [*runs[: room - 1], (f"… {len(runs) - room + 1} more runs", "muted")]
    return lines + runs


def _machine(details: SessionDetails) -> str:
    known = [str(details.machine.get(key, "")) for key in ("board", "cpu", "os", "kernel")]
    if known[0] in ("", "PC"):
        known = known[1:]
    elif known[1]:
        del known[1]
    cores = details.machine.get("cores")
    return " · ".join([*filter(None, known), *([f"{cores} cores"] if cores else [])]) or "an unknown machine"


def _settings(details: SessionDetails) -> str:
    parts = [
        f"input {os.path.basename(details.input)}" if details.input else "",
        f"power {details.power or units.ABSENT}",
    ]
    parts.append(f"edgetop {details.edgetop_version}" if details.edgetop_version else "")
    return " · ".join(filter(None, parts))


def _run(run: SessionRun) -> str:
    what = f"{run.title} {run.version}".strip()
    threads = f"{run.threads} thread{'' if run.threads == 1 else 's'}"
    median = f"p50 ≈{units.duration(run.p50_ns)} of {run.count}" if run.count else "no figures"
    failed = "FAILED  " if run.status == "failed" else ""
    return f"{failed}{what}  {os.path.basename(run.model)} {run.precision}, {threads}: {median}"
