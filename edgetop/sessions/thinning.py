"""Which samples of a second are kept when a run makes more of them than are wanted.

The statistics of a replay are of samples chosen evenly, whatever they took. Outliers are what one looks for in a
recording: those that were not chosen are kept too, and flagged, so that no statistics count them twice.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from edgetop.analysis.steady import fence
from edgetop.samples import SPARED, Int64s
from edgetop.sessions.second import FLAGS, VALUE, Second


def thinned(second: Second, limit: int) -> tuple[Second, Mapping[int, int]]:
    """The second with at most so many samples of each run, evenly, and besides its outliers, the slowest as many.

    And of which channels how many samples are left out; a channel is told by its place among the second's channels.
    """
    left_out: dict[int, int] = {}
    places, spared = [np.arange(second.readings)], []
    for place in range(second.sensors, len(second.channels)):
        first, past = second.edges[place : place + 2].tolist()
        step = -(-(past - first) // limit)
        even = np.arange(first, past, step)
        places.append(even)
        if step > 1:
            slow = _outliers(second.table[VALUE, first:past], limit) + first
            spared.append(slow[(slow - first) % step != 0])
            left_out[place] = past - first - len(even) - len(spared[-1])
    if not spared:
        return second, left_out
    beyond = np.concatenate(spared)
    table = second.table.copy()
    table[FLAGS, beyond] |= SPARED
    chosen = np.sort(np.concatenate((*places, beyond)))
    return dataclasses.replace(second, table=table).chosen(chosen), left_out


def _outliers(durations: Int64s, most: int) -> Int64s:
    """Where they are, in no order; the slowest where there are too many."""
    found = (durations > fence(durations)).nonzero()[0]
    return found if len(found) <= most else found[durations[found].argsort()[-most:]]
