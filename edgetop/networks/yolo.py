"""YOLOv5 in its sixth version, small (s) and smaller still (n); nodes are named as its modules.

Its heads are for each map of features, the largest first, [3 anchors * 85, H, W]: the box's four numbers,
whether something is there, and which of 80 classes.
"""

from __future__ import annotations

from functools import partial

from edgetop.networks.builder import Builder
from edgetop.networks.cards import SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CLASSES = 80
ANCHORS = 3
WIDTHS = {"yolov5n": 16, "yolov5s": 32}
"""Channels of the first layer; all others are multiples of them."""
SEEDS = {"yolov5n": 23, "yolov5s": 24}
PARAMETERS = {"yolov5n": 1_867_405, "yolov5s": 7_225_885}
MACS = {"yolov5n": 558_515_200, "yolov5s": 2_054_195_200}
"""For 320 pixels."""
SIZES = {"": 320, "_640": 640}
"""What is added to the name, and the side of the input."""
SHA256 = {
    "yolov5n": "a08b3106205e5528cb8d6b4782ec7a0dcb9c4f20dfced086755ac1041b2db22e",
    "yolov5n_640": "11b30bb1d20aba11843b6f4f7665ce925a0bf1fb6bf210f7cac4d514db079f13",
    "yolov5s": "160a3ee8ec9bd977cbca18b1dc96c5f659a646397a4333f8b8fe8850631bcbd4",
    "yolov5s_640": "0968001f3ab7873b1893c959c6283b6955d769ece8f2d47191ba48556daac9ab",
}


def _card(network: str, suffix: str) -> ModelCard:
    size = SIZES[suffix]
    return ModelCard(
        name=network + suffix,
        title=f"YOLOv5{network[-1]} {size}",
        task="detection",
        input_shape=(1, 3, size, size),
        preprocessing=Preprocessing(
            resize=size, crop=size, mean=(0.0,) * 3, std=(255.0,) * 3, fit="letterbox", fill=(114, 114, 114)
        ),
        classes=CLASSES,
        parameters=PARAMETERS[network],
        macs=MACS[network] * size**2 // SIZES[""] ** 2,
        paper="https://doi.org/10.5281/zenodo.3908559",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256=SHA256[network + suffix],
        heads="yolov5",
    )


CARDS = {network + suffix: _card(network, suffix) for network in WIDTHS for suffix in SIZES}


def structure(network: str, suffix: str) -> Graph:
    """The network without weights: half a kernel of padding on all sides."""
    size, width = SIZES[suffix], WIDTHS[network]
    b = Builder(network + suffix, (3, size, size))
    x = _conv(b, "model_0", "input", width, 6, stride=2)
    ends = []
    for layer, (times, repeats) in zip((1, 3, 5, 7), ((2, 1), (4, 2), (8, 3), (16, 1))):
        x = _conv(b, f"model_{layer}", x, times * width, 3, stride=2)
        x = _c3(b, f"model_{layer + 1}", x, times * width, repeats, shortcut=True)
        ends.append(x)
    x = _pools(b, "model_9", x, 16 * width)
    # From the smallest map up to the largest, and down again.
    middle = _conv(b, "model_10", x, 8 * width)
    x = b.concat("model_12", b.up2("model_11", middle), ends[2])
    x = _c3(b, "model_13", x, 8 * width)
    large = _conv(b, "model_14", x, 4 * width)
    x = b.concat("model_16", b.up2("model_15", large), ends[1])
    first = _c3(b, "model_17", x, 4 * width)
    x = b.concat("model_19", _conv(b, "model_18", first, 4 * width, 3, stride=2), large)
    second = _c3(b, "model_20", x, 8 * width)
    x = b.concat("model_22", _conv(b, "model_21", second, 8 * width, 3, stride=2), middle)
    third = _c3(b, "model_23", x, 16 * width)
    maps = (first, second, third)
    heads = [b.conv(f"model_24_m_{i}", each, ANCHORS * (5 + CLASSES)) for i, each in enumerate(maps)]
    return b.finish(*heads)


def _conv(b: Builder, name: str, source: str, channels: int, kernel: int = 1, *, stride: int = 1) -> str:
    pad = 2 if kernel == 6 else kernel // 2
    return b.conv(f"{name}_conv", source, channels, kernel, stride=stride, pad=pad, act="silu")


def _c3(b: Builder, name: str, source: str, channels: int, repeats: int = 1, *, shortcut: bool = False) -> str:
    """Half of the channels through bottlenecks, the other half past them; joined by a third convolution."""
    half = channels // 2
    x = _conv(b, f"{name}_cv1", source, half)
    past = _conv(b, f"{name}_cv2", source, half)
    for i in range(repeats):
        y = _conv(b, f"{name}_m_{i}_cv1", x, half)
        y = _conv(b, f"{name}_m_{i}_cv2", y, half, 3)
        x = b.add(f"{name}_m_{i}_add", x, y) if shortcut else y
    return _conv(b, f"{name}_cv3", b.concat(f"{name}_concat", x, past), channels)


def _pools(b: Builder, name: str, source: str, channels: int) -> str:
    """The values beside the highest of them over 5, 9 and 13 pixels."""
    seen = [_conv(b, f"{name}_cv1", source, b.channels(source) // 2)]
    for i in range(3):
        seen.append(b.pool(f"{name}_m_{i}", seen[-1], "max", 5, stride=1, pad=2))
    return _conv(b, f"{name}_cv2", b.concat(f"{name}_concat", *seen), channels)


def _build(network: str, suffix: str) -> Graph:
    """The network with its seeded weights, which are the same for both sizes."""
    return seeded(structure(network, suffix), SEEDS[network])


yolov5n, yolov5n_640, yolov5s, yolov5s_640 = (partial(_build, n, s) for n in WIDTHS for s in SIZES)
