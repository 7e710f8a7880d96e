"""A board whose load is known to the last joule, and the energy that a session makes of it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from edgetop.analysis.energy import Window
from edgetop.analysis.stretches import Stretches
from edgetop.clock import SECOND_NS
from edgetop.engine.meter import EnergyMeter
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219 import Ina219Probe
from edgetop.probes.simulated import SimulatedBus, SimulatedChip
from edgetop.readings import Reading

VOLTS, IDLE_W, BURST_W = 5.1, 2.3, 3.0
GAIN = math.sqrt(0.005**2 + 0.005**2 + 0.01**2) / math.sqrt(3)
OFFSET_W = 200e-6 / 0.1 * VOLTS / math.sqrt(3)
SAMPLE_NS = 532_000
"""Of a single sample of the chip, which the noise is that of."""


class Clock:
    """Nanoseconds that pass only when slept."""

    def __init__(self, ns: int) -> None:
        self.ns = ns

    def __call__(self) -> int:
        return self.ns

    def sleep(self, seconds: float) -> None:
        """Let them pass."""
        self.ns += max(1, round(seconds * 1e9))


class BurstingBoard:
    """Idles, and in each inference of a window draws more for a time; seen through a meter with these ``errors``:
    of current and volts as shares, and an offset in amperes."""

    def __init__(
        self,
        rng: np.random.Generator,
        errors: tuple[float, float, float] = (0.0, 0.0, 0.0),
        noise_w: float = 0.0,
        busy_ns: int = 9_000_000,
        inference_ns: int = 37_000_000,
    ) -> None:
        self.rng, self.errors, self.noise_w = rng, errors, noise_w
        self.busy_ns, self.inference_ns = busy_ns, inference_ns
        self.net_j = BURST_W * busy_ns / 1e9
        """What an inference draws more than idling."""
        self.gross_j = IDLE_W * inference_ns / 1e9 + self.net_j
        self.window = (0, 0)

    def _busy_until_ns(self, t_ns: int) -> int:
        """How much of the window up to a time was busy."""
        since_ns = min(max(t_ns, self.window[0]), self.window[1]) - self.window[0]
        inferences, into_ns = divmod(since_ns, self.inference_ns)
        return inferences * self.busy_ns + min(into_ns, self.busy_ns)

    def __call__(self, start_ns: int, end_ns: int) -> tuple[float, float]:
        """Mean volts and amperes between two times, as the meter sees them."""
        busy_ns = self._busy_until_ns(end_ns) - self._busy_until_ns(start_ns)
        noise_w = self.noise_w * math.sqrt(SAMPLE_NS / (end_ns - start_ns)) * self.rng.standard_normal()
        watts = IDLE_W + BURST_W * busy_ns / (end_ns - start_ns) + noise_w
        current, volts, offset_a = self.errors
        return VOLTS * (1 + volts), watts / VOLTS * (1 + current) + offset_a


def measured(board: BurstingBoard, seconds: float, windows: int) -> tuple[dict[str, Any], dict[str, Any]]:
    """The energy figures of a session, and those of its idling: idle, windows, idle, all of so many seconds."""
    clock = Clock(int(board.rng.integers(1, 100)) * SECOND_NS)
    bus = SimulatedBus({0x40: SimulatedChip(board, 0.1, clock)})
    probe = Ina219Probe(Ina219Settings(bus="1"), clock, clock.sleep, lambda _number: bus)
    probe.open()
    meter = EnergyMeter((0,), dataclasses.replace(probe.channels[0], gain_error=GAIN, offset_error=OFFSET_W))
    _read(probe, clock, meter, clock() + SECOND_NS // 5)
    for number in range(windows + 2):
        start = clock()
        count = int(seconds * SECOND_NS) // board.inference_ns
        end = start + count * board.inference_ns
        if number in (0, windows + 1):
            meter.add_idle("warm", start, end)
        else:
            board.window = (start, end)
            meter.add_window(0, Window(start, end, count))
        _read(probe, clock, meter, end + SECOND_NS // 20)
    meter.settle()
    return meter.figures(0, Stretches()), meter.idle_fields()


def _read(probe: Ina219Probe, clock: Clock, meter: EnergyMeter, until_ns: int) -> None:
    watts = []
    while clock() < until_ns:
        watts.extend(values[0] for values in probe.gather(until_ns))
    read = [value for value in watts if isinstance(value, Reading)]
    meter.add_readings(np.array([one.t_ns for one in read], np.int64), np.array([one.value for one in read]))


def session_of_a_stock_meter(rng: np.random.Generator, seconds: float) -> tuple[bool, bool]:
    """Whether the intervals of five windows hold the true gross and net energy, of a meter and a shunt that are off by
    as much as their data sheets allow, each anywhere within its limits."""
    current = rng.uniform(-0.005, 0.005) + rng.uniform(-0.01, 0.01)
    board = BurstingBoard(rng, (current, rng.uniform(-0.005, 0.005), rng.uniform(-0.002, 0.002)), noise_w=0.05)
    figures, _ = measured(board, seconds, 5)
    return (
        abs(figures["energy_j"] - board.gross_j) <= figures["energy_u95_j"],
        abs(figures["energy_net_j"] - board.net_j) <= figures["energy_net_u95_j"],
    )


def errors_of(boards: Sequence[BurstingBoard], seconds: float) -> tuple[float, float]:
    """The greatest errors of gross and net energy of one window on each board, as shares."""
    figures = [(board, measured(board, seconds, 1)[0]) for board in boards]
    return (
        max(abs(found["energy_j"] / board.gross_j - 1) for board, found in figures),
        max(abs(found["energy_net_j"] / board.net_j - 1) for board, found in figures),
    )
