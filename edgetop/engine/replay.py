"""The replay feed: the batches of a session file, at the recorded pace times a factor, or as fast as they are read."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace
from typing import Optional, Protocol, Union

from edgetop.clock import SECOND_NS, now_ns
from edgetop.controls import Command, Pause, Repeat, Seek, Speed
from edgetop.engine.checkpoints import STEP_NS, Checkpoints, ReadAhead
from edgetop.engine.feed import Sum
from edgetop.engine.recorded import Recorded
from edgetop.protocol import LogLines, Overview
from edgetop.samples import Batch
from edgetop.sessions.description import Description

MIN_SPEED, MAX_SPEED = 0.1, 1000.0
LONGEST_STEP_NS = 60 * SECOND_NS
"""So much of a recording is read at once at most, which bounds the time that a drain takes."""
AHEAD_NS = 25_000_000
"""So long a drain reads ahead at most while nothing else is to be done, and twice as long while a seek waits for it."""
TOLD_NS = 10 * SECOND_NS
"""So much of a recording that goes on comes between two overviews of the whole."""
PACE_NS = SECOND_NS
"""The true pace is over so long at least."""


class Source(Protocol):
    """What is replayed: a session, or two of them on one axis, that can be read anywhere."""

    description: Description
    duration_ns: int

    @property
    def goes_on(self) -> bool:
        """Whether it is still being recorded."""

    def look_again(self, t_ns: int) -> bool:
        """Whether there is more now, at this time of the clock."""

    def batch(self, from_ns: int, until_ns: int) -> Batch:
        """What was measured in [from, until) since the start."""

    def whole(self) -> Iterator[Batch]:
        """All of it, a part at a time."""

    def aggregate(self) -> Sum:
        """What the batches are to be added to."""

    def overview(self) -> Overview:
        """The whole at once."""

    def close(self) -> None:
        """Let go of the files."""


class ReplayFeed:
    """Replays a session, by its path, or another source; it begins at once, and holds at the end until it is closed.

    With ``paced`` off each drain reads on at once, whatever time has passed; it cannot be sought in. ``meter_csv`` is a
    USB meter's recording of the session, which takes the place of its own source of power.
    """

    can_seek = True
    failed = False
    """A replay shows failed runs, it does not fail by them."""

    def __init__(self, source: Union[str, Source], *, paced: bool = True, meter_csv: str = "") -> None:
        self._recorded: Source = Recorded(source, meter_csv) if isinstance(source, str) else source
        self.description = self._recorded.description
        self.duration_ns = self._recorded.duration_ns
        self.aggregate: Sum = self._recorded.aggregate()
        self._checkpoints = Checkpoints(self.aggregate)
        self._ahead = ReadAhead(self._checkpoints, self._recorded.batch)
        self.paused = False
        self.repeats = False
        self.speed = 1.0
        self.sought_ns: Optional[int] = None
        self.hurried = False
        self._read_ns = 0
        self._position_ns = 0
        self._asked_ns = now_ns()
        self._paces: deque[tuple[int, int]] = deque()
        self._told: list[Union[LogLines, Overview]] = []
        self._told_ns = self.duration_ns
        self._closed = False
        self._unpaced: Optional[Iterator[Batch]] = None if paced else self._recorded.whole()

    @property
    def ended(self) -> bool:
        """Whether the end of the recording has been read, and no more of it is to come."""
        return self._at_end and not self._recorded.goes_on

    @property
    def _at_end(self) -> bool:
        return self._read_ns >= self.duration_ns

    @property
    def known_ns(self) -> int:
        """How far the recording has been read: up to there a seek takes no time."""
        return max(self._ahead.at_ns, self._checkpoints.newest_ns, self._read_ns)

    @property
    def pace(self) -> float:
        """How many times the recorded pace it has kept of late; 0 where that is not known."""
        if len(self._paces) < 2:
            return 0.0
        (since_ns, from_ns), (now, position_ns) = self._paces[0], self._paces[-1]
        return (position_ns - from_ns) / (now - since_ns) if now - since_ns >= PACE_NS else 0.0

    def overview(self) -> Overview:
        """The whole at once."""
        return self._recorded.overview()

    def start(self) -> None:
        """Begin to play."""
        self._asked_ns = now_ns()

    def drain(self) -> Batch:
        """All that lies between the last position and the present one, for ``aggregate``."""
        if self._unpaced is not None:
            return self._taken(None if self._closed else next(self._unpaced, None))
        elapsed_ns, self._asked_ns = now_ns() - self._asked_ns, now_ns()
        if self._closed:
            return self._taken(None)
        if self._recorded.goes_on:
            self._look_again()
        self._checkpoints.note(self._read_ns, self.aggregate)
        if self.sought_ns is not None:
            return self._seek(self.sought_ns)
        if self.repeats and self.ended and not self.paused:
            self._go_to(0)
            return self._seek(0)
        if not self.paused:
            self._position_ns = min(self._position_ns + int(elapsed_ns * self.speed), self.duration_ns)
        batch = self._read_on()
        if not self.hurried:
            self._ahead.go_on(AHEAD_NS, self.duration_ns)
        return batch

    def _look_again(self) -> None:
        """What has been recorded meanwhile; the whole anew now and then."""
        if self._recorded.look_again(self._asked_ns):
            self.duration_ns = self._recorded.duration_ns
            if self.duration_ns - self._told_ns >= TOLD_NS or not self._recorded.goes_on:
                self._told_ns = self.duration_ns
                self._told.append(self.overview())

    def _read_on(self) -> Batch:
        """Up to the position; one that is further than can be read at once moves back: it does not fall behind."""
        self.hurried = self._position_ns - self._read_ns > LONGEST_STEP_NS
        self._position_ns = min(self._position_ns, self._read_ns + LONGEST_STEP_NS)
        self._note_pace()
        return self._read_until(self._position_ns)

    def _note_pace(self) -> None:
        if self.paused or self._at_end:
            self._paces.clear()
            return
        self._paces.append((self._asked_ns, self._position_ns))
        while len(self._paces) > 2 and self._asked_ns - self._paces[1][0] >= PACE_NS:
            self._paces.popleft()

    def _read_until(self, until_ns: int) -> Batch:
        if until_ns <= self._read_ns:
            return self._taken(None)
        return self._taken(self._recorded.batch(self._read_ns, until_ns))

    def _taken(self, batch: Optional[Batch]) -> Batch:
        start_ns = self.description.t0_mono_ns
        if batch is None:
            return Batch(start_ns + self._read_ns)
        self._read_ns = batch.until_ns - start_ns
        self._told += [
            LogLines(event.run, (str(event.data["line"]),))
            for event in batch.events
            if event.kind == "log" and event.run is not None
        ]
        return batch

    def log(self) -> list[Union[LogLines, Overview]]:
        """What the frameworks had printed in the stretch last read; the whole anew of a recording that goes on."""
        told, self._told = self._told, []
        return told

    def command(self, command: Command) -> None:
        """Pause or go on, seek, change speed, begin anew at the end or not."""
        if isinstance(command, Pause):
            if not command.on and self.ended:
                self._go_to(0)
            self.paused = command.on
        elif isinstance(command, Speed):
            self.speed = min(MAX_SPEED, max(MIN_SPEED, command.factor))
            self._paces.clear()
        elif isinstance(command, Repeat):
            self.repeats = command.on
        elif isinstance(command, Seek):
            self._go_to(command.t_ns)

    def _go_to(self, t_ns: int) -> None:
        self.sought_ns = min(self.duration_ns, max(0, t_ns))

    def _seek(self, t_ns: int) -> Batch:
        """To a moment from the last checkpoint before it; where none is near yet, read ahead and come back."""
        if self.known_ns < t_ns - STEP_NS:
            self._ahead.go_on(2 * AHEAD_NS, t_ns)
            self.hurried = True
            if self.known_ns < t_ns - STEP_NS:
                return self._taken(None)
        known_ns = self._checkpoints.moment_before(t_ns)
        jumps = known_ns > self._read_ns
        if t_ns < self._read_ns or jumps:
            self.aggregate, self._read_ns = self._checkpoints.before(t_ns), known_ns
        self.aggregate.forget_figures()
        self.sought_ns, self.hurried = None, False
        self._position_ns = t_ns
        self._paces.clear()
        batch = self._read_until(t_ns)
        return replace(batch, events=(*self._ahead.shown_once.values(), *batch.events)) if jumps else batch

    def close(self) -> None:
        """Close the file; nothing more is read."""
        self._closed = True
        self._recorded.close()
