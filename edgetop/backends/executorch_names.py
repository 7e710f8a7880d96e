"""Which node of the neutral graph each of ExecuTorch's kernels came from, in programs that edgetop wrote.

Kernels tell only their kind, but they keep the nodes' order: where there are as many of a kind as operators of the
exported program that become it, the first is the first. Others have no name.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

METHOD = "edgetop_nodes"
"""Of a program, which gives JSON: for each operator that was exported its name in PyTorch, and its node's."""
KINDS = (
    (("Convolution", "Fully Connected", "convolution", "linear", "addmm"), ("conv2d", "linear")),
    (("Add", "add"), ("add",)),
    (("Multiply", "mul"), ("mul",)),
    (("Sigmoid", "sigmoid"), ("sigmoid",)),
    (("Softmax", "_softmax"), ("softmax",)),
    (("Mean", "mean"), ("mean",)),
    (("Max Pooling", "max_pool2d_with_indices"), ("max_pool2d",)),
    (("Average Pooling", "avg_pool2d"), ("avg_pool2d",)),
    (("upsample_nearest2d",), ("upsample_nearest2d",)),
    (("Constant Pad", "constant_pad_nd"), ("pad",)),
    (("Copy", "Concatenate", "cat"), ("cat",)),
    (("Clamp", "hardtanh", "relu"), ("relu6", "relu")),
)
"""Kernels of XNNPACK and portable ones, and the operators that become them."""
SILU = ("sigmoid", "mul")
"""What it is taken apart into."""


def nodes_of(program: Any) -> list[tuple[str, str]]:
    """What the program tells of its operators; nothing where edgetop did not write it."""
    if METHOD not in program.method_names():
        return []
    (told,) = program.run_method(METHOD, [])
    return [
        (simple, node)
        for operator, node in json.loads(told)
        for simple in (SILU if operator == "silu" else (operator,))
    ]


def names(kernels: Sequence[str], nodes: Sequence[tuple[str, str]]) -> list[str]:
    """The node of each kernel, in the order they run; empty where it is not certain."""
    found = [""] * len(kernels)
    for own, become in KINDS:
        places = [place for place, kernel in enumerate(kernels) if kernel.partition(" (")[0] in own]
        sources = [node for operator, node in nodes if operator in become]
        if len(places) == len(sources):
            for place, node in zip(places, sources):
                found[place] = node
    return found
