"""ShuffleNetV2 at width 1.0; nodes are named as torchvision's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET, SEEDED, ModelCard
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "shufflenet_v2_x1_0": ModelCard(
        name="shufflenet_v2_x1_0",
        title="ShuffleNetV2 1.0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=IMAGENET,
        classes=1000,
        parameters=2_270_514,
        macs=144_907_992,
        paper="https://arxiv.org/abs/1807.11164",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="0473394282cc9cfe01fd0f4810aac1c489c50ea4bd59689624a15b837c5c996e",
    ),
}
STAGES = ((116, 4), (232, 8), (464, 4))
"""Channels and repeats."""


def structure() -> Graph:
    """The network without weights: padding 1 on all sides of a 3 x 3 kernel, as in PyTorch."""
    b = Builder("shufflenet_v2_x1_0", (3, 224, 224))
    x = b.conv("conv1_0", "input", 24, 3, stride=2, pad=1, act="relu")
    x = b.pool("maxpool", x, "max", 3, stride=2, pad=1)
    for stage, (channels, repeats) in enumerate(STAGES, 2):
        x = _shrinking_unit(b, f"stage{stage}_0", x, channels // 2)
        for repeat in range(1, repeats):
            x = _unit(b, f"stage{stage}_{repeat}", x, channels // 2)
    x = b.conv("conv5_0", x, 1024, act="relu")
    b.softmax("softmax", b.fc("fc", b.gap("gap", x), 1000))
    return b.finish()


def _shrinking_unit(b: Builder, name: str, source: str, channels: int) -> str:
    """Two branches of everything, both at half the size."""
    depth = b.channels(source)
    left = b.conv(f"{name}_branch1_0", source, depth, 3, stride=2, pad=1, groups=depth)
    left = b.conv(f"{name}_branch1_2", left, channels, act="relu")
    return _shuffled(b, name, left, _branch(b, name, source, channels, stride=2))


def _unit(b: Builder, name: str, source: str, channels: int) -> str:
    """Half of the channels as they are, the other half through a branch."""
    left, right = b.split(f"{name}_split", source, 2)
    return _shuffled(b, name, left, _branch(b, name, right, channels, stride=1))


def _branch(b: Builder, name: str, source: str, channels: int, stride: int) -> str:
    x = b.conv(f"{name}_branch2_0", source, channels, act="relu")
    x = b.conv(f"{name}_branch2_3", x, channels, 3, stride=stride, pad=1, groups=channels)
    return b.conv(f"{name}_branch2_5", x, channels, act="relu")


def _shuffled(b: Builder, name: str, left: str, right: str) -> str:
    return b.shuffle(f"{name}_shuffle", b.concat(f"{name}_concat", left, right), 2)


def shufflenet_v2_x1_0() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=7)
