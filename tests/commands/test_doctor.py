"""What the doctor says of four boards, and of what may be wrong with each."""

from __future__ import annotations

import grp
import os
import shutil
import threading
from pathlib import Path
from types import SimpleNamespace

import boards
import pytest

from edgetop import units
from edgetop.commands import doctor, doctor_measuring, doctor_places, doctor_power
from edgetop.commands.doctor_check import BAD, MISSING, OK, WARN, Check, looked_at
from edgetop.commands.doctor_sensors import Sensors
from edgetop.config import SessionSettings
from edgetop.errors import ProbeError
from edgetop.plan import Ina219Settings
from edgetop.probes.ina219 import Ina219Probe
from edgetop.readings import BOARD, PACKAGE, Channel, Missing, Reading

SIMULATED = Ina219Settings(bus="simulated")


@pytest.fixture
def plant(tmp_path):
    """A board's files, with changes; gives the root."""
    return lambda board, **changes: boards.plant(tmp_path, {**board, **changes})


def only(checks):
    (check,) = checks
    assert check.detail and (check.state == OK or check.what_to_do)
    return check


def write(root, path, text):
    boards.plant(root, {path: text})


def test_a_governor_that_follows_the_load_is_told_with_its_remedy(plant):
    root = plant(boards.PI_4)
    check = only(doctor_measuring.governor(root))
    assert (check.state, "ondemand" in check.detail) == (WARN, True) and "echo performance" in check.what_to_do
    write(root, f"{boards.CPUFREQ}/policy0/scaling_governor", "performance\n")
    assert only(doctor_measuring.governor(root)).state == OK
    assert only(doctor_measuring.governor(root + "/nowhere")).state == MISSING


@pytest.mark.parametrize(
    ("bits", "state", "said", "remedy"),
    [
        (0x0, OK, "now: none; since the machine started: none", ""),
        (0x50000, WARN, "now: none; since the machine started: U under-voltage, T throttled", "supply"),
        (0x50005, WARN, "now: U under-voltage, T throttled;", "supply"),
        (0x80008, WARN, "now: S soft limit;", "fan"),
    ],
)
def test_throttling_of_a_pi_now_and_since_it_started(plant, bits, state, said, remedy):
    root = plant(boards.PI_4, **{f"{boards.VCGENCMD}/get_throttled": f"throttled={bits:#x}\n"})
    check = only(doctor_measuring.throttling(root, boards.answers(root)))
    assert check.state == state and check.detail.startswith(said) and remedy in check.what_to_do


def test_a_pi_whose_firmware_is_silent_says_why(plant):
    def silent(*words):
        raise ProbeError("no permission to ask the firmware", "Join group video")

    assert only(doctor_measuring.throttling(plant(boards.PI_5), silent)) == Check(
        "throttling", MISSING, "no permission to ask the firmware", "Join group video"
    )


def test_throttling_of_others_is_counted_since_the_start(plant):
    root = plant(boards.PC)
    check = only(doctor_measuring.throttling(root))
    assert "since the machine started: 60 times" in check.detail
    assert "dust" in check.what_to_do and "supply" not in check.what_to_do, "nothing that only a small board needs"
    assert only(doctor_measuring.throttling(root + "/nowhere")).state == MISSING


def test_throttling_of_a_jetson_that_is_capped_now(tmp_path):
    root = boards.plant(tmp_path, {**boards.JETSON, f"{boards.COOLING}0/cur_state": "2\n"})
    check = only(doctor_measuring.throttling(root))
    assert check.state == WARN and "now: C capped" in check.detail and "7 times" in check.detail
    assert "nvpmodel" in check.what_to_do


@pytest.mark.parametrize(("text", "state"), [("42842\n", OK), ("70000\n", WARN), ("rubbish\n", MISSING)])
def test_a_board_that_is_hot_before_it_begins(plant, text, state):
    root = plant(boards.PI_4, **{f"{boards.ZONE}0/temp": text})
    assert only(doctor_measuring.temperature(root)).state == state


@pytest.mark.parametrize(("ticks", "state", "said"), [(95, OK, "5 %"), (60, WARN, "40 %")])
def test_other_work_is_told_in_per_cent_of_all_cores(plant, ticks, state, said):
    root = plant({"proc/stat": "cpu 0 0 0 0\n"})
    check = only(
        doctor_measuring.other_work(root, lambda s: write(root, "proc/stat", f"cpu {100 - ticks} 0 0 {ticks}\n"))
    )
    assert check.state == state and said in check.detail
    assert only(doctor_measuring.other_work(root + "/nowhere")).state == MISSING


HEAD = boards.PC["proc/swaps"]


