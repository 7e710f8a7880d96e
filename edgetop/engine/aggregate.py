"""From batches to snapshots: the figures of each run, the newest value of each channel, the charts' columns.

No clock, no files, no processes: what a batch does not carry, a snapshot cannot show. The result does not
depend on how the same data was cut into batches, so a replay ends in the very figures that were live.
"""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterator

from edgetop.analysis.energy import Window
from edgetop.engine.conditions import Conditions
from edgetop.engine.figures import RunState
from edgetop.engine.judged import accuracy_verdicts
from edgetop.engine.meter import EnergyMeter
from edgetop.engine.names import names
from edgetop.engine.roofs import Roofs
from edgetop.engine.series import COLUMN_NS, COPIED_COLUMNS, KEPT_COLUMNS, ColumnStore
from edgetop.engine.verdicts import Comparison
from edgetop.protocol import Columns, Gauge, Snapshot
from edgetop.readings import Channel, Missing
from edgetop.run_figures import RunFigures
from edgetop.samples import Batch, Event, Int64s, Readings
from edgetop.sessions.description import Description

LAG_NS = 100_000_000
"""A column is handed out when the batch before the last reaches so far beyond it: a ring's newest come a drain late."""


class Aggregate:
    """All that was seen of a session so far."""

    def __init__(self, description: Description) -> None:
        self._description = description
        self._start_ns = description.t0_mono_ns
        self._until_ns = self._before_ns = self._start_ns
        self._channels = {channel.id: channel for channel in description.channels}
        self._power = self._channels.get(description.power)
        self._conditions = Conditions()
        plan = description.plan
        shared = self._conditions, plan.leave_out_throttled, plan.load.deadline_s
        self._runs = {spec.id: RunState(spec, *shared) for spec in plan.runs}
        self._roofs = Roofs(plan.runs)
        self._comparison = Comparison(list(self._runs.values()))
        self._meter = EnergyMeter(self._runs, self._power)
        self._values: dict[int, float | Missing] = {}
        self._read_ns: dict[int, int] = {}
        self._columns: dict[str, ColumnStore] = {}
        self._next_column = 0
        self._reset = False
        self._turn: int | None = None

    # ---- in

    def add(self, batch: Batch) -> None:
        """Take in a batch; batches come in order of time."""
        self._before_ns, self._until_ns = self._until_ns, max(self._until_ns, batch.until_ns)
        for run, samples in batch.samples.items():
            if len(samples):
                self._runs[run].add_samples(samples)
                end_ns = samples.start_ns + samples.duration_ns - self._start_ns
                self._column_store(f"latency.{run}").add(end_ns, samples.duration_ns)
        for channel, readings in batch.readings.items():
            if len(readings):
                self._add_readings(self._channels[channel], readings)
        for event in batch.events:
            self._add_event(event)
        self._meter.settle()

    def _add_readings(self, channel: Channel, readings: Readings) -> None:
        values = readings.ticks * channel.scale
        self._values[channel.id] = float(values[-1])
        self._read_ns[channel.id] = int(readings.t_ns[-1])
        if channel.charted:
            self._column_store(channel.name).add(readings.t_ns - self._start_ns, values)
        if channel.run is not None and channel.run in self._runs:
            self._runs[channel.run].newest(channel.name.rpartition(".")[2], float(values[-1]))
        if self._power is not None and channel.id == self._power.id:
            self._meter.add_readings(readings.t_ns, values)
        self._conditions.add(channel, readings)

    def _add_event(self, event: Event) -> None:
        if event.run is not None and event.run in self._runs:
            self._runs[event.run].add_event(event)
            if event.kind == "turn":
                self._turn = event.run
                self._meter.add_turn(event.run, _window(event))
            elif event.kind == "window":
                self._meter.add_window(event.run, _window(event))
            elif event.kind == "roof":
                self._roofs.add(event)
        elif event.kind == "idle":
            self._meter.add_idle(event.data["state"], event.data["start_ns"], event.data["end_ns"])
        elif event.kind == "missing":
            self._lose(int(event.data["channel"]), event)

    def _lose(self, channel: int, event: Event) -> None:
        """A sensor has gone; of a batch that holds its later readings too, these are the news."""
        if event.t_ns < self._read_ns.get(channel, 0):
            return
        missing = Missing(event.data["reason"], event.data.get("hint", ""))
        self._values[channel] = missing
        if channel in self._channels:
            self._conditions.lose(self._channels[channel], missing)
        if self._power is not None and channel == self._power.id:
            self._meter.absent = missing

    def _column_store(self, name: str) -> ColumnStore:
        return self._columns.setdefault(name, ColumnStore())

    def settle(self, *, final: bool = False) -> None:
        """Make blocks of the turns that are over, and forget their samples; a snapshot does so too."""
        for state in self._runs.values():
            state.blocks.settle(self._until_ns, final=final)

    # ---- out

    def forget_figures(self) -> None:
        """Have the next snapshot exact: else statistics that change slowly are renewed now and then."""
        for state in self._runs.values():
            state.forget_statistics()
        self._comparison.forget()

    def snapshot(self, *, final: bool = False, state: str = "running") -> Snapshot:
        """What the screen draws now; ``final`` brings every statistic up to the last sample."""
        self.settle(final=final)
        runs = tuple(self._figures(run, final) for run in self._runs)
        verdicts = self._comparison.verdicts(runs, final=final)
        ranks = self._comparison.ranks()
        roofs = self._roofs.figures(runs)
        runs = tuple(
            dataclasses.replace(run, rank=ranks.get(place, 0), **roofs[place]) for place, run in enumerate(runs)
        )
        if final:
            state = "ended"
        elif all(run.status in ("waiting", "preparing", "loading", "warming", "ready") for run in runs):
            state = "preparing"
        return Snapshot(
            t_ns=self._until_ns - self._start_ns,
            state=state,
            runs=runs,
            gauges=tuple(self._gauge(channel) for channel in self._description.channels),
            columns=self._new_columns(final),
            reset=self._take_reset(),
            turn=self._turn,
            power=self._power.name if self._power is not None else "",
            drawn_j=self._meter.drawn_j or self._meter.absent,
            **self._meter.idle_fields(),
            verdicts=(*verdicts, *accuracy_verdicts(list(self._runs.values()), runs, names(runs))),
            verdict=verdict(list(self._runs.values())),
        )

    def latencies(self) -> Iterator[tuple[int, Int64s, float]]:
        """Each run's, of the samples in its statistics, and how many each of them stands for."""
        return ((run, *state.latencies()) for run, state in self._runs.items())

    def copy(self) -> Aggregate:
        """As it is now, to go on from: with the newest columns alone, which its first snapshot begins anew."""
        shared = (self._description, *self._description.channels, *self._description.plan.runs)
        twin = copy.deepcopy(self, {id(each): each for each in shared})
        twin._reset = True
        twin._next_column = max(0, (self._until_ns - self._start_ns) // COLUMN_NS - COPIED_COLUMNS)
        return twin

    def undo(self, snapshot: Snapshot) -> None:
        """Take back a snapshot that did not reach the screen: its columns come again with the next."""
        self._next_column = min(self._next_column, snapshot.columns.first)
        self._reset = self._reset or snapshot.reset

    def renew(self) -> None:
        """Let the next snapshot hold the whole charts, as a new screen needs it."""
        self._next_column = 0
        self._reset = True

    def _gauge(self, channel: Channel) -> Gauge:
        return Gauge(channel, self._values.get(channel.id, Missing("no reading yet")))

    def _figures(self, run: int, final: bool) -> RunFigures:
        state = self._runs[run]
        reference = self._runs.get(-1 if state.agrees_with is None else state.agrees_with)
        return dataclasses.replace(
            state.figures(final=final),
            agrees_with=reference.title if reference else "",
            **self._meter.figures(run, self._conditions.throttled),
        )

    def _take_reset(self) -> bool:
        reset, self._reset = self._reset, False
        return reset

    def _new_columns(self, final: bool) -> Columns:
        complete_ns = self._until_ns if final else self._before_ns - LAG_NS
        end = max(0, (complete_ns - self._start_ns) // COLUMN_NS)
        first = max(self._next_column, end - KEPT_COLUMNS)
        self._next_column = max(end, self._next_column)
        if first >= end:
            return Columns(first=first, width_ns=COLUMN_NS)
        series = {name: store.columns(first, end) for name, store in self._columns.items()}
        return Columns(first=first, width_ns=COLUMN_NS, series=series)


def _window(event: Event) -> Window:
    return Window(event.data["start_ns"], event.data["end_ns"], event.data["count"])


def verdict(runs: list[RunState]) -> str:
    """Whether the outputs of all runs of a model agree, in words."""
    compared = [run for run in runs if run.agrees_with is not None]
    if not compared:
        return ""
    apart = [run for run in compared if not run.agrees]
    if apart:
        return "outputs DIFFER: " + ", ".join(f"{run.title} {run.difference_text}" for run in apart)
    largest = max((run.difference for run in compared if not isinstance(run.difference, Missing)), default=0.0)
    return "outputs agree exactly" if largest == 0 else f"outputs agree to {largest:.0e}"
