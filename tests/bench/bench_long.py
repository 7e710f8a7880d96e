"""What a live session of a day does to the engine's memory, and whether its replay ends in the same digits.

    python tests/bench/bench_long.py [SECONDS [RATE]]

Two runs, 100 inferences a second each, four sensors, recorded; a day of them takes some minutes.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROGRAM = Path(__file__).parents[1] / "fakes" / "long_session.py"
EDGETOP = Path(sys.executable).with_name("edgetop")
GROWTH_MB = 40.0


def main():
    seconds, rate = [*sys.argv[1:3], *("86400", "200")[len(sys.argv) - 1 :]]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "day.edgetop")
        live = json.loads(subprocess.check_output([sys.executable, str(PROGRAM), seconds, rate, path]))
        replayed = json.loads(subprocess.check_output([EDGETOP, "replay", path, "--json", "-"]))
        size_mb = os.path.getsize(path) / 1e6
    memory = [mb for _, mb in sorted((int(second), mb) for second, mb in live["memory_mb"].items())]
    growth = max(memory[len(memory) // 3 :]) - max(memory[: len(memory) // 3])
    same = live["result"]["results"] == replayed["results"] and live["result"]["comparison"] == replayed["comparison"]
    counts = [run["latency_s"]["n"] for run in replayed["results"]]
    print(f"{seconds} s, {sum(counts):,} samples in the figures, {size_mb:.0f} MB, in {live['took_s']:.0f} s")
    print("resident MB by the twenty-fourth: " + " ".join(f"{mb:.0f}" for mb in memory))
    print(f"growth after the first third {growth:10.1f} MB  {'ok' if growth <= GROWTH_MB else f'over {GROWTH_MB}'}")
    print(f"live and replayed figures    {'the same' if same else 'DIFFER'}")
    return int(growth > GROWTH_MB or not same)


if __name__ == "__main__":
    raise SystemExit(main())
