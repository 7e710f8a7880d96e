"""The frameworks by name: edgetop's own, and those of other packages (entry points ``edgetop.backends``)."""

from __future__ import annotations

import importlib
import sys
from importlib.metadata import EntryPoint, entry_points

from edgetop.backends.base import Backend
from edgetop.errors import FrameworkMissing, UnknownName

GROUP = "edgetop.backends"
OWN = {
    "litert": "edgetop.backends.litert:LiteRt",
    "tflite": "edgetop.backends.tflite:TfLite",
    "torch": "edgetop.backends.pytorch:PyTorch",
    "caffe": "edgetop.backends.caffe:Caffe",
    "onnxruntime": "edgetop.backends.onnx_runtime:OnnxRuntime",
    "ncnn": "edgetop.backends.ncnn_net:Ncnn",
    "null": "edgetop.backends.null:Null",
}
"""Name to ``module:Class``; no module of these imports its framework before probe() or load()."""


def _plugins() -> dict[str, EntryPoint]:
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


def title(name: str) -> str:
    """How a framework is shown; the name itself for one that is not known here, as in another board's recording."""
    try:
        return backend(name).title
    except (UnknownName, FrameworkMissing):
        return name
