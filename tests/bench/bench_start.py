"""What a start costs: ``--help``, the first frame, and the full paint of picker and live screen, against bare Python.

    python tests/bench/bench_start.py [ROUNDS]

CPU time (user and system) of the process itself, the least of the rounds; starts alternate, so that a drift of the
machine falls on all. Printed as milliseconds and as multiples of ``python -c pass``, or of a Textual app that shows one
word, in the same run; the screens' resident memory is read at their first full paint. The exit code is 1 where a goal
is not reached. The goals were set where bare Python takes 9 ms and the bare app 131: 25 ms for ``--help`` and the first
frame, 180 for the panels.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

from terminal import Terminal

EDGETOP = str(Path(sys.executable).with_name("edgetop"))
SIZE = (120, 40)
BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("nothing else")
Bare().run()
"""
HELP_GOAL, FRAME_GOAL, PANELS_GOAL = 25 / 9, 25 / 9, 180 / 131
RSS_GOAL_MB = 38.0


def process_cpu_ns(pid: int) -> int:
    """CPU time of a running process, by its own clock."""
    return time.clock_gettime_ns((~pid << 3) | 2)


def run(command: list[str]) -> float:
    """CPU milliseconds of a command that ends by itself."""
    pid = os.fork()
    if pid == 0:
        null = os.open(os.devnull, os.O_RDWR)
        os.dup2(null, 1)
        os.execv(command[0], command)
    _, _, usage = os.wait4(pid, 0)
    return 1e3 * (usage.ru_utime + usage.ru_stime)


def paint(command: list[str], *markers: bytes) -> tuple[list[float], float]:
    """CPU milliseconds of a screen when it first shows each marker, and resident MB at the last."""
    terminal = Terminal(command, SIZE, {})
    end = time.monotonic() + 20
    cpu_ms = []
    for marker in markers:
        while marker not in terminal.seen and time.monotonic() < end:
            time.sleep(0.0005)
        assert marker in terminal.seen, f"{marker!r} was never shown"
        cpu_ms.append(process_cpu_ns(terminal.pid) / 1e6)
    rss_mb = terminal.rss_mb()
    terminal.close()
    return cpu_ms, rss_mb


def main() -> int:
    """Run the rounds and print the least of each."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    took: dict[str, list[float]] = {}
    resident: dict[str, float] = {}

    def note(names, cpu_ms, rss_mb=0.0):
        for name, each in zip(names, cpu_ms):
            took.setdefault(name, []).append(each)
            resident[name] = max(resident.get(name, 0.0), rss_mb)

    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)  # what pip installs is compiled already
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(XDG_DATA_HOME=folder, XDG_STATE_HOME=folder)
        welcomed = Path(folder, "edgetop", "welcomed")  # as on a board that it was started on before
        welcomed.parent.mkdir()
        welcomed.touch()
        live = [EDGETOP, "run", "tiny", "--on", "null", "--input", "noise"]
        for _ in range(rounds):
            note(["bare Python"], [run([sys.executable, "-c", "pass"])])
            note(["--help"], [run([EDGETOP, "--help"])])
            note(["bare Textual app"], *paint([sys.executable, "-c", BARE_APP], b"nothing else"))
            note(["first frame", "picker"], *paint([EDGETOP], b"starting", b"params"))
            note(["first frame", "live panels"], *paint(live, b"starting", b"Latency"))
    least = {name: min(each) for name, each in took.items()}
    failed = 0
    for name, base, goal in (
        ("--help", "bare Python", HELP_GOAL),
        ("first frame", "bare Python", FRAME_GOAL),
        ("picker", "bare Textual app", PANELS_GOAL),
        ("live panels", "bare Textual app", PANELS_GOAL),
    ):
        ratio = least[name] / least[base]
        verdict = "FAIL" if ratio > goal else "pass"
        failed += ratio > goal
        print(
            f"{verdict}  {name:<12}{least[name]:7.1f} ms = {ratio:.2f} x {base} ({least[base]:.1f} ms), goal {goal:.2f}"
        )
    for name in ("picker", "live panels"):
        verdict = "FAIL" if resident[name] > RSS_GOAL_MB else "pass"
        failed += resident[name] > RSS_GOAL_MB
        print(f"{verdict}  {name:<12}{resident[name]:7.1f} MB resident, goal {RSS_GOAL_MB:g}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
