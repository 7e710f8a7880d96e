"""A network of a few kilobytes with the commonest operators: to prove that a framework runs, and for tests."""

from __future__ import annotations

from edgetop.networks.builder import Builder
from edgetop.networks.cards import SEEDED, ModelCard, Preprocessing
from edgetop.networks.graph import Graph
from edgetop.networks.weights import seeded

CARDS = {
    "tiny": ModelCard(
        name="tiny",
        title="Tiny",
        task="classification",
        input_shape=(1, 3, 32, 32),
        preprocessing=Preprocessing(resize=36, crop=32, mean=(127.0, 127.0, 127.0), std=(128.0, 128.0, 128.0)),
        classes=10,
        parameters=1_130,
        macs=127_136,
        paper="",
        weights=SEEDED,
        licence="Apache-2.0",
        sha256="5f45fce0d0b54964f24e40ad5c1a8b6ed446a97c5876ea5b30e66b2549bb7771",
    )
}


def structure() -> Graph:
    """A stem, a depthwise block with a shortcut, a pool beside a strided convolution, and a classifier."""
    b = Builder("tiny", (3, 32, 32))
    stem = b.conv("stem", "input", 8, 3, stride=2, act="relu6")
    depthwise = b.conv("depthwise", stem, 8, 3, groups=8, act="relu")
    project = b.conv("project", depthwise, 8)
    shortcut = b.add("shortcut", stem, project, act="relu")
    pooled = b.pool("pooled", shortcut, "max", 3, stride=2, pad="same")
    strided = b.conv("strided", shortcut, 8, 3, stride=2, pad=1, act="relu6")
    joined = b.concat("joined", pooled, strided)
    gap = b.gap("gap", joined)
    b.softmax("softmax", b.fc("classifier", gap, 10))
    return b.finish()


def tiny() -> Graph:
    """The network with its seeded weights."""
    return seeded(structure(), seed=1)
