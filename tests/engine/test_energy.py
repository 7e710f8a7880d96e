"""Energy as a session tells it: from the real library on the simulated chip, against what its load really drew."""

from __future__ import annotations

import numpy as np
import pytest

from edgetop.analysis.energy import Window
from edgetop.analysis.stretches import Stretches
from edgetop.engine.meter import EnergyMeter
from edgetop.readings import Channel, Missing

pytest.importorskip("ina219")
from bursting_board import IDLE_W, BurstingBoard, measured, session_of_a_stock_meter

SECOND = 1_000_000_000


@pytest.mark.parametrize(("busy_ms", "inference_ms"), [(9, 37), (3, 37), (3, 20), (3, 10)])
def test_the_energy_of_ten_seconds_is_right_to_a_thousandth(busy_ms, inference_ms):
    board = BurstingBoard(np.random.default_rng(5), busy_ns=busy_ms * 1_000_000, inference_ns=inference_ms * 1_000_000)
    figures, idle = measured(board, 10.0, 2)
    assert figures["energy_j"] == pytest.approx(board.gross_j, rel=0.001)
    assert figures["energy_net_j"] == pytest.approx(board.net_j, rel=0.002)
    assert idle["idle_w"] == pytest.approx(IDLE_W, rel=0.001)


def test_bursts_at_one_place_of_every_conversion_are_seen_too_high():
    """The chip is blind for 3 % of the time, which it takes for being like the rest: what the guide warns of."""
    board = BurstingBoard(np.random.default_rng(5), busy_ns=3_000_000, inference_ns=8_778_000)
    figures, _ = measured(board, 10.0, 2)
    assert figures["energy_net_j"] == pytest.approx(board.net_j * 33 / 32, rel=0.01)


def test_the_interval_covers_the_truth_as_often_as_it_says():
    rng = np.random.default_rng(7)
    gross, net = np.sum([session_of_a_stock_meter(rng, 1.5) for _ in range(100)], axis=0)
    assert gross >= 93 and net >= 93


