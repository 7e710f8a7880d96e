"""ncnn on the CPU: a ``.param`` with its ``.bin``, in fp32, bf16, or with fp16 weights and what fp16 the CPU has."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, Union

import numpy as np

from edgetop.backends.base import Array, Availability, LoadedModel, OperatorTime, Options, Profile, TensorSpec, Variant
from edgetop.backends.files import bad_file, check_files
from edgetop.backends.importing import import_framework, present
from edgetop.backends.ncnn_files import check_weights, input_shape, read_layers
from edgetop.backends.variants import formats
from edgetop.clock import now_ns
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile
from edgetop.readings import Missing

HINT = "Take the .param and .bin that belong together, as one converter wrote them"
STORAGE = "storage"
FP16_OPTIONS = ("use_fp16_packed", "use_fp16_storage", "use_fp16_arithmetic")
"""All on unless switched off, so that fp32 weights too are rounded where the CPU has fp16."""
_TINY = "7767517\n2 2\nInput x 0 1 x 0=4 1=4 2=3\nReLU relu 1 1 x y\n"


def _module() -> Union[ModuleType, Missing]:
    return import_framework("ncnn", "ncnn")


def _net(ncnn: ModuleType, options: Options) -> Any:
    net = ncnn.Net()
    net.opt.num_threads = options.threads
    net.opt.use_vulkan_compute = False
    net.opt.use_bf16_storage = options.precision == "bf16"
    for option in FP16_OPTIONS:
        setattr(net.opt, option, options.precision == "fp16")
    if options.variant == STORAGE:
        net.opt.use_fp16_arithmetic = False
    return net


class NcnnModel:
    """A loaded net, its inputs in memory of ncnn's own."""

    def __init__(self, ncnn: ModuleType, net: Any, inputs: Sequence[TensorSpec]) -> None:
        self.inputs = tuple(inputs)
        # Of an array of ours a Mat would keep the address alone, and read what is there once the array is gone.
        self._mats = [(spec.name, ncnn.Mat(*reversed(spec.shape[1:]))) for spec in self.inputs]
        self._net = net
        self._wanted: list[str] = list(net.output_names())
        self._results: list[Any] = []
        shapes = {blob.name: _shape(blob.shape) for blob in net.blobs()}
        if not all(shapes[name] for name in self._wanted):
            self.set_inputs([np.zeros(spec.shape, spec.dtype) for spec in self.inputs])
            self.infer()
            shapes = {name: _shape(result) for name, result in zip(self._wanted, self._results)}
        self.outputs: tuple[TensorSpec, ...] = tuple(
            TensorSpec(name, (1, *shapes[name]), "float32") for name in self._wanted
        )

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in."""
        for (_, mat), array in zip(self._mats, arrays):
            np.asarray(mat)[...] = array[0]

    def infer(self) -> None:
        """Run once; raises RuntimeError where ncnn gives up, as for want of memory."""
        extractor = self._extractor()
        self._results = [_extract(extractor, name) for name in self._wanted]

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [np.array(result)[None] for result in self._results]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each layer, run one after another; what they give is kept until the end, unlike in infer."""
        blobs = self._net.blobs()
        layers = [(layer.name, layer.type, blobs[layer.tops[0]].name) for layer in self._net.layers() if layer.bottoms]
        totals, starts = dict.fromkeys((name for name, _, _ in layers), 0), dict.fromkeys((n for n, _, _ in layers), 0)
        durations = []
        for _ in range(rounds):
            begin = now_ns()
            extractor = self._extractor()
            extractor.set_light_mode(False)
            for name, _, blob in layers:
                start = now_ns()
                _extract(extractor, blob)
                totals[name] += now_ns() - start
                starts[name] += start - begin
            durations.append(now_ns() - begin)
        operators = tuple(
            OperatorTime(name, kind, totals[name] / rounds, start_ns=starts[name] / rounds) for name, kind, _ in layers
        )
        return Profile(operators, tuple(durations))

    def close(self) -> None:
        """Give back the net and its tensors."""
        self._net, self._mats, self._results = None, [], []

    def _extractor(self) -> Any:
        extractor = self._net.create_extractor()
        for name, mat in self._mats:
            extractor.input(name, mat)
        return extractor


def _extract(extractor: Any, name: str) -> Any:
    code, result = extractor.extract(name)
    if code != 0:
        raise RuntimeError(f"ncnn gave up before {name} (code {code})")
    return result


def _shape(mat: Any) -> tuple[int, ...]:
    """[C, H, W], or fewer axes; empty where a file does not tell it."""
    sizes = {1: (mat.w,), 2: (mat.h, mat.w), 3: (mat.c, mat.h, mat.w), 4: (mat.c, mat.d, mat.h, mat.w)}
    return sizes.get(mat.dims, ())


class Ncnn:
    """ncnn and its CPU kernels."""

    name = "ncnn"
    title = "ncnn"
    variants: tuple[Variant, ...] = (
        Variant("cpu", "ncnn", ("fp32", "fp16", "bf16"), "the CPU, without Vulkan"),
        Variant(STORAGE, "ncnn", ("fp16",), "fp16 in memory alone, computing in fp32"),
    )
    takes_delegate = False
    distributions = ("ncnn",)

    def probe(self) -> Availability:
        """Run a tiny network; the version, or why there is none."""
        ncnn = _module()
        if isinstance(ncnn, Missing):
            return Availability(ncnn)
        net = _net(ncnn, Options())
        net.load_param_mem(_TINY)
        model = NcnnModel(ncnn, net, [TensorSpec("x", (1, 3, 4, 4), "float32")])
        model.infer()
        model.close()
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a .param and its .bin; raises BadModelFile, or FrameworkMissing."""
        ncnn = present(_module(), self.title)
        check_files(model, formats(self), self.title, count=2)
        param, weights = model.paths
        net = _net(ncnn, options)
        try:
            layers = read_layers(param)
            if net.load_param(param) != 0:
                raise ValueError("it has a layer that this version of ncnn does not know, or it is damaged")
        except ValueError as error:
            raise bad_file(param, self.title, error) from error
        names = list(net.input_names())
        shapes = [model.input_shape if len(names) == 1 and model.input_shape else input_shape(layers, n) for n in names]
        if not names or not all(shapes):
            raise BadModelFile(
                f"the shape of the input of {param} is not known",
                "Write it into the Input layer: 0=WIDTH 1=HEIGHT 2=CHANNELS",
            )
        try:
            check_weights(layers, weights)
            if net.load_model(weights) != 0:
                raise ValueError("it is damaged, or of another network")
            return NcnnModel(ncnn, net, [_spec(name, shape) for name, shape in zip(names, shapes)])
        except (ValueError, RuntimeError) as error:
            raise bad_file(weights, self.title, error, HINT) from error


def _spec(name: str, shape: tuple[int, ...]) -> TensorSpec:
    return TensorSpec(name, shape, "float32", "NCHW" if len(shape) == 4 else "")
