"""One model of the zoo as a ``.tflite`` file, by litert-torch: what bench_converter compares edgetop's own file with.

    python tests/bench/convert_by_litert_torch.py MODEL OUT

runs where litert-torch is installed, with edgetop on PYTHONPATH. The converter is given the very code and weights
that edgetop writes as TorchScript, with pictures in NHWC, as ``.tflite`` files have them.
"""

from __future__ import annotations

import sys
from typing import Any

import litert_torch
import torch

from edgetop.networks import zoo
from edgetop.networks.graph import Graph
from edgetop.networks.writers import torchscript


def plain_module(graph: Graph) -> torch.nn.Module:
    """The graph as a module that torch.export takes, which refuses TorchScript."""
    code: dict[str, Any] = {"torch": torch}
    exec(torchscript.source(graph), code)
    module = type("Network", (torch.nn.Module,), {"forward": code["forward"]})()
    for node in graph.nodes[1:]:
        module.add_module(node.name, torch.nn.Module())
    for name, parameter in torchscript.weights(graph).named_parameters():
        node, _, kind = name.rpartition(".")
        module.get_submodule(node).register_parameter(kind, parameter)
    return module.eval()


def convert(name: str, out: str) -> None:
    """Write the converter's file of a model."""
    graph = zoo.build(name)
    batch, channels, height, width = graph.input_shape
    pictures = [i for i, output in enumerate(graph.outputs) if len(graph.node(output).shape) == 3]
    module = litert_torch.to_channel_last_io(plain_module(graph), args=[0], outputs=pictures)
    litert_torch.convert(module, (torch.zeros(batch, height, width, channels),)).export(out)


if __name__ == "__main__":
    convert(*sys.argv[1:])
