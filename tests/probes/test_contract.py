"""What the sampler relies on, for every probe of the registry and the worker's."""

from __future__ import annotations

import os
from functools import partial

import pytest
from boards import PI_4, answers, plant, pressure
from power_benches import POWER_BENCHES

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.apex import ApexProbe
from edgetop.probes.clock import ClockProbe
from edgetop.probes.cpu import CpuProbe
from edgetop.probes.heat import HeatProbe
from edgetop.probes.ina219 import Ina219Probe
from edgetop.probes.memory import MemoryProbe
from edgetop.probes.pressure import PressureProbe
from edgetop.probes.registry import PROBES, machine_probes, probe_names
from edgetop.probes.throttle import ThrottleProbe
from edgetop.probes.true_clock import TrueClockProbe
from edgetop.probes.worker import WorkerProbe
from edgetop.readings import Missing, Reading

ZONE = "sys/class/thermal/thermal_zone"
POLICY = "sys/devices/system/cpu/cpufreq/policy"


class CpuBench:
    def __init__(self, tree, clock):
        self.tree, self.clock, self.busy = tree, clock, 100
        self.come_back()
        self.probe = CpuProbe(tree.root, clock)
        self.absent = CpuProbe(tree.root + "/nowhere", clock)

    def come_back(self):
        self.pass_time()

    def pass_time(self):
        self.clock.ns += 250_000_000
        self.busy += 10
        lines = [
            f"{name} {self.busy} 0 0 {self.clock.ns // 10_000_000} 0 0 0 0 0 0" for name in ("cpu", "cpu0", "cpu1")
        ]
        self.tree.write("proc/stat", "\n".join([*lines, "intr 1 2 3", ""]))

    def vanish(self):
        self.tree.remove("proc/stat")


class MemoryBench:
    def __init__(self, tree, clock):
        self.tree, self.clock = tree, clock
        self.come_back()
        self.probe = MemoryProbe(tree.root, clock)
        self.absent = MemoryProbe(tree.root + "/nowhere", clock)

    def come_back(self):
        self.tree.write("proc/meminfo", "MemTotal: 400 kB\nMemAvailable: 300 kB\nSwapTotal: 9 kB\nSwapFree: 8 kB\n")

    def pass_time(self):
        self.clock.ns += 500_000_000

    def vanish(self):
        self.tree.remove("proc/meminfo")


class HeatBench:
    def __init__(self, tree, clock):
        self.tree, self.clock = tree, clock
        self.come_back()
        self.probe = HeatProbe(tree.root, clock)
        self.absent = HeatProbe(tree.root + "/nowhere", clock)

    def come_back(self):
        for number, kind in enumerate(("gpu-thermal", "cpu-thermal")):
            self.tree.write(f"{ZONE}{number}/type", f"{kind}\n")
            self.tree.write(f"{ZONE}{number}/temp", "42800\n")

    def pass_time(self):
        self.clock.ns += 1_000_000_000

    def vanish(self):
        self.tree.remove(f"{ZONE}0/temp")
        self.tree.remove(f"{ZONE}1/temp")


class ClockBench:
    def __init__(self, tree, clock):
        self.tree, self.clock = tree, clock
        self.come_back()
        self.probe = ClockProbe(tree.root, clock)
        self.absent = ClockProbe(tree.root + "/nowhere", clock)

    def come_back(self):
        self.tree.write(f"{POLICY}0/scaling_cur_freq", "1800000\n")
        self.tree.write(f"{POLICY}0/scaling_governor", "ondemand\n")
        self.tree.write(f"{POLICY}0/related_cpus", "0 1 2 3\n")

    def pass_time(self):
        self.clock.ns += 1_000_000_000

    def vanish(self):
        self.tree.remove(f"{POLICY}0/scaling_cur_freq")


