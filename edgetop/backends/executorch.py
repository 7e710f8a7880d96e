"""ExecuTorch: ``.pte`` files on the CPU, by XNNPACK's kernels or the portable ones, as the file was written."""

from __future__ import annotations

import os
import tempfile
import warnings
from collections.abc import Sequence
from functools import partial
from importlib.metadata import version
from types import ModuleType
from typing import Any, Callable, Union

import numpy as np

from edgetop.backends.base import Availability, LoadedModel, Options, Profile, Variant, timed
from edgetop.backends.executorch_names import names, nodes_of
from edgetop.backends.files import bad_file, check_files, check_start
from edgetop.backends.importing import import_framework, present
from edgetop.backends.pytorch_model import TorchModel
from edgetop.backends.steps import Step, profile_of
from edgetop.backends.variants import formats
from edgetop.config import asset
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile
from edgetop.readings import Missing

INSTALL = "edgetop env create executorch"
_MAGIC_OFFSET, _MAGIC = 4, b"ET"
_METHOD = "forward"
_DTYPES = {1: "int8", 0: "uint8", 3: "int32", 4: "int64", 5: "float16", 6: "float32", 7: "float64", 11: "bool"}
"""Of PyTorch's types by number, those that numpy has."""
_OPERATOR = "native_call_"
"""What the name of an operator's own time begins with; ``OPERATOR_CALL`` is the same with what surrounds it."""
_NS_OF_MS = 1e6


def _module() -> Union[ModuleType, Missing]:
    found = import_framework("executorch.extension.pybindings.portable_lib", "executorch")
    return Missing(found.reason, INSTALL) if isinstance(found, Missing) else found


def _torch() -> Any:
    import torch  # ExecuTorch takes and gives its tensors

    return torch


def _profile(load: Callable[..., Any], inputs: Sequence[Any], rounds: int) -> Profile | Missing:
    """The steps of a program loaded anew, since one that keeps a record keeps it from its beginning, and grows."""
    from executorch.devtools import Inspector

    program = load(enable_etdump=True)
    program.forward(inputs)
    durations = timed(lambda: program.forward(inputs), rounds)
    with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that tensors were not recorded, which nobody asked for
        dump, tensors = os.path.join(folder, "dump"), os.path.join(folder, "tensors")
        program.write_etdump_result_to_file(dump, tensors)
        events = [event for block in Inspector(etdump_path=dump).event_blocks for event in block.events]
    steps = [event for event in events if event.is_delegated_op or event.name.startswith(_OPERATOR)]
    if not steps or any(len(event.start_time) != rounds + 1 for event in steps):
        return Missing(
            "ExecuTorch recorded no operators of each inference", "Its package must be built with event tracing"
        )
    steps.sort(key=lambda event: event.start_time[0])
    called = names([_kind(event) for event in steps], nodes_of(load()))
    inferences = range(1, rounds + 1)  # the first is not timed
    profile = profile_of([[_step(event, name, i) for event, name in zip(steps, called)] for i in inferences], durations)
    # XNNPACK counts whole microseconds: what takes less than one in every round is not there.
    return Profile(tuple(each for each in profile.operators if each.mean_ns > 0), profile.durations_ns)


def _kind(event: Any) -> str:
    return str(event.name).removeprefix(_OPERATOR).partition(" #")[0].partition(".")[0]


def _step(event: Any, name: str, inference: int) -> Step:
    duration_ns = round(event.perf_data.raw[inference] * _NS_OF_MS)
    return Step(name, _kind(event), event.start_time[inference], duration_ns)


class _Program(TorchModel):
    """A program, which takes its tensors as a list, and knows no gradients to be kept from."""

    def infer(self) -> None:
        """Run once."""
        self._result = self._run(self._tensors)


class ExecuTorch:
    """ExecuTorch's runtime with the kernels it is built with."""

    name = "executorch"
    title = "ExecuTorch"
    variants: tuple[Variant, ...] = (
        Variant("xnnpack", "pte", ("fp32",), "XNNPACK's kernels"),
        Variant("portable", "pte_portable", ("fp32",), "portable kernels of plain C++"),
    )
    takes_delegate = False
    distributions = ("executorch", "torch")

    def probe(self) -> Availability:
        """Run the smallest program that ships with edgetop; the version, or why there is none."""
        module = _module()
        if isinstance(module, Missing):
            return Availability(module)
        model = self.load(ModelFile((asset("tiny.pte"),), "pte", "tiny"), Options())
        model.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in model.inputs])
        model.infer()
        model.read_outputs()
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        present(_module(), self.title)
        return version("executorch")

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a .pte file; raises BadModelFile, or FrameworkMissing."""
        module = present(_module(), self.title)
        check_files(model, formats(self), self.title)
        (path,) = model.paths
        check_start(path, _MAGIC_OFFSET, _MAGIC, self.title, "an ExecuTorch program")
        module._unsafe_reset_threadpool(options.threads)
        load = partial(module._load_for_executorch, path)
        torch = _torch()
        try:
            program = load()
            told = program.method_meta(_METHOD)
            inputs = [self._tensor(torch, path, told.input_tensor_meta(i)) for i in range(told.num_inputs())]
            outputs = [self._tensor(torch, path, told.output_tensor_meta(i)) for i in range(told.num_outputs())]
        except (RuntimeError, ValueError, IndexError, OSError) as error:
            raise bad_file(path, self.title, error) from error

        return _Program(torch, program.forward, inputs, outputs, partial(_profile, load))

    def _tensor(self, torch: Any, path: str, told: Any) -> Any:
        dtype = _DTYPES.get(told.dtype())
        if dtype is None:
            raise BadModelFile(
                f"{self.title} cannot feed {path}: it takes or gives PyTorch's type number {told.dtype()}",
                f"Those that can be: {', '.join(_DTYPES.values())}",
            )
        return torch.zeros(tuple(told.sizes()), dtype=getattr(torch, dtype))
