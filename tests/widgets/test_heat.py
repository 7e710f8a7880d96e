"""The heat panel's lines, with all sensors, with some, and with none."""

import pytest

from edgetop.protocol import Columns, Gauge
from edgetop.readings import Channel, Missing
from edgetop.widgets.heat import Heat
from edgetop.widgets.history import History
from edgetop.widgets.sparkline import sparkline

SOURCE = "/sys/devices/system/cpu/cpufreq: requested clock, governor {}"
NONE = Missing("no reading", "look elsewhere")


def gauge(name, unit, value, source=""):
    return Gauge(Channel(name, unit, name.partition(".")[2], 0.01, source=source), value)


@pytest.fixture(autouse=True)
def braille(monkeypatch):
    """Whether there is more than ASCII is the app's word, and there is none here."""
    monkeypatch.setattr(Heat, "ascii", False)


def lines(*gauges, width=60, height=7, history=None):
    panel = Heat(history or History())
    panel._gauges = gauges
    return ["".join(piece for piece, _ in row).rstrip() for row in panel.content(width, height)]


def limits(now, since):
    return gauge("throttle.now", "", now), gauge("throttle.since", "", since)


def warmth(celsius):
    history = History()
    history.add(Columns(0, 250_000_000, {"heat.cpu": tuple((c, c, c) for c in celsius)}))
    return history


def test_every_group_has_its_line():
    pressure = [gauge(f"pressure.{name}", "%", value) for name, value in (("cpu", 12.4), ("io", 100.0))]
    clocks = gauge("clock.0", "Hz", 1.5e9, SOURCE.format("ondemand")), gauge("clock.true", "Hz", 1.498e9)
    assert lines(gauge("heat.cpu", "°C", 61.8), *clocks, *limits(0, 0), *pressure) == [
        "heat      61.8 °C",
        "clock     1.50 GHz  true 1.50 GHz",
        "limits    none now",
        "pressure  cpu  12 %  io 100 %",
    ]


def test_the_governor_is_named_once_and_two_where_there_are_two():
    panel = Heat(History())
    names = ("ondemand", "ondemand", "performance")
    panel._gauges = tuple(gauge(f"clock.{n}", "Hz", 1e9, SOURCE.format(name)) for n, name in enumerate(names))
    assert panel.caption() == "governor ondemand, performance"
    panel._gauges = ()
    assert panel.caption() == ""


@pytest.mark.parametrize(
    ("now", "since", "line"),
    [
        (5, 5, "limits    U under-voltage  T throttled"),
        (0, 1, "limits    none now  U under-voltage before"),
        (8, 15, "limits    S soft limit  U C T before"),
    ],
)
def test_limits_are_told_in_words_now_and_before(now, since, line):
    assert lines(*limits(now, since), width=50) == [line]


def test_a_limit_has_an_ink_too():
    panel = Heat(History())
    panel._gauges = limits(4, 6)
    inks = {text: ink for text, ink in panel.content(60, 5)[0] if text.strip()}
    assert inks["T throttled"] == "bad" and inks["C capped"] == "warn"


def test_a_true_clock_below_the_one_asked_for_is_marked():
    panel = Heat(History())
    for true, ink in ((1.49e9, ""), (1.0e9, "warn")):
        panel._gauges = (gauge("clock.0", "Hz", 1.5e9), gauge("clock.true", "Hz", true))
        assert panel.content(60, 5)[0][-1][1] == ink


def test_of_many_clocks_the_least_and_the_greatest_are_told():
    clocks = [gauge(f"clock.{n}", "Hz", (2.0 + n) * 1e8) for n in range(16)]
    assert lines(*clocks) == ["clock     200 MHz to 1.70 GHz"]
    assert lines(*clocks[:2]) == ["clock     200 MHz  300 MHz"]


def test_what_is_absent_comes_last_with_its_reason():
    told = lines(gauge("heat.cpu", "°C", NONE), *limits(0, 0), gauge("clock.cpu", "Hz", NONE))
    assert told == [
        "limits    none now",
        "heat      – no reading: look elsewhere",
        "clock     – no reading: look elsewhere",
    ]
    assert lines() == ["no sensor"]


def test_where_lines_are_few_other_zones_make_room():
    zones = [gauge(f"heat.zone-{n}", "°C", 50.0) for n in range(5)]
    told = lines(*zones, gauge("clock.0", "Hz", 1.5e9), *limits(0, 0), width=40, height=3)
    assert [line.split()[0] for line in told] == ["heat", "clock", "limits"]


def test_the_course_of_the_first_temperature_stands_behind_it():
    told = lines(gauge("heat.cpu", "°C", 60.0), history=warmth([50.0] * 40 + [60.0] * 40))
    assert told == ["heat      60.0 °C ▁█"]


def test_a_cell_of_the_course_is_ten_seconds_and_only_the_last_one_changes():
    before, after = warmth([50.0] * 90), warmth([50.0] * 90 + [54.0] * 20)
    lines = [sparkline(history.series["heat.cpu"], history, 20) for history in (before, after)]
    assert [len(line) for line in lines] == [3, 3]
    assert lines[0][:2] == lines[1][:2] and lines[0] != lines[1]


def test_the_noise_of_a_sensor_does_not_look_like_a_change():
    history = warmth([61.0 + 0.4 * (k % 3) for k in range(400)])
    assert len(set(sparkline(history.series["heat.cpu"], history, 20))) == 1


@pytest.mark.parametrize("width", [-3, 0, 1])
def test_without_room_there_is_no_course(width):
    history = warmth([50.0] * 400)
    assert len(sparkline(history.series["heat.cpu"], history, width)) == max(0, width)


def test_with_room_the_course_is_a_chart_with_what_held_the_board_back():
    history = warmth([50.0] * 40 + [60.0] * 40)
    history.add(
        Columns(0, 250_000_000, {"throttle.now": tuple((4.0,) * 3 if k == 60 else (0.0,) * 3 for k in range(80))})
    )
    told = lines(gauge("heat.cpu", "°C", 60.0), *limits(0, 4), history=history, height=12)
    assert told[:2] == ["heat      60.0 °C", "limits    none now  T throttled before"]
    assert len(told) == 12 and any(row.startswith("  50 °C") for row in told) and "0:00" in told[-1]
    assert told[-2].split() == ["limits", "T"]
    assert lines(gauge("heat.cpu", "°C", 60.0), *limits(0, 4), history=history, height=8)[0].startswith(
        "heat      60.0 °C ▁"
    )


def test_the_pointer_reads_the_chart(monkeypatch):
    monkeypatch.setattr(Heat, "redraw", lambda self: None)
    panel = Heat(warmth([40.0 + n for n in range(40)]))
    panel._gauges = (gauge("heat.cpu", "C", 79.0),)
    panel.content(60, 20)
    assert panel.caption() == ""

    panel._point(5)
    assert panel.caption() == "51 °C at 0:02.7"  # the second column of the sixth cell

    panel._point(None)
    assert panel.caption() == ""
    panel._point(5)
    panel.content(60, 5)  # no room for the chart: nothing is under the pointer
    assert panel.caption() == ""


def test_without_a_course_there_is_no_chart():
    assert lines(gauge("heat.cpu", "°C", 60.0), height=30) == ["heat      60.0 °C"]
