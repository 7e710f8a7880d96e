"""Modules of Python in PyTorch: the neutral graph run eagerly, and an exported program (``.pt2``)."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from types import ModuleType
from typing import Any

from edgetop.backends.base import Profile, timed
from edgetop.backends.files import check_start
from edgetop.backends.pytorch_model import TorchModel, cast
from edgetop.backends.pytorch_script import ZIP
from edgetop.backends.steps import Step, profile_of
from edgetop.clock import now_ns
from edgetop.errors import BadModelFile
from edgetop.networks.neutral import read
from edgetop.networks.writers.torch_modules import module as module_of
from edgetop.plan import ModelFile


def load_eager(torch: ModuleType, title: str, model: ModelFile, variant: str, dtype: Any) -> TorchModel:
    """A neutral graph as a module; raises BadModelFile, and ValueError for a graph that makes none."""
    graph = read(model.paths[0])
    module = cast(torch, module_of(graph), dtype)
    outputs = [torch.empty((1, *graph.node(name).shape), dtype=dtype) for name in graph.outputs]
    inputs = (torch.zeros(graph.input_shape, dtype=dtype),)
    return TorchModel(torch, module, inputs, outputs, partial(module_profile, torch, module))


def load_exported(torch: ModuleType, title: str, model: ModelFile, variant: str, dtype: Any) -> TorchModel:
    """A ``.pt2`` file, which tells its inputs; raises BadModelFile, and what torch.export.load raises."""
    (path,) = model.paths
    check_start(path, 0, ZIP, title, "an exported program")
    program = torch.export.load(path)
    told = {node.name: node.meta.get("val") for node in program.graph.nodes}
    names = program.graph_signature
    inputs = [
        torch.zeros(_sizes(path, told[name]), dtype=_type(torch, told[name], dtype)) for name in names.user_inputs
    ]
    outputs = [
        torch.empty(_sizes(path, told[name]), dtype=_type(torch, told[name], dtype)) for name in names.user_outputs
    ]
    module = cast(torch, program.module(), dtype)
    return TorchModel(torch, module, inputs, outputs, partial(module_profile, torch, module))


def _sizes(path: str, value: Any) -> tuple[int, ...]:
    shape = getattr(value, "shape", None)
    if shape is None:
        raise BadModelFile(f"{path} takes or gives what is no tensor", "Export a model of tensors alone")
    if not all(isinstance(size, int) for size in shape):
        raise BadModelFile(
            f"the shape of the input of {path} is open: {tuple(shape)}", "Export it without dynamic_shapes"
        )
    return tuple(shape)


def _type(torch: ModuleType, value: Any, dtype: Any) -> Any:
    return dtype if value.dtype == torch.float32 else value.dtype


def module_profile(torch: ModuleType, module: Any, inputs: Sequence[Any], rounds: int) -> Profile:
    """The operators of a graph module, stepped through in Python; what that takes between them is not theirs."""
    rows: list[list[Step]] = []

    class Stepped(torch.fx.Interpreter):  # type: ignore[misc, name-defined]
        def run_node(self, n: Any) -> Any:
            args, kwargs = self.fetch_args_kwargs_from_env(n)
            begin = now_ns()
            result = getattr(self, n.op)(n.target, args, kwargs)
            end = now_ns()
            if n.op.startswith("call_"):
                rows[-1].append(Step(_path(n), _kind(module, n), begin, end - begin))
            return result

    def step() -> None:
        rows.append([])
        Stepped(module).run(*inputs)

    step()
    durations = timed(step, rounds)
    return profile_of(rows[1:], durations)


def _path(node: Any) -> str:
    """The submodule that an operator comes from, itself if it calls one; empty where the program does not tell."""
    if node.op == "call_module":
        return str(node.target)
    stack = list(node.meta.get("nn_module_stack", {}).values())
    return str(stack[-1][0]) if stack else ""


def _kind(module: Any, node: Any) -> str:
    if node.op == "call_module":
        return type(module.get_submodule(node.target)).__name__
    return str(node.target).removeprefix("aten.").partition(".")[0]
