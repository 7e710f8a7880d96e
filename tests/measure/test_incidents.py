"""The board is held back, its wall clock is set: each is told once, when it begins and when it ends."""

from __future__ import annotations

import numpy as np

from edgetop.measure.incidents import UNSURE_NS, HeldBack, WallClock
from edgetop.samples import Readings, is_sound


def told(held_back, *bits, start=0):
    readings = Readings(np.arange(start, start + len(bits)), np.array(bits, np.int64))
    events = held_back.add(readings)
    assert all(map(is_sound, events))
    return [(event.t_ns, event.data["sign"], event.data["on"]) for event in events]


def test_each_sign_begins_and_ends():
    held_back = HeldBack()
    assert told(held_back, 0, 1, 1, 5) == [(1, "under-voltage", True), (3, "throttled", True)]
    assert told(held_back, 5, 4, 0, start=4) == [(5, "under-voltage", False), (6, "throttled", False)]


class Clocks:
    """A monotonic and a wall clock, moved by hand."""

    def __init__(self):
        self.mono = 10**9
        self.apart = 10**18
        self.slow_look = 0

    def mono_ns(self):
        self.mono += self.slow_look
        return self.mono

    def wall_ns(self):
        return self.mono + self.apart


def test_a_wall_clock_that_is_set_is_told_and_one_that_drifts_is_not():
    clocks = Clocks()
    watch = WallClock(clocks.mono_ns, clocks.wall_ns)
    assert watch.look() == []
    for _ in range(1000):
        clocks.mono += 50_000_000
        clocks.apart += 25_000  # the fastest that a kernel slews
        assert watch.look() == []
    clocks.apart -= 90 * 10**9
    (event,) = watch.look()
    assert (event.kind, event.data, event.t_ns) == ("clock", {"step_ns": -90 * 10**9}, clocks.mono)
    assert is_sound(event)
    assert watch.look() == []


def test_a_look_that_was_interrupted_tells_nothing_and_the_next_one_does():
    clocks = Clocks()
    watch = WallClock(clocks.mono_ns, clocks.wall_ns)
    watch.look()
    clocks.apart += 10**9
    clocks.slow_look = UNSURE_NS + 1
    assert watch.look() == []
    clocks.slow_look = 0
    assert len(watch.look()) == 1