@pytest.mark.parametrize(
    ("lines", "state", "said"),
    [
        ("", OK, "none"),
        ("/var/swap file 102396 0 -2\n", OK, "none in use"),
        ("/var/swap file 102396 512 -2\n", OK, "512 KiB in /var/swap"),
        ("/dev/zram0 partition 1048572 131072 100\n/var/swap file 102396 1024 -2\n", WARN, "128 MiB in /dev/zram0, 1"),
    ],
)
def test_swap_in_use_is_told(plant, lines, state, said):
    check = only(doctor_measuring.swap(plant({"proc/swaps": HEAD + lines})))
    assert check.state == state and check.detail.startswith(said)


CONFIG = "boot/firmware/config.txt"


@pytest.mark.parametrize(
    ("config", "module", "said", "remedy"),
    [
        (None, False, "not turned on", "raspi-config"),
        ("#dtparam=i2c_arm=on\n", False, "not turned on", "raspi-config"),
        ("dtparam=i2c_arm=on\ndtparam=i2c_arm=off\n", True, "not turned on", "raspi-config"),
        ("dtparam=i2c_arm=on\n", False, "i2c-dev is not loaded", "modprobe i2c-dev"),
        ("dtparam=i2c_arm=on\n", True, "since the last start", "Restart"),
    ],
)
def test_a_pi_without_a_bus_says_what_is_not_turned_on(plant, config, module, said, remedy):
    extra = {CONFIG: config} if config else {}
    check = only(doctor_power.i2c(plant(boards.PI_4, **extra, **({"sys/module/i2c_dev/uevent": ""} if module else {}))))
    assert check.state == MISSING and said in check.detail and remedy in check.what_to_do


def test_another_board_without_a_bus_is_told_of_the_module(plant):
    assert "modprobe i2c-dev" in only(doctor_power.i2c(plant(boards.JETSON))).what_to_do


def test_a_bus_that_may_not_be_used(plant, monkeypatch):
    root = plant({"dev/i2c-1": "", "dev/i2c-20": ""})
    assert only(doctor_power.i2c(root)) == Check("I2C", OK, "/dev/i2c-1, /dev/i2c-20")
    monkeypatch.setattr(os, "access", lambda path, mode: False)
    check = only(doctor_power.i2c(root))
    assert check.state == MISSING and "usermod -aG i2c" in check.what_to_do


def test_groups_that_are_not_joined_or_not_yet_in_force(monkeypatch):
    members = {"i2c": ("ada",), "video": (), "plugdev": ("ada",)}

    def getgrnam(name):
        if name == "plugdev":
            raise KeyError(name)
        return SimpleNamespace(gr_gid={"i2c": 44, "video": 45}[name], gr_mem=list(members[name]))

    monkeypatch.setattr(grp, "getgrnam", getgrnam)
    joined, stranger = doctor_power.groups("ada", [1000], uid=1000)
    assert (joined.state, joined.what_to_do) == (MISSING, "Log out and in again")
    assert (stranger.state, "usermod -aG video" in stranger.what_to_do) == (MISSING, True)
    assert [check.state for check in doctor_power.groups("ada", [44, 45], uid=1000)] == [OK, OK]
    assert only(doctor_power.groups("root", [0], uid=0)).state == OK


class FakeMeter:
    """A meter with the channels of the INA219 and values of the test's own."""

    name, title, rate_hz = "ina219", "power meter", 100.0

    def __init__(self, volts, amperes, error=None):
        self.channels = Ina219Probe(Ina219Settings()).channels
        self.values = tuple(
            value if isinstance(value, Missing) else Reading(1, value) for value in (1.0, volts, amperes)
        )
        self.error = error

    def open(self):
        if self.error is not None:
            raise self.error

    def read(self):
        return self.values

    def close(self):
        pass


@pytest.mark.parametrize(
    ("amperes", "state", "remedy"),
    [
        (0.8, OK, ""),
        (0.01, WARN, "not fed"),
        (8.0, WARN, "shunt_ohms is 0.1"),
        (-0.8, WARN, "VIN+"),
        (0.0, WARN, "R100"),
    ],
)
def test_a_current_that_no_board_draws_points_to_shunt_and_wiring(amperes, state, remedy):
    check = only(doctor_power.meter(Ina219Settings(), FakeMeter(5.1, amperes)))
    assert check.state == state and "5.10 V" in check.detail and remedy in check.what_to_do
    assert only(doctor_power.meter(Ina219Settings(name="accelerator"), FakeMeter(5.1, 0.0))).state == OK


def test_a_meter_that_is_absent_is_bad_only_where_somebody_set_it_up(monkeypatch):
    gone = ProbeError("no INA219 answers at 0x40 on bus 1", "Check the wiring")
    assert only(doctor_power.meter(Ina219Settings(), FakeMeter(5, 1, gone))).state == MISSING
    assert only(doctor_power.meter(Ina219Settings(bus="1"), FakeMeter(5, 1, gone))).state == BAD
    monkeypatch.setattr(doctor_power, "WAIT_S", 0.05)
    check = only(doctor_power.meter(Ina219Settings(), FakeMeter(5.1, Missing("beyond its range"))))
    assert (check.state, "beyond its range" in check.detail) == (BAD, True)


