"""SpaghettiNet-EdgeTPU-S: a detector found by search for the Edge TPU of phones, and for boards with one alike.

Taken from the description that its authors published as a feature extractor of TensorFlow's Object Detection API:
the stem, every node with its edges, blocks and channels, ReLU6, inputs from -1 to 1, five maps of features. Assumed,
as the description ends there: heads and anchors as that library gives its other networks for the Edge TPU (of each
channel alone, then 1 x 1; 3 then 6 anchors a place; 91 classes), and 320 pixels. A convolution in groups is one
node; the published network slices, convolves and joins. Nodes are named as its scopes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Callable

from edgetop.networks.builder import Builder
from edgetop.networks.cards import INCEPTION_MEAN, INCEPTION_STD, SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.ssd import CLASSES, heads
from edgetop.networks.weights import seeded

SIZE = 320
CARDS = {
    "spaghettinet_s": ModelCard(
        name="spaghettinet_s",
        title="SpaghettiNet S",
        task="detection",
        input_shape=(1, 3, SIZE, SIZE),
        preprocessing=Preprocessing(resize=SIZE, crop=SIZE, mean=INCEPTION_MEAN, std=INCEPTION_STD, fit="stretch"),
        classes=CLASSES,
        parameters=3_450_173,
        macs=1_039_208_776,
        paper="https://arxiv.org/abs/2204.14007",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="48aef44bdf067e446d32b110c2366000bc5e153abfee196a22762d8263d0e932",
        heads="ssd",
    ),
}


@dataclass(frozen=True)
class _Ibn:
    """Inverted bottleneck: expand to a multiple of the output's channels, convolve each of them, project."""

    expansion: int
    stride: int = 1


@dataclass(frozen=True)
class _Fused:
    """Inverted bottleneck whose expansion, of the input's channels, is the 3 x 3 convolution itself, in groups."""

    expansion: int
    groups: int
    stride: int = 1


@dataclass(frozen=True)
class _Separable:
    """Each channel alone, then 1 x 1."""

    kernel: int
    stride: int = 1


NODES = (
    # name, channels, edges, blocks; all blocks but the first have a shortcut
    ("n0", 48, ("s0",), (_Fused(8, 3, 2),)),
    ("n1", 64, ("n0",), (_Fused(4, 4, 2), _Fused(4, 4), _Fused(4, 4))),
    ("n2", 72, ("n1",), (_Ibn(8, 2), _Fused(8, 4), _Ibn(8), _Ibn(4))),
    ("n3", 88, ("n2",), (_Ibn(8, 2), _Ibn(8), _Ibn(4), _Ibn(4))),
    ("n4", 88, ("n3",), (_Ibn(8, 2), _Separable(5), _Separable(5), _Separable(5))),
    ("n5", 88, ("n4",), (_Separable(5, 2), _Separable(3))),
    ("c0n0", 144, ("n3", "n4"), (_Ibn(4), _Ibn(4), _Ibn(4), _Ibn(4))),
    ("c0n1", 120, ("n2", "c0n0"), (_Ibn(8), _Ibn(4), _Ibn(4), _Ibn(4))),
    ("c0n2", 168, ("c0n1", "c0n0"), (_Ibn(4),)),
    ("c0n3", 136, ("n5", "c0n0"), (_Ibn(4), _Separable(3))),
    ("c0n4", 136, ("n5", "c0n0"), (_Ibn(4),)),
    ("c0n5", 64, ("c0n4",), (_Separable(3), _Separable(3))),
)
LEVELS = {"n2": 4, "n3": 5, "n4": 6, "n5": 7, "c0n0": 5, "c0n1": 4, "c0n2": 5, "c0n3": 6, "c0n4": 7}
"""How often a node's map has been halved, of the ends of edges between maps."""
MAPS, ANCHORS = ("c0n1", "c0n2", "c0n3", "c0n4", "c0n5"), (3, 6, 6, 6, 6)


def structure() -> Graph:
    """The network without weights: all padding is TensorFlow's SAME."""
    b = Builder("spaghettinet_s", (3, SIZE, SIZE))
    known = {"s0": b.conv("stem_node", "input", 24, 5, stride=2, act="relu6")}
    for name, channels, edges, blocks in NODES:
        x = known[edges[0]] if len(edges) == 1 else _joined(b, name, channels, edges, known)
        for number, block in enumerate(blocks):
            y = _BLOCKS[type(block)](b, f"{name}_{number}", x, channels, block)
            x = b.add(f"{name}_{number}_add", x, y) if number else y
        known[name] = x
    return b.finish(*heads(b, [known[name] for name in MAPS], ANCHORS, depthwise=True))


def _joined(b: Builder, name: str, channels: int, edges: tuple[str, ...], known: dict[str, str]) -> str:
    """The sum of two edges."""
    first, second = (_edge(b, f"edge_{edge}_{name}", known[edge], channels, edge, name) for edge in edges)
    return b.add(f"{name}_sum", first, second, act="relu6")


def _edge(b: Builder, scope: str, source: str, channels: int, start: str, end: str) -> str:
    """A node's map with the channels and the size of another."""
    halvings = LEVELS[end] - LEVELS[start]
    if halvings > 0:
        step = 2**halvings
        source = b.pool(f"{scope}_maxpool_downsampling", source, "max", step + 1, stride=step, pad="same")
    x = b.conv(f"{scope}_1x1", source, channels)
    if halvings == -1:
        side = -(-SIZE // 2 ** LEVELS[end])
        x = b.up2(f"{scope}_nearest_neighbor_upsampling", x, (side, side))
    return x


def _ibn(b: Builder, scope: str, source: str, channels: int, block: _Ibn) -> str:
    wide = channels * block.expansion
    x = b.conv(f"{scope}_expansion", source, wide, act="relu6")
    x = b.conv(f"{scope}_depthwise", x, wide, 3, stride=block.stride, groups=wide, act="relu6")
    return b.conv(f"{scope}_projection", x, channels)


def _fused(b: Builder, scope: str, source: str, channels: int, block: _Fused) -> str:
    wide = b.channels(source) * block.expansion
    x = b.conv(f"{scope}_slices", source, wide, 3, stride=block.stride, groups=block.groups, act="relu6")
    return b.conv(f"{scope}_projection", x, channels)


def _separable(b: Builder, scope: str, source: str, channels: int, block: _Separable) -> str:
    depth = b.channels(source)
    x = b.conv(f"{scope}_depthwise", source, depth, block.kernel, stride=block.stride, groups=depth)
    return b.conv(f"{scope}_pointwise", x, channels, act="relu6")


_BLOCKS: dict[type, Callable[..., str]] = {_Ibn: _ibn, _Fused: _fused, _Separable: _separable}


def spaghettinet_s() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=27)
