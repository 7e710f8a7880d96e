"""The engine's loop: drain the feed, record, aggregate, publish, obey."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Mapping
from typing import Any, Callable, Optional, TypeVar, Union

from edgetop.controls import Command, Record, ShowDistributions, Stop, Whole
from edgetop.engine.distributions import Distributions
from edgetop.engine.feed import Feed
from edgetop.engine.own_cost import OwnCost, RecordedCost
from edgetop.engine.publish import Publisher
from edgetop.engine.recordings import Recordings
from edgetop.protocol import Columns, Ended, Operators, Picture, Recording, Snapshot
from edgetop.readings import Missing
from edgetop.samples import SHOWN_ONCE, Batch

Told = TypeVar("Told", Picture, Operators)
DRAIN_S = 0.05
SNAPSHOT_S = 0.25

Commands = Callable[[float], list[Command]]
"""Commands that have come, after waiting for one at most so many seconds."""


def _known(cls: type[Told], data: Mapping[str, Any]) -> Told:
    """A message from an event's data, of which a newer edgetop may have written more."""
    names = {field.name for field in dataclasses.fields(cls)}
    return cls(**{name: value for name, value in data.items() if name in names})


class Loop:
    """Drives one feed to its end."""

    def __init__(
        self,
        feed: Feed,
        publisher: Publisher,
        commands: Commands,
        recordings: Optional[Recordings] = None,
        *,
        hold_at_end: bool = False,
    ) -> None:
        self._feed = feed
        self._publisher = publisher
        self._commands = commands
        self._recordings = recordings
        self._hold_at_end = hold_at_end
        self._runs = {spec.id for spec in feed.description.plan.runs}
        self._distributions = Distributions()
        self._cost = OwnCost()
        self._recorded_cost = RecordedCost()
        self._stopping = False
        self.last: Snapshot = Snapshot(0, "preparing")
        """The newest snapshot; the final one once ``run`` has returned."""
        self.operators: dict[int, Operators] = {}
        """The operators of each run whose operators were timed."""

    def run(self) -> Ended:
        """Run to the feed's end or a stop; the recording is closed whatever happens."""
        self._feed.start()
        next_snapshot_s = time.monotonic()
        try:
            while not self._stopping:
                commands = self._commands(0.0 if self._feed.hurried else DRAIN_S)
                self._obey(commands)
                sought = self._feed.sought_ns is not None
                self._take(final=False)
                if self._feed.ended and not self._hold_at_end:
                    break
                if commands or (sought and self._feed.sought_ns is None):
                    next_snapshot_s = 0.0  # who has asked for something sees it at once
                if time.monotonic() >= next_snapshot_s:
                    self._show(final=self._feed.ended)
                    # A late tick is dropped, not made up for.
                    next_snapshot_s = max(next_snapshot_s + SNAPSHOT_S, time.monotonic())
            self._feed.close()
            self._take(final=True)
        finally:
            self._feed.close()
            if self._recordings is not None:
                self._recordings.close()
        self._show(final=True)
        return self._ended()

    def _obey(self, commands: list[Command]) -> None:
        for command in commands:
            if isinstance(command, Stop):
                self._stopping = True
            elif isinstance(command, Whole):
                self._feed.aggregate.renew()
                self._distributions.ask(0)  # a new screen has not asked yet
            elif isinstance(command, ShowDistributions):
                self._distributions.ask(command.bins)
            elif isinstance(command, Record):
                self._record(command.on)
            else:
                self._feed.command(command)

    def _record(self, on: bool) -> None:
        if self._recordings is not None:
            for notice in self._recordings.switch(on):
                self._publisher.publish(notice)

    def _take(self, *, final: bool) -> None:
        batch = self._feed.drain()
        if self._recordings is not None:
            self._recordings.add(self._with_cost(batch))
            trouble = self._recordings.trouble()
            if trouble is not None:
                self._publisher.publish(trouble)
        self._feed.aggregate.add(batch)
        for lines in self._feed.log():
            self._publisher.publish(lines)
        self._publish_once(batch)

    def _with_cost(self, batch: Batch) -> Batch:
        """The batch and, now and then, what edgetop itself has cost since the last time."""
        cost = self._recorded_cost.event()
        return batch if cost is None else dataclasses.replace(batch, events=(*batch.events, cost))

    def _publish_once(self, batch: Batch) -> None:
        """What does not change again; of many, as a forged file may have, the last, since all is kept for a screen."""
        newest = {(event.kind, event.run): event for event in batch.events if event.kind in SHOWN_ONCE}
        for (kind, run), event in newest.items():
            if kind == "picture":
                self._publisher.publish(_known(Picture, event.data))
            elif run in self._runs:
                self.operators[run] = _known(Operators, {**event.data, "run": run})
                self._publisher.publish(self.operators[run])

    def _show(self, *, final: bool) -> None:
        if self._feed.sought_ns is not None and not final:
            self._show_seeking(self._feed.sought_ns)
            return
        aggregate = self._feed.aggregate
        snapshot = aggregate.snapshot(final=final)
        if self._feed.paused and not final:
            snapshot = dataclasses.replace(snapshot, state="paused")
        self.last = self._completed(snapshot)
        if not self._publisher.publish(self.last):
            aggregate.undo(snapshot)
        for told in self._distributions.due(aggregate, final=final):
            if not self._publisher.publish(told):
                self._distributions.undo(told.run)

    def _show_seeking(self, t_ns: int) -> None:
        """What is on the screen stays, until what is asked for has been read; how far that is, is told."""
        still = dataclasses.replace(self.last, t_ns=t_ns, state="reading", columns=Columns(), reset=False)
        self._publisher.publish(self._completed(still))

    def _completed(self, snapshot: Snapshot) -> Snapshot:
        """With what the aggregate does not know."""
        return dataclasses.replace(
            snapshot,
            recording=self._recording(),
            since_ns=self._feed.description.since_ns,
            engine_cpu_percent=self._cost.percent(),
            duration_ns=self._feed.duration_ns,
            speed=self._feed.speed,
            pace=self._feed.pace,
            repeats=self._feed.repeats,
            known_ns=self._feed.known_ns,
        )

    def _recording(self) -> Union[Recording, Missing]:
        if self._recordings is not None:
            return self._recordings.status()
        return Missing("a replay" if self._feed.can_seek else "not recording")

    def _ended(self) -> Ended:
        session = self._recordings.path if self._recordings is not None else ""
        failure = self._recordings.failure if self._recordings is not None else None
        if failure is not None:
            return Ended(1, failure.title, failure.hint, session)
        failed = [run for run in self.last.runs if run.status == "failed"]
        if self._feed.failed and failed:
            first = failed[0]
            return Ended(1, f"{first.title} on {first.model}: {first.message}", first.hint, session)
        left_out = max((run.left_out for run in self.last.runs), default=0)
        if left_out and not self._feed.can_seek:  # a replay shows what was left out, it does not fail by it
            title = f"{left_out} pictures of the data set could not be read and are left out of the accuracy"
            return Ended(1, title, "Mend or remove them: the first are named above, and in the JSON result", session)
        return Ended(0, session=session)
