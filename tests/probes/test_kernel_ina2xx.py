"""A power meter that the kernel holds, on files made up as its drivers have them."""

from __future__ import annotations

import errno
import shutil
import sys

import pytest

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219 import Ina219Probe
from edgetop.probes.simulated import SimulatedBus, SimulatedChip
from edgetop.readings import Missing

DEVICE = "sys/bus/i2c/devices/1-0040"
HWMON = f"{DEVICE}/hwmon/hwmon3"
IIO = f"{DEVICE}/iio:device0"


class Held:
    """What a driver shows of a chip, and the probe that reads it; the bus itself gives no answer."""

    def __init__(self, tree, clock, settings=Ina219Settings()):
        self.tree = tree
        self.is_free = False
        self._chip = SimulatedChip(lambda *_span: (5.1, 0.5), clock_ns=clock)
        self.probe = Ina219Probe(settings, clock, clock.sleep, self._busy, tree.root)

    def _busy(self, number):
        if not self.is_free:
            raise OSError(errno.EBUSY, "Device or resource busy")
        return SimulatedBus({0x40: self._chip})

    def hwmon(self, chip="ina219", shunt_uohm="100000", millivolts="5100", milliamps="800"):
        files = {"in1_input": millivolts, "curr1_input": milliamps, "power1_input": "4080000", "in0_input": "80"}
        self.tree.write(f"{DEVICE}/name", f"{chip}\n")
        if shunt_uohm:
            files["shunt_resistor"] = shunt_uohm
        for name, text in files.items():
            self.tree.write(f"{HWMON}/{name}", f"{text}\n")

    def iio(self, shunt="0.100000", milliamps="800"):
        files = {"in_voltage1_raw": "1275", "in_voltage1_scale": "4.000000000", "in_current3_raw": milliamps}
        self.tree.write(f"{DEVICE}/name", "ina219\n")
        for name, text in {**files, "in_current3_scale": "1", "in_shunt_resistor": shunt}.items():
            self.tree.write(f"{IIO}/{name}", f"{text}\n")

    def read(self):
        return [value.value for value in self.probe.read()]


@pytest.fixture
def held(tree, clock):
    return Held(tree, clock)


LOAD = [pytest.approx(4.08), pytest.approx(5.1), pytest.approx(0.8)]


def test_the_rail_and_its_channels_are_those_of_the_settings(held):
    held.hwmon()
    names = [channel.name for channel in held.probe.channels]
    held.probe.open()
    assert held.read() == LOAD
    assert [channel.name for channel in held.probe.channels] == names
    assert held.probe.channels[0].source == "INA219 at 0x40 on bus 1 through the kernel, sees 3 % of the time, 0.1 ohm"


def test_it_needs_no_library(held, monkeypatch):
    monkeypatch.setitem(sys.modules, "ina219", None)
    held.hwmon()
    held.probe.open()
    assert held.read() == LOAD


@pytest.mark.parametrize("show", [lambda held: held.hwmon(shunt_uohm="10000", milliamps="8000"),
                                  lambda held: held.iio(shunt="0.010000", milliamps="8000"),
                                  lambda held: held.iio(shunt="10000", milliamps="8000")])  # fmt: skip
def test_a_shunt_that_the_kernel_takes_for_another_is_set_right_and_told(held, show):
    show(held)
    held.probe.open()
    assert held.read() == LOAD
    source = held.probe.channels[0].source
    assert "takes its 0.1 ohm for 0.01: scaled" in source
    assert "sudo tee" in source and "shunt_resistor" in source


def test_the_command_that_mends_it_has_the_files_own_unit(held):
    held.hwmon(shunt_uohm="10000", milliamps="8000")
    held.probe.open()
    assert f"echo 100000 | sudo tee {held.tree.root}/{HWMON}/shunt_resistor" in held.probe.channels[0].source


def test_a_shunt_that_is_mended_in_mid_run_changes_no_value(held):
    held.hwmon(shunt_uohm="10000", milliamps="8000")
    held.probe.open()
    assert held.read() == LOAD
    held.hwmon(shunt_uohm="100000", milliamps="800")
    assert held.read() == LOAD


def test_through_iio_too(held):
    held.iio()
    held.probe.open()
    assert held.read() == LOAD


