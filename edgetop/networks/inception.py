"""Inception v3; nodes are named as torchvision's modules."""

from __future__ import annotations

from edgetop.networks.builder import Builder, Kernel, Pad
from edgetop.networks.cards import INCEPTION_MEAN, INCEPTION_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "inception_v3": ModelCard(
        name="inception_v3",
        title="Inception v3",
        task="classification",
        input_shape=(1, 3, 299, 299),
        preprocessing=Preprocessing(resize=342, crop=299, mean=INCEPTION_MEAN, std=INCEPTION_STD),
        classes=1000,
        parameters=23_817_352,
        macs=5_713_216_096,
        paper="https://arxiv.org/abs/1512.00567",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="ae683ccf7749ea562ed6b284f49186059986a9e29514f3c807962090d6bec8a7",
    ),
}
Step = tuple[str, int, Kernel]
"""A convolution of a branch: the end of its name, channels, kernel. Strides and pads are the branch's."""


def structure() -> Graph:
    """The network without weights and without the auxiliary head, which only training needs."""
    b = Builder("inception_v3", (3, 299, 299))
    x = _conv(b, "Conv2d_1a_3x3", "input", 32, 3, stride=2, pad=0)
    x = _conv(b, "Conv2d_2a_3x3", x, 32, 3, pad=0)
    x = _conv(b, "Conv2d_2b_3x3", x, 64, 3)
    x = b.pool("maxpool1", x, "max", 3, stride=2)
    x = _conv(b, "Conv2d_3b_1x1", x, 80, 1)
    x = _conv(b, "Conv2d_4a_3x3", x, 192, 3, pad=0)
    x = b.pool("maxpool2", x, "max", 3, stride=2)
    for letter, pooled in (("b", 32), ("c", 64), ("d", 64)):
        x = _mixed_35(b, f"Mixed_5{letter}", x, pooled)
    x = _shrink_35(b, "Mixed_6a", x)
    for letter, narrow in (("b", 128), ("c", 160), ("d", 160), ("e", 192)):
        x = _mixed_17(b, f"Mixed_6{letter}", x, narrow)
    x = _shrink_17(b, "Mixed_7a", x)
    for letter in "bc":
        x = _mixed_8(b, f"Mixed_7{letter}", x)
    b.softmax("softmax", b.fc("fc", b.gap("gap", x), 1000))
    return b.finish()


def _mixed_35(b: Builder, name: str, source: str, pooled: int) -> str:
    """1 x 1, 5 x 5, 3 x 3 twice, and a pool, at 35 x 35."""
    branches = [
        _branch(b, name, source, ("branch1x1", 64, 1)),
        _branch(b, name, source, ("branch5x5_1", 48, 1), ("branch5x5_2", 64, 5)),
        _branch(b, name, source, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3), ("branch3x3dbl_3", 96, 3)),
        _pooled(b, name, source, pooled),
    ]
    return b.concat(f"{name}_concat", *branches)


def _shrink_35(b: Builder, name: str, source: str) -> str:
    """From 35 x 35 to 17 x 17."""
    single = _conv(b, f"{name}_branch3x3", source, 384, 3, stride=2, pad=0)
    double = _branch(b, name, source, ("branch3x3dbl_1", 64, 1), ("branch3x3dbl_2", 96, 3))
    double = _conv(b, f"{name}_branch3x3dbl_3", double, 96, 3, stride=2, pad=0)
    return b.concat(f"{name}_concat", single, double, b.pool(f"{name}_pool", source, "max", 3, stride=2))


def _mixed_17(b: Builder, name: str, source: str, narrow: int) -> str:
    """1 x 1, 7 x 7 as a row and a column once and twice, and a pool, at 17 x 17."""
    row, column = (1, 7), (7, 1)
    once: tuple[Step, ...] = (("branch7x7_1", narrow, 1), ("branch7x7_2", narrow, row), ("branch7x7_3", 192, column))
    twice: tuple[Step, ...] = (
        ("branch7x7dbl_1", narrow, 1),
        ("branch7x7dbl_2", narrow, column),
        ("branch7x7dbl_3", narrow, row),
        ("branch7x7dbl_4", narrow, column),
        ("branch7x7dbl_5", 192, row),
    )
    branches = [
        _branch(b, name, source, ("branch1x1", 192, 1)),
        _branch(b, name, source, *once),
        _branch(b, name, source, *twice),
        _pooled(b, name, source, 192),
    ]
    return b.concat(f"{name}_concat", *branches)


def _shrink_17(b: Builder, name: str, source: str) -> str:
    """From 17 x 17 to 8 x 8."""
    narrow = _branch(b, name, source, ("branch3x3_1", 192, 1))
    narrow = _conv(b, f"{name}_branch3x3_2", narrow, 320, 3, stride=2, pad=0)
    wide = _branch(
        *(b, name, source),
        *(("branch7x7x3_1", 192, 1), ("branch7x7x3_2", 192, (1, 7)), ("branch7x7x3_3", 192, (7, 1))),
    )
    wide = _conv(b, f"{name}_branch7x7x3_4", wide, 192, 3, stride=2, pad=0)
    return b.concat(f"{name}_concat", narrow, wide, b.pool(f"{name}_pool", source, "max", 3, stride=2))


def _mixed_8(b: Builder, name: str, source: str) -> str:
    """1 x 1, 3 x 3 as a row beside a column once and twice, and a pool, at 8 x 8."""
    branches = [_branch(b, name, source, ("branch1x1", 320, 1))]
    once = _branch(b, name, source, ("branch3x3_1", 384, 1))
    branches += _row_and_column(b, f"{name}_branch3x3_2", once)
    twice = _branch(b, name, source, ("branch3x3dbl_1", 448, 1), ("branch3x3dbl_2", 384, 3))
    branches += _row_and_column(b, f"{name}_branch3x3dbl_3", twice)
    return b.concat(f"{name}_concat", *branches, _pooled(b, name, source, 192))


def _row_and_column(b: Builder, name: str, source: str) -> list[str]:
    return [_conv(b, f"{name}a", source, 384, (1, 3)), _conv(b, f"{name}b", source, 384, (3, 1))]


def _pooled(b: Builder, name: str, source: str, channels: int) -> str:
    pool = b.pool(f"{name}_pool", source, "avg", 3, stride=1, pad=1)
    return _branch(b, name, pool, ("branch_pool", channels, 1))


def _branch(b: Builder, name: str, source: str, *steps: Step) -> str:
    """Convolutions that keep the size, one after another."""
    for step, channels, kernel in steps:
        source = _conv(b, f"{name}_{step}", source, channels, kernel)
    return source


def _conv(b: Builder, name: str, source: str, channels: int, kernel: Kernel, stride: int = 1, pad: Pad = "same") -> str:
    return b.conv(f"{name}_conv", source, channels, kernel, stride=stride, pad=pad, act="relu")


def inception_v3() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=11)
