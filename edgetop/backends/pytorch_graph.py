"""The operators of a TorchScript module, timed: its own graph, with a reading of the clock between any two of them.

PyTorch's profiler sees only part of a frozen graph, whose convolutions call oneDNN past the dispatcher.
"""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any

from edgetop.backends.base import Profile, timed
from edgetop.backends.steps import Step, profile_of
from edgetop.readings import Missing

CLOCK = "prim::TimePoint"
"""An operator of TorchScript's own that gives nanoseconds; nothing is moved past it."""
FREE = frozenset(
    {"prim::Constant", "prim::ConstantMKLDNNTensor", "prim::GetAttr", "prim::ListConstruct", "prim::TupleConstruct"}
)
"""What takes no time of its own."""


def script_profile(
    torch: ModuleType, module: Any, children: Sequence[str], inputs: Sequence[Any], rounds: int
) -> Profile | Missing:
    """The operators of a script module; ``children`` were the names of its submodules before it was frozen."""
    graph = module.graph.copy()
    torch._C._jit_pass_inline(graph)
    nodes = [node for node in graph.nodes() if node.kind() not in FREE]
    if not nodes:
        return Missing("the module gives its input back: there is no operator in it")
    names = _names(nodes, children)
    kinds = [node.kind().partition("::")[2].rstrip("_") for node in nodes]
    _insert_clocks(torch, graph, nodes)
    run = torch._C._create_function_from_graph("timed", graph)
    run(module, *inputs)  # the first two are spent on planning
    run(module, *inputs)
    readings: list[list[int]] = []
    durations = timed(lambda: readings.append(run(module, *inputs)[-1]), rounds)
    rows = [
        [Step(*row) for row in zip(names, kinds, each, (after - begin for begin, after in zip(each, each[1:])))]
        for each in readings
    ]
    return profile_of(rows, durations)


def _insert_clocks(torch: ModuleType, graph: Any, nodes: Sequence[Any]) -> None:
    """Have the graph give a list more than its outputs: the time before each node, and after the last."""
    clocks = [graph.create(CLOCK, 1) for _ in range(len(nodes) + 1)]
    for clock, node in zip(clocks, nodes):
        clock.insertBefore(node)
    clocks[-1].insertAfter(nodes[-1])
    for clock in clocks:
        clock.output().setType(torch._C.IntType.get())
    listed = graph.create("prim::ListConstruct", [clock.output() for clock in clocks], 1)
    listed.output().setType(torch._C.ListType.ofInts())
    graph.appendNode(listed)
    graph.registerOutput(listed.output())
    graph.makeMultiOutputIntoTuple()


def _names(nodes: Sequence[Any], children: Sequence[str]) -> list[str]:
    """Of each node the submodule it comes from, by its weights or by the name of its output; empty for unknown.

    Outputs have the names of submodules in files of edgetop's. There a node between two named ones is a step
    towards the second, and what follows the last one is the last submodule.
    """
    places = {name: place for place, name in enumerate(children)}
    found, at, told = [], 0, False
    for node in nodes:
        name, place = _path(node), _place(node, places, at)
        if place is not None:
            at, told = place, True
            name = children[place]
        elif places.get(name, at) < at:  # of weights that it shares with an earlier one
            name = ""
        found.append(name)
    if told:
        following = children[-1]
        for i in reversed(range(len(found))):
            following = found[i] = found[i] or following
    return found


def _place(node: Any, places: dict[str, int], at: int) -> int | None:
    """Of the submodule that an output is named after, ``stem`` for ``stem1.2``; the first from ``at`` on, or any."""
    spelled = [output.debugName().partition(".")[0] for output in node.outputs()]
    spelled = [name for name in spelled if not name.isdigit()]  # a value without a name has a number
    stems = {name[:end] for name in spelled for end in range(len(name.rstrip("0123456789")), len(name) + 1)}
    return min((places[stem] for stem in stems & places.keys()), key=lambda place: (place < at, place), default=None)


def _path(node: Any) -> str:
    """The submodule whose weight is among the inputs: ``features.0`` of ``self.features.0.weight``, frozen or not."""
    for value in node.inputs():
        names, source = value.debugName().split("."), value.node()
        if names[0] != "self":
            names = []
            while source.kind() == "prim::GetAttr":
                names.insert(0, source.s("name"))
                source = source.input().node()
            names.insert(0, "self")
        if names[-1].isdigit():  # tells it from another value of that name
            names.pop()
        if len(names) > 2:
            return ".".join(names[1:-1])
    return ""
