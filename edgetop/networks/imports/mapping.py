"""Named tensors onto the nodes of a graph: every name and shape is checked, batch norms are folded in float64."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

from edgetop.errors import BadModelFile
from edgetop.networks.graph import Graph, Node, Parameters
from edgetop.networks.imports import timm, torchvision, yolov5
from edgetop.networks.imports.layout import OWN, Layout
from edgetop.units import printable

Tensors = Mapping[str, npt.NDArray[Any]]
Shapes = dict[str, tuple[int, ...]]
NORM = ("weight", "bias", "running_mean", "running_var")
"""The tensors of a batch norm, one number a channel each."""
LIBRARIES = (torchvision, timm, yolov5)
PREFIXES = ("module.", "_orig_mod.")
"""What wrappers for several devices and for compiling put before every name."""
ANOTHER = "Give the weights of this very network, from torchvision or timm, or as edgetop writes them"
LONGEST_NAME = 100


def weights_of(graph: Graph, tensors: Tensors) -> dict[str, Parameters]:
    """The weight and bias of every node that has its own, in fp32.

    Raises BadModelFile, the tensor named, where one is missing, more than there should be, of another shape, or
    where a weight is no finite number.
    """
    tensors = _without_prefixes(tensors)
    layout = max(
        _layouts(graph.name), key=lambda each: len(expected(graph, each).keys() & _named(each, tensors).keys())
    )
    tensors = _named(layout, tensors)
    if layout.folded:
        tensors = _without_copies(graph, tensors)
    _check(graph, layout, tensors)
    return {node.name: _folded(node, layout, tensors) for node in _weighted(graph)}


def expected(graph: Graph, layout: Layout) -> Shapes:
    """Name and shape of every tensor that a layout has for a graph."""
    shapes: Shapes = {}
    for node in _weighted(graph):
        module, norm = layout.module(node.name), _norm(node, layout)
        if norm != module:
            shapes[f"{module}.weight"] = node.weight_shape
        if norm:
            shapes.update({f"{norm}.{part}": node.bias_shape for part in NORM})
        elif node.bias_shape and _biased(node, layout):
            shapes[f"{module}.bias"] = node.bias_shape
    return shapes


def _layouts(network: str) -> tuple[Layout, ...]:
    """Those that a file for the network may have."""
    known = (library.LAYOUTS.get(network) for library in LIBRARIES)
    return (*(layout for layout in known if layout), OWN)


def _weighted(graph: Graph) -> tuple[Node, ...]:
    return tuple(node for node in graph.nodes if node.weight_shape and not node.weights_of)


def _norm(node: Node, layout: Layout) -> str:
    """The batch norm in a node's weights, which of a scale is all there is."""
    if layout.folded or node.op not in ("conv", "scale"):
        return ""
    module = layout.module(node.name)
    return module if node.op == "scale" else layout.norm(module)


def _biased(node: Node, layout: Layout) -> bool:
    return node.op != "conv" or layout.biased


def _without_prefixes(tensors: Tensors) -> Tensors:
    for prefix in PREFIXES:
        if tensors and all(name.startswith(prefix) for name in tensors):
            tensors = {name[len(prefix) :]: tensor for name, tensor in tensors.items()}
    return tensors


def _named(layout: Layout, tensors: Tensors) -> Tensors:
    return {layout.tensor(name): tensor for name, tensor in tensors.items() if layout.needs(name)}


def _without_copies(graph: Graph, tensors: Tensors) -> Tensors:
    """Files of edgetop hold what nodes share once for each of them."""
    copies = {
        f"{node.name}.{part}": f"{node.weights_of}.{part}"
        for node in graph.nodes
        for part in ("weight", "bias")
        if node.weights_of
    }
    for copy, original in copies.items():
        if copy in tensors and original in tensors and not np.array_equal(tensors[copy], tensors[original]):
            raise BadModelFile(f"{copy} is not the same as {original}, as it is in {graph.name}", ANOTHER)
    return {name: tensor for name, tensor in tensors.items() if name not in copies}


def _check(graph: Graph, layout: Layout, tensors: Tensors) -> None:
    wanted = expected(graph, layout)
    missing = [name for name in wanted if name not in tensors]
    if missing:
        raise _refusal(graph, layout, missing, "missing")
    extra = [name for name in tensors if name not in wanted]
    if extra:
        raise _refusal(graph, layout, extra, "not in it")
    for name, shape in wanted.items():
        if tensors[name].shape != shape:
            found = list(tensors[name].shape)
            raise BadModelFile(f"{name} is {found}, which {graph.name} has as {list(shape)}", ANOTHER)
        if not np.isfinite(tensors[name]).all():
            raise BadModelFile(f"{name} holds what is no finite number", "Copy the file again, or give another")


def _refusal(graph: Graph, layout: Layout, names: list[str], what: str) -> BadModelFile:
    more = f" (and {len(names) - 1} more)" if len(names) > 1 else ""
    name = printable(names[0][:LONGEST_NAME])
    return BadModelFile(
        f"these are not the weights of {graph.name} as {layout.library} has it: {name} is {what}{more}", ANOTHER
    )


def _folded(node: Node, layout: Layout, tensors: Tensors) -> Parameters:
    module, norm = layout.module(node.name), _norm(node, layout)
    weight = np.ones(node.weight_shape) if norm == module else tensors[f"{module}.weight"].astype(np.float64)
    bias: Optional[npt.NDArray[np.float64]] = None
    if norm:
        gamma, bias, mean, variance = (tensors[f"{norm}.{part}"].astype(np.float64) for part in NORM)
        with np.errstate(all="ignore"):  # what comes of it is looked at below
            factor = gamma / np.sqrt(variance + layout.epsilon)
            weight *= factor.reshape(-1, *(1,) * (weight.ndim - 1))
            bias = bias - mean * factor
    elif node.bias_shape:
        bias = tensors[f"{module}.bias"] if _biased(node, layout) else np.zeros(node.bias_shape)
    with np.errstate(all="ignore"):
        single = weight.astype(np.float32), None if bias is None else bias.astype(np.float32)
    for array in single:
        if array is not None and not np.isfinite(array).all():
            raise BadModelFile(f"{norm or module} gives weights that are no finite numbers", "Give another file")
    return single
