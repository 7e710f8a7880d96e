"""Chips of the kernel's hardware monitoring and the rails of Jetson boards, as their drivers show them."""

from __future__ import annotations

import os

import pytest

from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.hwmon import HwmonProbe
from edgetop.probes.ina3221 import Ina3221Probe
from edgetop.probes.rails import LOOK_AGAIN_NS, rail_name
from edgetop.readings import BOARD, PART, Missing

HWMON = "sys/class/hwmon"
PI_CHIP = {"in0_input": 80, "in1_input": 5100, "curr1_input": 800, "power1_input": 4080000}
ORIN = {
    "name": "ina3221",
    "in1_label": "VDD_IN",
    "in1_input": 5064,
    "curr1_input": 1000,
    "in2_label": "VDD_CPU_GPU_CV",
    "in2_input": 5064,
    "curr2_input": 320,
    "in3_label": "NC",
    "in3_input": 0,
    "curr3_input": 0,
    "in4_input": 5,
    "in7_input": 7,
    "in7_label": "sum of shunt voltages",
    "curr4_input": 1320,
}


@pytest.fixture
def chip(tree):
    """Adds a chip: the number of its folder, its files, and the device behind it."""

    def add(number, files, device=""):
        for name, content in files.items():
            tree.write(f"{HWMON}/hwmon{number}/{name}", f"{content}\n")
        if device:
            tree.write(f"sys/devices/{device}/uevent", "")
            os.symlink(f"{tree.root}/sys/devices/{device}", f"{tree.root}/{HWMON}/hwmon{number}/device")

    return add


@pytest.fixture
def denied(monkeypatch):
    """Files whose path ends so cannot be opened; a test may run as root, whom no file denies."""
    real = os.open

    def deny(end):
        def refusing(path, *flags, **more):
            if str(path).endswith(end):
                raise PermissionError(13, "Permission denied", path)
            return real(path, *flags, **more)

        monkeypatch.setattr(os, "open", refusing)

    return deny


def values(probe):
    found = zip(probe.channels, probe.read())
    return {channel.name: value if isinstance(value, Missing) else round(value.value, 6) for channel, value in found}


def covers(probe):
    return {channel.name.split(".")[1]: channel.covers for channel in probe.channels if channel.unit == "W"}


def test_watts_volts_and_amperes_of_one_input_are_one_rail_and_the_shunt_is_none(chip, tree, clock):
    chip(0, {"name": "ina226", **PI_CHIP})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    assert values(probe) == {"power.ina226-1.w": 4.08, "power.ina226-1.v": 5.1, "power.ina226-1.a": 0.8}
    assert covers(probe) == {"ina226-1": PART}


def test_watts_are_a_product_where_the_chip_does_not_tell_them(chip, tree, clock):
    chip(0, {"name": "ltc2945", "in1_input": 12000, "curr1_input": 250, "curr1_label": "Motor A"})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    assert values(probe)["power.ltc2945-motor-a.w"] == 3.0


def test_inputs_of_one_number_and_different_labels_are_different_supplies(chip, tree, clock):
    files = {"in0_label": "vddgfx", "in0_input": 1064, "in1_label": "vddnb", "in1_input": 900}
    chip(0, {"name": "amdgpu", **files, "power1_label": "PPT", "power1_average": 27000000})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    expected = {"power.amdgpu-vddgfx.v": 1.064, "power.amdgpu-ppt.w": 27.0, "power.amdgpu-vddnb.v": 0.9}
    assert values(probe) == expected


def test_the_present_power_is_taken_before_the_average(chip, tree, clock):
    chip(0, {"name": "amdgpu", "power1_average": 27000000, "power1_input": 31000000})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    assert values(probe) == {"power.amdgpu-1.w": 31.0}


def test_the_power_meter_of_acpi_sees_the_whole_machine(chip, tree, clock):
    chip(0, {"name": "power_meter", "power1_average": 42000000})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    assert covers(probe) == {"power_meter-1": BOARD}


def test_chips_are_known_by_name_and_device_whatever_their_numbers(chip, tree, clock):
    for number, device, watts in ((7, "i2c-4/4-0041", 2), (3, "i2c-4/4-0045", 3), (5, "i2c-4/4-0040", 1)):
        chip(number, {"name": "ina231", "power1_input": watts * 1000000}, device)
    chip(4, {"name": "cpu_thermal", "temp1_input": 45000})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    assert values(probe) == {"power.ina231-1.w": 1.0, "power.ina231-1-2.w": 2.0, "power.ina231-1-3.w": 3.0}


def test_what_another_probe_reads_or_nothing_measures_is_left_out(chip, tree, clock):
    chip(0, {"name": "ina219", **PI_CHIP}, "i2c-1/1-0040")
    chip(1, {"name": "ina219", **PI_CHIP}, "i2c-1/1-0041")
    chip(2, ORIN, "i2c-1/1-0042")
    chip(3, {"name": "tcpm_source", "in0_input": 5000, "curr1_input": 3000}, "usb/power_supply/tcpm")
    chip(4, {"name": "nct6775", "in0_input": 1000, "in1_input": 3300})
    probe = HwmonProbe((Ina219Settings(address=0x40),), tree.root, clock)
    probe.open()
    assert list(covers(probe)) == ["ina219-1"]
    assert (
        HwmonProbe((Ina219Settings(address=0x41),), tree.root, clock)
        .find()[0]
        .files["w"][0]
        .endswith("hwmon0/power1_input")
    )


