"""How often the interval of a difference in mAP holds the true one; and that of one mAP, which edgetop does not give.

    python tests/bench/bench_map_intervals.py [SAMPLES] [PICTURES ...]

Two made-up detectors answer to 6,000 made-up pictures, whose mAP is taken as the true one. SAMPLES times so many
PICTURES of them are chosen by chance, and the pictures chosen are drawn anew as edgetop does.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parent.parent / "fakes"))
from boxes import synthetic

from edgetop.analysis.accuracy import Z95
from edgetop.analysis.precision_draws import Matched, drawn, half_interval, mean_ap
from edgetop.analysis.precision_recall import average_precision

ALL, SAMPLES, PICTURES = 6_000, 100, (50, 100, 200)


def second(found, numbers):
    """A detector that finds a twentieth less, and each box not quite where the first one does."""
    return {
        picture: [
            (
                category,
                min(1.0, max(0.0, score + numbers.normal(0, 0.1))),
                *np.maximum(numbers.normal(box, 4), 1).tolist(),
            )
            for category, score, *box in rows
            if numbers.random() > 0.05
        ]
        for picture, rows in found.items()
    }


def part(categories: Sequence[Matched], chosen) -> list[Matched]:
    """What was found in some of the pictures."""
    places = np.full(ALL, -1)
    places[chosen] = np.arange(len(chosen))
    kept = [(one, places[one.picture] >= 0) for one in categories]
    return [Matched(places[one.picture[k]], one.right[:, k], one.wrong[:, k], one.present[chosen]) for one, k in kept]


def main(samples: int, sizes: Sequence[int]) -> None:
    numbers = np.random.default_rng(5)
    truth, found = synthetic(11, ALL)
    both = [average_precision(truth, each) for each in (found, second(found, numbers))]
    print(f"true mAP {100 * both[0].mean:.2f} and {100 * both[1].mean:.2f} %; of {samples} samples hold it")
    print("pictures  difference  single  single, less what draws are too high")
    for size in sizes:
        held = np.zeros(3, int)
        for _ in range(samples):
            chosen = np.sort(numbers.choice(ALL, size, replace=False))
            parts = [part(each.matched, chosen) for each in both]
            values = [mean_ap(each, np.ones(size, np.int64)) for each in parts]
            first, other = (drawn(each, size) for each in parts)
            true = both[0].mean - both[1].mean
            half = Z95 * float(first.std(ddof=1))
            held += (
                abs(values[0] - values[1] - true) <= half_interval(first, other),
                abs(values[0] - both[0].mean) <= half,
                abs(2 * values[0] - first.mean() - both[0].mean) <= half,
            )
        print(f"{size:8}" + "".join(f"{100 * share:10.0f} %" for share in held / samples), flush=True)


if __name__ == "__main__":
    said = [int(word) for word in sys.argv[1:]]
    main(said[0] if said else SAMPLES, said[1:] or PICTURES)
