"""A USB meter's recording as its program writes it: rows of a time and of watts, or of volts and amperes.

Which column is which, and in which unit, is told by the headings; the separator may be a comma, a semicolon, a tab or
blanks, and numbers may have a decimal comma.
"""

from __future__ import annotations

import codecs
import csv
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice

import numpy as np

from edgetop.analysis.alignment import Course
from edgetop.errors import UsageError
from edgetop.sessions.meter_times import Clock, spread

MOST_BYTES = 256 << 20
LEAST_ROWS = 20
MOST_SKIPPED = 0.05
"""Share of rows that may be unreadable, such as a torn last one or the headings once more."""
MOST_W = 1e5

_HEADING_WITHIN = 50
_LONGEST_LINE = 4096
_SEPARATORS = ("\t", ";", ",", "")
_QUANTITIES = {
    "time": {"time", "timestamp", "date", "datetime", "elapsed", "utc", "t"},
    "watts": {"power", "watt", "watts", "p"},
    "volts": {"voltage", "volt", "volts", "vbus", "u"},
    "amperes": {"current", "curr", "amp", "amps", "ampere", "amperes", "ibus", "i"},
}
_UNITS = {
    "time": {"s": 1.0, "sec": 1.0, "seconds": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9},
    "watts": {"w": 1.0, "mw": 1e-3, "uw": 1e-6},
    "volts": {"v": 1.0, "mv": 1e-3, "uv": 1e-6},
    "amperes": {"a": 1.0, "ma": 1e-3, "ua": 1e-6},
}
_OTHERS = {"avg", "average", "mean", "max", "maximum", "min", "minimum", "peak", "limit", "factor", "set", "apparent"}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))

_HINT = "It needs headings like Time(s), Voltage(V), Current(A), Power(W): see docs/power.md"


@dataclass(frozen=True)
class _Column:
    quantity: str
    unit: float
    """0 where the heading tells none."""
    place: int


def read_meter_csv(path: str) -> Course:
    """Watts over seconds since the first row; raises UsageError with what the file lacks."""
    lines = _lines(path)
    head = list(islice(lines, _HEADING_WITHIN))
    for place, line in enumerate(head):
        for separator in _SEPARATORS:
            columns = _columns(_cells(line, separator))
            if _enough(columns):
                rest = chain(head[place + 1 :], lines)
                return _course(path, columns, (_cells(each, separator) for each in rest))
    raise UsageError(f"{path} has no columns of a time and of power that are known", _HINT)


def _lines(path: str) -> Iterator[str]:
    try:
        with open(path, "rb") as file:
            start = file.read(4)
            if os.fstat(file.fileno()).st_size > MOST_BYTES:
                raise UsageError(f"{path} is too large", f"A meter's recording has {MOST_BYTES >> 20} MiB at most")
        encoding = next((name for mark, name in _BOMS if start.startswith(mark)), "utf-8")
        with open(path, encoding=encoding, errors="replace", newline=None) as text:
            while True:
                line = text.readline(_LONGEST_LINE)
                if not line:
                    return
                yield line.replace("\0", "").rstrip("\n")
    except OSError as error:
        raise UsageError(f"Cannot read {path}: {error.strerror}", "Name a USB meter's recording") from error


def _cells(line: str, separator: str) -> list[str]:
    if '"' in line:
        # One line alone: a torn quotation must not swallow the rest.
        return next(csv.reader([line], delimiter=separator or " ", skipinitialspace=True), [])
    return line.split(separator or None)


def _columns(headings: Sequence[str]) -> dict[str, _Column]:
    """The first column of each quantity, ``date`` apart from ``time`` where both are there."""
    found: dict[str, _Column] = {}
    for place, heading in enumerate(headings):
        words = re.findall(r"[a-zµ]+", heading.lower().replace("μ", "µ"))
        column = _column(words, place)
        if column is not None:
            found.setdefault("date" if words == ["date"] else column.quantity, column)
    if "time" not in found and "date" in found:
        found["time"] = found.pop("date")
    if "time" in found and found["time"].unit:
        found.pop("date", None)
    return found


def _column(words: Sequence[str], place: int) -> _Column | None:
    if not words or _OTHERS & {*words}:
        return None
    for quantity, units in _UNITS.items():
        named = bool(_QUANTITIES[quantity] & {*words})
        if named or (len(words) == 1 and words[0] in units):
            return _Column(quantity, next((units[word] for word in reversed(words) if word in units), 0.0), place)
    return None


def _enough(columns: dict[str, _Column]) -> bool:
    return "time" in columns and ("watts" in columns or {"volts", "amperes"} <= columns.keys())


def _course(path: str, columns: dict[str, _Column], rows: Iterable[list[str]]) -> Course:
    clock = Clock(columns["time"].unit)
    times, powers, skipped = [], [], 0
    for row in rows:
        if not any(row):
            continue
        try:
            stamp = " ".join(row[columns[name].place].strip() for name in ("date", "time") if name in columns)
            watts, t_s = _watts(row, columns), clock.seconds(stamp)
        except (ValueError, IndexError, OverflowError):
            skipped += 1
            continue
        times.append(t_s)
        powers.append(watts)
    if len(times) < LEAST_ROWS or skipped > MOST_SKIPPED * len(times):
        raise UsageError(f"{path}: only {len(times)} of {len(times) + skipped} rows can be read", _HINT)
    ascending = spread(np.array(times, np.float64))
    if ascending is None:
        raise UsageError(f"{path}: its times go back, or stand still", "Name one recording, in the order it was made")
    return Course(ascending - ascending[0], np.array(powers, np.float64))


def _watts(row: Sequence[str], columns: dict[str, _Column]) -> float:
    if "watts" in columns:
        watts = _value(row, columns["watts"])
    else:
        watts = _value(row, columns["volts"]) * _value(row, columns["amperes"])
    if not abs(watts) <= MOST_W:
        raise ValueError("no power")
    return watts


def _value(row: Sequence[str], column: _Column) -> float:
    return number(row[column.place]) * (column.unit or 1.0)


def number(text: str) -> float:
    """A number, also with a decimal comma or its unit behind it; raises ValueError."""
    try:
        return float(text)
    except ValueError:
        match = re.fullmatch(r"\s*([-+]?\d[\d.,]*(?:[eE][-+]?\d+)?)\s*[a-zA-Zµ]*\s*", text)
        if match is None:
            raise
    whole, separator, fraction = match[1].replace(",", ".").rpartition(".")
    return float(whole.replace(".", "") + separator + fraction)
