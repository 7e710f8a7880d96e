"""EfficientNet-Lite0 (EfficientNet without squeeze-and-excitation and with ReLU6, made for edge boards)."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import TRAINED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import shipped

WEIGHTS = "efficientnet_lite0.npz"
CARDS = {
    "efficientnet_lite0": ModelCard(
        name="efficientnet_lite0",
        title="EfficientNet-Lite0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=Preprocessing(
            resize=256, crop=224, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0), resample="bicubic"
        ),
        classes=1000,
        parameters=4_631_000,
        macs=385_187_552,
        paper="https://arxiv.org/abs/1905.11946",
        weights=TRAINED,
        licence="Apache-2.0",
        sha256="568589b1ebb03199c6581da977f44be94ac846e4c44f238527dfb86733a9f8b7",
    )
}
BLOCKS = (
    # kernel, stride of the first, expansion, channels, repeats
    (3, 1, 1, 16, 1),
    (3, 2, 6, 24, 2),
    (5, 2, 6, 40, 2),
    (3, 2, 6, 80, 3),
    (5, 1, 6, 112, 3),
    (5, 2, 6, 192, 4),
    (3, 1, 6, 320, 1),
)


def structure() -> Graph:
    """The network without weights: all padding is TensorFlow's SAME."""
    b = Builder("efficientnet_lite0", (3, 224, 224))
    x = b.conv("stem", "input", 32, 3, stride=2, act="relu6")
    number = 0
    for kernel, first_stride, expansion, channels, repeats in BLOCKS:
        for repeat in range(repeats):
            x = _block(b, f"block{number}", x, kernel, first_stride if repeat == 0 else 1, expansion, channels)
            number += 1
    x = b.conv("head", x, 1280, act="relu6")
    b.softmax("softmax", b.fc("classifier", b.gap("gap", x), 1000))
    return b.finish()


def _block(b: Builder, name: str, source: str, kernel: int, stride: int, expansion: int, channels: int) -> str:
    """Expand, convolve each channel, project; with a shortcut where the shapes allow."""
    wide = b.channels(source) * expansion
    x = source if expansion == 1 else b.conv(f"{name}_expand", source, wide, act="relu6")
    x = b.conv(f"{name}_depthwise", x, wide, kernel, stride=stride, groups=wide, act="relu6")
    x = b.conv(f"{name}_project", x, channels)
    shortcut = stride == 1 and channels == b.channels(source)
    return b.add(f"{name}_add", source, x) if shortcut else x


def efficientnet_lite0() -> Graph:
    """The network with weights trained on ImageNet."""
    return shipped(structure(), WEIGHTS)
