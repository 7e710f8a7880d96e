"""The power panel's lines: the session's source, the other rails, and what is absent."""

import dataclasses

import pytest

from edgetop.protocol import Columns, Gauge, Snapshot
from edgetop.readings import BOARD, PACKAGE, PART, Channel, Missing, whose_watts
from edgetop.widgets.cells import row_width
from edgetop.widgets.gauges import lone_volts, rails, session_rail
from edgetop.widgets.history import History
from edgetop.widgets.power import Power

NO_METER = Missing("no /dev/i2c-1", "enable I2C")


def watts(rail, value, covers="", source=""):
    return Gauge(Channel(f"power.{rail}.w", "W", rail, 0.001, source=source, covers=covers), value)


def volts(rail, value):
    return Gauge(Channel(f"power.{rail}.v", "V", rail, 0.001), value)


def made(*gauges, plotted="power.board.w", **snapshot):
    history = History()
    history.add(Columns(0, 250_000_000, {plotted: ((3.0, 3.0, 3.0),) * 40}))
    panel = Power(history)
    panel._snapshot = Snapshot(0, "running", gauges=gauges, **snapshot)
    panel._rails = rails(gauges)
    panel._volts = lone_volts(gauges)
    panel._rail = session_rail(panel._rails, panel._snapshot.power)
    return panel


def text(rows):
    return ["".join(piece for piece, _ in row).rstrip() for row in rows]


def content(panel):
    return panel.content(44, 12)


@pytest.fixture(autouse=True)
def braille(monkeypatch):
    """Whether there is more than ASCII is the app's word, and there is none here."""
    monkeypatch.setattr(Power, "ascii", False)


BOARDS = watts("board", 3.61, BOARD, "INA219 at 0x40"), volts("board", 5.1)


def test_the_sessions_source_tells_watts_and_what_it_has_drawn():
    panel = made(*BOARDS, power="power.board.w", drawn_j=120.0, idle_w=2.41)
    rows = text(content(panel))
    assert rows[:2] == ["3.61 W       5.10 V", "120 J   33.3 mWh drawn   idle 2.41 W"]
    assert len(rows) == 12 and "0:00" in rows[-1]
    assert panel.caption() == "whole board by INA219 at 0x40"


def test_an_accelerator_that_was_cold_has_two_idle_powers():
    panel = made(*BOARDS, power="power.board.w", idle_w=3.4, idle_cold_w=2.5)
    assert text(content(panel))[1] == "idle 3.40 W (cold 2.50 W)"


def test_other_rails_stand_below_each_with_what_it_covers_and_nothing_is_summed():
    others = watts("package-0", 12.31, PACKAGE), watts("accelerator", 0.98, PART), watts("psys", NO_METER, BOARD)
    rows = text(content(made(*others, *BOARDS, power="power.board.w")))
    assert rows[0].startswith("3.61 W")
    assert rows[-2:] == ["package-0 12.3 W CPU package", "accelerator 980 mW part of the board"]
    assert not any("i2c" in row for row in rows)


def test_rails_that_do_not_fit_say_that_there_are_more():
    others = [watts(f"rail-{n}", 1.0, PART) for n in range(9)]
    rows = content(made(*BOARDS, *others, power="power.board.w"))
    assert len(rows) == 12
    assert all(row_width(row) <= 44 for row in rows)
    assert text(rows)[-1].endswith("…")


def test_an_absent_source_of_the_session_says_why_beside_the_others_that_are_there():
    rows = text(
        content(made(watts("board", NO_METER, BOARD), watts("package-0", 12.31, PACKAGE), power="power.board.w"))
    )
    assert rows[:2] == ["no /dev/i2c-1", "enable I2C"]
    assert rows[-1] == "package-0 12.3 W CPU package"


def test_volts_of_a_supply_whose_watts_are_not_told_stand_below():
    supply = Gauge(Channel("power.ext5v.v", "V", "supply voltage", 0.001, covers=BOARD), 5.1257)
    rows = text(content(made(watts("pmic", 2.79, "SoC rails"), supply, power="power.pmic.w", plotted="power.pmic.w")))
    assert rows[0] == "2.79 W" and rows[-1] == "supply voltage 5.13 V"


def test_what_was_drawn_stays_when_the_source_has_gone():
    rows = text(content(made(watts("board", NO_METER, BOARD), power="power.board.w", drawn_j=120.0)))
    assert rows == ["no /dev/i2c-1", "enable I2C", "120 J   33.3 mWh drawn"]


def test_watts_are_not_called_power_besides():
    gauge = watts("vdd_soc", 1.33, PART)
    named = dataclasses.replace(gauge, channel=dataclasses.replace(gauge.channel, title="VDD_SOC power"))
    assert text(content(made(*BOARDS, named, power="power.board.w")))[-1] == "VDD_SOC 1.33 W part of the board"


def test_where_nothing_is_readable_every_source_says_why():
    panel = made(watts("board", NO_METER), watts("battery", Missing("it is charging")), power="power.board.w")
    assert text(content(panel)) == ["no /dev/i2c-1", "enable I2C", "battery – it is charging"]
    assert not panel.has_value


def test_without_the_sessions_word_the_first_readable_rail_is_taken():
    found = rails((watts("board", NO_METER), watts("psys", 20.0)))
    assert session_rail(found, "").name == "power.psys"
    assert session_rail(found, "power.board.w").name == "power.board"
    assert session_rail([], "power.board.w") is None


def test_an_older_sessions_channel_tells_its_source_alone():
    assert whose_watts(watts("board", 1.0, "", "INA219 at 0x40").channel) == "INA219 at 0x40"
    assert whose_watts(watts("board", 1.0, BOARD).channel) == BOARD