@pytest.mark.parametrize(
    ("chip", "gain", "offset_w"),
    [("ina219", 0.00707, 0.00589), ("ina226", 0.00589, 0.000294), ("ina228", 0.00580, 0.0000294), ("ina238", 0, 0)],
)
def test_each_chips_own_errors(held, chip, gain, offset_w):
    held.hwmon(chip)
    held.probe.open()
    watts = held.probe.channels[0]
    assert watts.gain_error == pytest.approx(gain, abs=0.00001)
    assert watts.offset_error == pytest.approx(offset_w, rel=0.01)
    assert watts.source.startswith(f"{chip.upper()} at 0x40")


def test_an_ina260_has_its_own_shunt(held):
    held.hwmon("ina260", shunt_uohm="2000")
    held.probe.open()
    assert held.read() == LOAD
    assert "by its own shunt" in held.probe.channels[0].source
    # sqrt((0.15^2 + 0.1^2 + (7.75 mV / 5.1 V)^2) / 3) %, whatever the settings say of a shunt
    assert held.probe.channels[0].gain_error == pytest.approx(0.00136, abs=0.00001)
    assert held.probe.channels[0].offset_error == pytest.approx(0.005 * 5.1 / 3**0.5)


@pytest.mark.parametrize(
    ("chip", "seen", "conversion_s"),
    [("ina219", 0.0303, 0.00106), ("ina226", 0.5, 0.0352), ("ina260", 0.5, 0.0352), ("ina228", 1 / 3, 0.0505),
     ("ina238", 0, 0)],
)  # fmt: skip
def test_how_much_of_the_time_each_chip_sees_as_the_kernel_sets_it(held, chip, seen, conversion_s):
    held.hwmon(chip)
    held.probe.open()
    watts = held.probe.channels[0]
    assert watts.seen == pytest.approx(seen, rel=0.01)
    assert watts.conversion_s == pytest.approx(conversion_s, rel=0.01)
    assert (f"sees {100 * seen:.0f} % of the time" in watts.source) == bool(seen)


def test_the_drivers_own_pace_is_taken_where_it_tells_it(held, clock):
    held.hwmon("ina226")
    held.tree.write(f"{HWMON}/update_interval", "9\n")
    held.probe.open()
    assert held.probe.channels[0].conversion_s == 0.009
    assert held.probe.channels[0].seen == pytest.approx(0.0045 * 57, rel=0.01)
    # what is read is of the round before this one, of which half may have passed
    assert held.probe.read()[0].t_ns == clock() - 9_000_000


def test_iio_tells_its_pace_as_rounds_a_second(held):
    held.iio()
    held.tree.write(f"{IIO}/in_sampling_frequency", "118\n")
    held.probe.open()
    assert held.probe.channels[0].seen == pytest.approx(0.24, rel=0.01)


def test_a_shunt_setting_that_cannot_be_seen_is_said_so(held):
    held.hwmon("ina228", shunt_uohm="")
    held.probe.open()
    assert held.read() == LOAD
    assert "cannot be seen" in held.probe.channels[0].source


def test_current_at_the_end_of_the_range_is_not_shown_as_a_value(held):
    held.hwmon(milliamps="3200")
    held.probe.open()
    watts, volts, amps = held.probe.read()
    assert amps.reason == "more than 3.2 A" and isinstance(watts, Missing)
    assert volts.value == pytest.approx(5.1)


def test_a_driver_that_is_unbound_is_told_and_the_chip_itself_is_asked(held):
    pytest.importorskip("ina219")
    held.hwmon()
    held.probe.open()
    for name in ("in1_input", "curr1_input", "shunt_resistor", "power1_input", "in0_input"):
        held.tree.remove(f"{HWMON}/{name}")
    shutil.rmtree(f"{held.tree.root}/{DEVICE}/hwmon")
    with pytest.raises(ProbeError, match="kernel cannot read the power meter at 0x40 on bus 1"):
        held.probe.read()
    held.probe.close()
    held.is_free = True
    held.probe.open()
    assert held.read()[2] == pytest.approx(0.5, abs=0.0002)


def test_a_driver_without_values_is_told(held):
    pytest.importorskip("ina219")
    with pytest.raises(ProbeError, match="holds the INA219 at 0x40 on bus 1, and shows no values"):
        held.probe.open()


def test_another_chip_of_the_bus_is_not_taken_for_it(tree, clock):
    pytest.importorskip("ina219")
    held = Held(tree, clock, Ina219Settings(address=0x41))
    held.hwmon()
    with pytest.raises(ProbeError, match="0x41"):
        held.probe.open()
