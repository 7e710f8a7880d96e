"""The course of a value in a line of blocks, for where there is no room for a chart.

A cell is a fixed stretch of time, so a tick repaints the last one alone, and all of them when the next one begins.
"""

from __future__ import annotations

import math
from bisect import bisect_left

from edgetop.clock import SECOND_NS
from edgetop.widgets.bars import block
from edgetop.widgets.history import History, Series

CELL_S = 10
STEP = 5.0
"""Floor and ceiling are multiples of it."""
LEAST_SPAN = 10.0
"""Between floor and ceiling: the noise of a sensor is not to look like a change."""


def sparkline(series: Series, history: History, width: int) -> str:
    """The last ``width`` stretches of ten seconds, their greatest values as blocks; a blank where nothing fell."""
    columns = max(1, CELL_S * SECOND_NS // history.width_ns)
    end = -(-history.end // columns)
    first = max(0, end - max(0, width))
    peaks: dict[int, float] = {}
    at = bisect_left(series.places, first * columns)
    for place, point in zip(series.places[at:], series.points[at:]):
        peaks[place // columns] = max(peaks.get(place // columns, -math.inf), point[2])
    if not peaks:
        return ""
    low = math.floor(min(peaks.values()) / STEP) * STEP
    span = max(LEAST_SPAN, math.ceil((max(peaks.values()) - low) / STEP) * STEP)
    return "".join(block((peaks[cell] - low) / span) if cell in peaks else " " for cell in range(first, end))
