"""DenseNet-121; nodes are named as torchvision's modules, a scale as the norm it stands for."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET, SEEDED, ModelCard
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "densenet121": ModelCard(
        name="densenet121",
        title="DenseNet-121",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=IMAGENET,
        classes=1000,
        parameters=7_974_120,
        macs=2_834_161_664,
        paper="https://arxiv.org/abs/1608.06993",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="8b216962fbd434f80dd35766285fbedd9faad192be814c9a0eb299da326388ac",
    ),
}
LAYERS = (6, 12, 24, 16)
"""Of each dense block."""
GROWTH = 32
"""Channels that each layer adds."""
BOTTLENECK = 4 * GROWTH


def structure() -> Graph:
    """The network without weights: norms before their convolution are scales, norms after it are folded."""
    b = Builder("densenet121", (3, 224, 224))
    x = b.conv("features_conv0", "input", 64, 7, stride=2, pad=3, act="relu")
    x = b.pool("features_pool0", x, "max", 3, stride=2, pad=1)
    for block, layers in enumerate(LAYERS, 1):
        for layer in range(1, layers + 1):
            x = _layer(b, f"features_denseblock{block}_denselayer{layer}", x)
        if block < len(LAYERS):
            x = _transition(b, f"features_transition{block}", x)
    x = b.scale("features_norm5", x, act="relu")
    b.softmax("softmax", b.fc("classifier", b.gap("gap", x), 1000))
    return b.finish()


def _layer(b: Builder, name: str, source: str) -> str:
    """All channels so far, and a few more worked out of them."""
    x = b.scale(f"{name}_norm1", source, act="relu")
    x = b.conv(f"{name}_conv1", x, BOTTLENECK, act="relu")
    return b.concat(f"{name}_concat", source, b.conv(f"{name}_conv2", x, GROWTH, 3))


def _transition(b: Builder, name: str, source: str) -> str:
    """Half the channels at half the size."""
    x = b.scale(f"{name}_norm", source, act="relu")
    x = b.conv(f"{name}_conv", x, b.channels(x) // 2)
    return b.pool(f"{name}_pool", x, "avg", 2, stride=2)


def densenet121() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=9)
