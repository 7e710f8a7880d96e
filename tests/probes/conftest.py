"""A clock that tests move, trees of made-up /proc and /sys files, and a power meter on the simulated chip."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from edgetop.plan import Ina219Settings


class FakeClock:
    """Nanoseconds that pass only when told to, or slept."""

    def __init__(self) -> None:
        self.ns = 5_000_000_000

    def __call__(self) -> int:
        return self.ns

    def sleep(self, seconds: float) -> None:
        self.ns += max(1, round(seconds * 1e9))


class Tree:
    """Files under a root folder; what is removed reads as a vanished sysfs file does."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.root = str(root)

    def write(self, path: str, text: str) -> None:
        file = self._root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def remove(self, path: str) -> None:
        file = self._root / path
        os.truncate(file, 0)
        file.unlink()


class Meter:
    """A simulated meter with the real library above it: a load to set, a chip to pull out."""

    def __init__(self, clock: FakeClock, settings: Ina219Settings = Ina219Settings()) -> None:
        from edgetop.probes.ina219 import Ina219Probe
        from edgetop.probes.simulated import SimulatedBus, SimulatedChip

        self.volts, self.amps = 5.1, 0.8
        self.chip_speed = 1.0
        self.fault: OSError | None = None
        chip_ns = lambda: round(clock() * self.chip_speed)  # noqa: E731
        self.chip = SimulatedChip(lambda *_span: (self.volts, self.amps), settings.shunt_ohms, chip_ns)
        meter = self

        class Bus(SimulatedBus):
            def __init__(self, number: int) -> None:
                if meter.fault is not None and meter.fault.errno in (errno.ENOENT, errno.EACCES):
                    raise meter.fault
                super().__init__({settings.address: meter.chip})

            def _chip(self, address: int) -> SimulatedChip:
                clock.ns += 120_000  # 48 bits at 400 kHz
                if meter.fault is not None:
                    raise meter.fault
                return super()._chip(address)

        self.probe = Ina219Probe(settings, clock, clock.sleep, Bus)

    def unplug(self) -> None:
        self.fault = OSError(errno.EREMOTEIO, "Remote I/O error")

    def plug_in(self) -> None:
        self.fault = None
        self.chip.reset()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "root")


@pytest.fixture
def meter(clock: FakeClock) -> Meter:
    pytest.importorskip("ina219")
    return Meter(clock)


@pytest.fixture
def build_meter(clock: FakeClock):
    pytest.importorskip("ina219")
    return lambda settings: Meter(clock, settings)
