"""What a picture costs outside of inference when accuracy is measured: ``python tests/bench/bench_accuracy.py [COUNT]``

The shipped pictures in variants, as JPEGs of about ImageNet's size, are made into inputs of EfficientNet-Lite0 alone,
and then while LiteRT infers, in a thread of their own that works ahead: what inference does not hide is the rest. The
least of three rounds is told. Inference is slower than alone where both share the machine's cores.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time

import numpy as np
from PIL import Image

from edgetop.config import asset
from edgetop.inputs.ahead import Ahead
from edgetop.inputs.calibration import variant
from edgetop.inputs.pictures import read_picture
from edgetop.measure.turns import Turns
from edgetop.networks import zoo
from edgetop.plan import AccuracySettings, Plan, RunSpec

MODEL = "efficientnet_lite0"
COUNT, ROUNDS = 200, 3
SIZE = (500, 375)


def data_set(folder: str, count: int) -> None:
    """Pictures and their list."""
    with open(os.path.join(folder, "labels.txt"), "w", encoding="utf-8") as labels:
        for number in range(count):
            pixels = variant(read_picture(asset(("cat.jpg", "coffee.jpg")[number % 2])), number // 2)
            Image.fromarray(np.ascontiguousarray(pixels)).resize(SIZE).save(os.path.join(folder, f"{number}.jpg"))
            labels.write(f"{number}.jpg {(282, 967)[number % 2]}\n")


def preparing_ms(folder: str, count: int) -> float:
    """Milliseconds a picture, where nothing else is done."""
    start = time.perf_counter()
    with Ahead(range(count), lambda n: os.path.join(folder, f"{n}.jpg"), zoo.card(MODEL), lambda *_: "") as batches:
        made = sum(len(batch.numbers) for batch in batches)
    return (time.perf_counter() - start) / made * 1e3


def cost_ms(folder: str, precision: str) -> tuple[float, float]:
    """Milliseconds a picture in all, and of inference."""
    events = []
    settings = AccuracySettings(folder, again=True, only=True)
    turns = Turns(
        Plan((RunSpec(0, MODEL, "litert", precision),), "noise", accuracy=settings), events.append, lambda *_: None
    )
    turns.run()
    data = [event.data for event in events if event.kind == "accuracy"][-1]
    return data["wall_ns"] / data["shown"] / 1e6, data["infer_ns"] / data["shown"] / 1e6


def main() -> None:
    """Measure and print."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else COUNT
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CACHE_HOME"] = os.environ.get("XDG_CACHE_HOME", folder)
        data_set(folder, count)
        print(f"preparing alone {min(preparing_ms(folder, count) for _ in range(ROUNDS)):.2f} ms a picture")
        for precision in ("fp32", "int8"):
            wall, infer = min(cost_ms(folder, precision) for _ in range(ROUNDS))
            print(f"LiteRT {precision}: {wall:.2f} ms a picture, {infer:.2f} of inference, {wall - infer:.2f} the rest")


if __name__ == "__main__":
    main()
