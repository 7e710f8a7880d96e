"""MobileNetV2 at width 1.0."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET_MEAN, IMAGENET_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "mobilenet_v2": ModelCard(
        name="mobilenet_v2",
        title="MobileNetV2 1.0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=Preprocessing(resize=256, crop=224, mean=IMAGENET_MEAN, std=IMAGENET_STD),
        classes=1000,
        parameters=3_487_816,
        macs=300_774_272,
        paper="https://arxiv.org/abs/1801.04381",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="5910f2e3640ed0dc965f886d1e9e14f7e5d456cac8391c75306a21a1b59f0de7",
    )
}
BLOCKS = (
    # expansion, channels, repeats, stride of the first
    (1, 16, 1, 1),
    (6, 24, 2, 2),
    (6, 32, 3, 2),
    (6, 64, 4, 2),
    (6, 96, 3, 1),
    (6, 160, 3, 2),
    (6, 320, 1, 1),
)


def structure() -> Graph:
    """The network without weights: padding 1 on all sides of a 3 x 3 kernel, as in PyTorch."""
    b = Builder("mobilenet_v2", (3, 224, 224))
    x = b.conv("stem", "input", 32, 3, stride=2, pad=1, act="relu6")
    number = 0
    for expansion, channels, repeats, first_stride in BLOCKS:
        for repeat in range(repeats):
            x = _inverted_residual(b, f"block{number}", x, first_stride if repeat == 0 else 1, expansion, channels)
            number += 1
    x = b.conv("head", x, 1280, act="relu6")
    b.softmax("softmax", b.fc("classifier", b.gap("gap", x), 1000))
    return b.finish()


def _inverted_residual(b: Builder, name: str, source: str, stride: int, expansion: int, channels: int) -> str:
    """Expand, convolve each channel, project without activation; with a shortcut where the shapes allow."""
    wide = b.channels(source) * expansion
    x = source if expansion == 1 else b.conv(f"{name}_expand", source, wide, act="relu6")
    x = b.conv(f"{name}_depthwise", x, wide, 3, stride=stride, pad=1, groups=wide, act="relu6")
    x = b.conv(f"{name}_project", x, channels)
    shortcut = stride == 1 and channels == b.channels(source)
    return b.add(f"{name}_add", source, x) if shortcut else x


def mobilenet_v2() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=2)
