"""The processor's counters of energy: mean power between two readings, wrap-around, and who may read them."""

from __future__ import annotations

import os

import pytest

from edgetop.errors import ProbeError
from edgetop.probes.rapl import RaplProbe
from edgetop.readings import BOARD, PACKAGE, PART, Missing, Reading

ZONE = "sys/class/powercap/intel-rapl:"


@pytest.fixture
def zone(tree):
    """Writes a zone: its place, its name, its counter, and where that begins again."""

    def write(place, name, energy_uj, range_uj="262143328850"):
        tree.write(f"{ZONE}{place}/name", f"{name}\n")
        tree.write(f"{ZONE}{place}/energy_uj", f"{energy_uj}\n")
        tree.write(f"{ZONE}{place}/max_energy_range_uj", f"{range_uj}\n")

    return write


def test_power_is_the_energy_since_the_last_reading_over_the_time(tree, clock, zone):
    zone("0", "package-0", 1_000_000)
    probe = RaplProbe(tree.root, clock)
    probe.open()
    opened_ns = clock()
    clock.ns += 100_000_000
    zone("0", "package-0", 2_500_000)
    assert probe.read() == (Reading(opened_ns + 50_000_000, 15.0),)
    clock.ns += 200_000_000
    zone("0", "package-0", 3_500_000)
    assert probe.read() == (Reading(opened_ns + 200_000_000, 5.0),)


def test_two_readings_at_once_are_one(tree, clock, zone):
    zone("0", "package-0", 1_000_000)
    probe = RaplProbe(tree.root, clock)
    probe.open()
    assert isinstance(probe.read()[0], Missing)
    clock.ns += 100_000_000
    first = probe.read()
    clock.ns += 1_000
    assert probe.read() == first


def test_a_counter_that_begins_again(tree, clock, zone):
    zone("0", "package-0", 262_143_000_000)
    probe = RaplProbe(tree.root, clock)
    probe.open()
    clock.ns += 100_000_000
    zone("0", "package-0", 671_150)
    assert probe.read()[0].value == pytest.approx((328_850 + 671_150) * 1e-6 / 0.1)
    clock.ns += 100_000_000
    zone("0", "package-0", 0, range_uj="")
    assert probe.read()[0].value > 0, "the range is that of the first look"


def test_a_counter_that_steps_back_beyond_its_range_gives_nothing_once(tree, clock, zone):
    zone("0", "package-0", 5_000_000, range_uj="0")
    probe = RaplProbe(tree.root, clock)
    probe.open()
    clock.ns += 100_000_000
    zone("0", "package-0", 1_000_000)
    assert isinstance(probe.read()[0], Missing)
    clock.ns += 100_000_000
    zone("0", "package-0", 2_000_000)
    assert probe.read()[0].value == pytest.approx(10.0)


def test_zones_say_what_they_see(tree, clock, zone):
    names = {"0": "package-0", "0:0": "core", "0:1": "uncore", "1": "package-1", "1:0": "core", "2": "psys"}
    for place, name in {**names, "10": "dram"}.items():
        zone(place, name, 1)
    probe = RaplProbe(tree.root, clock)
    probe.open()
    assert {channel.name: channel.covers for channel in probe.channels} == {
        "power.package-0.w": PACKAGE,
        "power.core.w": PART,
        "power.uncore.w": PART,
        "power.package-1.w": PACKAGE,
        "power.core-2.w": PART,
        "power.psys.w": BOARD,
        "power.dram.w": PART,
    }


def test_counters_that_only_root_may_read_say_how_to_allow_it(tree, clock, zone, monkeypatch):
    zone("0", "package-0", 1)
    real = os.open

    def refusing(path, *flags, **more):
        if str(path).endswith("energy_uj"):
            raise PermissionError(13, "Permission denied", path)
        return real(path, *flags, **more)

    monkeypatch.setattr(os, "open", refusing)
    probe = RaplProbe(tree.root, clock)
    with pytest.raises(ProbeError, match="no permission") as caught:
        probe.open()
    assert "chmod a+r" in caught.value.hint and "udev" in caught.value.hint
    monkeypatch.setattr(os, "open", real)
    probe.open()
    assert [channel.name for channel in probe.channels] == ["power.package-0.w"]


@pytest.mark.parametrize("content", ["", "n/a\n"])
def test_a_zone_without_a_number_is_missing_alone_until_it_has_one(tree, clock, zone, content):
    zone("0", "package-0", 1_000_000)
    zone("0:0", "core", 1_000_000)
    probe = RaplProbe(tree.root, clock)
    probe.open()
    tree.write(f"{ZONE}0:0/energy_uj", content)
    clock.ns += 100_000_000
    package, core = probe.read()
    assert isinstance(package, Reading) and isinstance(core, Missing)
    zone("0:0", "core", 1_000_000)
    assert isinstance(probe.read()[1], Missing)
    clock.ns += 100_000_000
    assert isinstance(probe.read()[1], Reading)


def test_a_driver_that_is_unloaded_and_loaded_again(tree, clock, zone):
    zone("0", "package-0", 1_000_000)
    probe = RaplProbe(tree.root, clock)
    probe.open()
    tree.remove(f"{ZONE}0/energy_uj")
    clock.ns += 100_000_000
    with pytest.raises(ProbeError):
        probe.read()
    probe.close()
    zone("0", "package-0", 7)
    probe.open()
    clock.ns += 100_000_000
    assert probe.read()[0].value == 0.0
    probe.close()