def test_a_jetsons_input_is_the_board_and_its_rails_are_parts(chip, tree, clock):
    chip(1, ORIN)
    probe = Ina3221Probe(tree.root, clock)
    probe.open()
    assert covers(probe) == {"vdd_in": BOARD, "vdd_cpu_gpu_cv": PART}
    assert {channel.source for channel in probe.channels} == {"INA3221 (hwmon)"}
    assert values(probe)["power.vdd_in.w"] == 5.064
    assert values(probe)["power.vdd_cpu_gpu_cv.a"] == 0.32


def test_rails_of_an_old_jetpack(tree, clock):
    folder = "sys/bus/i2c/drivers/ina3221x/6-0040/iio:device0"
    for number, (label, volts, amperes) in enumerate((("POM_5V_IN", 5000, 575), ("POM_5V_GPU", 5000, 40))):
        tree.write(f"{folder}/rail_name_{number}", f"{label}\n")
        tree.write(f"{folder}/in_voltage{number}_input", f"{volts}\n")
        tree.write(f"{folder}/in_current{number}_input", f"{amperes}\n")
    probe = Ina3221Probe(tree.root, clock)
    probe.open()
    assert covers(probe) == {"pom_5v_in": BOARD, "pom_5v_gpu": PART}
    assert values(probe)["power.pom_5v_in.w"] == 2.875


def test_an_ina238_is_the_supply_of_a_thor_and_a_chip_like_any_other_elsewhere(chip, tree, clock):
    chip(0, {"name": "ina238", "in1_input": 20000, "curr1_input": 1500, "power1_input": 30100000})
    with pytest.raises(ProbeError):
        Ina3221Probe(tree.root, clock).open()
    assert [rail.covers for rail in HwmonProbe((), tree.root, clock).find()] == [PART]
    tree.write("proc/device-tree/compatible", "nvidia,p3834-0008\0nvidia,tegra264\0")
    probe = Ina3221Probe(tree.root, clock)
    probe.open()
    assert values(probe)["power.vin.w"] == 30.1 and covers(probe) == {"vin": BOARD}
    assert HwmonProbe((), tree.root, clock).find() == []


def test_a_rail_that_cannot_be_read_is_missing_alone(chip, tree, clock):
    chip(1, ORIN)
    probe = Ina3221Probe(tree.root, clock)
    probe.open()
    for content in ("", "busy", "9" * 30, "-9999999999999"):
        tree.write(f"{HWMON}/hwmon1/curr2_input", content)
        found = values(probe)
        assert isinstance(found["power.vdd_cpu_gpu_cv.a"], Missing)
        assert isinstance(found["power.vdd_cpu_gpu_cv.w"], Missing)
        assert found["power.vdd_cpu_gpu_cv.v"] == found["power.vdd_in.v"] == 5.064
    tree.write(f"{HWMON}/hwmon1/curr2_input", "100")
    assert values(probe)["power.vdd_cpu_gpu_cv.a"] == 0.1


def test_one_of_two_chips_that_comes_back_under_another_number_is_found_again(chip, tree, clock):
    chip(0, {"name": "ina226", "power1_input": 4000000})
    chip(1, {"name": "ltc2945", "power1_input": 9000000})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    for name in ("power1_input", "name"):
        tree.remove(f"{HWMON}/hwmon1/{name}")
    assert isinstance(values(probe)["power.ltc2945-1.w"], Missing)
    chip(2, {"name": "ltc2945", "power1_input": 8000000})
    clock.ns += LOOK_AGAIN_NS
    values(probe)
    assert values(probe) == {"power.ina226-1.w": 4.0, "power.ltc2945-1.w": 8.0}


def test_all_chips_gone_is_an_error_and_a_later_open_finds_them(chip, tree, clock):
    chip(0, {"name": "ina226", "power1_input": 4000000})
    probe = HwmonProbe((), tree.root, clock)
    probe.open()
    for name in ("power1_input", "name"):
        tree.remove(f"{HWMON}/hwmon0/{name}")
    with pytest.raises(ProbeError):
        probe.read()
    probe.close()
    with pytest.raises(ProbeError):
        probe.open()
    chip(6, {"name": "ina226", "power1_input": 5000000})
    probe.open()
    assert values(probe) == {"power.ina226-1.w": 5.0}


def test_rails_that_only_root_may_read(chip, tree, clock, denied):
    chip(1, ORIN)
    denied("_input")
    probe = Ina3221Probe(tree.root, clock)
    with pytest.raises(ProbeError, match="Permission denied") as caught:
        probe.open()
    assert "chmod a+r" in caught.value.hint
    assert "power.vdd_in.w" in [channel.name for channel in probe.channels]


@pytest.mark.parametrize("text, name", [("VDD_IN", "vdd_in"), ("+12 V (CPU.1)", "12-v-cpu-1"), ("…", "rail")])
def test_names_of_rails_can_be_typed(text, name):
    assert rail_name(text) == name
    assert rail_name(text, {name, f"{name}-2"}) == f"{name}-3"
