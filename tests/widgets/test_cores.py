"""The board panel's lines for few and for many cores, with and without sensors."""

import pytest

from edgetop.protocol import Gauge
from edgetop.readings import Channel, Missing
from edgetop.widgets.cells import row_width
from edgetop.widgets.cores import Cores


def gauge(name, unit, value, title=""):
    return Gauge(Channel(name, unit, title or name, 0.01), value)


def panel(cores, *others):
    board = Cores()
    board._gauges = (gauge("cpu.total", "%", 40.0), *(gauge(f"cpu.{n}", "%", 40.0 + n) for n in range(cores)), *others)
    return board


def text(rows):
    return ["".join(piece for piece, _ in row) for row in rows]


def test_a_core_is_a_bar_with_its_number():
    assert text(panel(2).content(24, 6)) == [
        "all ━━━━━━┈┈┈┈┈┈┈┈  40 %",
        "  0 ━━━━━━┈┈┈┈┈┈┈┈  40 %",
        "  1 ━━━━━━┈┈┈┈┈┈┈┈  41 %",
    ]


@pytest.mark.parametrize(("cores", "lines"), [(4, 4), (8, 4), (12, 4)])
def test_many_cores_fold_into_columns(cores, lines):
    rows = text(panel(cores).content(60, 5))
    assert len(rows) == 1 + lines
    assert all(f" {40 + n} %" in "".join(rows) for n in range(cores))


def test_very_many_cores_are_a_block_each():
    rows = text(panel(128).content(44, 6))
    assert sum(len(row) for row in rows[1:]) == 128
    assert all(row_width(row) <= 44 for row in panel(128).content(44, 6))


def test_absent_sensors_come_last_with_their_reason_and_do_not_displace_cores():
    absent = gauge("fan.speed", "rpm", Missing("no fan", "normal on a small board"), "fan")
    rows = text(panel(2, absent, gauge("memory.used", "B", 2**30, "memory")).content(60, 6))
    assert rows[1:3] == text(panel(2).content(60, 6))[1:]
    assert rows[3:] == ["memory 1.00 GiB", "fan – no fan: normal on a small board"]


def test_a_core_without_a_value_is_a_dash():
    board = Cores()
    board._gauges = (gauge("cpu.0", "%", Missing("no reading yet")),)
    assert text(board.content(30, 3)) == ["  0 –".ljust(30)]
