"""The frameworks by name: edgetop's own, and those of other packages (entry points ``edgetop.backends``)."""

from __future__ import annotations

import importlib
import os
import sys
from typing import TYPE_CHECKING

from edgetop.errors import FrameworkMissing, UnknownName
from edgetop.plan import RunSpec

if TYPE_CHECKING:  # names are also asked for by processes that have no use for numpy
    from importlib.metadata import EntryPoint

    from edgetop.backends.base import Backend

GROUP = "edgetop.backends"
OWN = {
    "litert": "edgetop.backends.litert:LiteRt",
    "tflite": "edgetop.backends.tflite:TfLite",
    "coral": "edgetop.backends.coral:Coral",
    "torch": "edgetop.backends.pytorch:PyTorch",
    "executorch": "edgetop.backends.executorch:ExecuTorch",
    "caffe": "edgetop.backends.caffe:Caffe",
    "onnxruntime": "edgetop.backends.onnx_runtime:OnnxRuntime",
    "ncnn": "edgetop.backends.ncnn_net:Ncnn",
    "openvino": "edgetop.backends.openvino_cpu:OpenVino",
    "tvm": "edgetop.backends.tvm_relax:Tvm",
    "pycaffe": "edgetop.backends.pycaffe:PyCaffe",
    "numpy": "edgetop.backends.numpy_graph:Numpy",
    "null": "edgetop.backends.null:Null",
}
"""Name to ``module:Class``; no module of these imports its framework before probe() or load()."""


def _plugins() -> dict[str, EntryPoint]:
    from importlib.metadata import entry_points

    if sys.version_info >= (3, 10):
        found = entry_points(group=GROUP)
    else:
        found = entry_points().get(GROUP, [])
    return {point.name: point for point in found if point.name not in OWN}


def names() -> tuple[str, ...]:
    """Every framework edgetop knows, installed or not; imports nothing."""
    return (*OWN, *sorted(_plugins()))


def backend(name: str) -> Backend:
    """The backend of a framework; raises UnknownName, or FrameworkMissing where another package's is broken."""
    if name in OWN:
        module, _, attribute = OWN[name].partition(":")
        made: Backend = getattr(importlib.import_module(module), attribute)()
        return made
    plugin = _plugins().get(name)
    if plugin is None:
        raise UnknownName(f"unknown framework {name!r}", f"Known: {', '.join(names())}")
    try:
        made = plugin.load()()
    except (ImportError, AttributeError, TypeError) as error:
        raise FrameworkMissing(
            f"the backend {name} ({plugin.value}) does not load: {error}", "Update its package"
        ) from error
    return made


def run_title(spec: RunSpec) -> str:
    """How a run is shown: its framework, with what is unusual about the way it runs.

    A framework that is not known here, as in another board's recording, has its name for a title.
    """
    try:
        chosen = backend(spec.framework)
    except (UnknownName, FrameworkMissing):
        title, usual = spec.framework, ""
    else:
        title = chosen.title
        # A model file has a precision of its own, which the spec does not tell.
        usual = next((v.name for v in chosen.variants if spec.precision in v.precisions), chosen.variants[0].name)
    if spec.variant not in ("", usual):
        title = f"{title} {spec.variant}"
    return f"{title} + {os.path.basename(spec.delegate)}" if spec.delegate else title
