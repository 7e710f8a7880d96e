"""PyTorch: a graph as an exported program, ``.pt2``, its operators marked with the names of the nodes."""

from __future__ import annotations

import io
from typing import Any

from edgetop.networks.graph import Graph
from edgetop.networks.writers.torch_modules import module


def write(graph: Graph) -> tuple[bytes]:
    """The graph as one ``.pt2`` file; its input is [1, C, H, W]. Needs torch."""
    import torch

    file = io.BytesIO()
    torch.export.save(exported(graph), file)
    return (file.getvalue(),)


def exported(graph: Graph) -> Any:
    """The graph as a ``torch.export.ExportedProgram``; it is traced on shapes alone."""
    import torch

    with torch.no_grad():
        return torch.export.export(module(graph), (torch.zeros(graph.input_shape),))
