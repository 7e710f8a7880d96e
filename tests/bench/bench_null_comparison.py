"""A framework against itself: how often a difference is called where there is none, and how the ratio scatters.

    python tests/bench/bench_null_comparison.py [SESSIONS] [SECONDS] [MODEL] [LOAD]

Each session has two runs of one model on LiteRT with one thread, which take turns as any two runs do, beside LOAD busy
processes for each core. A session needs 20 pairs of turns: ten seconds, more under load. Of verdicts with a 95 %
interval, 5 in 100 call a difference; the ratio's standard deviation over the sessions is to be
1 % at most, raw or less waiting.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import statistics
import sys
import time
from collections.abc import Iterator

from edgetop.commands.headless import Quiet
from edgetop.controls import Command
from edgetop.engine.resolve import NO_RECORD
from edgetop.engine.start import live_loop
from edgetop.plan import Plan, RunSpec
from edgetop.readings import Missing
from edgetop.run_figures import Verdict

SESSIONS, SECONDS, MODEL, LOAD = 100, 20.0, "squeezenet1_1", 1.0
FRAMEWORK = "litert"


def main() -> int:
    """Measure, print a line a session and the sum of them; 1 where a goal is missed."""
    said = sys.argv[1:]
    sessions = int(said[0]) if said else SESSIONS
    seconds = float(said[1]) if len(said) > 1 else SECONDS
    model = said[2] if len(said) > 2 else MODEL
    load = float(said[3]) if len(said) > 3 else LOAD
    found = []
    with _busy(round(load * (os.cpu_count() or 1))):
        for number in range(1, sessions + 1):
            verdict = _session(model, seconds)
            if isinstance(verdict.value, Missing):
                print(f"{number}: {verdict.value.reason}", flush=True)
                continue
            found.append(verdict)
            print(f"{number}: {verdict.value:.4f}, 95 % {verdict.low:.4f} to {verdict.high:.4f}", flush=True)
    return _told(found)


def _told(found: list[Verdict]) -> int:
    if len(found) < 2:
        print("too few sessions had enough pairs of turns: give them more seconds")
        return 1
    called = sum(not (_number(one.low) <= 1.0 <= _number(one.high)) for one in found)
    raw = statistics.stdev(_number(one.value) for one in found)
    less = statistics.stdev(_number(one.corrected) for one in found)
    print(f"a difference was called in {called} of {len(found)} sessions")
    print(f"standard deviation of the ratio: {100 * raw:.2f} %, less waiting {100 * less:.2f} %")
    return 0 if called <= max(1.0, 0.05 * len(found)) and min(raw, less) <= 0.01 else 1


def _number(value: object) -> float:
    assert isinstance(value, float)
    return value


def _session(model: str, seconds: float) -> Verdict:
    """The verdict on speed of two runs that are the same."""
    runs = tuple(RunSpec(place, model, FRAMEWORK, threads=1) for place in range(2))
    loop = live_loop(Plan(runs, duration_s=seconds, record=NO_RECORD), Quiet(), _wait)
    loop.run()
    return next(verdict for verdict in loop.last.verdicts if verdict.kind == "latency")


def _wait(timeout_s: float) -> list[Command]:
    time.sleep(timeout_s)
    return []


@contextlib.contextmanager
def _busy(count: int) -> Iterator[None]:
    """So many processes that compute without end meanwhile."""
    workers = [multiprocessing.Process(target=_compute, daemon=True) for _ in range(count)]
    for worker in workers:
        worker.start()
    try:
        yield
    finally:
        for worker in workers:
            worker.terminate()


def _compute() -> None:
    while True:
        sum(range(10_000))


if __name__ == "__main__":
    sys.exit(main())
