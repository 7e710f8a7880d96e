"""A host for the live screen and snapshots with fixed data."""

import base64
import functools
import math
import operator

import pytest
from textual.app import App

from edgetop.protocol import Columns, Gauge, Hello, LogLines, Picture, Recording, Snapshot
from edgetop.readings import BOARD, PACKAGE, Channel, Missing
from edgetop.run_figures import RunFigures
from edgetop.screens.live import LiveScreen
from edgetop.screens.themes import DEFAULT, THEMES

NO_METER = Missing("no /dev/i2c-1", "enable I2C with raspi-config")
NO_RAPL = Missing("RAPL may not be read", "sudo chmod a+r /sys/class/powercap/*/energy_uj")
METER = "INA219 at 0x40 on bus 1"
LABELS = (("tabby", 0.621), ("tiger cat", 0.211), ("Egyptian cat", 0.121), ("lynx", 0.011), ("Persian cat", 0.002))
RUNS = (("litert", "LiteRT", 5e6), ("torch", "PyTorch", 18e6), ("caffe", "Caffe", 31e6))
TURN = 8


def _figures(number, power, **changes):
    framework, title, p50 = RUNS[number % len(RUNS)]
    values = {
        "version": "1.0",
        "status": "running",
        "count": 4400 // (number + 1),
        "p50_ns": p50,
        "p90_ns": p50 * 1.06,
        "p99_ns": p50 * 1.3,
        "mean_ns": p50 * 1.02,
        "rate_ips": 1e9 / p50,
        "cpu_percent": 190.0 + number,
        "rss_bytes": (73 + 41 * number) * 2**20,
        "peak_rss_bytes": (81 + 44 * number) * 2**20,
        "power_w": 3.6 + 0.2 * number if power else NO_METER,
        "energy_j": 3.6 * p50 / 1e9 if power else NO_METER,
        "labels": LABELS,
        **({"agreement": 3e-7 * number, "agrees_with": "LiteRT"} if number else {}),
        **changes,
    }
    return RunFigures(number, framework, title, "efficientnet_lite0", "fp32", 2, **values)


def _columns(first, count, runs, power, limits):
    series = {}
    for number in range(runs):
        p50 = RUNS[number % len(RUNS)][2]
        values = [p50 * (1 + 0.05 * math.sin(k / 9 + number)) for k in range(first, first + count)]
        series[f"latency.{number}"] = tuple(
            (v * 0.96, v, v * (1.4 if k % 37 == number else 1.08)) if k // TURN % runs == number else None
            for k, v in enumerate(values, first)
        )
    if power:
        watts = [3.6 + 0.4 * math.sin(k / 11) for k in range(first, first + count)]
        series["power.board.w"] = tuple((w * 0.98, w, w * 1.03) for w in watts)
    warmth = [61.8 - 14.0 / (1 + k / 60) for k in range(first, first + count)]
    series["heat.cpu-thermal"] = tuple((c, c, c) if k % 4 == 0 else None for k, c in enumerate(warmth, first))
    if limits:
        series["throttle.now"] = tuple((limits(k),) * 3 if k % 4 == 0 else None for k in range(first, first + count))
    return Columns(first, 250_000_000, series)


def _gauges(power, cores, now, since):
    watts = (("w", "W", 3.61), ("v", "V", 5.104), ("a", "A", 0.707))
    governor = "/sys/devices/system/cpu/cpufreq: requested clock, governor ondemand"
    heat = (("cpu-thermal", 61.8), ("gpu-thermal", 60.2), ("nvme", 44.9))
    pressure = (("cpu", 12.4), ("memory", 0.0), ("io", 3.1))
    return (
        Gauge(Channel("cpu.total", "%", "CPU", 0.01), 51.0),
        *(Gauge(Channel(f"cpu.{n}", "%", f"core {n}", 0.01), 97.0 if n < 2 else 4.0) for n in range(cores)),
        Gauge(Channel("memory.used", "B", "memory used", 1), 1.31e9),
        *(Gauge(Channel(f"heat.{name}", "°C", name, 0.001), value) for name, value in heat),
        Gauge(Channel("clock.0", "Hz", "clock of core 0, 1, 2, 3", 1000.0, source=governor), 1.5e9),
        Gauge(Channel("clock.true", "Hz", "true clock", 1000.0), 1.5e9 if not now else 1.0e9),
        Gauge(Channel("throttle.now", "", "throttled now", 1.0), now),
        Gauge(Channel("throttle.since", "", "throttled since", 1.0), since),
        *(Gauge(Channel(f"pressure.{name}", "%", name, 0.01), value) for name, value in pressure),
        *(
            Gauge(
                Channel(f"power.board.{name}", unit, "board", 0.001, source=METER, covers=BOARD if unit == "W" else ""),
                value if power else NO_METER,
            )
            for name, unit, value in watts
        ),
        Gauge(Channel("power.package-0.w", "W", "package-0", 0.001, source="RAPL", covers=PACKAGE), NO_RAPL),
    )


