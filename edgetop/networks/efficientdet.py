"""EfficientDet-D0, and Lite0: with an EfficientNet-Lite, ReLU6 and plain sums, made for edge boards.

Five maps of features, of an eighth of the input's side and each next one of half, go three times through a pyramid
up and down (BiFPN), then through heads whose convolutions are the same for all five. Only their batch norms differ,
and as those are folded, so do the convolutions before them. Heads are for each map, the largest first, boxes
[9 anchors * 4, H, W] and classes [9 anchors * 90, H, W].
"""

from __future__ import annotations

from dataclasses import dataclass

from edgetop.networks.builder import Builder
from edgetop.networks.cards import IMAGENET_MEAN, IMAGENET_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.efficientnet import stages_b0, stages_lite0
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CLASSES, ANCHORS = 90, 9
WIDTH, CELLS, DEPTH = 64, 3, 3
"""Channels of the pyramid and the heads; pyramids one after another; convolutions of a head before its last."""
CARDS = {
    "efficientdet_lite0": ModelCard(
        name="efficientdet_lite0",
        title="EfficientDet-Lite0",
        task="detection",
        input_shape=(1, 3, 320, 320),
        preprocessing=Preprocessing(
            resize=320, crop=320, mean=(127.0,) * 3, std=(128.0,) * 3, fit="corner", fill=(127, 127, 127)
        ),
        classes=CLASSES,
        parameters=3_317_950,
        macs=973_589_696,
        paper="https://arxiv.org/abs/1911.09070",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="345c3dd67773b4b94023de7aba8bc9c134e84f40e9696b823b12dc9072585305",
        heads="efficientdet_lite",
    ),
    "efficientdet_d0": ModelCard(
        name="efficientdet_d0",
        title="EfficientDet-D0",
        task="detection",
        input_shape=(1, 3, 512, 512),
        preprocessing=Preprocessing(
            resize=512, crop=512, mean=IMAGENET_MEAN, std=IMAGENET_STD, fit="corner", fill=(124, 116, 104)
        ),
        classes=CLASSES,
        parameters=3_961_146,
        macs=2_492_331_520,
        paper="https://arxiv.org/abs/1911.09070",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="63a60f2270a7c8821c66d1349ce765c37f7bc885a9b164323ea16460b210383c",
        heads="efficientdet",
    ),
}
CELL = (
    # map that comes out (0 the largest), and what goes in: of the cell's five maps (0 to 4) and of these rows (5 on)
    (3, (3, 4)),
    (2, (2, 5)),
    (1, (1, 6)),
    (0, (0, 7)),
    (1, (1, 7, 8)),
    (2, (2, 6, 9)),
    (3, (3, 5, 10)),
    (4, (4, 11)),
)


@dataclass(frozen=True)
class _Style:
    """In what the pyramid and the heads of the two differ."""

    act: str
    weighted: bool
    """Whether each map has a weight in a sum: in a trained network one number, divided by the sum of them, which is
    a constant then."""


def structure_lite0() -> Graph:
    """EfficientDet-Lite0 without weights: all padding is TensorFlow's SAME."""
    b = Builder("efficientdet_lite0", CARDS["efficientdet_lite0"].input_shape[1:])
    return _detector(b, stages_lite0(b), _Style("relu6", weighted=False))


def structure_d0() -> Graph:
    """EfficientDet-D0 without weights: all padding is TensorFlow's SAME."""
    b = Builder("efficientdet_d0", CARDS["efficientdet_d0"].input_shape[1:])
    return _detector(b, stages_b0(b, same=True), _Style("silu", weighted=True))


def _detector(b: Builder, stages: list[str], style: _Style) -> Graph:
    maps = [stages[2], stages[4], stages[6]]
    x = b.conv("p6_conv", maps[-1], WIDTH)
    for level in (6, 7):
        x = b.pool(f"p{level}", x, "max", 3, stride=2, pad="same")
        maps.append(x)
    for cell in range(CELLS):
        maps = _cell(b, f"cell{cell}", maps, style)
    outputs: list[str] = []
    for number, features in enumerate(maps):
        outputs.append(_head(b, "box", number, features, ANCHORS * 4, style))
        outputs.append(_head(b, "class", number, features, ANCHORS * CLASSES, style))
    return b.finish(*outputs)


def _cell(b: Builder, name: str, maps: list[str], style: _Style) -> list[str]:
    """The five maps once up and down the pyramid."""
    sizes = [b.shape(each)[1:] for each in maps]
    known = list(maps)
    for number, (level, sources) in enumerate(CELL):
        node = f"{name}_node{number}"
        parts = [_resampled(b, f"{node}_in{i}", known[s], sizes[level], style) for i, s in enumerate(sources)]
        total = parts[0]
        for i, part in enumerate(parts[1:], 1):
            last = i == len(parts) - 1
            total = b.add(f"{node}_sum{i}", total, part, act=style.act if last else "")
        known.append(_separable(b, node, total, WIDTH))
    return known[-5:]


def _resampled(b: Builder, name: str, source: str, size: tuple[int, ...], style: _Style) -> str:
    """A map as wide as the pyramid, of that size, and weighted. A convolution takes the weight into its own."""
    height, width = size
    if b.channels(source) != WIDTH:
        return b.conv(f"{name}_conv", source, WIDTH)
    x = source
    if b.shape(x)[1] > height:
        x = b.pool(f"{name}_pool", x, "max", 3, stride=2, pad="same")
    elif b.shape(x)[1] < height:
        x = b.up2(f"{name}_up", x, (height, width))
    return b.scale(f"{name}_weighted", x) if style.weighted else x


def _separable(b: Builder, name: str, source: str, channels: int, act: str = "", first: str = "") -> str:
    """Each channel alone, with the weights of the node ``first`` if given, then all of them; no activation between."""
    depth = b.channels(source)
    shared = f"{first}_depthwise" if first else ""
    x = b.conv(f"{name}_depthwise", source, depth, 3, groups=depth, weights_of=shared)
    return b.conv(f"{name}_pointwise", x, channels, act=act)


def _head(b: Builder, kind: str, number: int, source: str, channels: int, style: _Style) -> str:
    """One map's boxes or classes; map 0 has the weights that the others share."""
    x = source
    for layer in range(DEPTH):
        name = f"{kind}{layer}"
        first = f"{name}_0" if number else ""
        x = _separable(b, f"{name}_{number}", x, WIDTH, style.act, first)
    shared = (f"{kind}_0_depthwise", f"{kind}_0") if number else ("", "")
    x = b.conv(f"{kind}_{number}_depthwise", x, WIDTH, 3, groups=WIDTH, weights_of=shared[0])
    return b.conv(f"{kind}_{number}", x, channels, weights_of=shared[1])


def efficientdet_lite0() -> Graph:
    """EfficientDet-Lite0 with its seeded weights."""
    return seeded(structure_lite0(), seed=25)


def efficientdet_d0() -> Graph:
    """EfficientDet-D0 with its seeded weights."""
    return seeded(structure_d0(), seed=26)