class ApexBench:
    def __init__(self, tree, clock):
        self.tree, self.clock = tree, clock
        self.come_back()
        self.probe = ApexProbe(tree.root, clock)
        self.absent = ApexProbe(tree.root + "/nowhere", clock)

    def come_back(self):
        self.tree.write("sys/class/apex/apex_0/temp", "41300\n")

    def pass_time(self):
        self.clock.ns += 1_000_000_000

    def vanish(self):
        self.tree.remove("sys/class/apex/apex_0/temp")


class FirmwareBench:
    """A Pi 4's firmware, which answers to everything, or to nothing."""

    def __init__(self, build, answer, tree, clock):
        self.tree, self.clock, self.answer = tree, clock, f"vcgencmd/{answer}"
        plant(tree.root, PI_4)
        self.probe, self.absent = build(tree.root, clock), build(tree.root + "/nowhere", clock)

    def come_back(self):
        self.tree.write(self.answer, PI_4[self.answer])

    def pass_time(self):
        self.clock.ns += 2_000_000_000

    def vanish(self):
        self.tree.remove(self.answer)


def true_clock(root, clock):
    return TrueClockProbe(answers(root), clock)


def throttle(root, clock):
    return ThrottleProbe(root, clock, answers(root))


class PressureBench:
    def __init__(self, tree, clock):
        self.tree, self.clock, self.total_us = tree, clock, 0
        self.come_back()
        self.probe = PressureProbe(tree.root, clock)
        self.absent = PressureProbe(tree.root + "/nowhere", clock)

    def come_back(self):
        self.pass_time()

    def pass_time(self):
        self.clock.ns += 1_000_000_000
        self.total_us += 12_345
        for path, text in pressure(self.total_us).items():
            self.tree.write(path, text)

    def vanish(self):
        for path in pressure():
            self.tree.remove(path)


class Ina219Bench:
    def __init__(self, meter, clock):
        self.meter, self.clock = meter, clock
        self.probe = meter.probe
        self.absent = Ina219Probe(Ina219Settings(bus="99"))
        self.vanish, self.come_back = meter.unplug, meter.plug_in

    def pass_time(self):
        self.clock.ns += 10_000_000


