"""MnasNet-B1 at width 1.0; nodes are named as torchvision's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET, SEEDED, ModelCard
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "mnasnet1_0": ModelCard(
        name="mnasnet1_0",
        title="MnasNet 1.0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=IMAGENET,
        classes=1000,
        parameters=4_364_352,
        macs=314_415_872,
        paper="https://arxiv.org/abs/1807.11626",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="bd7ccaaa15dd33890626e48d5029a6251ae5fbd428730fc70575e1c89b8ff534",
    ),
}
STACKS = (
    # kernel, stride of the first, expansion, channels, repeats
    (3, 2, 3, 24, 3),
    (5, 2, 3, 40, 3),
    (5, 2, 6, 80, 3),
    (3, 1, 6, 96, 2),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)
FIRST_STACK = 8
"""The index of the first stack in torchvision's list of modules."""


def structure() -> Graph:
    """The network without weights: half a kernel of padding on all sides, as in PyTorch."""
    b = Builder("mnasnet1_0", (3, 224, 224))
    x = b.conv("layers_0", "input", 32, 3, stride=2, pad=1, act="relu")
    x = b.conv("layers_3", x, 32, 3, groups=32, act="relu")
    x = b.conv("layers_6", x, 16)
    for stack, (kernel, first_stride, expansion, channels, repeats) in enumerate(STACKS, FIRST_STACK):
        for repeat in range(repeats):
            stride = first_stride if repeat == 0 else 1
            x = _inverted_residual(b, f"layers_{stack}_{repeat}", x, kernel, stride, expansion, channels)
    x = b.conv("layers_14", x, 1280, act="relu")
    b.softmax("softmax", b.fc("classifier_1", b.gap("gap", x), 1000))
    return b.finish()


def _inverted_residual(
    b: Builder, name: str, source: str, kernel: int, stride: int, expansion: int, channels: int
) -> str:
    """Expand, convolve each channel, project without activation; with a shortcut where the shapes allow."""
    wide = b.channels(source) * expansion
    x = b.conv(f"{name}_layers_0", source, wide, act="relu")
    x = b.conv(f"{name}_layers_3", x, wide, kernel, stride=stride, pad=kernel // 2, groups=wide, act="relu")
    x = b.conv(f"{name}_layers_6", x, channels)
    shortcut = stride == 1 and channels == b.channels(source)
    return b.add(f"{name}_add", source, x) if shortcut else x


def mnasnet1_0() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=6)
