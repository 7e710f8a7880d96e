"""Between sessions a matrix waits for the temperature it began with, where there is one."""

import pytest

from edgetop.commands.bench_cooling import cool, temperature_c


@pytest.fixture
def zone(tmp_path):
    """Sets the temperature of a board below ``tmp_path``."""
    folder = tmp_path / "sys/class/thermal/thermal_zone0"
    folder.mkdir(parents=True)
    (folder / "type").write_text("cpu-thermal\n")

    def set_c(value):
        (folder / "temp").write_text(f"{round(value * 1000)}\n")

    return set_c


class CoolingSignals:
    """Passes time: with each wait the board is a degree cooler."""

    number = 0

    def __init__(self, zone, now_c):
        self.zone, self.now_c, self.waits = zone, now_c, 0
        zone(now_c)

    def __call__(self, timeout_s):
        self.waits += 1
        self.now_c -= 1
        self.zone(self.now_c)
        return []


def test_it_waits_until_the_board_is_within_two_degrees(zone, tmp_path):
    signals, told = CoolingSignals(zone, 50.0), []
    cool(41.0, signals, told.append, str(tmp_path))
    assert signals.waits == 7 and temperature_c(str(tmp_path)) == 43.0
    assert told == ["  cooling down from 50.0 to 43.0 °C"]


def test_a_cool_board_and_one_without_a_temperature_do_not_wait(zone, tmp_path):
    signals, told = CoolingSignals(zone, 42.9), []
    cool(41.0, signals, told.append, str(tmp_path))
    cool(41.0, signals, told.append, str(tmp_path / "nowhere"))
    assert signals.waits == 0 and told == []
    assert temperature_c(str(tmp_path / "nowhere")) is None


def test_a_signal_ends_the_waiting(zone, tmp_path):
    signals = CoolingSignals(zone, 90.0)
    signals.number = 2
    cool(41.0, signals, lambda text: None, str(tmp_path))
    assert signals.waits == 0
