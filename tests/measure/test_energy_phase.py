"""Energy is measured in windows of each run, forward and back, between two stretches of idling."""

import time

import pytest

from edgetop.plan import EnergySettings, Plan, RunSpec
from edgetop.samples import SET_ASIDE

SECOND = 1_000_000_000
SHORT = EnergySettings(windows=2, window_s=0.3, idle_s=0.3)


@pytest.fixture(autouse=True)
def brisk(monkeypatch):
    monkeypatch.setattr("edgetop.measure.energy_phase.SETTLE_S", 0.1)
    monkeypatch.setattr("edgetop.measure.energy_phase.LEAD_IN_S", 0.05)


@pytest.fixture
def measured(conducted):
    """Turns of two runs, or of others, with an energy phase."""

    def conduct(excess_c=lambda: 0.0, **options):
        runs = options.pop("runs", (RunSpec(0, "tiny", "null"), RunSpec(1, "tiny", "null")))
        return conducted(Plan(runs, input="noise", **{"count": 20, "energy": SHORT, **options}), excess_c)

    return conduct


def of_kind(events, kind):
    return [event for event in events if event.kind == kind]


def test_windows_go_forward_and_back_between_two_stretches_of_idling(measured):
    turns, events = measured()
    turns.run()
    assert not turns.failed
    windows, idles = of_kind(events, "window"), of_kind(events, "idle")
    assert [event.run for event in windows] == [0, 1, 1, 0]
    assert [event.data["state"] for event in idles] == ["warm", "warm"]
    for event in windows:
        assert event.data["end_ns"] - event.data["start_ns"] >= 0.29 * SECOND
        assert event.data["count"] > 100
    assert idles[0].data["end_ns"] <= windows[0].data["start_ns"]
    assert windows[-1].data["end_ns"] <= idles[1].data["start_ns"]
    assert all(event.data["end_ns"] - event.data["start_ns"] >= 0.3 * SECOND for event in idles)


def test_what_runs_in_windows_is_kept_apart_from_the_statistics(measured):
    turns, events = measured(count=30)
    turns.run()
    spans = [(event.data["start_ns"], event.data["end_ns"]) for event in of_kind(events, "window") if event.run == 0]
    samples = turns.runners[0].samples(settled=True)
    counted = samples.start_ns[(samples.flags & SET_ASIDE) == 0]
    assert len(counted) == 30
    assert not any(((counted >= start) & (counted < end)).any() for start, end in spans)


def test_it_is_measured_when_asked_for_and_the_turns_go_on(measured, until):
    turns, events = measured(count=0, energy=EnergySettings())
    turns.start()
    until(lambda: len(of_kind(events, "turn")) > 1)
    assert not of_kind(events, "idle")
    turns.measure_energy(SHORT)
    until(lambda: len(of_kind(events, "idle")) == 2)
    count = len(of_kind(events, "turn"))
    until(lambda: len(of_kind(events, "turn")) > count + 1)


def test_a_window_that_a_pause_has_cut_begins_anew(measured, until):
    turns, events = measured(runs=(RunSpec(0, "tiny", "null"),), energy=EnergySettings(1, 1.0, 0.1))
    turns.start()
    until(lambda: any(event.data.get("status") == "energy" for event in of_kind(events, "run")))
    time.sleep(0.3)
    turns.pause(True)
    time.sleep(0.3)
    assert not of_kind(events, "window")
    turns.pause(False)
    until(lambda: of_kind(events, "window"))
    (window,) = of_kind(events, "window")
    assert window.data["end_ns"] - window.data["start_ns"] >= 0.99 * SECOND


def test_an_accelerator_is_idle_cold_before_its_first_use(measured):
    runs = (RunSpec(0, "tiny", "null", delegate="libfast.so"),)
    turns, events = measured(runs=runs)
    turns.run()
    assert next(event.data["state"] for event in of_kind(events, "idle")) == "cold"
    assert of_kind(events, "idle")[0].t_ns < of_kind(events, "outputs")[0].t_ns


def test_each_window_waits_until_the_board_has_cooled(measured, until):
    warmer = [5.0]
    turns, events = measured(lambda: warmer[0], cool_down=True)
    turns.start()
    cooling = lambda: [e for e in of_kind(events, "run") if e.data.get("status") == "cooling"]  # noqa: E731
    until(cooling)
    time.sleep(0.3)
    assert not of_kind(events, "window") and not of_kind(events, "turn")
    warmer[0] = 1.0
    until(lambda: len(of_kind(events, "idle")) == 2)


def test_a_stop_ends_idling_at_once(measured, until):
    turns, events = measured(energy=EnergySettings(1, 60.0, 60.0))
    turns.start()
    until(lambda: any(event.data.get("status") == "idling" for event in of_kind(events, "run")))
    begin = time.monotonic()
    turns.stop()
    turns.join(5)
    assert not turns.is_alive() and time.monotonic() - begin < 2