def test_the_simulated_meter_is_plausible_and_the_source_of_energy():
    pytest.importorskip("ina219")
    sensors = Sensors(SIMULATED, (), "")
    ((settings, probe),) = sensors.meters
    assert only(sensors.look_at_meter(settings, probe)).state == OK
    check = only(sensors.energy())
    assert check.state == OK and "whole board" in check.detail and "simulated" in check.detail


def test_whose_watts_make_the_energy():
    channels = [
        Channel("power.board.w", "W", "", 1e-6, source="chip", covers=BOARD, id=0),
        Channel("power.package-0.w", "W", "", 1e-6, source="RAPL", covers=PACKAGE, id=1),
    ]
    assert "package-0: CPU package, RAPL" in doctor_power.whose_watts(Ina219Settings(), "", channels, {1}).detail
    assert doctor_power.whose_watts(Ina219Settings(), "", channels, set()).state == MISSING
    assert doctor_power.whose_watts(Ina219Settings(), "", [], set()).state == MISSING
    wrong = doctor_power.whose_watts(Ina219Settings(), "vdd_in", channels, {1})
    assert wrong.state == BAD and "package-0" in wrong.what_to_do


def test_a_folder_tells_its_free_room(tmp_path, monkeypatch):
    check = only(doctor_places.folder("sessions folder", str(tmp_path / "not" / "yet")))
    assert check.state == OK and "free" in check.detail
    monkeypatch.setattr(doctor_places, "MIN_FREE_BYTES", 1 << 62)
    assert only(doctor_places.folder("sessions folder", str(tmp_path))).state == BAD


def test_the_recordings_are_counted_with_their_limits(tmp_path):
    golden = Path(__file__).parents[1] / "sessions" / "golden" / "1.0.edgetop"
    assert only(doctor_places.sessions(str(tmp_path), SessionSettings())).detail == "0, nothing; all are kept"
    shutil.copy(golden, tmp_path)
    check = only(doctor_places.sessions(str(tmp_path), SessionSettings(30, 2.5)))
    assert check.detail == f"1, {units.size(golden.stat().st_size)}; kept: 30 days and 2.5 GB at most"


def test_what_hangs_is_given_up_and_what_breaks_is_told():
    release = threading.Event()

    def hangs():
        yield Check("first", OK, "well")
        release.wait(20)

    found = list(looked_at("bus", hangs, 0.05))
    release.set()
    assert [(check.name, check.state) for check in found] in ([("bus", BAD)], [("first", OK), ("bus", BAD)])

    def breaks():
        yield Check("first", OK, "well")
        raise ValueError("no such pin")

    *_, last = looked_at("pin", breaks, 5)
    assert (last.state, last.detail) == (BAD, "ValueError: no such pin")


@pytest.mark.parametrize("name", boards.BOARDS)
@pytest.mark.parametrize("content", ["", "rubbish\n", "\xff\n", "-1\n", "a\nb c d e f\n"])
def test_rubbish_in_every_file_breaks_no_look(name, content, tmp_path):
    root = boards.plant(tmp_path, dict.fromkeys(boards.BOARDS[name], content))
    looks = [doctor_measuring.governor, doctor_measuring.throttling, doctor_measuring.temperature, doctor_power.i2c]
    looks += [lambda root: doctor_measuring.other_work(root, lambda s: None), doctor_measuring.swap]
    for look in looks:
        only(look(root))


def test_lines_fit_80_columns_and_long_names_stand_alone(monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    text = doctor._lines(Check("power sensors of the kernel", MISSING, "no chip " * 20, "a remedy " * 20))
    lines = text.splitlines()
    assert lines[0] == "–   power sensors of the kernel"
    assert all(len(line) <= 80 for line in lines) and len({len(line) - len(line.lstrip()) for line in lines[1:]}) == 2
    assert doctor._lines(Check("power of the processor", OK, "none")) == "ok  power of the processor  none"
    assert doctor._lines(Check("swap", OK, "none")) == f"ok  {'swap':<24}none"
    assert "\x1b" not in doctor._lines(Check("x", BAD, "\x1b[2J", "\x1b[2J"))


def test_the_subjects_stand_in_order_with_a_line_between(edgetop):
    lines = edgetop("doctor", COLUMNS="80").stdout.splitlines()
    headings = ["Machine", "Measuring", "Power", "Other sensors", "Frameworks", "Folders and terminal"]
    assert [line for line in lines if line in headings] == headings
    assert all(lines[lines.index(heading) - 1] == "" for heading in headings[1:])
