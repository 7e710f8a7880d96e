"""Caffe itself, by its own Python module: a prototxt with its caffemodel, on the CPU.

Caffe ends its process where a file is not as it wants it. What can be told before is told here in words.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from functools import partial
from types import ModuleType
from typing import Any, Callable, Union

import numpy as np

from edgetop.backends.base import (
    Array,
    Availability,
    LoadedModel,
    OperatorTime,
    Options,
    Profile,
    TensorSpec,
    Variant,
)
from edgetop.backends.caffe_weights import weighted_layers
from edgetop.backends.files import bad_file, check_files
from edgetop.backends.importing import import_framework, present
from edgetop.backends.layouts import NCHW, picture_layout
from edgetop.backends.node_names import node_names
from edgetop.backends.prototxt import input_shapes, layer_types
from edgetop.backends.variants import formats
from edgetop.clock import now_ns
from edgetop.plan import ModelFile
from edgetop.readings import Missing

INPUT = "Input"
LOG_LEVEL = "GLOG_minloglevel"
"""1 leaves out what Caffe has to say of each layer that it sets up."""
HINT = 'Build Caffe with its Python module, and name that Python: [frameworks.pycaffe] python = "…"'
_TINY = """
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 4 dim: 4 } } }
layer { name: "relu" type: "ReLU" bottom: "data" top: "relu" }
"""


def _module() -> Union[ModuleType, Missing]:
    os.environ.setdefault(LOG_LEVEL, "1")
    caffe = import_framework("caffe", "pycaffe")
    if isinstance(caffe, Missing):
        return Missing(caffe.reason, HINT)
    if not hasattr(caffe, "set_mode_cpu"):
        return Missing("the Python package caffe that is installed is another", HINT)
    caffe.set_mode_cpu()
    return caffe


class PyCaffeModel:
    """A network whose inputs and outputs are views of Caffe's own memory."""

    infer: Callable[[], None]

    def __init__(self, net: Any) -> None:
        self._net = net
        self._inputs = [net.blobs[name].data for name in net.inputs]
        self._outputs = [net.blobs[name].data for name in net.outputs]
        self.inputs = tuple(_spec(*pair, picture_layout(pair[1].shape, NCHW)) for pair in zip(net.inputs, self._inputs))
        self.outputs = tuple(_spec(*pair, "") for pair in zip(net.outputs, self._outputs))
        # What net.forward calls: itself it also makes a dictionary of the outputs.
        self.infer = partial(net._forward, 0, len(net.layers) - 1)

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in."""
        for own, array in zip(self._inputs, arrays):
            np.copyto(own, array)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        return [output.copy() for output in self._outputs]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each layer, run one after another."""
        forward, layers = self._net._forward, self._net.layers
        ends = np.zeros((rounds, len(layers) + 1), np.int64)
        for end in ends:
            end[0] = now_ns()
            for place in range(len(layers)):
                forward(place, place)
                end[place + 1] = now_ns()
        names = list(self._net._layer_names)
        nodes = node_names(names)
        starts, times = (ends - ends[:, :1]).mean(0).tolist(), np.diff(ends).mean(0).tolist()
        operators = (
            OperatorTime(nodes[name], layer.type, mean_ns, start_ns=start_ns)
            for name, layer, mean_ns, start_ns in zip(names, layers, times, starts)
            if layer.type != INPUT
        )
        return Profile(tuple(operators), tuple((ends[:, -1] - ends[:, 0]).tolist()))

    def close(self) -> None:
        """Give back the network and its memory."""
        self._net, self._inputs, self._outputs = None, [], []
        self.infer = _closed


def _closed() -> None:
    raise ValueError("the model is closed")


def _spec(name: str, data: Array, layout: str) -> TensorSpec:
    return TensorSpec(name, tuple(data.shape), data.dtype.name, layout)


class PyCaffe:
    """Caffe and its CPU layers."""

    name = "pycaffe"
    title = "Caffe"
    variants: tuple[Variant, ...] = (Variant("cpu", "caffe", ("fp32",), "Caffe's own layers on the CPU"),)
    takes_delegate = False
    distributions: tuple[str, ...] = ()

    def probe(self) -> Availability:
        """Run a tiny network; the version, or why there is none."""
        caffe = _module()
        if isinstance(caffe, Missing):
            return Availability(caffe)
        with tempfile.NamedTemporaryFile("w", suffix=".prototxt") as file:
            file.write(_TINY)
            file.flush()
            PyCaffeModel(caffe.Net(file.name, caffe.TEST)).infer()
        return Availability(self.version())

    def version(self) -> str:
        """The installed version; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a prototxt and its caffemodel; raises BadModelFile, or FrameworkMissing."""
        caffe = present(_module(), self.title)
        check_files(model, formats(self), self.title, count=2)
        prototxt, caffemodel = model.paths
        try:
            _check_layers(prototxt, set(caffe.layer_type_list()))
        except ValueError as error:
            raise bad_file(prototxt, self.title, error) from error
        try:
            weighted = weighted_layers(caffemodel)
            net = caffe.Net(prototxt, caffe.TEST, weights=caffemodel)
            _check_weights(net, weighted)
        except (ValueError, RuntimeError) as error:
            raise bad_file(caffemodel, self.title, error) from error
        return PyCaffeModel(net)


def _check_layers(prototxt: str, known: set[str]) -> None:
    """Raise ValueError where Caffe would end its process: for a layer it does not know, or data it cannot read."""
    with open(prototxt, encoding="utf-8", errors="replace") as file:
        text = file.read()
    unknown = sorted(layer_types(text) - known)
    if unknown:
        raise ValueError(f"this Caffe has no layer of type {', '.join(unknown)}")
    if not input_shapes(text):
        raise ValueError("it does not say what shape its input has, as a deploy prototxt does")


def _check_weights(net: Any, weighted: set[str]) -> None:
    """Raise ValueError where Caffe has filled in by chance what the caffemodel does not hold."""
    without = [name for name in net.params if name not in weighted]
    if without:
        raise ValueError(f"it has no weights for {len(without)} of the layers, as {without[0]}")
