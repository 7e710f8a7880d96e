"""What the live screen costs, beside other monitors of the terminal: CPU, bytes to the terminal and memory.

    python tests/bench/bench_screen.py [--size 120x40] [--hz 4] [--seconds 8] [--rounds 3] [--runs 3] [--alone]
                                       [--picture] [--operators shown|hidden] [--profile FILE]

All run in the same pseudo-terminal, one after the other, in rounds; the figures are the medians of the rounds. The
screen's process reads snapshots as JSON lines from a pipe, as it does from the engine. Goals at 4 Hz and 120x40, on
which the exit code depends: at most 1.6 times btop's CPU and below bpytop's, s-tui's and glances'; 3 KB/s, below htop;
38 MB. CPU on the machine that the goals were set on is told by what bare Python takes to start here and took there.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from statistics import median

from peers import peers
from screen_feed import operators_line, picture_line, snapshot_line
from terminal import Terminal

WARM_S = 3.0
CHILD = Path(__file__).with_name("screen_child.py")
BARE_THERE_MS = 9.0
"""CPU time of ``python -c pass`` where the goals were set."""
GOALS = {"120x40": (1.5, 3000.0), "80x24": (1.1, 2000.0)}
"""Per cent of a core there, and bytes a second."""
RSS_GOAL_MB = 38.0
TIMES_BTOP = 1.6
DEARER = ("bpytop", "s-tui", "glances")

Cost = tuple[float, float, float]
"""Per cent of a core, bytes a second, resident megabytes."""


def lines_of(options):
    """What the screen is fed with, in order."""
    lines = [snapshot_line(k, options.runs) for k in range(int((WARM_S + options.seconds + 1) * options.hz))]
    if options.picture:
        lines[0] = f"{picture_line()}\n{lines[0]}"
    if options.operators:
        lines[0] = "\n".join([*(operators_line(n) for n in range(options.runs)), lines[0]])
    return [f"{line}\n".encode() for line in lines]


def screen(options, size, lines) -> Cost:
    """The screen's own cost, fed at its rate."""
    source, sink = os.pipe()
    words = [options.operators] if options.operators else []
    words += ["--profile", options.profile] if options.profile else []
    terminal = Terminal([sys.executable, str(CHILD), str(source), *words], size, {}, keep=(source,))
    os.close(source)
    period_s, first = 1 / options.hz, int(WARM_S * options.hz)
    time.sleep(1.5)
    begin_s = time.monotonic()
    for k, line in enumerate(lines):
        if k == first:
            began = time.monotonic(), terminal.cpu_s(), terminal.bytes
        os.write(sink, line)
        time.sleep(max(0.0, begin_s + (k + 1) * period_s - time.monotonic()))
    cost = cost_since(began, terminal)
    os.close(sink)
    if options.profile:
        os.waitpid(terminal.pid, 0)
    else:
        terminal.close()
    return cost


def peer(peer, size, seconds) -> Cost:
    """What another monitor costs."""
    terminal = Terminal(peer.command, size, peer.environment)
    time.sleep(WARM_S)
    began = time.monotonic(), terminal.cpu_s(), terminal.bytes
    time.sleep(seconds)
    cost = cost_since(began, terminal)
    terminal.close()
    return cost


def cost_since(began, terminal) -> Cost:
    elapsed_s = time.monotonic() - began[0]
    cpu_percent = 100 * (terminal.cpu_s() - began[1]) / elapsed_s
    return cpu_percent, (terminal.bytes - began[2]) / elapsed_s, terminal.rss_mb()


def bare_ms() -> float:
    """CPU milliseconds of the least that Python does."""
    pid = os.spawnv(os.P_NOWAIT, sys.executable, [sys.executable, "-c", "pass"])
    usage = os.wait4(pid, 0)[2]
    return 1e3 * (usage.ru_utime + usage.ru_stime)


def checks(size, own: Cost, others, bare):
    """Each goal: what, the figure, its limit."""
    cpu_percent, bytes_s, rss_mb = own
    if size in GOALS:
        yield "% of a core where the goals were set", cpu_percent * BARE_THERE_MS / bare, GOALS[size][0]
        yield "B/s", bytes_s, GOALS[size][1]
    yield "MB resident", rss_mb, RSS_GOAL_MB
    if "btop" in others:
        yield "times btop's CPU", cpu_percent / others["btop"][0], TIMES_BTOP
    for name in DEARER:
        if name in others:
            yield f"times {name}'s CPU", cpu_percent / others[name][0], 1.0
    if "htop" in others:
        yield "times htop's bytes", bytes_s / others["htop"][1], 1.0


def main() -> int:
    """Run the rounds, print the figures and the goals."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--size", default="120x40")
    parser.add_argument("--hz", type=float, default=4.0)
    parser.add_argument("--seconds", type=float, default=8.0)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--alone", action="store_true", help="without other monitors")
    parser.add_argument("--picture", action="store_true", help="show an input picture beside the labels")
    parser.add_argument("--operators", choices=("shown", "hidden"), default="", help="open their panel")
    parser.add_argument("--profile", default="", help="write the screen's profile by cProfile; figures mean nothing")
    options = parser.parse_args()
    columns, rows = map(int, options.size.split("x"))
    others = [] if options.alone or options.hz != 4 else peers()
    lines = lines_of(options)
    costs: dict[str, list[Cost]] = {}
    bare = []
    for _ in range(options.rounds):
        bare += [bare_ms() for _ in range(5)]
        costs.setdefault("edgetop", []).append(screen(options, (columns, rows), lines))
        for other in others:
            cpu_percent, bytes_s, rss_mb = peer(other, (columns, rows), options.seconds)
            # One that cannot be had at just this rate is told as if it could.
            costs.setdefault(other.name, []).append((cpu_percent * 4 / other.hz, bytes_s * 4 / other.hz, rss_mb))
    medians = {name: tuple(map(median, zip(*found))) for name, found in costs.items()}
    print(f"{options.size}, {options.hz:g} Hz, {options.runs} runs, snapshots of {len(lines[-1])} bytes:")
    for name, (cpu_percent, bytes_s, rss_mb) in medians.items():
        print(f"  {name:<8} {cpu_percent:5.2f} % of a core, {bytes_s:7.0f} B/s, {rss_mb:5.1f} MB resident")
    print(f"  bare Python starts in {min(bare):.1f} ms of CPU time; {BARE_THERE_MS:.0f} where the goals were set")
    if options.hz != 4:
        return 0
    failed = 0
    for title, figure, limit in checks(options.size, medians.pop("edgetop"), medians, min(bare)):
        failed += figure > limit
        print(f"  {'FAIL' if figure > limit else 'pass'}  {figure:8.2f} {title}, goal {limit:g}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
