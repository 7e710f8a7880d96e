"""How much warmer the board is than at the session's start, for who waits for it to cool."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Optional

from edgetop.readings import Channel
from edgetop.samples import Readings


class Temperature:
    """Follows the first readable thermal zone, which is the CPU's where there is one."""

    def __init__(self, channels: Sequence[Channel], readable: Collection[int]) -> None:
        self.channel: Optional[Channel] = next(
            (channel for channel in channels if channel.name.startswith("heat.") and channel.id in readable), None
        )
        self._start_c: Optional[float] = None
        self._now_c = 0.0

    def add(self, readings: Mapping[int, Readings]) -> None:
        """Take in what all sensors gave, in order of time."""
        if self.channel is None or not len(readings.get(self.channel.id, ())):
            return
        values = readings[self.channel.id].ticks * self.channel.scale
        self._now_c = float(values[-1])
        if self._start_c is None:
            self._start_c = float(values[0])

    def excess_c(self) -> float:
        """Degrees above the first reading; 0 before it."""
        return 0.0 if self._start_c is None else self._now_c - self._start_c
