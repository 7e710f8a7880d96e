"""The live feed: workers in turns, probes at their own rates."""

from __future__ import annotations

import uuid
from collections import deque
from collections.abc import Iterator
from typing import Optional

from edgetop import __version__
from edgetop.clock import now_ns, wall_ns
from edgetop.controls import Command, Mark, MeasureEnergy, Pause, TimeOperators
from edgetop.engine.aggregate import Aggregate
from edgetop.engine.power_source import choose_power
from edgetop.engine.temperature import Temperature
from edgetop.errors import UsageError
from edgetop.machine import describe_machine
from edgetop.measure.aside import Aside
from edgetop.measure.incidents import THROTTLED, HeldBack, WallClock
from edgetop.measure.roofs import known_roof
from edgetop.measure.runner import Runner
from edgetop.measure.sampler import Sampler
from edgetop.measure.turns import Turns
from edgetop.plan import Plan
from edgetop.probes.registry import machine_probes
from edgetop.probes.worker import WorkerProbe
from edgetop.protocol import LogLines
from edgetop.samples import Batch, Event, Samples
from edgetop.sessions.description import Description

STOP_TIMEOUT_S = 1.5


class LiveFeed:
    """Measures what a plan asks for."""

    can_seek = False
    speed = 1.0
    duration_ns = known_ns = 0
    sought_ns: Optional[int] = None
    hurried = repeats = False
    pace = 0.0

    def __init__(self, plan: Plan) -> None:
        self.paused = False
        self._events: deque[Event] = deque()
        self._logs: deque[LogLines] = deque()
        self._worker_probes = {spec.id: WorkerProbe(spec.id) for spec in plan.runs}
        probes = machine_probes(plan.ina219, plan.meters)
        self._sampler = Sampler([*probes, *self._worker_probes.values()])
        self._temperature = Temperature(self._sampler.channels, self._sampler.readable)
        power = self._checked_power(plan)
        self._throttled = next((channel.id for channel in self._sampler.channels if channel.name == THROTTLED), -1)
        self._held_back, self._wall_clock = HeldBack(), WallClock()
        self._turns = Turns(plan, self._events.append, self._worker, self._temperature.excess_c)
        # A worker stays on the cores of the thread that starts it, which must have them all.
        self._aside = Aside(lambda: (self._turns.native_id,))
        self._lost: dict[int, int] = {}
        self.description = Description(
            session_id=uuid.uuid4().hex,
            t0_mono_ns=now_ns(),
            t0_unix_ns=wall_ns(),
            edgetop_version=__version__,
            plan=plan,
            channels=self._sampler.channels,
            machine=describe_machine(),
            power=power,
        )
        self.aggregate = Aggregate(self.description)

    def _checked_power(self, plan: Plan) -> int:
        """The channel of power, where the plan asks for nothing that this machine has not."""
        try:
            if plan.cool_down and self._temperature.channel is None:
                raise UsageError("This machine shows no temperature to cool down to", "Leave out --cool-down")
            return choose_power(plan, self._sampler.channels, self._sampler.readable)
        except UsageError:
            self._sampler.close()
            raise

    def _worker(self, run: int, pid: int | None) -> None:
        probe = self._worker_probes[run]
        probe.detach() if pid is None else probe.attach(pid)

    @property
    def ended(self) -> bool:
        """Whether the turns are over."""
        return self._turns.ident is not None and not self._turns.is_alive()

    @property
    def failed(self) -> bool:
        """Whether a run could not be done."""
        return bool(self._turns.failed)

    def start(self) -> None:
        """Begin to sample and to bring up the workers."""
        for spec in self.description.plan.runs:
            known = known_roof(spec.precision, spec.threads, self.description.machine)
            if known:
                self._events.append(Event(now_ns(), "roof", known, spec.id))
        self._sampler.start()
        self._turns.start()

    def drain(self) -> Batch:
        """All samples, readings and events since the last call."""
        pid = self._turns.pid_at_work  # the turns' thread may set it to 0 at any time
        if pid:
            self._aside.keep_off(pid)
        settled = self.ended
        samples: dict[int, Samples] = {}
        events: list[Event] = []
        for run, runner in list(self._turns.runners.items()):
            drained = runner.samples(settled=settled)
            if len(drained):
                samples[run] = drained
            events.extend(self._log_lines(run, runner))
            lost = runner.lost - self._lost.get(run, 0)
            if lost:
                self._lost[run] = runner.lost
                events.append(Event(now_ns(), "lost", {"count": lost}, run))
        for run, runner in list(self._turns.profilers):
            events.extend(self._log_lines(run, runner))
        readings, probe_events = self._sampler.drain()
        self._temperature.add(readings)
        while self._events:
            events.append(self._events.popleft())
        events.extend(probe_events)
        if self._throttled in readings:
            events.extend(self._held_back.add(readings[self._throttled]))
        events.extend(self._wall_clock.look())
        events.sort(key=lambda event: event.t_ns)
        return Batch(now_ns(), samples, readings, tuple(events))

    def _log_lines(self, run: int, runner: Runner) -> Iterator[Event]:
        lines = runner.log_lines()
        if lines:
            self._logs.append(LogLines(run, tuple(lines)))
        return (Event(now_ns(), "log", {"line": line}, run) for line in lines)

    def log(self) -> list[LogLines]:
        """What the frameworks printed since the last call."""
        lines = list(self._logs)
        self._logs.clear()
        return lines

    def command(self, command: Command) -> None:
        """Pause or go on; set a marker; time the operators; measure energy."""
        if isinstance(command, Pause):
            self.paused = command.on
            self._turns.pause(command.on)
        elif isinstance(command, TimeOperators):
            self._turns.profile()
        elif isinstance(command, MeasureEnergy):
            self._turns.measure_energy(command.settings)
        elif isinstance(command, Mark):
            self._events.append(Event(now_ns(), "marker", {"text": command.text}))

    def close(self) -> None:
        """Stop the turns, the workers and the probes."""
        self._turns.stop()
        if self._turns.ident is not None:
            self._turns.join(STOP_TIMEOUT_S)
        for runner in [*self._turns.runners.values(), *(runner for _, runner in self._turns.profilers)]:
            runner.kill()
        self._sampler.close()
        self._aside.close()
