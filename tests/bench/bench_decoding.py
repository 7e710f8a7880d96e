"""How long it takes to make boxes of a detector's heads: ``python tests/bench/bench_decoding.py [MODEL ...]``

The heads are random. "few" have a handful of likely anchors, as a trained network's have; "all" see something
nearly everywhere, as those of seeded weights do, which is the slowest case. The shortest of 15 is told.
"""

from __future__ import annotations

import sys
import time

import numpy as np

from edgetop.networks import zoo
from edgetop.networks.detection.found import detections

TIMES = 15
SHIFTS = {"few": -4.5, "all": 0.0}
"""What is added to normal numbers; a sigmoid of -4.5 is 0.01, at which training of detectors begins."""


def random_heads(name: str, shift: float) -> list[np.ndarray]:
    """Heads of a model's shapes."""
    graph, numbers = zoo.build(name), np.random.default_rng(0)
    return [numbers.normal(shift, 1.0, (1, *graph.node(output).shape)).astype(np.float32) for output in graph.outputs]


def shortest_ms(name: str, heads: list[np.ndarray]) -> tuple[float, int]:
    """The shortest time of decoding and suppression, and how many boxes were left."""
    durations = []
    for _ in range(TIMES):
        start = time.perf_counter()
        found = detections(heads, zoo.card(name), (640, 480))
        durations.append(time.perf_counter() - start)
    return min(durations) * 1000, len(found)


def main() -> None:
    """Measure and print."""
    print(f"{'model':20} {'heads':6} {'time':>9} {'boxes':>6}")
    for name in sys.argv[1:] or [name for name in zoo.names() if zoo.card(name).task == "detection"]:
        for kind, shift in SHIFTS.items():
            milliseconds, count = shortest_ms(name, random_heads(name, shift))
            print(f"{name:20} {kind:6} {milliseconds:6.2f} ms {count:6}")


if __name__ == "__main__":
    main()
