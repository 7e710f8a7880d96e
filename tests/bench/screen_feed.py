"""What the screen is fed with: snapshots of a run in which everything moves, as an engine sends them."""

from __future__ import annotations

import math
import random
from base64 import b64encode

from edgetop.encoding import encode
from edgetop.protocol import Columns, Gauge, Operators, Picture, Recording, Snapshot
from edgetop.readings import Channel
from edgetop.run_figures import RunFigures

COLUMN_NS = 250_000_000
TURN = 8
MEDIANS_NS = (5e6, 18e6, 31e6, 6e6, 21e6, 44e6)


def snapshot_line(k: int, runs: int) -> str:
    """The k-th snapshot of a run in which everything moves, as the engine would send it."""
    turn = k // TURN % runs
    wave = math.sin(k / 5) + math.sin(k * 1.7) / 2
    watts = 3.6 + 0.3 * wave
    latency = MEDIANS_NS[turn] * (1 + 0.02 * wave)
    points = {n: (latency * 0.97, latency, latency * 1.1) if n == turn else None for n in range(runs)}
    series = {**{f"latency.{n}": (point,) for n, point in points.items()}, "power.board.w": ((watts, watts, watts),)}
    if k % 4 == 0:
        bits = limits(k)
        series |= {"heat.cpu": ((61 + wave,) * 3,), "throttle.now": ((bits, bits, bits),)}
    return encode(
        Snapshot(
            t_ns=(k + 1) * COLUMN_NS,
            state="running",
            runs=tuple(figures(n, k, wave if n == turn else 0.0, runs) for n in range(runs)),
            gauges=gauges(k, wave, watts),
            columns=Columns(k, COLUMN_NS, series),
            reset=k == 0,
            turn=turn,
            verdict="outputs agree to 3e-07",
            recording=Recording("a.edgetop", 260_000 + 997 * k, 10**10),
            engine_cpu_percent=1.4,
            power="power.board.w",
            drawn_j=3.6 * (k + 1) / 4,
            idle_w=2.41,
        ),
        whole=False,
    )


def picture_line() -> str:
    """A picture of noise, which costs the most."""
    return encode(Picture(480, 320, 96, 64, b64encode(random.Random(3).randbytes(96 * 64 * 3)).decode()))


def operators_line(run: int) -> str:
    """Sixty operators of a run."""
    rows = tuple((f"block{n}", "Conv" if n % 2 else "DepthwiseConv", 1e4 * (n + 1), 1, 2e4 * n) for n in range(60))
    return encode(Operators(run, rows, 20, 2e7, 2.1e7, 2.1e7))


def figures(n: int, k: int, wave: float, runs: int) -> RunFigures:
    """The figures of run ``n``; they move in its own turns only."""
    p50 = MEDIANS_NS[n] * (1 + 0.01 * wave)
    return RunFigures(
        *(n, f"framework{n}", f"Framework {n}", "efficientnet_lite0", "fp32", 2),
        version="1.0",
        status="running",
        count=k * 20 // runs,
        p50_ns=p50,
        p90_ns=p50 * 1.06,
        p99_ns=p50 * 1.3,
        mean_ns=p50 * 1.02,
        rate_ips=1e9 / p50,
        cpu_percent=190 + wave,
        rss_bytes=80 * 2**20,
        peak_rss_bytes=90 * 2**20,
        power_w=3.6 + 0.1 * wave,
        energy_j=3.6 * p50 / 1e9,
        energy_u95_j=0.05 * p50 / 1e9,
        energy_net_j=1.2 * p50 / 1e9,
        energy_net_u95_j=0.04 * p50 / 1e9,
        energy_note="5 windows of 10.0 s",
        labels=(("tabby", 0.62), ("tiger cat", 0.21), ("lynx", 0.01)),
    )


def limits(k: int) -> int:
    """Throttled for ten seconds in forty."""
    return 4 if k % 160 >= 120 else 0


def gauges(k: int, wave: float, watts: float) -> tuple[Gauge, ...]:
    """Four cores, memory, heat, clocks, what limits the board, pressure and a power meter."""
    cores = [(f"cpu.{n}", "%", 50 + 45 * math.sin(k / 3 + n)) for n in range(4)]
    board = [("cpu.total", "%", 50 + 3 * wave), ("memory.used", "B", 1.3e9 + 1e6 * wave), ("heat.cpu", "°C", 61 + wave)]
    board += [("clock.0", "Hz", 1.5e9), ("clock.true", "Hz", 1.5e9 + 1e7 * wave), ("throttle.since", "", 4)]
    board += [("throttle.now", "", limits(k)), ("pressure.cpu", "%", 12 + wave), ("pressure.io", "%", 0)]
    meter = [("power.board.w", "W", watts), ("power.board.v", "V", 5.1), ("power.board.a", "A", watts / 5.1)]
    return tuple(Gauge(Channel(name, unit, name, 0.01), value) for name, unit, value in (*cores, *board, *meter))
