"""CPU, memory, temperature, clock and pressure from made-up /proc and /sys files."""

from __future__ import annotations

import boards
import pytest

from edgetop.errors import ProbeError
from edgetop.probes.apex import ApexProbe
from edgetop.probes.clock import GOVERNOR_READINGS, ClockProbe
from edgetop.probes.cpu import CpuProbe, parse_stat
from edgetop.probes.heat import HeatProbe
from edgetop.probes.memory import MemoryProbe
from edgetop.probes.pressure import PressureProbe
from edgetop.readings import Missing, Reading

ZONE = "sys/class/thermal/thermal_zone"


def test_busy_is_neither_idle_nor_waiting_nor_stolen():
    stat = b"cpu  10 20 30 400 50 1 2 3 7 7\ncpu0 1 0 0 9\nintr 5\n"
    assert parse_stat(stat) == {"cpu": (63, 516), "cpu0": (1, 10)}


def test_cpu_use_is_of_the_time_since_the_last_reading(tree, clock):
    tree.write("proc/stat", "cpu 0 0 0 100\ncpu0 0 0 0 50\ncpu1 0 0 0 50\n")
    probe = CpuProbe(tree.root, clock)
    probe.open()
    assert [channel.name for channel in probe.channels] == ["cpu.total", "cpu.0", "cpu.1"]
    tree.write("proc/stat", "cpu 50 0 0 150\ncpu0 50 0 0 50\ncpu1 0 0 0 100\n")
    opened_ns = clock()
    clock.ns += 250_000_000
    values = probe.read()
    assert [value.value for value in values] == [50.0, 100.0, 0.0]
    assert values[0].t_ns == opened_ns + 125_000_000
    assert probe.read() == values, "no tick has passed: the same readings, to be dropped by their stamps"


def test_a_core_that_goes_offline_is_missing_and_the_others_stay(tree, clock):
    tree.write("proc/stat", "cpu 0 0 0 100\ncpu0 0 0 0 50\ncpu1 0 0 0 50\n")
    probe = CpuProbe(tree.root, clock)
    probe.open()
    tree.write("proc/stat", "cpu 0 0 0 110\ncpu0 0 0 0 60\n")
    clock.ns += 1_000_000
    total, first, second = probe.read()
    assert isinstance(total, Reading) and isinstance(first, Reading)
    assert second == Missing("core 1 is offline")


def test_counters_that_step_back_give_no_impossible_use(tree, clock):
    tree.write("proc/stat", "cpu 10 0 0 100 20\n")
    probe = CpuProbe(tree.root, clock)
    probe.open()
    tree.write("proc/stat", "cpu 20 0 0 105 14\n")
    clock.ns += 1_000_000
    assert probe.read()[0].value == 100.0


def test_memory_used_leaves_out_what_can_be_had(tree, clock):
    tree.write(
        "proc/meminfo", "MemTotal: 1000 kB\nMemFree: 1 kB\nMemAvailable: 600 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n"
    )
    probe = MemoryProbe(tree.root, clock)
    probe.open()
    assert [value.value / 1024 for value in probe.read()] == [400, 600, 30]


def test_a_kernel_that_does_not_tell_available_memory(tree, clock):
    tree.write("proc/meminfo", "MemTotal: 1000 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n")
    probe = MemoryProbe(tree.root, clock)
    probe.open()
    used, available, swap = probe.read()
    assert "MemAvailable" in used.reason and "MemAvailable" in available.reason
    assert swap.value == 30 * 1024


def test_zones_of_a_cpu_come_first_and_zones_of_one_type_are_numbered(tree, clock):
    for number, kind in enumerate(("acpitz", "acpitz", "x86_pkg_temp")):
        tree.write(f"{ZONE}{number}/type", f"{kind}\n")
        tree.write(f"{ZONE}{number}/temp", f"{40 + number}000\n")
    probe = HeatProbe(tree.root, clock)
    probe.open()
    assert [channel.name for channel in probe.channels] == ["heat.x86_pkg_temp", "heat.acpitz", "heat.acpitz-2"]
    assert [channel.charted for channel in probe.channels] == [True, False, False]
    assert [value.value for value in probe.read()] == [42.0, 40.0, 41.0]


@pytest.mark.parametrize("text", ["-89000\n", "", "busy\n", "1000000\n"])
def test_a_zone_without_a_sensible_value_is_missing_alone(tree, clock, text):
    for number in range(2):
        tree.write(f"{ZONE}{number}/type", f"zone{number}\n")
        tree.write(f"{ZONE}{number}/temp", "40000\n")
    probe = HeatProbe(tree.root, clock)
    probe.open()
    tree.write(f"{ZONE}1/temp", text)
    good, bad = probe.read()
    assert good.value == 40.0
    assert isinstance(bad, Missing) and bad.reason
    tree.write(f"{ZONE}1/temp", "41000\n")
    assert probe.read()[1].value == 41.0


