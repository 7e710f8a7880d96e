"""MobileNetV1 at width 1.0; nodes are named as timm's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import INCEPTION_MEAN, INCEPTION_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "mobilenet_v1": ModelCard(
        name="mobilenet_v1",
        title="MobileNetV1 1.0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=Preprocessing(resize=256, crop=224, mean=INCEPTION_MEAN, std=INCEPTION_STD, resample="bicubic"),
        classes=1000,
        parameters=4_221_032,
        macs=568_740_352,
        paper="https://arxiv.org/abs/1704.04861",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="7618783c823512e6b93892fc85f33382ccd30c88cbba35d5dad560a849ffd8e0",
    ),
}
STAGES = ((64, 1, 1), (128, 2, 2), (256, 2, 2), (512, 6, 2), (1024, 2, 2))
"""Channels, repeats, stride of the first."""


def structure() -> Graph:
    """The network without weights: padding 1 on all sides of a 3 x 3 kernel, as in PyTorch."""
    b = Builder("mobilenet_v1", (3, 224, 224))
    x = b.conv("conv_stem", "input", 32, 3, stride=2, pad=1, act="relu6")
    for stage, (channels, repeats, first_stride) in enumerate(STAGES):
        for repeat in range(repeats):
            name, stride = f"blocks_{stage}_{repeat}", first_stride if repeat == 0 else 1
            depth = b.channels(x)
            x = b.conv(f"{name}_conv_dw", x, depth, 3, stride=stride, pad=1, groups=depth, act="relu6")
            x = b.conv(f"{name}_conv_pw", x, channels, act="relu6")
    b.softmax("softmax", b.fc("classifier", b.gap("gap", x), 1000))
    return b.finish()


def mobilenet_v1() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=5)
