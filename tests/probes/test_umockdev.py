"""The power meter through the real library and real opens, writes and ioctls, on an emulated /dev/i2c-1."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("ina219")

SYSTEM_PYTHON = "/usr/bin/python3"
PERIOD_NS = 17_556_000
"""A conversion of voltage and current."""
EMULATION = str(Path(__file__).with_name("i2c_emulation.py"))
ROOT = str(Path(__file__).parents[2])
READ = """
import json, sys, time
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219 import Ina219Probe
from edgetop.readings import Reading

def probe(address, bus="1"):
    return Ina219Probe(Ina219Settings(bus=bus, address=address))

def read(probe, count):
    "So many readings after the first, each watts, volts, amperes and the stamp."
    values = []
    while len(values) <= count:
        power, *others = probe.read()
        if isinstance(power, Reading) and (not values or power.t_ns > values[-1][3]):
            values.append([power.value, *(value.value for value in others), power.t_ns])
    return values[1:]

def fault(call):
    try:
        call()
    except ProbeError as error:
        return [error.title, error.hint, getattr(error.__cause__, "errno", None)]

"""


def _why_not() -> str:
    """What is missing for these tests, empty if nothing."""
    if not shutil.which("umockdev-wrapper"):
        return "umockdev is not installed (Debian: apt install umockdev python3-gi gir1.2-umockdev-1.0)"
    bindings = "import gi; gi.require_version('UMockdev', '1.0'); from gi.repository import UMockdev"
    asked = subprocess.run([SYSTEM_PYTHON, "-c", bindings], capture_output=True, text=True)
    said = asked.stderr.strip().splitlines() or ["no reason given"]
    return f"{SYSTEM_PYTHON} has not umockdev's bindings: {said[-1]}" if asked.returncode else ""


pytestmark = pytest.mark.skipif(bool(_why_not()), reason=_why_not())


@pytest.fixture
def run(tmp_path):
    """Runs lines of Python beside the emulation, with what ``READ`` defines; gives what they print as JSON."""

    def run_lines(lines: str) -> object:
        unplugged = str(tmp_path / "unplugged")
        environment = {**os.environ, "PYTHONPATH": ROOT, "UNPLUGGED": unplugged}
        command = [SYSTEM_PYTHON, EMULATION, unplugged, sys.executable, "-c", READ + lines]
        done = subprocess.run(
            ["umockdev-wrapper", *command], env=environment, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run_lines


def test_a_known_load_is_read_at_the_pace_of_the_chip(run):
    values = run("meter = probe(0x40)\nmeter.open()\nprint(json.dumps(read(meter, 50)))\nmeter.close()")
    for watts, volts, amps, _ in values:
        assert volts == pytest.approx(5.1, abs=0.002)
        assert amps == pytest.approx(0.8, abs=0.0002)
        assert watts == pytest.approx(4.08, abs=0.002)
    gaps = sorted((after[3] - before[3]) / PERIOD_NS for before, after in zip(values, values[1:]))
    assert gaps[len(gaps) // 4] == pytest.approx(1, rel=0.1)  # a busy machine misses some conversions,
    off = sorted(abs(gap - round(gap)) for gap in gaps)
    assert off[len(off) // 2] < 0.1  # and then reads a later one


def test_two_chips_on_one_bus_keep_to_themselves(run):
    lines = "here, there = probe(0x40), probe(0x41)\nhere.open()\nthere.open()\n"
    here, there = run(lines + "print(json.dumps([read(here, 1)[0], read(there, 1)[0]]))")
    assert here[:3] == [pytest.approx(4.08, abs=0.002), pytest.approx(5.1), pytest.approx(0.8, abs=0.0002)]
    assert there[:3] == [pytest.approx(-6, abs=0.002), pytest.approx(12), pytest.approx(-0.5, abs=0.0002)]


def test_an_absent_chip_is_error_121(run):
    title, hint, number = run("print(json.dumps(fault(probe(0x44).open)))")
    assert (title, number) == ("no INA219 answers at 0x44 on bus 1", 121)
    assert "i2cdetect -y 1" in hint


def test_an_absent_bus_is_told_with_how_to_turn_it_on(run):
    title, hint, number = run("print(json.dumps(fault(probe(0x40, '97').open)))")
    assert (title, number) == ("there is no I2C bus 97 (/dev/i2c-97)", 2)
    assert "sudo modprobe i2c-dev" in hint


def test_a_chip_that_a_driver_holds_is_read_through_that_with_the_shunt_set_right(run):
    power, volts, amps = run(
        "meter = probe(0x45)\nmeter.open()\nprint(json.dumps([value.value for value in meter.read()]))"
    )
    assert (power, volts, amps) == (pytest.approx(10), pytest.approx(5), pytest.approx(2))


def test_a_chip_unplugged_in_mid_run_is_an_error_until_it_is_back(run):
    before, gone, still, after = run(
        """
import os
meter, unplugged = probe(0x40), os.environ["UNPLUGGED"]
meter.open()
before = read(meter, 3)
open(unplugged, "w").close()
gone = fault(lambda: read(meter, 1))
meter.close()
still = fault(meter.open)
meter.close()
os.unlink(unplugged)
meter.open()
print(json.dumps([before[-1], gone, still, read(meter, 3)[-1]]))
"""
    )
    assert before[0] == after[0] == pytest.approx(4.08, abs=0.002)
    for title, hint, number in (gone, still):
        assert (title, number) == ("no INA219 answers at 0x40 on bus 1", 121)
        assert "Check supply" in hint
