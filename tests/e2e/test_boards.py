"""The whole program on four boards: below it umockdev puts a board's files in the place of /sys and /proc."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import time
from pathlib import Path

import pytest
from boards import BOARDS, COOLING, VCGENCMD, firmware, plant

from edgetop.sessions.reader import SessionReader

WHY_NOT = "umockdev is not installed (Debian: apt install umockdev)"
pytestmark = pytest.mark.skipif(not shutil.which("umockdev-wrapper"), reason=WHY_NOT)

RUN = ("run", "tiny", "--on", "null", "--input", "noise", "--headless")
LIMIT_S = 120
THERE = {
    "pi_4": ("Raspberry Pi 4 Model B Rev 1.4", "BCM2711", "4x Cortex-A72 @ 1.8 GHz", "", ""),
    "pi_5": ("Raspberry Pi 5 Model B Rev 1.0", "BCM2712", "4x Cortex-A76 @ 2.4 GHz", "SoC rails", "vcgencmd"),
    "jetson": ("NVIDIA Jetson Orin Nano", "Tegra234", "6x Cortex-A78AE @ 1.51 GHz", "whole board", "INA3221 (hwmon)"),
    "pc": ("Intel(R) Client Systems NUC8i3BEH", "", "", "CPU package", "powercap"),
}
"""Board, SoC, clusters, what the meter sees that is taken, and which it is."""


@pytest.fixture
def on_board(tmp_path, folders, edgetop):
    """Starts ``edgetop ARGUMENTS`` on a board, whose files are below the folder that stands beside the process."""

    def start(board, *arguments):
        root = plant(tmp_path / "board", BOARDS[board])
        path = os.environ["PATH"]
        if any(name.startswith(VCGENCMD) for name in BOARDS[board]):
            path = f"{firmware(root)}:{path}"
        environment = {**os.environ, **folders, "UMOCKDEV_DIR": root, "PATH": path}
        command = ["umockdev-wrapper", edgetop.command, *map(str, arguments)]
        started = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        return started, Path(root)

    return start


@pytest.mark.parametrize("name", BOARDS)
def test_a_result_tells_the_board_and_whose_watts_it_has(name, on_board, tmp_path):
    out = tmp_path / "result.json"
    process, _ = on_board(name, *RUN, "--duration", 1, "--no-record", "--json", out)
    told, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, told
    found = json.loads(out.read_text())
    board, soc, clusters, covers, source = THERE[name]
    machine = found["machine"]
    assert machine["board"].startswith(board) and (machine.get("soc", ""), machine.get("clusters", "")) == (
        soc,
        clusters,
    )
    assert machine["cores"] == BOARDS[name]["proc/stat"].count("cpu") - 1
    run = found["results"][0]
    assert run["latency_s"]["n"] > 0
    if covers:
        assert found["power"]["covers"] == run["energy"]["covers"] == covers
        assert source in found["power"]["source"]
    else:
        assert run["power_w"] == {"missing": "there is no I2C bus 1 (/dev/i2c-1)"}
        assert "watts: – there is no I2C bus 1" in told and "raspi-config" in told


def test_doctor_says_of_each_board_what_there_is_and_what_to_do(on_board):
    process, _ = on_board("jetson", "doctor", "--json")
    told, _ = process.communicate(timeout=600)
    checks = {check["name"]: check for check in json.loads(told[told.index("[") :])}
    assert checks["governor"]["detail"].startswith("schedutil")
    assert "nvpmodel" in checks["throttling"]["what_to_do"]  # its supply has dropped since the start
    assert checks["temperature"]["detail"] == "48 °C (cpu-thermal)"
    assert checks["energy"]["detail"] == "of vdd_in: whole board, INA3221 (hwmon)"
    assert "raspi-config" not in checks["meter board"]["what_to_do"]


def _vanish(files):
    for file in files:
        os.truncate(file, 0)  # for those who hold it open: a file of /sys gives nothing more then
        file.unlink()


def _running(process):
    """Waits until the run has begun its turns."""
    for line in process.stdout:
        if ": running" in line:
            return
    raise AssertionError("it ended before it ran")


def test_sensors_that_vanish_and_return_and_a_capped_clock_while_it_runs(on_board, tmp_path):
    out, session = tmp_path / "result.json", tmp_path / "a.edgetop"
    process, root = on_board("jetson", *RUN, "--duration", 14, "--record", session, "--json", out)
    _running(process)
    time.sleep(2)
    (root / f"{COOLING}0/cur_state").write_text("3\n")
    gone = [*root.glob("sys/class/thermal/thermal_zone?/temp"), *root.glob("sys/bus/i2c/drivers/ina3221/*/*/*/*_input")]
    texts = {file: file.read_text() for file in gone}
    _vanish(gone)
    time.sleep(3)
    (root / f"{COOLING}0/cur_state").write_text("0\n")
    for file, text in texts.items():
        file.write_text(text)
    rest, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, rest

    with SessionReader(str(session)) as reader:
        names = {channel.id: channel.name for channel in reader.description.channels}
        lost, back = (
            {names[event.data["channel"]]: event.t_ns for event in reader.events(kind)} for kind in ("missing", "back")
        )
        last = {}
        for batch in reader.batches(0, reader.duration_ns + 1):
            last |= {names[number]: readings.t_ns[-1] for number, readings in batch.readings.items()}
    for name in ("power.vdd_in.w", "heat.cpu-thermal"):
        assert lost[name] < back[name] <= last[name]

    run = json.loads(out.read_text())["results"][0]
    assert run["power_w"] > 0 and run["energy"]["gross_j"] > 0
    assert run["strata"]["C"]["n"] == run["strata"]["held back"]["n"] > 0 and run["strata"]["clean"]["n"] > 0
    assert any("while the board throttled" in warning for warning in run["warnings"])
    assert "inferences while throttled" in rest and "; C)" in rest


HELD = "sys/bus/i2c/devices/1-0040"
"""A chip that the kernel holds, whose shunt it takes for ten times too small a one."""
DRIVER = {"in1_input": 5100, "curr1_input": 8000, "shunt_resistor": 10000}


def test_a_chip_that_the_kernel_holds_says_how_little_it_sees_beside_its_joules(on_board, tmp_path, monkeypatch):
    files = {f"{HELD}/hwmon/hwmon3/{name}": f"{number}\n" for name, number in DRIVER.items()}
    monkeypatch.setitem(BOARDS, "pi_4", {**BOARDS["pi_4"], f"{HELD}/name": "ina219\n", **files})
    out = tmp_path / "result.json"
    process, _ = on_board("pi_4", *RUN, "--duration", 2, "--no-record", "--json", out)
    told, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 0, told
    run = json.loads(out.read_text())["results"][0]
    assert run["power_w"] == pytest.approx(5.1 * 0.8)
    assert run["energy"]["note"] == "provisional: over its turns; the meter sees 3 % of the time"
    assert "which takes its 0.1 ohm for 0.01: scaled" in run["energy"]["source"]
    assert "the meter sees 3 % of the time" in " ".join(told.split())
