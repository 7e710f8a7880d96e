"""What befalls the board rather than a run: it is held back, or its wall clock is set."""

from __future__ import annotations

from typing import Callable, Optional

from edgetop.clock import now_ns, wall_ns
from edgetop.samples import Event, Readings

THROTTLED = "throttle.now"
SIGNS = {1: "under-voltage", 2: "clock capped", 4: "throttled", 8: "soft temperature limit"}
"""The bits of ``throttle.now``, in words."""
STEP_NS = 50_000_000
"""A clock that is only slewed moves by a two-thousandth: within the 50 ms between two looks, by nothing."""
UNSURE_NS = 5_000_000
"""A look at two clocks that took longer tells nothing: the process was put aside between them."""


class HeldBack:
    """From readings of ``throttle.now`` to an event ``throttle`` whenever a sign begins or ends."""

    def __init__(self) -> None:
        self._bits = 0

    def add(self, readings: Readings) -> list[Event]:
        """What the readings tell, in order of time."""
        events = []
        for t_ns, bits in zip(readings.t_ns.tolist(), readings.ticks.tolist()):
            for bit, sign in SIGNS.items():
                if (bits ^ self._bits) & bit:
                    events.append(Event(t_ns, "throttle", {"sign": sign, "on": bool(bits & bit)}))
            self._bits = bits
        return events


class WallClock:
    """Watches whether the wall clock is set while a session goes on: its times are monotonic, and do not move."""

    def __init__(self, mono_ns: Callable[[], int] = now_ns, wall: Callable[[], int] = wall_ns) -> None:
        self._mono_ns, self._wall_ns = mono_ns, wall
        self._apart_ns: Optional[int] = None

    def look(self) -> list[Event]:
        """An event ``clock`` when it was set, or stood still in a suspend, since the last look."""
        before_ns, wall, after_ns = self._mono_ns(), self._wall_ns(), self._mono_ns()
        if after_ns - before_ns > UNSURE_NS:
            return []
        apart_ns, was_ns = wall - after_ns, self._apart_ns
        self._apart_ns = apart_ns
        if was_ns is None or abs(apart_ns - was_ns) < STEP_NS:
            return []
        return [Event(after_ns, "clock", {"step_ns": apart_ns - was_ns})]
