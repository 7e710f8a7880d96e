"""What the live screen costs: CPU, bytes to the terminal and memory, fed with snapshots in a pseudo-terminal.

    python tests/bench/bench_screen.py [--size 120x40] [--hz 4] [--seconds 10] [--runs 3] [--picture]
                                       [--operators shown|hidden]

The screen's process reads the snapshots as JSON lines from a pipe, as it does from the engine. Targets at 4 Hz and
120x40: 2 % of a core, 8 KB/s, 40 MB.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import math
import os
import pty
import resource
import select
import struct
import sys
import termios
import threading
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from edgetop.protocol import Gauge
    from edgetop.run_figures import RunFigures

WARM_S = 2.0
COLUMN_NS = 250_000_000
TURN = 8
MEDIANS_NS = (5e6, 18e6, 31e6, 6e6, 21e6, 44e6)


def snapshot_line(k: int, runs: int) -> str:
    """The k-th snapshot of a run in which everything moves, as the engine would send it."""
    from edgetop.encoding import encode
    from edgetop.protocol import Columns, Recording, Snapshot

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
        )
    )


def picture_line() -> str:
    """A picture of noise, which costs the most."""
    import random
    from base64 import b64encode

    from edgetop.encoding import encode
    from edgetop.protocol import Picture

    return encode(Picture(480, 320, 96, 64, b64encode(random.Random(3).randbytes(96 * 64 * 3)).decode()))


def operators_line(run: int) -> str:
    """Sixty operators of a run."""
    from edgetop.encoding import encode
    from edgetop.protocol import Operators

    rows = tuple((f"block{n}", "Conv" if n % 2 else "DepthwiseConv", 1e4 * (n + 1), 1, 2e4 * n) for n in range(60))
    return encode(Operators(run, rows, 20, 2e7, 2.1e7, 2.1e7))


def figures(n: int, k: int, wave: float, runs: int) -> RunFigures:
    """The figures of run ``n``; they move in its own turns only."""
    from edgetop.run_figures import RunFigures

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
    from edgetop.protocol import Gauge
    from edgetop.readings import Channel

    cores = [(f"cpu.{n}", "%", 50 + 45 * math.sin(k / 3 + n)) for n in range(4)]
    board = [("cpu.total", "%", 50 + 3 * wave), ("memory.used", "B", 1.3e9 + 1e6 * wave), ("heat.cpu", "°C", 61 + wave)]
    board += [("clock.0", "Hz", 1.5e9), ("clock.true", "Hz", 1.5e9 + 1e7 * wave), ("throttle.since", "", 4)]
    board += [("throttle.now", "", limits(k)), ("pressure.cpu", "%", 12 + wave), ("pressure.io", "%", 0)]
    meter = [("power.board.w", "W", watts), ("power.board.v", "V", 5.1), ("power.board.a", "A", watts / 5.1)]
    return tuple(Gauge(Channel(name, unit, name, 0.01), value) for name, unit, value in (*cores, *board, *meter))


def run_screen(source: int, panel: str) -> None:
    """The child: the live screen, drawing what comes through ``source``; its operators panel open, or once so."""
    os.environ.setdefault("TEXTUAL_FPS", "30")
    import gc

    from textual.app import App

    from edgetop.encoding import decode
    from edgetop.protocol import Operators, Picture
    from edgetop.screens.live import LiveScreen
    from edgetop.screens.themes import DEFAULT, THEMES

    class Host(App[None]):
        def on_mount(self) -> None:
            for theme in THEMES:
                self.register_theme(theme)
            self.theme = DEFAULT
            self.live = LiveScreen()
            self.push_screen(self.live)
            self.rest = b""
            asyncio.get_running_loop().add_reader(source, self.read)
            if panel:
                self.set_timer(1.0, self.open_operators)
            gc.freeze()

        async def open_operators(self) -> None:
            await self.live.open_operators()
            if panel == "hidden":
                self.live.minimize()

        def read(self) -> None:
            data = os.read(source, 1 << 20)
            if not data:
                asyncio.get_running_loop().remove_reader(source)
                self.exit()
                return
            *lines, self.rest = (self.rest + data).split(b"\n")
            for line in lines:
                message = decode(line)
                if isinstance(message, Operators):
                    self.live.show_operators(message)
                else:
                    (self.live.show_picture if isinstance(message, Picture) else self.live.show)(message)

    Host().run()


def cpu_s(pid: int) -> float:
    """CPU seconds of all threads of a process."""
    total = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
            total += int(file.read().split()[0])
    return total / 1e9


def rss_mb(pid: int) -> float:
    """Resident megabytes of a process."""
    with open(f"/proc/{pid}/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize() / 1e6


def main() -> None:
    """Fork the screen into a pseudo-terminal, feed it, and print what it costs."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--hz", type=float, default=4.0)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--picture", action="store_true", help="show an input picture beside the labels")
    parser.add_argument("--operators", choices=("shown", "hidden"), default="", help="open their panel")
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    source, sink = os.pipe()
    pid, terminal = pty.fork()
    if pid == 0:
        os.close(sink)
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor")
        run_screen(source, options.operators)
        sys.exit(0)
    os.close(source)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    seen = [0]

    def read_terminal() -> None:
        while select.select([terminal], [], [], 1.0)[0]:
            try:
                seen[0] += len(os.read(terminal, 1 << 16))
            except OSError:  # the other end is closed
                return

    threading.Thread(target=read_terminal, daemon=True).start()
    lines = [
        snapshot_line(k, options.runs).encode() + b"\n" for k in range(int((WARM_S + options.seconds) * options.hz))
    ]
    if options.picture:
        lines[0] = picture_line().encode() + b"\n" + lines[0]
    if options.operators:
        lines[0] = b"".join(operators_line(n).encode() + b"\n" for n in range(options.runs)) + lines[0]
    first = int(WARM_S * options.hz)
    time.sleep(1.0)
    for k, line in enumerate(lines):
        if k == first:
            began_s, cpu_before_s, bytes_before = time.monotonic(), cpu_s(pid), seen[0]
        os.write(sink, line)
        time.sleep(1 / options.hz)
    elapsed_s = time.monotonic() - began_s
    used = 100 * (cpu_s(pid) - cpu_before_s) / elapsed_s
    print(f"{options.size}, {options.hz:g} Hz, {options.runs} runs, snapshots of {len(lines[-1])} bytes:")
    print(f"{used:.2f} % of a core, {(seen[0] - bytes_before) / elapsed_s:.0f} B/s, {rss_mb(pid):.1f} MB resident")
    os.close(sink)
    os.waitpid(pid, 0)


if __name__ == "__main__":
    main()
