"""Latencies at the highest clock that the processor was asked for: latency x clock / highest clock.

An inference that needs the same cycles takes longer at a lower clock; what is left apart after this is no matter of
the clock. Work that waits for memory does not follow the clock, and comes out too short.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from edgetop.samples import Int64s

Hertz = npt.NDArray[np.float64]
MANY = 256
"""Parts that a copy holds at most."""


class Clocks:
    """Readings of the processor's clocks, a name each, in order of time."""

    def __init__(self) -> None:
        self._parts: dict[str, list[tuple[Int64s, Hertz]]] = {}

    def __deepcopy__(self, memo: dict[int, Any]) -> Clocks:
        """The readings are shared: there may be hundreds of copies, and nobody changes them."""
        for name, parts in self._parts.items():
            if len(parts) > MANY:
                self._joined(name)
        twin = Clocks()
        twin._parts = {name: list(parts) for name, parts in self._parts.items()}
        return twin

    def add(self, name: str, t_ns: Int64s, hz: Hertz) -> None:
        """Take in readings of one clock: of a group of cores, or the firmware's true one; the changes are kept."""
        parts = self._parts.setdefault(name, [])
        changed = np.diff(hz, prepend=parts[-1][1][-1] if parts else np.nan) != 0
        if changed.any():
            parts.append((t_ns[changed], hz[changed]))

    @property
    def highest_hz(self) -> float:
        """Of all readings; 0 before the first."""
        return max((float(hz.max()) for name in self._parts for _, hz in [self._joined(name)]), default=0.0)

    def at(self, moments_ns: Int64s) -> Hertz:
        """The clock at each moment: of several groups of cores the fastest one's, which is where work goes.

        A reading holds until the next one; before the first it holds too.
        """
        clocks = []
        for name in self._parts:
            t_ns, hz = self._joined(name)
            clocks.append(hz[np.maximum(0, np.searchsorted(t_ns, moments_ns, "right") - 1)])
        return np.max(np.array(clocks), axis=0) if clocks else np.zeros(len(moments_ns))

    def _joined(self, name: str) -> tuple[Int64s, Hertz]:
        parts = self._parts[name]
        if len(parts) > 1:
            parts[:] = [(np.concatenate([t for t, _ in parts]), np.concatenate([hz for _, hz in parts]))]
        return parts[0]


def at_highest_clock(clocks: Clocks, starts: Int64s, durations: Int64s) -> Int64s:
    """What each inference would have taken at the highest clock of the session, in whole nanoseconds."""
    shares = clocks.at(starts + durations // 2) / clocks.highest_hz
    return np.rint(durations * shares).astype(np.int64)
