"""What `edgetop list frameworks` costs: from nothing, from memory, and where most frameworks are absent.

    python tests/bench/bench_list.py [ROUNDS]

Wall and CPU seconds of the command and its children, the least of the rounds, and CPU as multiples of a Python that
imports numpy in the same run; rounds alternate, so that a drift of the machine falls on all. The goal is 1.5 s of
wall time from memory, on a machine that does nothing else. Absent: each framework in an interpreter that has numpy
alone. Its first look, where each framework runs a model in a child, is bounded by the slowest import, which is shown.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy

EDGETOP = [sys.executable, "-m", "edgetop"]
GOAL_S = 1.5


def cost(command: list[str], cache: Path) -> tuple[float, float, bytes]:
    """Wall seconds, CPU seconds of a command with its children, and what it prints."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "XDG_CACHE_HOME": str(cache), "XDG_DATA_HOME": str(cache / "data")}
    done = subprocess.run(command, env=environment, capture_output=True, check=True)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return wall, cpu, done.stdout


def numpy_alone(folder: Path) -> str:
    """An interpreter that has our numpy and nothing else."""
    venv.create(folder, with_pip=False, symlinks=True)
    (packages,) = (folder / "lib").glob("*/site-packages")
    home = Path(numpy.__file__).parent.parent
    for name in ("numpy", "numpy.libs"):
        if (home / name).exists():
            (packages / name).symlink_to(home / name)
    return str(folder / "bin" / "python")


def main() -> None:
    """Run the rounds and print the least of each."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    listing = [*EDGETOP, "list", "frameworks", "--json"]
    figures: dict[str, list[tuple[float, float]]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        alone = numpy_alone(folder / "alone")
        known = [row["name"] for row in json.loads(cost(listing, folder / "look")[2])]
        absent = [*EDGETOP, *(f"--python={each}={alone}" for each in known), "list", "frameworks", "--json"]
        for number in range(rounds):
            cache = folder / str(number)
            for what, command in (
                ("Python with numpy", [sys.executable, "-c", "import numpy"]),
                ("all, from nothing", listing),
                ("all, from memory", listing),
                ("absent, from nothing", absent),
                ("absent, from memory", absent),
            ):
                wall, cpu, shown = cost(command, cache)
                figures.setdefault(what, []).append((wall, cpu))
        rows = json.loads(cost(listing, cache)[2])
        here = [row["name"] for row in rows if not row["why_not"]]
        gone = [row["name"] for row in json.loads(shown) if row["why_not"]]
    base = min(cpu for _, cpu in figures["Python with numpy"])
    print(f"here: {', '.join(here)}; of {len(known)} known")
    print(f"absent beside numpy alone: {', '.join(gone)}")
    for what, measured in figures.items():
        wall, cpu = (min(each[place] for each in measured) for place in (0, 1))
        print(f"{what:<22} {wall:6.2f} s wall, {cpu:6.2f} s CPU = {cpu / base:5.1f} x Python with numpy")
    wall = min(each[0] for each in figures["all, from memory"])
    print(f"goal: {GOAL_S} s from memory: {'reached' if wall < GOAL_S else 'not reached'} ({wall:.2f} s)")


if __name__ == "__main__":
    main()
