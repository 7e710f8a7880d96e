"""What was measured within one second, of all channels side by side in one table."""

from __future__ import annotations

from dataclasses import dataclass

from edgetop.samples import Int64s

TIME, VALUE, WAIT, FLAGS, MOMENT = range(5)
"""Rows: the time since the session's start; duration or ticks; wait; flags; and when the item counts."""


@dataclass(frozen=True)
class Second:
    """The items of one second, or some of them: each channel's together, in order of time, readings first."""

    number: int
    channels: Int64s
    """Each has one item at least."""
    edges: Int64s
    """Where each channel's items begin, and where the last one's end."""
    sensors: int
    """So many of the channels, the first, have readings; the rest have samples."""
    table: Int64s
    """A column for each item."""

    def __len__(self) -> int:
        return self.table.shape[1]

    @property
    def firsts(self) -> Int64s:
        """Where each channel's items begin."""
        return self.edges[:-1]

    @property
    def counts(self) -> Int64s:
        """Items of each channel."""
        return self.edges[1:] - self.edges[:-1]

    @property
    def readings(self) -> int:
        """Items that are readings, the first of all."""
        return int(self.edges[self.sensors])

    def chosen(self, places: Int64s) -> Second:
        """The items at some places, which are in order."""
        edges = places.searchsorted(self.edges)
        held = (edges[1:] > edges[:-1]).nonzero()[0]
        sensors = int(held.searchsorted(self.sensors))
        edges = edges[[*held, len(self.channels)]]
        return Second(self.number, self.channels[held], edges, sensors, self.table[:, places])
