"""Where batches come from: what a live measurement and a replay have in common."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Optional, Protocol, Union

from edgetop.controls import Command
from edgetop.protocol import LogLines, Overview, Snapshot
from edgetop.samples import Batch, Int64s
from edgetop.sessions.description import Description


class Sum(Protocol):
    """All that was seen so far, of one session or of two, summed up in snapshots: see ``Aggregate``."""

    def add(self, batch: Batch) -> None:
        """Take in a batch; batches come in order of time."""

    def settle(self) -> None:
        """Forget what is not needed any more."""

    def forget_figures(self) -> None:
        """Have the next snapshot exact."""

    def copy(self) -> Sum:
        """As it is now, to go on from."""

    def undo(self, snapshot: Snapshot) -> None:
        """Take back a snapshot that did not reach the screen."""

    def renew(self) -> None:
        """Let the next snapshot hold the whole charts."""

    def latencies(self) -> Iterator[tuple[int, Int64s, float]]:
        """Each run's, of the samples in its statistics, and how many each of them stands for."""

    def snapshot(self, *, final: bool = False) -> Snapshot:
        """What the screen draws now."""


class Feed(Protocol):
    """A source of batches that ends by itself or when it is closed."""

    description: Description
    can_seek: bool
    paused: bool
    speed: float
    duration_ns: int
    """Of the whole session where it is known; 0 live."""
    sought_ns: Optional[int]
    """Where a seek leads that is still under way, since the session's start."""
    hurried: bool
    """Whether there is more to read at once."""
    repeats: bool
    """Whether it begins anew at the end."""

    @property
    def aggregate(self) -> Sum:
        """What the batches are to be added to; another one after a seek."""

    @property
    def known_ns(self) -> int:
        """How far the session has been read; 0 live."""

    @property
    def pace(self) -> float:
        """How many times the recorded pace it keeps; 0 live, or where it is not known."""

    @property
    def ended(self) -> bool:
        """Whether nothing more will come."""

    @property
    def failed(self) -> bool:
        """Whether a run could not be done."""

    def start(self) -> None:
        """Begin."""

    def drain(self) -> Batch:
        """All that came since the last call."""

    def log(self) -> Sequence[Union[LogLines, Overview]]:
        """What the frameworks printed since the last call; of a recording that goes on the whole anew."""

    def command(self, command: Command) -> None:
        """Pause, mark, seek, change speed; what a feed cannot do it passes over."""

    def close(self) -> None:
        """Stop what runs; a last ``drain`` gives what is left."""
