"""TorchScript in PyTorch: frozen and optimised, as it is saved, in int8 by an engine, or by PyTorch Mobile."""

from __future__ import annotations

import platform
from collections.abc import Sequence
from functools import partial
from types import ModuleType
from typing import Any

from edgetop.backends.files import check_start
from edgetop.backends.pytorch_events import mobile_profile
from edgetop.backends.pytorch_graph import script_profile
from edgetop.backends.pytorch_model import TorchModel, cast, tensors
from edgetop.errors import BadModelFile, FrameworkMissing
from edgetop.plan import ModelFile
from edgetop.processors import sums_bytes_exactly

ZIP = b"PK\x03\x04"
FBGEMM = ("x86", "fbgemm")
"""Engines with kernels of fbgemm's, which add two products in 16 bits."""
QNNPACK = "qnnpack"
EXACT = sums_bytes_exactly()
ENGINES = (
    ("onednn", *FBGEMM, QNNPACK)
    if EXACT and platform.machine() in ("x86_64", "AMD64")
    else (QNNPACK, "onednn", *FBGEMM)
)
"""PyTorch's kernels for int8, the ones that are exact on this machine first."""


def load_script(torch: ModuleType, title: str, model: ModelFile, variant: str, dtype: Any) -> TorchModel:
    """A TorchScript file, frozen in the variant ``frozen``; raises BadModelFile, FrameworkMissing, and torch's own."""
    (path,) = model.paths
    check_start(path, 0, ZIP, title, "a TorchScript file")
    inputs = _inputs(torch, model, dtype)
    note = _choose_engine(torch, title, variant) if variant in ENGINES else ""
    module = torch.jit.load(path, map_location="cpu").eval()
    module = cast(torch, module, dtype)
    names = [name for name, _ in module.named_children()]
    outputs = _outputs(torch, path, module, inputs)
    if variant != "script":
        module = torch.jit.freeze(module)
    if variant == "frozen":
        # Constants folded, batch norms merged, weights in oneDNN's layout: unfrozen it is three times slower.
        module = torch.jit.optimize_for_inference(module)
    profiler = partial(script_profile, torch, module, names)
    # Past the hooks of Module.__call__, of which a script module has none.
    return TorchModel(torch, module.forward, inputs, outputs, profiler, note)


def load_mobile(torch: ModuleType, title: str, model: ModelFile, variant: str, dtype: Any) -> TorchModel:
    """A file for PyTorch Mobile, whose int8 kernels are QNNPACK's; raises BadModelFile, and torch's own."""
    from torch.jit.mobile import _load_for_lite_interpreter

    inputs = _inputs(torch, model, dtype)
    _choose_engine(torch, title, QNNPACK)
    module = _load_for_lite_interpreter(model.paths[0], map_location="cpu")
    with torch.inference_mode():
        outputs = tensors(torch, module(*inputs))
    return TorchModel(torch, module, inputs, outputs, partial(mobile_profile, torch, module))


def _inputs(torch: ModuleType, model: ModelFile, dtype: Any) -> tuple[Any, ...]:
    if not model.input_shape:
        raise BadModelFile(
            f"the shape of the input of {model.paths[0]} is not known",
            "Such a file does not hold it: say it, as --input-shape 1,3,224,224",
        )
    return (torch.zeros(model.input_shape, dtype=dtype),)


def _choose_engine(torch: ModuleType, title: str, engine: str) -> str:
    """Have weights in int8 packed for an engine; what there is to say of it on this CPU."""
    supported = torch.backends.quantized.supported_engines
    if engine not in supported:
        had = ", ".join(name for name in supported if name != "none")
        raise FrameworkMissing(f"{title} has no int8 engine {engine} here", f"It has {had}")
    torch.backends.quantized.engine = engine
    # It advises against such tensors once, on standard error if that happens in native code: here it can be hushed.
    torch.quantize_per_tensor(torch.zeros(1), 1.0, 0, torch.quint8)
    if engine in FBGEMM or (engine == "onednn" and not EXACT):
        return "its int8 kernels cut off sums of products beyond 16 bits, unless the model was quantised to 7"
    return ""


def _outputs(torch: ModuleType, path: str, module: Any, inputs: Sequence[Any]) -> list[Any]:
    """Tensors with the shapes and types of the outputs, which a TorchScript file does not tell."""
    with torch.inference_mode():
        try:
            # Shapes alone, without weights: no inference is spent, and the first one measured stays the first.
            shadow = torch.jit.load(path, map_location="meta").eval()
            return tensors(torch, shadow(*(torch.zeros(each.shape, device="meta") for each in inputs)))
        except (RuntimeError, NotImplementedError):
            return tensors(torch, module(*inputs))