def _bits(limits, end):
    """What limits the board now, and what did since the session's start."""
    seen = [limits(k) for k in range(0, end, 4)] if limits else [0]
    return seen[-1], functools.reduce(operator.or_, seen, 0)


@pytest.fixture
def make_snapshot():
    """Builds a snapshot of ``runs`` runs whose charts hold ``count`` columns from ``first`` on; ``limits`` gives the
    bits of what limited the board in a column."""

    def make(first=0, count=130, runs=3, power=True, cores=4, figures=None, limits=None, **changes):
        end = first + count
        values = {
            "t_ns": end * 250_000_000,
            "state": "running",
            "runs": tuple(_figures(n, power, **(figures or {}).get(n, {})) for n in range(runs)),
            "gauges": _gauges(power, cores, *_bits(limits, end)),
            "columns": _columns(first, count, runs, power, limits),
            "reset": first == 0,
            "turn": max(0, end - 1) // TURN % runs if runs else None,
            "verdict": "outputs agree to 3e-07",
            "recording": Recording("/home/pi/sessions/efficientnet.edgetop", 260_000, 10**10),
            "engine_cpu_percent": 1.4,
            "power": "power.board.w",
            "drawn_j": 0.9 * end if power else NO_METER,
            **changes,
        }
        return Snapshot(**values)

    return make


class Host(App):
    """What the live screen asks of an app: themes, and the attributes ``ascii`` and ``terminal_bytes``."""

    def __init__(self, ascii=False):
        super().__init__()
        self.ascii = ascii
        self.terminal_bytes = 0
        self.live = LiveScreen()
        self.sought = []
        self.wanted = []

    def on_mount(self):
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = DEFAULT
        self.push_screen(self.live)

    def on_seek_to(self, message):
        self.sought.append(message.t_ns)

    def on_distribution_panel_wanted(self, message):
        self.wanted.append(message.bins)

    def text(self):
        """The lines of the screen as they are composed now."""
        return [strip.text for strip in self.screen._compositor.render_strips()]

    async def rest(self, pilot):
        """The same as one text, once nothing changes any more."""
        text, same = "", 0
        while same < 3:
            await pilot.pause()
            before, text = text, "\n".join(self.text())
            same = same + 1 if text == before else 0
        return text


@pytest.fixture(autouse=True)
def no_own_cost(monkeypatch):
    """What the screen itself costs differs from run to run: it is not told."""
    monkeypatch.setattr("edgetop.widgets.statusbar.COST_PERIOD_NS", 10**18)


@pytest.fixture
def make_host():
    return Host


@pytest.fixture
def hello():
    return Hello("0.1.0", False, True, {"board": "Raspberry Pi 4 Model B Rev 1.4", "cores": 4})


@pytest.fixture
def log():
    return LogLines(0, ("INFO: Created TensorFlow Lite XNNPACK delegate for CPU.",))


@pytest.fixture
def picture():
    """A ball on a meadow, drawn by hand."""
    pixels = bytearray()
    for y in range(64):
        for x in range(96):
            ball = (x - 60) ** 2 + (y - 36) ** 2 < 18**2
            sky = (110 + y, 160 + y, 230) if y < 40 else (70, 150 - y // 2, 50 + x // 3)
            pixels += bytes((220 - abs(x - 54) * 3, 70, 40) if ball else sky)
    return Picture(480, 320, 96, 64, base64.b64encode(bytes(pixels)).decode())


@pytest.fixture
def true_colours(monkeypatch):
    """A terminal that can show a picture, whatever the tests run in."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLORTERM", "truecolor")
    monkeypatch.delenv("NO_COLOR", raising=False)