class WorkerBench:
    def __init__(self, tree, clock):
        self.tree, self.clock = tree, clock
        self.probe = WorkerProbe(2, tree.root, clock, cpu_ns=lambda pid: clock.ns // 2)
        self.absent = WorkerProbe(2, tree.root + "/nowhere", clock)
        self.come_back()

    def come_back(self):
        self.tree.write("proc/77/statm", "900 30 20 1 0 50 0\n")
        self.tree.write("proc/77/status", "Name:\tpython\nVmHWM:\t  160 kB\n")
        self.probe.attach(77)

    def pass_time(self):
        self.clock.ns += 100_000_000

    def vanish(self):
        self.tree.remove("proc/77/statm")
        self.tree.remove("proc/77/status")


BENCHES = {
    **POWER_BENCHES,
    "cpu": CpuBench,
    "memory": MemoryBench,
    "heat": HeatBench,
    "clock": ClockBench,
    "apex": ApexBench,
    "true_clock": partial(FirmwareBench, true_clock, "measure_clock arm"),
    "throttle": partial(FirmwareBench, throttle, "get_throttled"),
    "pressure": PressureBench,
    "ina219": Ina219Bench,
    "worker": WorkerBench,
}


@pytest.fixture(params=BENCHES)
def bench(request, clock):
    """A probe on a sensor that the test moves, removes and brings back, and the same probe with no sensor at all."""
    place = request.getfixturevalue("meter" if request.param == "ina219" else "tree")
    bench = BENCHES[request.param](place, clock)
    yield bench
    bench.probe.close()


def names(probe):
    return [channel.name for channel in probe.channels]


def read(bench):
    bench.pass_time()
    return bench.probe.read()


class TestContract:
    def test_channels_say_what_they_are(self, bench):
        bench.probe.open()
        assert len(set(names(bench.probe))) == len(bench.probe.channels) > 0
        for channel in bench.probe.channels:
            assert channel.name and channel.title and channel.source
            assert channel.unit or channel.name.startswith("throttle."), "bits alone have no unit"
            assert channel.scale > 0 and channel.id == -1
        assert bench.probe.name and bench.probe.title and bench.probe.rate_hz > 0

    def test_a_reading_for_each_channel_in_order(self, bench):
        bench.probe.open()
        values = read(bench)
        assert len(values) == len(bench.probe.channels)
        assert all(isinstance(value, Reading) for value in values)

    def test_stamps_grow_and_are_not_in_the_future(self, bench):
        bench.probe.open()
        rounds = [read(bench) for _ in range(5)]
        for column in zip(*rounds):
            stamps = [value.t_ns for value in column]
            assert stamps == sorted(stamps)
            assert stamps[-1] <= bench.clock()
        assert len({values[0].t_ns for values in rounds}) == 5

    def test_values_are_whole_ticks_or_finer_than_their_noise(self, bench):
        bench.probe.open()
        for channel, value in zip(bench.probe.channels, read(bench)):
            assert abs(round(value.value / channel.scale) * channel.scale - value.value) <= channel.scale / 2 + 1e-9

    def test_close_may_be_called_twice_and_before_open(self, bench):
        bench.probe.close()
        bench.probe.open()
        bench.probe.close()
        bench.probe.close()

    def test_opened_again_it_gives_the_same_channels(self, bench):
        bench.probe.open()
        channels = bench.probe.channels
        bench.probe.close()
        bench.come_back()
        bench.probe.open()
        assert bench.probe.channels == channels
        assert all(isinstance(value, Reading) for value in read(bench))

    def test_a_sensor_that_vanishes_and_returns(self, bench):
        bench.probe.open()
        read(bench)
        channels = bench.probe.channels
        bench.vanish()
        try:
            values = read(bench) if not isinstance(bench, CpuBench) else bench.probe.read()
        except ProbeError as error:
            assert error.title and error.hint
        else:
            assert values and all(isinstance(value, Missing) and value.reason for value in values)
        bench.probe.close()
        bench.come_back()
        bench.probe.open()
        assert bench.probe.channels == channels
        assert all(isinstance(value, Reading) for value in read(bench))

    def test_an_absent_sensor_has_channels_and_a_reason(self, bench):
        try:
            bench.absent.open()
            values = bench.absent.read()
        except ProbeError as error:
            assert error.title and error.hint
        else:
            assert all(isinstance(value, Missing) and value.reason for value in values)
        assert bench.absent.channels
        bench.absent.close()


def test_every_probe_of_the_registry_is_tested_here():
    assert set(BENCHES) == {*PROBES, "worker"}


def test_only_these_channels_are_charted(clock, tree, meter):
    charted = set()
    for name, make in BENCHES.items():
        probe = make(meter if name == "ina219" else tree, clock).probe
        probe.open()
        charted |= {channel.name for channel in probe.channels if channel.charted}
        probe.close()
    assert charted == {"cpu.total", "run.2.cpu", "run.2.rss", "power.board.w", "heat.cpu-thermal", "throttle.now"} | {
        f"power.{rail}.w" for rail in ("vdd_in", "ina226-1", "package-0", "pmic", "battery")
    }


def test_the_probes_of_this_machine_open_or_say_why():
    probes = machine_probes(Ina219Settings(bus="99"))
    assert [probe.name for probe in probes][: len(PROBES)] == list(PROBES)
    assert probe_names() == tuple(probe.name for probe in probes)
    for probe in probes:
        try:
            probe.open()
        except ProbeError as error:
            assert error.title and error.hint
        else:
            assert len(probe.read()) == len(probe.channels)
        probe.close()


def test_a_probe_holds_no_file_after_close(bench):
    before = len(os.listdir("/proc/self/fd"))
    for _ in range(3):
        bench.probe.open()
        read(bench)
        bench.probe.close()
        bench.come_back()
    bench.probe.close()
    assert len(os.listdir("/proc/self/fd")) <= before
