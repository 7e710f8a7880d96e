"""SSD with MobileNetV1 for pictures of 300 pixels, as TensorFlow's Object Detection API has it.

Nodes are named as its variables' scopes. Its heads, and those of other networks of that kind, are for each map of
features, the largest first, boxes [anchors * 4, H, W] and classes [anchors * 91, H, W], class 0 the background.
"""

from __future__ import annotations

from collections.abc import Sequence

from edgetop.networks.builder import Builder
from edgetop.networks.cards import INCEPTION_MEAN, INCEPTION_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.mobilenet_v1 import STAGES
from edgetop.networks.weights import seeded

SIZE, CLASSES = 300, 91
CARDS = {
    "ssd_mobilenet_v1": ModelCard(
        name="ssd_mobilenet_v1",
        title="SSD MobileNetV1",
        task="detection",
        input_shape=(1, 3, SIZE, SIZE),
        preprocessing=Preprocessing(resize=SIZE, crop=SIZE, mean=INCEPTION_MEAN, std=INCEPTION_STD, fit="stretch"),
        classes=CLASSES,
        parameters=6_807_167,
        macs=1_237_129_408,
        paper="https://arxiv.org/abs/1611.10012",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="252ac0c78ac83c700fe3fe31d8c2c263130ae44cc7fd3a820db971f4a89c0e2e",
        heads="ssd",
    ),
}
EXTRA = ((256, 512), (128, 256), (128, 256), (64, 128))
"""Channels of the layers behind the network, each halving the size: squeezed, then spread."""
ANCHORS = (3, 6, 6, 6, 6, 6)
"""At each place of each map, the largest map first."""


def structure() -> Graph:
    """The network without weights: all padding is TensorFlow's SAME."""
    b = Builder("ssd_mobilenet_v1", (3, SIZE, SIZE))
    stages = _mobilenet(b)
    maps = [*stages[-2:]]
    for number, (squeezed, channels) in enumerate(EXTRA, 2):
        name = "Conv2d_13_pointwise"
        x = b.conv(f"{name}_1_Conv2d_{number}_1x1_{squeezed}", maps[-1], squeezed, act="relu6")
        maps.append(b.conv(f"{name}_2_Conv2d_{number}_3x3_s2_{channels}", x, channels, 3, stride=2, act="relu6"))
    return b.finish(*heads(b, maps, ANCHORS, depthwise=False))


def _mobilenet(b: Builder) -> list[str]:
    """What each stage gives."""
    x, number, ends = b.conv("Conv2d_0", "input", 32, 3, stride=2, act="relu6"), 1, []
    for channels, repeats, first_stride in STAGES:
        for repeat in range(repeats):
            depth, stride = b.channels(x), first_stride if repeat == 0 else 1
            x = b.conv(f"Conv2d_{number}_depthwise", x, depth, 3, stride=stride, groups=depth, act="relu6")
            x = b.conv(f"Conv2d_{number}_pointwise", x, channels, act="relu6")
            number += 1
        ends.append(x)
    return ends


def heads(b: Builder, maps: Sequence[str], anchors: Sequence[int], *, depthwise: bool) -> list[str]:
    """Boxes and classes of every map by 1 x 1 convolutions, with one of each channel before them where wanted."""
    outputs = []
    for number, (features, count) in enumerate(zip(maps, anchors)):
        for kind, values in (("BoxEncoding", 4), ("Class", CLASSES)):
            name, x = f"BoxPredictor_{number}_{kind}Predictor", features
            if depthwise:
                depth = b.channels(x)
                x = b.conv(f"{name}_depthwise", x, depth, 3, groups=depth, act="relu6")
            outputs.append(b.conv(name, x, count * values))
    return outputs


def ssd_mobilenet_v1() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=21)
