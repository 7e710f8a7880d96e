"""EfficientNet-B0, and Lite0: without squeeze-and-excitation and with ReLU6, made for edge boards.

The nodes of B0 are named as torchvision's modules.
"""

from __future__ import annotations

from edgetop.networks.builder import Builder, Pad
from edgetop.networks.cards import IMAGENET_MEAN, IMAGENET_STD, SEEDED, TRAINED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded, shipped

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
    ),
    "efficientnet_b0": ModelCard(
        name="efficientnet_b0",
        title="EfficientNet-B0",
        task="classification",
        input_shape=(1, 3, 224, 224),
        preprocessing=Preprocessing(resize=256, crop=224, mean=IMAGENET_MEAN, std=IMAGENET_STD, resample="bicubic"),
        classes=1000,
        parameters=5_267_540,
        macs=385_814_752,
        paper="https://arxiv.org/abs/1905.11946",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="ba096ccb19f8101fc3a0fa8d528f8441acf79513fff9e45d3acba7afa8a29354",
    ),
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
SQUEEZE = 4
"""Channels into a block for each of its gate's."""


def structure() -> Graph:
    """The network without weights: all padding is TensorFlow's SAME."""
    b = Builder("efficientnet_lite0", (3, 224, 224))
    x = b.conv("head", stages_lite0(b)[-1], 1280, act="relu6")
    b.softmax("softmax", b.fc("classifier", b.gap("gap", x), 1000))
    return b.finish()


def stages_lite0(b: Builder) -> list[str]:
    """All but the classifier of the network, from the input on; what each row of BLOCKS gives."""
    x = b.conv("stem", "input", 32, 3, stride=2, act="relu6")
    number, ends = 0, []
    for kernel, first_stride, expansion, channels, repeats in BLOCKS:
        for repeat in range(repeats):
            x = _block(b, f"block{number}", x, kernel, first_stride if repeat == 0 else 1, expansion, channels)
            number += 1
        ends.append(x)
    return ends


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


def structure_b0() -> Graph:
    """The network without weights: half a kernel of padding on all sides, as in PyTorch."""
    b = Builder("efficientnet_b0", (3, 224, 224))
    x = b.conv(f"features_{len(BLOCKS) + 1}_0", stages_b0(b, same=False)[-1], 1280, act="silu")
    b.softmax("softmax", b.fc("classifier_1", b.gap("gap", x), 1000))
    return b.finish()


def stages_b0(b: Builder, *, same: bool) -> list[str]:
    """All but the classifier of the network, from the input on; what each row of BLOCKS gives.

    Padding is TensorFlow's SAME, or PyTorch's half a kernel.
    """
    x, ends = b.conv("features_0_0", "input", 32, 3, stride=2, pad=_pad(3, same), act="silu"), []
    for stage, (kernel, first_stride, expansion, channels, repeats) in enumerate(BLOCKS, 1):
        for repeat in range(repeats):
            window = kernel, first_stride if repeat == 0 else 1, _pad(kernel, same)
            x = _gated_block(b, f"features_{stage}_{repeat}", x, window, expansion, channels)
        ends.append(x)
    return ends


def _pad(kernel: int, same: bool) -> Pad:
    return "same" if same else kernel // 2


def _gated_block(
    b: Builder, name: str, source: str, window: tuple[int, int, Pad], expansion: int, channels: int
) -> str:
    """As the block above, with each channel turned up or down before the projection by what all of them show.

    ``window`` is kernel, stride and padding of the convolution of each channel.
    """
    kernel, stride, pad = window
    depth = b.channels(source)
    wide = depth * expansion
    x, place = source, 0
    if expansion != 1:
        x, place = b.conv(f"{name}_block_0_0", source, wide, act="silu"), 1
    x = b.conv(f"{name}_block_{place}_0", x, wide, kernel, stride=stride, pad=pad, groups=wide, act="silu")
    gate = b.gap(f"{name}_gap", x, keep=True)
    gate = b.conv(f"{name}_block_{place + 1}_fc1", gate, depth // SQUEEZE, act="silu")
    gate = b.sigmoid(f"{name}_gate", b.conv(f"{name}_block_{place + 1}_fc2", gate, wide))
    x = b.conv(f"{name}_block_{place + 2}_0", b.mul(f"{name}_gated", x, gate), channels)
    shortcut = stride == 1 and channels == depth
    return b.add(f"{name}_add", source, x) if shortcut else x


def efficientnet_b0() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure_b0(), seed=12)
