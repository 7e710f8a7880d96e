"""Which samples of a second are kept when a run makes more of them than are wanted."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from edgetop.sessions.second import Second


def thinned(second: Second, limit: int) -> tuple[Second, Mapping[int, int]]:
    """The second with at most so many samples of each run, evenly; and of which channels how many are left out.

    A channel is told by its place among the second's channels.
    """
    left_out: dict[int, int] = {}
    places = [np.arange(second.readings)]
    for place in range(second.sensors, len(second.channels)):
        first, past = second.edges[place : place + 2].tolist()
        places.append(np.arange(first, past, -(-(past - first) // limit)))
        if len(places[-1]) < past - first:
            left_out[place] = past - first - len(places[-1])
    return (second.chosen(np.concatenate(places)) if left_out else second), left_out
