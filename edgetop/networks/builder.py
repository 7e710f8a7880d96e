"""Builds a graph's structure node by node and works out the shapes."""

from __future__ import annotations

from typing import Union

from edgetop.networks.graph import NO_PADDING, Graph, Node, Padding

Pad = Union[int, str]
"""So many zeros on all sides, or ``same``: as many as TensorFlow's SAME takes."""


def same_padding(size: tuple[int, int], kernel: tuple[int, int], stride: int) -> Padding:
    """TensorFlow's SAME: the output has ceil(size / stride) rows and columns; the odd zero goes last."""
    (top, bottom), (left, right) = (_same(s, k, stride) for s, k in zip(size, kernel))
    return top, left, bottom, right


def _same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


class Builder:
    """Adds nodes; each method gives the new node's name. ``finish`` gives the graph, weights still to come.

    Names must be identifiers, the one form that every framework keeps as it is.
    """

    def __init__(self, name: str, input_shape: tuple[int, int, int]) -> None:
        self._name = name
        self._nodes: dict[str, Node] = {}
        self._add(Node("input", "input", (), input_shape))

    def conv(
        self,
        name: str,
        source: str,
        channels: int,
        kernel: int = 1,
        *,
        stride: int = 1,
        pad: Pad = "same",
        groups: int = 1,
        act: str = "",
    ) -> str:
        """A convolution with bias; depthwise where ``groups`` is the number of channels in and out."""
        depth = self._nodes[source].shape[0]
        if depth % groups or channels % groups:
            raise ValueError(f"{name}: {depth} and {channels} channels do not split into {groups} groups")
        size, padding = self._window(name, source, kernel, stride, pad)
        return self._add(
            Node(
                *(name, "conv", (source,), (channels, *size)),
                weight_shape=(channels, depth // groups, kernel, kernel),
                kernel=(kernel, kernel),
                stride=stride,
                padding=padding,
                groups=groups,
                act=act,
            )
        )

    def pool(self, name: str, source: str, kind: str, kernel: int, *, stride: int, pad: Pad = 0) -> str:
        """The ``max`` or ``avg`` of a window; avg without padding, since frameworks disagree on its divisor."""
        size, padding = self._window(name, source, kernel, stride, pad)
        if kind == "avg" and padding != NO_PADDING:
            raise ValueError(f"{name}: an average pool with padding means different things in different frameworks")
        shape = (self._nodes[source].shape[0], *size)
        node = Node(name, "pool", (source,), shape, kernel=(kernel, kernel), stride=stride, padding=padding, kind=kind)
        return self._add(node)

    def gap(self, name: str, source: str) -> str:
        """The mean over height and width."""
        return self._add(Node(name, "gap", (source,), self._nodes[source].shape[:1]))

    def fc(self, name: str, source: str, channels: int) -> str:
        """A fully connected layer with bias."""
        (depth,) = self._nodes[source].shape
        return self._add(Node(name, "fc", (source,), (channels,), weight_shape=(channels, depth)))

    def add(self, name: str, first: str, second: str, act: str = "") -> str:
        """The sum of two nodes of one shape."""
        shape = self._nodes[first].shape
        if shape != self._nodes[second].shape:
            raise ValueError(f"{name}: {first} and {second} differ in shape")
        return self._add(Node(name, "add", (first, second), shape, act=act))

    def concat(self, name: str, *sources: str) -> str:
        """Channels of several nodes of one size, one after another."""
        shapes = [self._nodes[source].shape for source in sources]
        if len({shape[1:] for shape in shapes}) != 1:
            raise ValueError(f"{name}: {', '.join(sources)} differ in size")
        return self._add(Node(name, "concat", sources, (sum(shape[0] for shape in shapes), *shapes[0][1:])))

    def softmax(self, name: str, source: str) -> str:
        """Probabilities of a vector."""
        return self._add(Node(name, "softmax", (source,), self._nodes[source].shape))

    def channels(self, name: str) -> int:
        """How many channels a node has."""
        return self._nodes[name].shape[0]

    def finish(self, *outputs: str) -> Graph:
        """The graph with these outputs, or with the last node's."""
        return Graph(self._name, tuple(self._nodes.values()), outputs or (next(reversed(self._nodes)),))

    def _window(self, name: str, source: str, kernel: int, stride: int, pad: Pad) -> tuple[tuple[int, int], Padding]:
        _, height, width = self._nodes[source].shape
        if isinstance(pad, int):
            padding = (pad, pad, pad, pad)
        else:
            padding = same_padding((height, width), (kernel, kernel), stride)
        top, left, bottom, right = padding
        size = ((height + top + bottom - kernel) // stride + 1, (width + left + right - kernel) // stride + 1)
        if min(size) < 1:
            raise ValueError(f"{name}: a kernel of {kernel} does not fit {height} x {width}")
        return size, padding

    def _add(self, node: Node) -> str:
        if node.name in self._nodes or not node.name.isidentifier():
            raise ValueError(f"{node.name!r} is taken or is not an identifier")
        self._nodes[node.name] = node
        return node.name
