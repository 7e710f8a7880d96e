"""A battery measures the machine only while it feeds it."""

from __future__ import annotations

import pytest

from edgetop.errors import ProbeError
from edgetop.probes.battery import BatteryProbe
from edgetop.readings import Missing, Reading

FOLDER = "sys/class/power_supply"


@pytest.fixture
def supply(tree):
    """Writes the files of a supply."""

    def write(name, **files):
        for file, content in files.items():
            tree.write(f"{FOLDER}/{name}/{file}", f"{content}\n")

    return write


@pytest.fixture
def probe(tree, clock):
    return BatteryProbe(tree.root, clock)


def test_watts_of_a_battery_that_tells_them(probe, supply, clock):
    supply("BAT0", type="Battery", status="Discharging", power_now=7340000, voltage_now=11400000)
    supply("AC", type="Mains", online=0)
    probe.open()
    assert probe.read() == (Reading(clock(), 7.34), Reading(clock(), 11.4))


@pytest.mark.parametrize("amperes", [650000, -650000])
def test_watts_are_volts_times_amperes_of_either_sign(probe, supply, amperes):
    supply("bq27", type="Battery", status="Discharging", current_now=amperes, voltage_now=4000000)
    probe.open()
    assert probe.read()[0].value == pytest.approx(2.6)


@pytest.mark.parametrize("status", ["Charging", "Full", "Not charging", "Unknown", ""])
def test_a_battery_that_does_not_feed_the_machine_does_not_measure_it(probe, supply, status):
    supply("BAT0", type="Battery", status=status, power_now=21000000, voltage_now=12000000)
    with pytest.raises(ProbeError, match="charger") as caught:
        probe.open()
    assert "Unplug" in caught.value.hint


def test_a_charger_that_comes_and_goes(probe, supply):
    supply("BAT0", type="Battery", status="Discharging", power_now=7000000, voltage_now=12000000)
    probe.open()
    supply("BAT0", status="Charging")
    watts, volts = probe.read()
    assert isinstance(watts, Missing) and "charger" in watts.reason
    assert volts.value == 12.0
    supply("BAT0", status="Discharging")
    assert probe.read()[0].value == 7.0


def test_all_batteries_that_discharge_feed_the_machine(probe, supply):
    supply("BAT0", type="Battery", status="Discharging", power_now=3000000, voltage_now=12000000)
    supply("BAT1", type="Battery", status="Discharging", power_now=4000000, voltage_now=12000000)
    supply("BAT2", type="Battery", status="Not charging", power_now=0, voltage_now=12000000)
    assert probe.read()[0].value == 7.0
    supply("BAT1", status="Charging")
    assert isinstance(probe.read()[0], Missing)


def test_a_mouses_battery_is_not_the_machines(probe, supply):
    supply("hidpp_battery_0", type="Battery", scope="Device", status="Discharging", voltage_now=3900000)
    with pytest.raises(ProbeError, match="no battery"):
        probe.open()


@pytest.mark.parametrize("content", ["", "?", "9" * 25])
def test_a_battery_that_tells_rubbish(probe, supply, content):
    supply("BAT0", type="Battery", status="Discharging", power_now=content, voltage_now=content)
    watts, volts = probe.read()
    assert isinstance(watts, Missing) and isinstance(volts, Missing)


def test_a_battery_that_is_taken_out_and_put_back(probe, supply, tree):
    supply("BAT0", type="Battery", status="Discharging", power_now=7000000)
    probe.open()
    tree.remove(f"{FOLDER}/BAT0/type")
    with pytest.raises(ProbeError):
        probe.read()
    supply("BAT0", type="Battery")
    probe.open()
    assert probe.read()[0].value == 7.0
