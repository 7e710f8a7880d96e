"""Sources of power that a test moves, removes and brings back, each with its probe and one that finds nothing."""

from __future__ import annotations

from functools import partial

from edgetop.errors import ProbeError
from edgetop.probes.battery import BatteryProbe
from edgetop.probes.hwmon import HwmonProbe
from edgetop.probes.ina3221 import Ina3221Probe
from edgetop.probes.pmic import PmicProbe
from edgetop.probes.rapl import RaplProbe


class FilesBench:
    """A sensor that is a few files, and counters among them that count as long as they are there."""

    def __init__(self, probe_class, files, counters, tree, clock):
        self.tree, self.clock, self.there, self.counted = tree, clock, True, 0
        self.files, self.counters = files, counters
        self.come_back()
        self.probe = probe_class(root=tree.root, clock_ns=clock)
        self.absent = probe_class(root=tree.root + "/nowhere", clock_ns=clock)

    def come_back(self):
        self.there = True
        for path, text in {**self.files, **self.counters}.items():
            self.tree.write(path, f"{text}\n")

    def pass_time(self):
        self.clock.ns += 100_000_000
        self.counted += 1
        for path, step in self.counters.items() if self.there else ():
            self.tree.write(path, f"{step * self.counted}\n")

    def vanish(self):
        self.there = False
        for path in {**self.files, **self.counters}:
            self.tree.remove(path)


JETSON = {
    "sys/class/hwmon/hwmon3/name": "ina3221",
    "sys/class/hwmon/hwmon3/in1_label": "VDD_IN",
    "sys/class/hwmon/hwmon3/in1_input": "5064",
    "sys/class/hwmon/hwmon3/curr1_input": "720",
}
CHIP = {"sys/class/hwmon/hwmon5/name": "ina226", "sys/class/hwmon/hwmon5/power1_input": "3650000"}
ZONE_0 = "sys/class/powercap/intel-rapl:0"
RAPL = {f"{ZONE_0}/name": "package-0", f"{ZONE_0}/max_energy_range_uj": "262143328850"}
BATTERY = {
    "sys/class/power_supply/BAT0/type": "Battery",
    "sys/class/power_supply/BAT0/status": "Discharging",
    "sys/class/power_supply/BAT0/power_now": "7340000",
    "sys/class/power_supply/BAT0/voltage_now": "11400000",
}


class PmicBench:
    def __init__(self, tree, clock):
        self.clock, self.there = clock, True
        self.probe = PmicProbe(self._ask, clock)
        self.absent = PmicProbe(no_firmware, clock)

    def _ask(self, question):
        if not self.there:
            no_firmware(question)
        return "VDD_CORE_A current(7)=1.5A\nVDD_CORE_V volt(15)=0.9V\nEXT5V_V volt(24)=5.1V"

    def pass_time(self):
        self.clock.ns += 500_000_000

    def vanish(self):
        self.there = False

    def come_back(self):
        self.there = True


def no_firmware(question):
    raise ProbeError("no permission to ask the firmware", "Join its group")


POWER_BENCHES = {
    "ina3221": partial(FilesBench, Ina3221Probe, JETSON, {}),
    "hwmon": partial(FilesBench, HwmonProbe, CHIP, {}),
    "rapl": partial(FilesBench, RaplProbe, RAPL, {f"{ZONE_0}/energy_uj": 1_500_000}),
    "pmic": PmicBench,
    "battery": partial(FilesBench, BatteryProbe, BATTERY, {}),
}
