"""What a run without a screen leaves behind: table, result file, exit code; by signals too."""

import os
import signal
from typing import ClassVar

import pytest

from edgetop.commands import headless
from edgetop.commands.summary import print_summary
from edgetop.controls import Stop
from edgetop.errors import CannotWrite
from edgetop.protocol import Ended, Gauge, Snapshot
from edgetop.readings import BOARD, PACKAGE, Channel, Missing
from edgetop.run_figures import RunFigures


def run_of(place, title, **rest):
    return RunFigures(place, title.lower(), title, "tiny", "fp32", 1, status="done", count=9, **rest)


@pytest.fixture
def signals():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    yield headless.Signals()
    for number, handler in zip(numbers, before):
        signal.signal(number, handler)


class EndedLoop:
    """A loop that has ended at once."""

    last = Snapshot(0, "ended", (run_of(0, "LiteRT", p50_ns=5e6),))
    operators: ClassVar[dict] = {}

    def run(self):
        return Ended(0, session="a.edgetop")


def test_signals_one_upon_another_stop_the_run(signals):
    assert signals(0.0) == []
    for _ in range(50):
        os.kill(os.getpid(), signal.SIGTERM)
        os.kill(os.getpid(), signal.SIGINT)
    assert signals(60.0) == [Stop()]
    assert signals.exit_code(Ended(0)) in (128 + signal.SIGINT, 128 + signal.SIGTERM)


def test_the_summary_comes_also_when_the_result_cannot_be_written(signals, capsys, tmp_path):
    with pytest.raises(CannotWrite):
        headless.run_headless(EndedLoop(), signals, {}, str(tmp_path / "gone" / "a.json"))
    told = capsys.readouterr()
    assert "p50" in told.out and "recorded in a.edgetop" in told.err


def test_a_write_that_fails_leaves_the_old_file_and_nothing_else(monkeypatch, tmp_path):
    path = tmp_path / "a.json"
    path.write_text("old")

    def full(source, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(headless.os, "replace", full)
    with pytest.raises(CannotWrite, match="No space"):
        headless.write_json({}, str(path))
    assert [(file.name, file.read_text()) for file in tmp_path.iterdir()] == [("a.json", "old")]


def test_only_what_others_are_compared_with_is_called_the_reference(capsys):
    runs = (run_of(0, "LiteRT"), run_of(1, "Caffe", agrees_with="LiteRT", agreement=2e-7), run_of(2, "null"))
    print_summary(Snapshot(0, "ended", runs))
    (row,) = [line for line in capsys.readouterr().out.splitlines() if "agreement" in line]
    assert row.count("reference") == 1 and row.rstrip(" │|").endswith("–")


def told(capsys, *runs):
    print_summary(Snapshot(0, "ended", runs))
    return capsys.readouterr().out


def test_seeded_weights_are_told_and_decoding_has_a_row_where_there_is_any(capsys):
    seeded = told(capsys, run_of(0, "LiteRT", weights="seeded: speed only", decode_ns=2e6))
    assert "seeded: speed only" in seeded and "decode" in seeded and "2.00 ms" in seeded
    trained = told(capsys, run_of(0, "LiteRT", weights="trained"))
    assert "seeded" not in trained and "decode" not in trained


def watts(rail, value, covers):
    return Gauge(Channel(f"power.{rail}.w", "W", rail, 0.001, source=f"the meter of {rail}", covers=covers), value)


ABSENT = watts("battery", Missing("there is no battery"), BOARD)
MEASURED = {
    "energy_note": "5 windows of 10.0 s",
    "power_w": 3.6,
    "energy_j": 0.018,
    "energy_u95_j": 0.00027,
    "energy_net_j": 0.0072,
    "energy_net_u95_j": 0.00018,
}


def test_energy_is_told_with_its_intervals_its_source_and_what_idling_drew(capsys):
    runs = run_of(0, "LiteRT", throttled=4, **MEASURED), run_of(1, "Caffe")
    idle = {"idle_w": 2.41, "idle_cold_w": 2.1, "idle_note": "idling drew 2.41 W before and 2.52 W after: 4.4 % apart"}
    gauges = watts("package-0", 12.0, PACKAGE), ABSENT, watts("board", 3.6, BOARD)
    print_summary(Snapshot(0, "ended", runs, gauges, power="power.board.w", **idle))
    told = capsys.readouterr().out
    rows = [[cell.strip() for cell in line.strip("│|").split("│")] for line in told.splitlines() if "│" in line]
    assert ["power", "3.60 W", "–"] in rows
    assert ["energy", "18.00 ±0.27 mJ", "–"] in rows
    assert ["net", "7.20 ±0.18 mJ", "–"] in rows
    assert ["inf/J", "55.6/J", "–"] in rows
    assert told.splitlines()[-5:] == [
        "watts: whole board by the meter of board",
        "idle: 2.41 W, 2.10 W before the accelerator's first use",
        "idling drew 2.41 W before and 2.52 W after: 4.4 % apart",
        "energy (LiteRT): 5 windows of 10.0 s",
        "t inferences while throttled: LiteRT 4 of 9",
    ]


def test_of_absent_sources_only_the_sessions_says_why(capsys):
    missing = Missing("no /dev/i2c-1", "enable I2C")
    gauges = watts("board", missing, BOARD), ABSENT
    print_summary(Snapshot(0, "ended", (run_of(0, "LiteRT"),), gauges, power="power.board.w"))
    told = capsys.readouterr().out
    assert "watts: – no /dev/i2c-1: enable I2C" in told
    assert "battery" not in told and "net" not in told and "inf/J" not in told
