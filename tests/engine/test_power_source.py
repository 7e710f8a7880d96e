import pytest

from edgetop.engine.power_source import NONE, choose_power
from edgetop.errors import UsageError
from edgetop.plan import Ina219Settings, Plan
from edgetop.readings import BOARD, PACKAGE, PART, RAILS, Channel


def _channels(*rails):
    watts = [
        Channel(f"power.{name}.w", "W", name, 1e-6, id=2 * n, covers=covers) for n, (name, covers) in enumerate(rails)
    ]
    volts = [Channel(f"power.{name}.v", "V", name, 1e-3, id=2 * n + 1, covers=c) for n, (name, c) in enumerate(rails)]
    return sorted(watts + volts, key=lambda channel: channel.id)


CHANNELS = _channels(("board", BOARD), ("accelerator", PART), ("package-0", PACKAGE), ("soc", RAILS))


def test_the_readable_source_that_sees_most_of_the_board_is_taken():
    assert choose_power(Plan(()), CHANNELS, {0, 1, 2, 3, 4, 5, 6, 7}) == 0
    assert choose_power(Plan(()), CHANNELS, {2, 3, 4, 5, 6, 7}) == 6
    assert choose_power(Plan(()), CHANNELS, {2, 3, 4, 5}) == 4


def test_the_rail_that_is_named_is_taken_whether_it_answers_or_not():
    assert choose_power(Plan((), power="package-0"), CHANNELS, {0, 4}) == 4
    assert choose_power(Plan((), power="accelerator"), CHANNELS, {0}) == 2
    with pytest.raises(UsageError, match="no power rail 'wall'"):
        choose_power(Plan((), power="wall"), CHANNELS, {0})


def test_a_meter_that_was_set_up_is_never_replaced_by_another_source():
    assert choose_power(Plan((), ina219=Ina219Settings(bus="1")), CHANNELS, {4}) == 0


def test_where_nothing_answers_the_first_tells_why():
    assert choose_power(Plan(()), CHANNELS, set()) == 0
    assert choose_power(Plan(()), (), set()) == NONE
