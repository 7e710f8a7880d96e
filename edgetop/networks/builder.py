"""Builds a graph's structure node by node and works out the shapes."""

from __future__ import annotations

from typing import Union

from edgetop.networks.graph import Graph, Node, Padding

Pad = Union[int, str, Padding]
"""So many zeros on all sides, or ``same``: as many as TensorFlow's SAME takes, or each side's own."""
Kernel = Union[int, tuple[int, int]]
"""Height and width, or both at once."""


def same_padding(size: tuple[int, int], kernel: tuple[int, int], stride: int) -> Padding:
    """TensorFlow's SAME: the output has ceil(size / stride) rows and columns; the odd zero goes last."""
    (top, bottom), (left, right) = (_same(s, k, stride) for s, k in zip(size, kernel))
    return top, left, bottom, right


def _same(size: int, kernel: int, stride: int) -> tuple[int, int]:
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return total // 2, total - total // 2


def _both(kernel: Kernel) -> tuple[int, int]:
    return (kernel, kernel) if isinstance(kernel, int) else kernel


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
        kernel: Kernel = 1,
        *,
        stride: int = 1,
        pad: Pad = "same",
        groups: int = 1,
        act: str = "",
        weights_of: str = "",
    ) -> str:
        """A convolution with bias; depthwise where ``groups`` is the number of channels in and out.

        It has weights of its own, or takes those ``weights_of`` an earlier one of the same shape.
        """
        depth = self._nodes[source].shape[0]
        if depth % groups or channels % groups:
            raise ValueError(f"{name}: {depth} and {channels} channels do not split into {groups} groups")
        kernel = _both(kernel)
        size, padding = self._window(name, source, kernel, stride, pad)
        weight_shape = (channels, depth // groups, *kernel)
        if weights_of and self._nodes[weights_of].weight_shape != weight_shape:
            raise ValueError(f"{name}: the weights of {weights_of} do not fit")
        return self._add(
            Node(
                *(name, "conv", (source,), (channels, *size)),
                weight_shape=weight_shape,
                kernel=kernel,
                stride=stride,
                padding=padding,
                groups=groups,
                act=act,
                weights_of=weights_of,
            )
        )

    def scale(self, name: str, source: str, act: str = "") -> str:
        """Each channel times a weight, plus a bias: a batch norm with no convolution before it."""
        shape = self._nodes[source].shape
        return self._add(Node(name, "scale", (source,), shape, weight_shape=shape[:1], act=act))

    def pool(self, name: str, source: str, kind: str, kernel: Kernel, *, stride: int, pad: Pad = 0) -> str:
        """The ``max`` or ``avg`` of a window; the zeros of an average's padding count as values."""
        kernel = _both(kernel)
        size, padding = self._window(name, source, kernel, stride, pad)
        shape = (self._nodes[source].shape[0], *size)
        node = Node(name, "pool", (source,), shape, kernel=kernel, stride=stride, padding=padding, kind=kind)
        return self._add(node)

    def gap(self, name: str, source: str, *, keep: bool = False) -> str:
        """The mean over height and width: [channels], or [channels, 1, 1] to ``keep`` it a picture."""
        channels = self._nodes[source].shape[0]
        return self._add(Node(name, "gap", (source,), (channels, 1, 1) if keep else (channels,)))

    def fc(self, name: str, source: str, channels: int) -> str:
        """A fully connected layer with bias."""
        (depth,) = self._nodes[source].shape
        return self._add(Node(name, "fc", (source,), (channels,), weight_shape=(channels, depth)))

    def matmul(self, name: str, source: str, columns: int) -> str:
        """A product without bias: [1, rows, depth] times the weight's [depth, columns]."""
        channels, rows, depth = self._nodes[source].shape
        if channels != 1:
            raise ValueError(f"{name}: {source} has {channels} channels, not one matrix")
        return self._add(Node(name, "matmul", (source,), (1, rows, columns), weight_shape=(columns, depth)))

    def add(self, name: str, first: str, second: str, act: str = "") -> str:
        """The sum of two nodes of one shape."""
        shape = self._nodes[first].shape
        if shape != self._nodes[second].shape:
            raise ValueError(f"{name}: {first} and {second} differ in shape")
        return self._add(Node(name, "add", (first, second), shape, act=act))

    def mul(self, name: str, first: str, second: str) -> str:
        """The product of two nodes of one shape, or of a picture and a [channels, 1, 1]."""
        shape = self._nodes[first].shape
        if self._nodes[second].shape not in (shape, (shape[0], 1, 1)):
            raise ValueError(f"{name}: {second} fits neither the shape nor the channels of {first}")
        return self._add(Node(name, "mul", (first, second), shape))

    def concat(self, name: str, *sources: str) -> str:
        """Channels of several nodes of one size, one after another."""
        shapes = [self._nodes[source].shape for source in sources]
        if len({shape[1:] for shape in shapes}) != 1:
            raise ValueError(f"{name}: {', '.join(sources)} differ in size")
        return self._add(Node(name, "concat", sources, (sum(shape[0] for shape in shapes), *shapes[0][1:])))

    def split(self, name: str, source: str, parts: int) -> tuple[str, ...]:
        """The channels in equal parts, named ``NAME0``, ``NAME1`` and so on."""
        channels, *size = self._nodes[source].shape
        if channels % parts:
            raise ValueError(f"{name}: {channels} channels do not split into {parts} parts")
        shape = (channels // parts, *size)
        nodes = [Node(f"{name}{i}", "split", (source,), shape, part=i, parts=parts) for i in range(parts)]
        return tuple(self._add(node) for node in nodes)

    def shuffle(self, name: str, source: str, groups: int) -> str:
        """The first channel of each group, then the second of each, and so on."""
        shape = self._nodes[source].shape
        if shape[0] % groups:
            raise ValueError(f"{name}: {shape[0]} channels do not split into {groups} groups")
        return self._add(Node(name, "shuffle", (source,), shape, groups=groups))

    def up2(self, name: str, source: str, size: tuple[int, int] = (0, 0)) -> str:
        """Twice the height and width, each pixel repeated; or a ``size`` of one less, of what was halved from it."""
        channels, height, width = self._nodes[source].shape
        size = size if any(size) else (2 * height, 2 * width)
        if (-(-size[0] // 2), -(-size[1] // 2)) != (height, width):
            raise ValueError(f"{name}: {source} is not half of {size[0]} x {size[1]}")
        return self._add(Node(name, "up2", (source,), (channels, *size)))

    def act(self, name: str, source: str, act: str) -> str:
        """An activation alone, where what comes before it is wanted without it too."""
        return self._add(Node(name, "act", (source,), self._nodes[source].shape, act=act))

    def sigmoid(self, name: str, source: str) -> str:
        """Each value between 0 and 1."""
        return self._add(Node(name, "sigmoid", (source,), self._nodes[source].shape))

    def softmax(self, name: str, source: str) -> str:
        """Probabilities of a vector."""
        return self._add(Node(name, "softmax", (source,), self._nodes[source].shape))

    def channels(self, name: str) -> int:
        """How many channels a node has."""
        return self._nodes[name].shape[0]

    def shape(self, name: str) -> tuple[int, ...]:
        """A node's [channels, height, width] or [channels]."""
        return self._nodes[name].shape

    def finish(self, *outputs: str) -> Graph:
        """The graph with these outputs, or with the last node's."""
        return Graph(self._name, tuple(self._nodes.values()), outputs or (next(reversed(self._nodes)),))

    def _window(
        self, name: str, source: str, kernel: tuple[int, int], stride: int, pad: Pad
    ) -> tuple[tuple[int, int], Padding]:
        _, height, width = self._nodes[source].shape
        if isinstance(pad, int):
            padding = (pad, pad, pad, pad)
        elif isinstance(pad, str):
            padding = same_padding((height, width), kernel, stride)
        else:
            padding = pad
        top, left, bottom, right = padding
        size = ((height + top + bottom - kernel[0]) // stride + 1, (width + left + right - kernel[1]) // stride + 1)
        if min(size) < 1:
            raise ValueError(f"{name}: a kernel of {kernel[0]} x {kernel[1]} does not fit {height} x {width}")
        return size, padding

    def _add(self, node: Node) -> str:
        if node.name in self._nodes or not node.name.isidentifier():
            raise ValueError(f"{node.name!r} is taken or is not an identifier")
        self._nodes[node.name] = node
        return node.name