def _fed(channel=None, hz=100, seconds=60, missing=(-1, -1)):
    meter = EnergyMeter((0,), channel or Channel("power.board.w", "W", "board", 1e-6, gain_error=0.007, hz=hz))
    t_ns = np.arange(0, seconds * hz) * (SECOND // hz)
    kept = (t_ns < missing[0] * SECOND) | (t_ns > missing[1] * SECOND)
    meter.add_readings(t_ns[kept], np.full(int(kept.sum()), 3.0))
    return meter


def _windows(meter, count, seconds=10.0):
    for place in range(count):
        start = int((place * (seconds + 0.5) + 1) * SECOND)
        meter.add_window(0, Window(start, start + int(seconds * SECOND), 100))


def _note(meter, throttled=()):
    meter.settle()
    stretches = Stretches()
    stretches.add(np.array(throttled), np.array([4, 0] * (len(throttled) // 2)))
    return meter.figures(0, stretches)["energy_note"]


def test_a_figure_says_what_keeps_it_from_being_published():
    meter = _fed(seconds=100)
    meter.add_idle("warm", 0, SECOND // 2)
    _windows(meter, 5)
    meter.add_idle("warm", 60 * SECOND, 70 * SECOND)
    assert _note(meter) == "5 windows of 10.0 s"
    assert _note(meter, (2 * SECOND, 3 * SECOND)) == "provisional: 5 windows of 10.0 s; 1 throttled"
    few = _fed()
    _windows(few, 2, 1.0)
    assert _note(few) == "provisional: 2 windows of 1.0 s; fewer than 5 windows, windows of less than ten seconds"


def test_a_meter_that_looks_seldom_is_said_to():
    seldom = Channel("power.board.w", "W", "board", 1e-6, gain_error=0.007, seen=0.03, conversion_s=0.001, hz=100)
    meter = _fed(seldom)
    meter.add_turn(0, Window(SECOND, 2 * SECOND, 30))
    assert _note(meter) == "provisional: over its turns; the meter sees 3 % of the time"
    meter = _fed(seldom, seconds=100)
    meter.add_idle("warm", 0, SECOND // 2)
    _windows(meter, 5)
    meter.add_idle("warm", 60 * SECOND, 70 * SECOND)
    assert _note(meter) == "provisional: 5 windows of 10.0 s; the meter sees 3 % of the time"


def test_half_of_the_time_can_be_published_and_is_told():
    half = Channel("power.board.w", "W", "board", 1e-6, gain_error=0.007, seen=0.5, conversion_s=0.035, hz=100)
    meter = _fed(half, seconds=100)
    meter.add_idle("warm", 0, SECOND // 2)
    _windows(meter, 5)
    meter.add_idle("warm", 60 * SECOND, 70 * SECOND)
    assert _note(meter) == "5 windows of 10.0 s; the meter sees 50 % of the time"


def _interrupted(seen, conversion_s=0.0, rng=None):
    """The budget of windows of a load that changes each 10 ms, of which a meter looks at a part."""
    rng = rng or np.random.default_rng(3)
    channel = Channel(
        "power.board.w", "W", "board", 1e-6, gain_error=1e-6, seen=seen, conversion_s=conversion_s, hz=100
    )
    meter = EnergyMeter((0,), channel)
    t_ns = np.arange(0, 6000) * 10_000_000
    meter.add_readings(t_ns, 3 + rng.standard_normal(6000))
    _windows(meter, 5)
    meter.settle()
    return meter.figures(0, Stretches())


def test_what_a_meter_does_not_see_makes_its_energy_less_sure():
    # 1 W of scatter: 1 W / sqrt(1000) over ten seconds, and 100 inferences in these
    assert _interrupted(0.03)["energy_budget"]["unseen"] == pytest.approx(0.1 * (0.97 / 1000) ** 0.5, rel=0.05)
    assert _interrupted(0.5)["energy_budget"]["unseen"] == pytest.approx(0.1 * (0.5 / 1000) ** 0.5, rel=0.05)
    assert _interrupted(0.0)["energy_budget"]["unseen"] == 0  # where it is not known


def test_a_conversion_longer_than_the_gap_between_readings_is_what_is_not_known_at_an_edge():
    short, long = _interrupted(0.5), _interrupted(0.5, 0.04)
    assert long["energy_budget"]["edges"] == pytest.approx(4 * short["energy_budget"]["edges"])
    assert long["energy_budget"]["unseen"] == pytest.approx(2 * short["energy_budget"]["unseen"])


def test_a_window_in_which_the_meter_was_gone_is_left_out_and_said():
    meter = _fed(missing=(5, 7))
    _windows(meter, 2)
    assert "1 window of 10.0 s" in _note(meter) and "1 without readings left out" in _note(meter)


def test_a_source_that_is_read_once_a_second_has_no_gaps_at_that_pace():
    meter = _fed(hz=1, seconds=40)
    _windows(meter, 2)
    meter.settle()
    assert meter.figures(0, Stretches())["energy_windows"] == 2


def test_turns_give_a_provisional_figure_until_there_are_windows():
    meter = _fed()
    meter.add_turn(0, Window(SECOND, 2 * SECOND, 30))
    meter.settle()
    figures = meter.figures(0, Stretches())
    assert figures["energy_j"] == pytest.approx(0.1)
    assert figures["energy_note"].startswith("provisional")
    assert isinstance(figures["energy_net_j"], Missing)


def test_without_a_source_nothing_waits_for_its_readings():
    meter = EnergyMeter((0,), None)
    meter.add_turn(0, Window(SECOND, 2 * SECOND, 30))
    meter.add_idle("warm", SECOND, 11 * SECOND)
    assert not meter._waiting


def test_idling_that_drifts_is_told():
    meter = EnergyMeter((0,), Channel("power.board.w", "W", "board", 1e-6))
    t_ns = np.arange(0, 3000) * 10_000_000
    meter.add_readings(t_ns, np.where(t_ns < 15 * SECOND, 2.0, 2.2))
    meter.add_idle("warm", SECOND, 11 * SECOND)
    meter.add_idle("warm", 18 * SECOND, 28 * SECOND)
    meter.add_idle("cold", 18 * SECOND, 28 * SECOND)
    meter.settle()
    fields = meter.idle_fields()
    assert fields["idle_w"] == pytest.approx(2.1)
    assert fields["idle_cold_w"] == pytest.approx(2.2)
    assert fields["idle_note"] == "idling drew 2 W before and 2.2 W after: 9.1 % apart"


def test_all_that_was_drawn_is_summed_but_for_gaps():
    meter = _fed(seconds=11)
    assert meter.drawn_j == pytest.approx(3.0 * 10.99)
    assert _fed(seconds=11, missing=(2, 5)).drawn_j == pytest.approx(3.0 * 8, abs=0.1)
