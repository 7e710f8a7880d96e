"""ResNet-50; nodes are named as torchvision's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET, SEEDED, ModelCard
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "resnet50": ModelCard(
        name="resnet50",
        title="ResNet-50",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=IMAGENET,
        classes=1000,
        parameters=25_530_472,
        macs=4_089_184_256,
        paper="https://arxiv.org/abs/1512.03385",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="bd3fd10f2e48b7077e51b54e90ef8be9088b304d263c83b0b68f80751f7daba6",
    ),
}
STAGES = ((64, 3, 1), (128, 4, 2), (256, 6, 2), (512, 3, 2))
"""Channels inside a block, repeats, stride of the first."""
EXPANSION = 4
"""A block gives so many times the channels inside it."""


def structure() -> Graph:
    """The network without weights; the stride is in the 3 x 3 convolution, as in torchvision."""
    b = Builder("resnet50", (3, 224, 224))
    x = b.conv("conv1", "input", 64, 7, stride=2, pad=3, act="relu")
    x = b.pool("maxpool", x, "max", 3, stride=2, pad=1)
    for stage, (channels, repeats, first_stride) in enumerate(STAGES, 1):
        for repeat in range(repeats):
            x = _bottleneck(b, f"layer{stage}_{repeat}", x, channels, first_stride if repeat == 0 else 1)
    b.softmax("softmax", b.fc("fc", b.gap("gap", x), 1000))
    return b.finish()


def _bottleneck(b: Builder, name: str, source: str, channels: int, stride: int) -> str:
    """Fewer channels, 3 x 3, many channels, added to the source or to a projection of it."""
    x = b.conv(f"{name}_conv1", source, channels, act="relu")
    x = b.conv(f"{name}_conv2", x, channels, 3, stride=stride, pad=1, act="relu")
    x = b.conv(f"{name}_conv3", x, channels * EXPANSION)
    if b.shape(source) != b.shape(x):
        source = b.conv(f"{name}_downsample_0", source, channels * EXPANSION, stride=stride, pad=0)
    return b.add(f"{name}_add", x, source, act="relu")


def resnet50() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=8)
