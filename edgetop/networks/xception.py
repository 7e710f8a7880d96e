"""Xception; nodes are named as timm's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import INCEPTION_MEAN, INCEPTION_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "xception": ModelCard(
        name="xception",
        title="Xception",
        task="classification",
        input_shape=(1, 3, 299, 299),
        preprocessing=Preprocessing(resize=333, crop=299, mean=INCEPTION_MEAN, std=INCEPTION_STD, resample="bicubic"),
        classes=1000,
        parameters=22_851_736,
        macs=8_357_403_496,
        paper="https://arxiv.org/abs/1610.02357",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="64a64c4157caafdbe0246fd4ea39800ba6aec2e6db6483bb009c6dd6b648edf2",
    ),
}
ENTRY = ((128, 128), (256, 256), (728, 728))
MIDDLE = ((728, 728, 728),) * 8
EXIT = ((728, 1024),)
"""Channels after each separable convolution of each block; blocks of the entry and exit halve the size."""


def structure() -> Graph:
    """The network without weights: padding 1 on all sides of a 3 x 3 kernel but in the stem, as in timm."""
    b = Builder("xception", (3, 299, 299))
    x = b.conv("conv1", "input", 32, 3, stride=2, pad=0, act="relu")
    x = b.conv("conv2", x, 64, 3, pad=0, act="relu")
    for number, channels in enumerate(ENTRY + MIDDLE + EXIT, 1):
        x = _block(b, f"block{number}", x, channels, rectified=number == 1, shrinks=channels not in MIDDLE)
    x = _separable(b, "conv3", x, 1536, act="relu")
    x = _separable(b, "conv4", x, 2048, act="relu")
    b.softmax("softmax", b.fc("fc", b.gap("gap", x), 1000))
    return b.finish()


def _block(b: Builder, name: str, source: str, channels: tuple[int, ...], rectified: bool, shrinks: bool) -> str:
    """Separable convolutions, each of a rectified input, beside a shortcut that sees the source as it is."""
    skip = b.conv(f"{name}_skip", source, channels[-1], stride=2, pad=0) if shrinks else source
    x = source if rectified else b.act(f"{name}_rep_0", source, "relu")
    for position, depth in enumerate(channels):
        # Each takes three places in timm's list: activation, convolution, norm; the first may have no activation.
        act = "relu" if position < len(channels) - 1 else ""
        x = _separable(b, f"{name}_rep_{3 * position + (0 if rectified else 1)}", x, depth, act)
    if shrinks:
        x = b.pool(f"{name}_pool", x, "max", 3, stride=2, pad=1)
    return b.add(f"{name}_add", x, skip)


def _separable(b: Builder, name: str, source: str, channels: int, act: str) -> str:
    """Each channel alone, without norm or activation, then all together."""
    depth = b.channels(source)
    x = b.conv(f"{name}_conv1", source, depth, 3, groups=depth)
    return b.conv(f"{name}_pointwise", x, channels, act=act)


def xception() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=10)
