"""Under which conditions inferences ran, and what these made of their median: the clock, what held the board back."""

from __future__ import annotations

from typing import Any

import numpy as np

from edgetop.analysis.clocks import Clocks, at_highest_clock
from edgetop.analysis.percentiles import nearest_rank
from edgetop.analysis.stretches import Stretches
from edgetop.readings import Channel, Missing
from edgetop.run_figures import UNKNOWN, Stratum
from edgetop.samples import Int64s, Readings

THROTTLED = "throttle.now"
SIGNS = {"U": 1, "C": 2, "T": 4, "S": 8}
"""The bits of that channel, by the letters that the screen has for them."""
CLOCK, TRUE = "clock.", "clock.true"
CLEAN, HELD_BACK = "clean", "held back"


class Conditions:
    """What the readings of clock and limits tell, for all runs of a session."""

    def __init__(self) -> None:
        self.throttled = Stretches()
        """With any sign."""
        self._signs = {letter: Stretches() for letter in SIGNS}
        self._clocks, self._true = Clocks(), Clocks()
        self._no_clock: Missing = UNKNOWN
        self._looked = False

    def add(self, channel: Channel, readings: Readings) -> None:
        """Take in readings; those of other channels do not concern it."""
        if channel.name == THROTTLED:
            self._looked = True
            self.throttled.add(readings.t_ns, readings.ticks)
            for letter, bit in SIGNS.items():
                self._signs[letter].add(readings.t_ns, readings.ticks & bit)
        elif channel.name.startswith(CLOCK):
            clocks = self._true if channel.name == TRUE else self._clocks
            clocks.add(channel.name, readings.t_ns, readings.ticks * channel.scale)

    def lose(self, channel: Channel, why: Missing) -> None:
        """A clock cannot be read."""
        if channel.name.startswith(CLOCK) and channel.name != TRUE:
            self._no_clock = why

    def strata(self, starts: Int64s, durations: Int64s, slow: Int64s) -> dict[str, Stratum]:
        """How many inferences ran clean, held back, and under each sign, with their medians; empty where nothing tells.

        ``slow`` are the places of those that were held back; an inference may stand under several signs.
        """
        if not self._looked:
            return {}
        found = {CLEAN: _stratum(np.delete(durations, slow)), HELD_BACK: _stratum(durations[slow])}
        for letter, stretches in self._signs.items():
            places = stretches.inside(starts, durations)
            if len(places):
                found[letter] = _stratum(durations[places])
        return found

    def at_highest_clock(self, starts: Int64s, durations: Int64s) -> dict[str, Any]:
        """Fields of RunFigures: the highest clock, and the median at it."""
        clocks = self._true if self._true.highest_hz else self._clocks
        if not clocks.highest_hz:
            return {"highest_clock_hz": self._no_clock, "p50_at_highest_clock_ns": self._no_clock}
        normalised = at_highest_clock(clocks, starts, durations)
        return {"highest_clock_hz": clocks.highest_hz, "p50_at_highest_clock_ns": nearest_rank(normalised, (50,))[0]}


def _stratum(durations: Int64s) -> Stratum:
    return Stratum(len(durations), nearest_rank(durations, (50,))[0])
