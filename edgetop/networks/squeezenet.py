"""SqueezeNet 1.0 and 1.1; nodes are named as torchvision's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET, SEEDED, ModelCard
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "squeezenet1_0": ModelCard(
        name="squeezenet1_0",
        title="SqueezeNet 1.0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=IMAGENET,
        classes=1000,
        parameters=1_248_424,
        macs=818_924_576,
        paper="https://arxiv.org/abs/1602.07360",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="c0b8dcf71a96ebafe495355ed96d7a13983bcde2c602a314883393ee24fb5044",
    ),
    "squeezenet1_1": ModelCard(
        name="squeezenet1_1",
        title="SqueezeNet 1.1",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=IMAGENET,
        classes=1000,
        parameters=1_235_496,
        macs=349_151_936,
        paper="https://arxiv.org/abs/1602.07360",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="24ddde0d017263ce7c03d2ab5e7de6d5d2778691c224f71a0933708bb800090d",
    ),
}
FIRE = ((16, 64), (16, 64), (32, 128), (32, 128), (48, 192), (48, 192), (64, 256), (64, 256))
"""Channels of each module: squeezed, and of either expansion."""


def squeezenet1_0() -> Graph:
    """The network with its seeded weights."""
    # Pools round up in the original; of the three sizes they meet, 54 is the one where that differs.
    return seeded(_structure("squeezenet1_0", 96, 7, pools_before=(3, 7, 12)), seed=3)


def squeezenet1_1() -> Graph:
    """The network with its seeded weights."""
    return seeded(_structure("squeezenet1_1", 64, 3, pools_before=(3, 6, 9)), seed=4)


def _structure(name: str, channels: int, kernel: int, pools_before: tuple[int, ...]) -> Graph:
    b = Builder(name, (3, 224, 224))
    x = b.conv("features_0", "input", channels, kernel, stride=2, pad=0, act="relu")
    index = 2  # in torchvision's list of modules, where activations and pools count
    for squeezed, expanded in FIRE:
        if index + 1 in pools_before:
            x = b.pool(f"features_{index}", x, "max", 3, stride=2, pad="same" if b.shape(x)[1] % 2 == 0 else 0)
            index += 1
        x = _fire(b, f"features_{index}", x, squeezed, expanded)
        index += 1
    x = b.conv("classifier_1", x, 1000, act="relu")
    b.softmax("softmax", b.gap("gap", x))
    return b.finish()


def _fire(b: Builder, name: str, source: str, squeezed: int, expanded: int) -> str:
    """Fewer channels, then more by two kernels side by side."""
    x = b.conv(f"{name}_squeeze", source, squeezed, act="relu")
    parts = [b.conv(f"{name}_expand{k}x{k}", x, expanded, k, act="relu") for k in (1, 3)]
    return b.concat(name, *parts)
