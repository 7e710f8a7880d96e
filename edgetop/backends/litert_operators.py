"""What LiteRT's profiler recorded as a table of operators, named as the model names them.

The built-in kernels tell which node of the model each was. XNNPACK's tell only their own kind: but they keep
the nodes' order, so that where there are as many kernels of a kind as nodes that become it, the first is the
first. Others are numbered.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Optional

from edgetop.backends.base import OperatorTime, Profile
from edgetop.backends.delegate import DELEGATE, parts
from edgetop.backends.litert_profiler import DELEGATED, OPERATOR, Event, Recording

WEIGHTED = ("CONV_2D", "DEPTHWISE_CONV_2D", "FULLY_CONNECTED")
KINDS = (
    (("Convolution", "Fully Connected"), WEIGHTED),
    (("Add",), ("ADD",)),
    (("Multiply",), ("MUL",)),
    (("Sigmoid",), ("LOGISTIC",)),
    (("Softmax",), ("SOFTMAX",)),
    (("Mean", "Global Average Pooling"), ("MEAN",)),
    (("Max Pooling",), ("MAX_POOL_2D",)),
    (("Average Pooling",), ("AVERAGE_POOL_2D",)),
    (("Copy",), ("CONCATENATION", "SPLIT")),
    (("Transpose",), ("TRANSPOSE",)),
    (("Static Reshape",), ("RESHAPE",)),
    (("Constant Pad",), ("PAD", "PADV2")),
    (("Clamp",), ("RELU", "RELU6")),
)
"""Kernels of XNNPACK, and the operators that become them."""
OWN_SUFFIXES = ("_pad", "_linear", "_sigmoid", "_product", "_apart", "_swapped")
"""What edgetop's writer appends to a node's name for operators that it needs beside the node's own."""


def operator_profile(
    recording: Recording, operators: Sequence[dict[str, Any]], tensors: Sequence[dict[str, Any]]
) -> Profile:
    """The table of a recording of a model, of which an Interpreter tells operators and tensors.

    An operator of which no microsecond, the profilers' unit, was ever seen is left out.
    """
    names = node_names(
        [operator for operator in operators if operator["op_name"] != DELEGATE],
        {tensor["index"]: tensor["name"] for tensor in tensors},
    )
    timed = [place for place, event in enumerate(recording.rounds[0]) if event.kind in (OPERATOR, DELEGATED)]
    called = _named([recording.rounds[0][place] for place in timed], operators, names)
    rows = (_row(name, [events[place] for events in recording.rounds], recording) for name, place in zip(called, timed))
    return Profile(tuple(row for row in rows if row.mean_ns > 0), recording.durations_ns)


def _row(name: str, events: Sequence[Event], recording: Recording) -> OperatorTime:
    count = len(events)
    begins = [min(event.start_us for event in events if event.start_us) for events in recording.rounds]
    start_us = sum(event.start_us - begin for event, begin in zip(events, begins)) / count
    return OperatorTime(
        name=name,
        type=events[0].tag,
        mean_ns=sum(event.duration_us for event in events) * 1e3 / count,
        start_ns=start_us * 1e3 if all(event.start_us for event in events) else None,
    )


def node_names(operators: Sequence[dict[str, Any]], tensors: dict[int, str]) -> dict[int, str]:
    """What each operator is called: as its first output, without what edgetop's writer appended to the node's name."""
    full = {o["index"]: tensors.get(int(o["outputs"][0]), o["op_name"]) for o in operators if len(o["outputs"])}
    return {index: _node(name, set(full.values())) for index, name in full.items()}


def _node(name: str, all_names: set[str]) -> str:
    for suffix in OWN_SUFFIXES:
        if name.endswith(suffix) and name.removesuffix(suffix) in all_names:
            return name.removesuffix(suffix)
    return name


def _named(events: Sequence[Event], operators: Sequence[dict[str, Any]], names: dict[int, str]) -> list[str]:
    kernels = [event for event in events if event.kind == DELEGATED]
    nodes = iter(kernel_nodes([kernel.tag for kernel in kernels], operators))
    numbers: Counter[str] = Counter()
    called = []
    for event in events:
        node = event.node if event.kind == OPERATOR else next(nodes)
        if node is None or node not in names:
            kind = _kind(event.tag)
            numbers[kind] += 1
            called.append(f"{kind} #{numbers[kind]}")
        else:
            called.append(names[node])
    return called


def kernel_nodes(kernels: Sequence[str], operators: Sequence[dict[str, Any]]) -> list[Optional[int]]:
    """The index of the operator that became each of XNNPACK's kernels, in the order they ran; None where unproven."""
    codes = {operator["index"]: operator["op_name"] for operator in operators}
    delegated = [index for part in parts(operators) for index in part]
    found: list[Optional[int]] = [None] * len(kernels)
    for own, become in KINDS:
        places = [place for place, kernel in enumerate(kernels) if _kind(kernel) in own]
        nodes = [index for index in delegated if codes[index] in become]
        if len(places) == len(nodes) and all(_fits(kernels[p], codes[n]) for p, n in zip(places, nodes)):
            for place, node in zip(places, nodes):
                found[place] = node
    if not any(codes[index] in ("RELU", "RELU6") for index in delegated):
        # A limit that belongs to the operator before it, whose kernel has none.
        for place, kernel in enumerate(kernels[1:], 1):
            if _kind(kernel) == "Clamp":
                found[place] = found[place - 1]
    return found


def _kind(kernel: str) -> str:
    return kernel.partition(" (")[0]


def _fits(kernel: str, code: str) -> bool:
    """Whether a kernel with weights can be this operator's."""
    return not ("DWConv" in kernel and code != "DEPTHWISE_CONV_2D") and not (
        kernel.startswith("Fully Connected") and code == "DEPTHWISE_CONV_2D"
    )
