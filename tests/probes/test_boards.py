"""Every probe of a machine's files over four boards, with sensors that vanish and return in mid-run."""

from __future__ import annotations

from pathlib import Path

import pytest
from boards import BOARDS, Link, answers, plant

from edgetop.errors import ProbeError
from edgetop.measure.watch import Watch
from edgetop.probes.apex import ApexProbe
from edgetop.probes.clock import ClockProbe
from edgetop.probes.cpu import CpuProbe
from edgetop.probes.heat import HeatProbe
from edgetop.probes.memory import MemoryProbe
from edgetop.probes.pressure import PressureProbe
from edgetop.probes.throttle import ThrottleProbe
from edgetop.probes.true_clock import TrueClockProbe

CHANNELS = {
    "pi_4": "heat.cpu-thermal clock.0 clock.true throttle.now throttle.since",
    "pi_5": "heat.cpu-thermal clock.0 clock.true throttle.now throttle.since pressure.cpu pressure.memory pressure.io",
    "jetson": "heat.cpu-thermal heat.soc0-thermal heat.soc1-thermal heat.gpu-thermal heat.tj-thermal heat.cv0-thermal "
    "clock.0 clock.4 throttle.now throttle.since pressure.cpu pressure.memory pressure.io",
    "pc": "heat.x86_pkg_temp heat.acpitz clock.0 clock.1 clock.2 clock.3 throttle.now throttle.since "
    "pressure.cpu pressure.memory pressure.io",
}


@pytest.fixture(params=BOARDS)
def name(request):
    return request.param


@pytest.fixture
def probes(name, tree, clock):
    plant(tree.root, BOARDS[name])
    classes = (CpuProbe, MemoryProbe, HeatProbe, ApexProbe, ClockProbe, PressureProbe)
    ask = answers(tree.root)
    return (
        *(probe_class(tree.root, clock) for probe_class in classes),
        TrueClockProbe(ask, clock),
        ThrottleProbe(tree.root, clock, ask),
    )


def delivered(watches):
    """The names of the channels that have given something since the last call, and those of events, by kind."""
    names, events = set(), {"missing": set(), "back": set()}
    for watch in watches:
        readings, told = watch.take()
        by_id = {channel.id: channel.name for channel in watch.channels}
        names |= {by_id[number] for number in readings}
        for event in told:
            events[event.kind].add(by_id[event.data["channel"]])
            assert event.kind == "back" or event.data["reason"]
    return names, events


def test_each_board_gives_what_it_has_and_the_rest_says_why(name, probes, tree, clock):
    watches = [Watch(probe, 100 * number, clock) for number, probe in enumerate(probes)]
    for watch in watches:
        watch.open()
    run(watches, tree, clock, 3)
    expected = set(CHANNELS[name].split())
    names, events = delivered(watches)
    system = {name for name in names if name.startswith(("cpu.", "memory."))}
    assert names - system == expected - {"heat.cv0-thermal"}
    assert len(system) == 3 + 1 + len(BOARDS[name]["proc/stat"].splitlines()) - 1
    everything = {channel.name for watch in watches for channel in watch.channels}
    assert events["missing"] == everything - names, "what gives nothing says why"


def run(watches, tree, clock, seconds):
    """Let time pass in steps of a second, in each of which the cores count ticks and work waits."""
    for _ in range(seconds):
        clock.ns += 1_000_000_000
        count = clock.ns // 10_000_000
        stat = Path(tree.root, "proc/stat")
        if stat.exists():
            names = [line.split()[0] for line in BOARDS["jetson"]["proc/stat"].splitlines()]
            lines = [f"{core} {count} 0 0 {count} 0 0 0 0 0 0" for core in names if core in stat.read_text()]
            stat.write_text("\n".join([*lines, ""]))
        for watch in watches:
            watch.step()


def test_sensors_vanish_and_return_in_mid_run(name, probes, tree, clock):
    watches = [Watch(probe, 100 * number, clock) for number, probe in enumerate(probes)]
    for watch in watches:
        watch.open()
    run(watches, tree, clock, 2)
    here, _ = delivered(watches)
    gone = ("proc/", "vcgencmd/", "sys/class/thermal", "sys/class/hwmon", "sys/devices/system/cpu/")
    files = [path for path in BOARDS[name] if path.startswith(gone) and not isinstance(BOARDS[name][path], Link)]
    for path in files:
        tree.remove(path)
    run(watches, tree, clock, 2)
    names, events = delivered(watches)
    assert events["missing"] >= here and not events["back"] and not names
    plant(tree.root, BOARDS[name])
    run(watches, tree, clock, 12)
    names, events = delivered(watches)
    assert names == here and events["back"] == here
    for watch in watches:
        watch.close()


@pytest.mark.parametrize("content", ["", "rubbish\n", "\xff\n", "-1\n"])
def test_rubbish_in_any_file_is_told_and_never_a_traceback(name, probes, tree, clock, content):
    for path in BOARDS[name]:
        file = Path(tree.root, path)
        if file.is_file() and not file.is_symlink():
            file.write_text(content)
    for probe in probes:
        try:
            probe.open()
            clock.ns += 1_000_000_000
            assert len(probe.read()) == len(probe.channels)
        except ProbeError as error:
            assert error.title and error.hint
        probe.close()
