"""PyTorch on the CPU, in the ways it has to run a model: TorchScript, modules, exported programs, int8 engines."""

from __future__ import annotations

import contextlib
import warnings
import zipfile
from collections.abc import Iterator
from importlib import import_module
from types import ModuleType
from typing import Union

from edgetop.backends.base import Availability, LoadedModel, Options, Variant
from edgetop.backends.files import bad_file, check_files
from edgetop.backends.importing import import_framework, present
from edgetop.backends.pytorch_script import ENGINES
from edgetop.backends.variants import choose, formats
from edgetop.plan import ModelFile
from edgetop.readings import Missing

_REFUSALS = (
    *(RuntimeError, ValueError, OSError, EOFError, LookupError, AttributeError, TypeError, AssertionError),
    *(zipfile.BadZipFile, NotImplementedError, SyntaxError),
)
"""What PyTorch raises on damaged files: its readers follow whatever bytes they find."""
_LOADERS = {
    "torchscript": "edgetop.backends.pytorch_script:load_script",
    "ptl": "edgetop.backends.pytorch_script:load_mobile",
    "graph": "edgetop.backends.pytorch_module:load_eager",
    "pt2": "edgetop.backends.pytorch_module:load_exported",
}
_HINTS = {
    "torchscript": "It must be whole, and saved by torch.jit.trace(model, example).save(path)",
    "ptl": "It must be whole, and saved by a script module's _save_for_lite_interpreter(path)",
    "pt2": "It must be whole, and saved by torch.export.save, of no later PyTorch than this",
}
_DTYPES = {"bf16": "bfloat16"}
_REAL = ("fp32", "bf16")


def _module() -> Union[ModuleType, Missing]:
    return import_framework("torch", "torch")


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves that TorchScript and quantised tensors are to go: they are what was asked for."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", ".*deprecated", DeprecationWarning)
        warnings.filterwarnings("ignore", ".*deprecated", FutureWarning)
        warnings.filterwarnings("ignore", ".*quantized tensor creation", UserWarning)
        yield


class PyTorch:
    """PyTorch and its CPU kernels."""

    name = "torch"
    title = "PyTorch"
    variants: tuple[Variant, ...] = (
        Variant("frozen", "torchscript", _REAL, "TorchScript, frozen and optimised for inference"),
        Variant("script", "torchscript", _REAL, "TorchScript as it is saved"),
        Variant("eager", "graph", _REAL, "a module, each operator called from Python"),
        Variant("export", "pt2", _REAL, "an exported program, .pt2"),
        *(Variant(name, "torchscript", ("int8",), f"int8 by the engine {name}") for name in ENGINES),
        Variant("mobile", "ptl", ("fp32", "int8"), "the interpreter of PyTorch Mobile, .ptl"),
    )
    takes_delegate = False
    distributions = ("torch",)

    def probe(self) -> Availability:
        """Trace, freeze and run a tiny module; the version, or why there is none."""
        torch = _module()
        if isinstance(torch, Missing):
            return Availability(torch)
        example = torch.zeros(1, 3, 8, 8)
        with _quiet(), torch.inference_mode():
            module = torch.jit.trace(torch.nn.Conv2d(3, 4, 3).eval(), example)
            torch.jit.optimize_for_inference(torch.jit.freeze(module))(example).numpy()
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a model file of any of the variants; raises BadModelFile, or FrameworkMissing."""
        torch = present(_module(), self.title)
        check_files(model, formats(self), self.title)
        variant = choose(self, options.variant, format=model.format).name
        torch.set_num_threads(options.threads)
        with contextlib.suppress(RuntimeError):  # raised where an earlier model has fixed it
            torch.set_num_interop_threads(1)
        module, _, function = _LOADERS[model.format].partition(":")
        load = getattr(import_module(module), function)
        dtype = getattr(torch, _DTYPES.get(options.precision, "float32"))
        try:
            with _quiet():
                loaded: LoadedModel = load(torch, self.title, model, variant, dtype)
        except _REFUSALS as error:
            raise bad_file(model.paths[0], self.title, error, _HINTS.get(model.format, "")) from error
        return loaded
