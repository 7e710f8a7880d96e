"""What a start costs: ``--help``, and the first full paint of picker and live screen, against bare Python.

    python tests/bench/bench_start.py [ROUNDS]

CPU time (user and system) of the process itself, the least of the rounds; starts alternate, so that a drift of the
machine falls on all. Printed as milliseconds and as multiples of ``python -c pass`` in the same run, beside a Textual
app that shows one word; the screens' resident memory is read at their first full paint.
"""

from __future__ import annotations

import fcntl
import os
import pty
import resource
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

EDGETOP = str(Path(sys.executable).with_name("edgetop"))
PAGE = resource.getpagesize()
BARE_APP = """
from textual.app import App
from textual.widgets import Static
class Bare(App):
    def compose(self):
        yield Static("nothing else")
Bare().run()
"""


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


def paint(command: list[str], marker: bytes) -> tuple[float, float]:
    """CPU milliseconds and resident MB of a screen when it first shows ``marker``."""
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        os.execv(command[0], command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
    seen, end = b"", time.monotonic() + 20
    while marker not in seen and time.monotonic() < end:
        if select.select([fd], [], [], 0.05)[0]:
            data = os.read(fd, 65536)
            seen += data
            if b"\x1b[?2026$p" in data:
                os.write(fd, b"\x1b[?2026;2$y")
    cpu_ms = process_cpu_ns(pid) / 1e6
    rss_mb = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 1e6
    os.kill(pid, signal.SIGTERM)
    while True:
        try:
            if not os.read(fd, 65536):
                break
        except OSError:
            break
    os.waitpid(pid, 0)
    os.close(fd)
    assert marker in seen, f"{marker!r} was never shown"
    return cpu_ms, rss_mb


def main() -> None:
    """Run the rounds and print the least of each."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as folder:
        os.environ.update(XDG_DATA_HOME=folder)
        live = [EDGETOP, "run", "tiny", "--on", "null", "--input", "noise"]
        bare, help_ms, textual, picker, screen = [], [], [], [], []
        for _ in range(rounds):
            bare.append(run([sys.executable, "-c", "pass"]))
            help_ms.append(run([EDGETOP, "--help"]))
            textual.append(paint([sys.executable, "-c", BARE_APP], b"nothing else"))
            picker.append(paint([EDGETOP], b"Settings"))
            screen.append(paint(live, b"Latency"))
    python = min(bare)
    print(f"bare Python           {python:6.1f} ms")
    print(f"edgetop --help        {min(help_ms):6.1f} ms = {min(help_ms) / python:.2f} x (goal 2.5)")
    for name, measured in (("bare Textual app", textual), ("picker, full paint", picker), ("live, full paint", screen)):
        cpu_ms, rss_mb = min(cpu for cpu, _ in measured), max(rss for _, rss in measured)
        print(f"{name:<20} {cpu_ms:7.1f} ms = {cpu_ms / python:.1f} x (goal 200 ms); RSS {rss_mb:.1f} MB (goal 40)")


if __name__ == "__main__":
    main()
