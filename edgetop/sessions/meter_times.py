"""The times in a USB meter's recording: seconds, milliseconds, times of day, dates; and stamps that stand still."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Optional

import numpy as np

from edgetop.analysis.alignment import Float64s

DAY_S = 86_400.0

_OF_DAY = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2}(?:[.,]\d+)?)")
_DATES = ("%Y-%m-%d", "%Y/%m/%d", "%d.%m.%Y", "%m/%d/%Y")
# Seconds since 1970 have ten digits before the point; more are of a smaller unit.
_EPOCHS = ((1e17, 1e-9), (1e14, 1e-6), (1e11, 1e-3))


class Clock:
    """Reads the stamps of one recording, in order; ``unit_s`` is what the heading says of numbers, 0 for nothing."""

    def __init__(self, unit_s: float) -> None:
        self._unit_s = unit_s
        self._last_s = 0.0
        self._days_s = 0.0

    def seconds(self, stamp: str) -> float:
        """Seconds since some moment, the same for all stamps; raises ValueError."""
        try:
            value = float(stamp.replace(",", "."))
        except ValueError:
            return self._of_text(stamp)
        if not abs(value) < 1e20:
            raise ValueError("no time")
        return value * (self._unit_s or next((unit for least, unit in _EPOCHS if abs(value) > least), 1.0))

    def _of_text(self, stamp: str) -> float:
        match = _OF_DAY.fullmatch(stamp)
        if match:
            seconds = _of_day(match) + self._days_s
            if seconds < self._last_s - DAY_S / 2:  # past midnight
                self._days_s += DAY_S
                seconds += DAY_S
            self._last_s = seconds
            return seconds
        day, _, time = re.sub(r"Z$|[+-]\d\d:?\d\d$", "", stamp).replace("T", " ").strip().partition(" ")
        match = _OF_DAY.fullmatch(time)
        if match is None:
            raise ValueError("no time")
        return _midnight_s(day) + _of_day(match)


def _of_day(match: re.Match[str]) -> float:
    hours, minutes, seconds = match.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))


def _midnight_s(day: str) -> float:
    for form in _DATES:
        try:
            return datetime.strptime(day, form).toordinal() * DAY_S
        except ValueError:
            continue
    raise ValueError("no date")


def spread(t_s: Float64s) -> Optional[Float64s]:
    """Stamps that ascend: rows of one coarse stamp lie evenly until the next one. None where they go back."""
    steps = np.diff(t_s)
    starts = np.concatenate(([0], np.flatnonzero(steps > 0) + 1))
    if np.any(steps < 0) or len(starts) < 2:
        return None
    if len(starts) == len(t_s):
        return t_s
    rows = np.diff(starts)
    last = t_s[starts[-1]] + np.median(np.diff(t_s[starts]) / rows) * (len(t_s) - starts[-1])
    return np.interp(np.arange(len(t_s)), np.append(starts, len(t_s)), np.append(t_s[starts], last))