def test_zones_that_are_all_gone_are_an_error(tree, clock):
    tree.write(f"{ZONE}0/type", "cpu-thermal\n")
    tree.write(f"{ZONE}0/temp", "40000\n")
    probe = HeatProbe(tree.root, clock)
    probe.open()
    probe.read()
    tree.remove(f"{ZONE}0/temp")
    with pytest.raises(ProbeError):
        probe.read()


def test_the_clock_says_its_cores_and_its_governor(tree, clock):
    for number, cores in ((10, "10 11"), (2, "2 3")):
        folder = f"sys/devices/system/cpu/cpufreq/policy{number}"
        tree.write(f"{folder}/scaling_cur_freq", f"{number}00000\n")
        tree.write(f"{folder}/scaling_governor", "schedutil\n")
        tree.write(f"{folder}/related_cpus", f"{cores}\n")
    probe = ClockProbe(tree.root, clock)
    probe.open()
    assert [channel.name for channel in probe.channels] == ["clock.2", "clock.10"]
    assert probe.channels[0].title == "clock of core 2, 3"
    assert "governor schedutil" in probe.channels[0].source and "requested" in probe.channels[0].source
    assert [value.value for value in probe.read()] == [200e6, 1000e6]


@pytest.mark.parametrize("zones", [{}, {"acpitz": 27.8}])
def test_the_cpus_chip_stands_in_where_no_zone_is_the_cpus(tree, clock, zones):
    board = {
        **boards.zones(zones),
        **boards.hwmon(0, "nvme", temp1_input=36850),
        **boards.hwmon(2, "k10temp", temp1_input=51125, temp3_input=40000),
        **boards.hwmon(10, "k10temp", temp1_input=52000),
    }
    probe = HeatProbe(boards.plant(tree.root, board), clock)
    probe.open()
    assert [channel.name for channel in probe.channels] == [
        "heat.k10temp",
        "heat.k10temp-2",
        *map("heat.{}".format, zones),
    ]
    assert [channel.charted for channel in probe.channels] == [True, False, *[False] * len(zones)]
    assert probe.channels[0].source == "/sys/class/hwmon"
    assert [value.value for value in probe.read()] == [51.125, 52.0, *zones.values()]
    # The driver is loaded again, and has another number.
    tree.remove("sys/class/hwmon/hwmon2/temp1_input")
    tree.remove("sys/class/hwmon/hwmon2/temp3_input")
    boards.plant(tree.root, boards.hwmon(7, "k10temp", temp1_input=60000))
    probe.close()
    probe.open()
    assert probe.read()[0].value == 60.0


def test_a_governor_that_is_changed_is_told_once(tree, clock):
    probe = ClockProbe(boards.plant(tree.root, boards.JETSON), clock)
    probe.open()
    tree.write(f"{boards.CPUFREQ}/policy4/scaling_governor", "performance\n")
    values = [probe.read() for _ in range(2 * GOVERNOR_READINGS)]
    assert all(isinstance(value, Reading) for value, _ in values)
    told = [value for _, value in values if isinstance(value, Missing)]
    assert told == [Missing("the governor was changed from schedutil to performance")]


def test_pressure_is_the_share_of_the_time_in_which_work_waited(tree, clock):
    probe = PressureProbe(boards.plant(tree.root, boards.pressure(0)), clock)
    probe.open()
    opened_ns = clock()
    for path, total_us in zip(boards.pressure(), (250_000, 0, 3_000_000)):
        tree.write(path, f"some avg10=0.00 avg60=0.00 avg300=0.00 total={total_us}\nfull avg10=0.00 total=9\n")
    clock.ns += 1_000_000_000
    assert [value.value for value in probe.read()] == [25.0, 0.0, 100.0]
    assert probe.read()[0].t_ns == opened_ns + 500_000_000, "no time has passed: the same reading"


def test_a_kernel_without_pressure_says_how_to_turn_it_on(tree, clock):
    with pytest.raises(ProbeError) as caught:
        PressureProbe(boards.plant(tree.root, boards.PI_4), clock).open()
    assert "psi=1" in caught.value.hint


def test_a_coral_chip_that_sleeps_is_missing_and_one_without_temperature_is_told(tree, clock):
    tree.write("sys/class/apex/apex_0/temp", "-89700\n")
    tree.write("sys/class/apex/apex_1/temp", "45300\n")
    probe = ApexProbe(tree.root, clock)
    probe.open()
    assert [channel.name for channel in probe.channels] == ["heat.apex_0", "heat.apex_1"]
    asleep, warm = probe.read()
    assert isinstance(asleep, Missing) and "sleeps" in asleep.reason
    assert warm.value == pytest.approx(45.3)
    tree.remove("sys/class/apex/apex_0/temp")
    tree.remove("sys/class/apex/apex_1/temp")
    probe.close()
    with pytest.raises(ProbeError, match="tells no temperature"):
        probe.open()
