"""Caffe networks (prototxt and caffemodel), run by OpenCV's DNN module on the CPU."""

from __future__ import annotations

from collections.abc import Sequence
from types import ModuleType
from typing import Any, Union

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
    timed,
)
from edgetop.backends.files import bad_file, check_files
from edgetop.backends.importing import import_framework, present
from edgetop.backends.node_names import node_names
from edgetop.backends.prototxt import input_shapes
from edgetop.backends.variants import formats
from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile
from edgetop.readings import Missing

_TINY = b"""
layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 dim: 4 dim: 4 } } }
layer { name: "relu" type: "ReLU" bottom: "data" top: "relu" }
"""


def _module() -> Union[ModuleType, Missing]:
    cv2 = import_framework("cv2", "caffe")
    if isinstance(cv2, Missing) or hasattr(getattr(cv2, "dnn", None), "readNetFromCaffe"):
        return cv2
    return Missing(f"OpenCV {cv2.__version__} has no Caffe importer", "pip install 'opencv-python-headless<5'")


def _ready(cv2: ModuleType, net: Any) -> Any:
    net.setPreferableBackend(cv2.dnn.DNN_BACKEND_OPENCV)
    net.setPreferableTarget(cv2.dnn.DNN_TARGET_CPU)
    return net


def _spec(name: str, shape: Sequence[int], layout: str = "") -> TensorSpec:
    return TensorSpec(name, tuple(int(n) for n in shape), "float32", layout)


class CaffeModel:
    """A Caffe network in OpenCV, whose one input has a fixed shape."""

    def __init__(self, cv2: ModuleType, net: Any, input_shape: tuple[int, ...]) -> None:
        self._tick_ns = 1e9 / cv2.getTickFrequency()
        self._net = net
        names = net.getUnconnectedOutLayersNames()
        # One output is asked for by its name alone: a list of one costs two microseconds more each time.
        self._wanted: Any = names if len(names) > 1 else names[0]
        shapes = net.getLayersShapes(list(input_shape))
        by_id = dict(zip((int(i) for i in shapes[0]), shapes[2]))
        self.inputs: tuple[TensorSpec, ...] = (_spec("input", input_shape, "NCHW" if len(input_shape) == 4 else ""),)
        self.outputs: tuple[TensorSpec, ...] = tuple(
            _spec(name, by_id[int(i)][0]) for name, i in zip(names, net.getUnconnectedOutLayers())
        )
        self._forward = net.forward
        self._result: Any = ()

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the input in."""
        self._net.setInput(arrays[0])

    def infer(self) -> None:
        """Run once."""
        self._result = self._forward(self._wanted)

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""
        results = [self._result] if isinstance(self._wanted, str) else self._result
        return [result.copy() for result in results]

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each layer, as OpenCV counts it; layers fused into another do not appear."""
        names = self._net.getLayerNames()
        ticks = np.zeros(len(names))
        durations: list[int] = []
        for _ in range(rounds):
            durations += timed(self.infer, 1)
            ticks += np.ravel(self._net.getPerfProfile()[1])
        nodes = node_names(names)
        operators = tuple(
            OperatorTime(nodes[name], self._net.getLayer(name).type, mean_ns)
            for name, mean_ns in zip(names, (ticks * self._tick_ns / rounds).tolist())
            if mean_ns > 0
        )
        return Profile(operators, tuple(durations))

    def close(self) -> None:
        """Give back the network and its tensors."""
        self._net = self._forward = None
        self._result = ()


def _input_shape(model: ModelFile, title: str) -> tuple[int, ...]:
    if model.input_shape:
        return model.input_shape
    path = model.paths[0]
    with open(path, encoding="utf-8", errors="replace") as file:
        shapes = input_shapes(file.read())
    if len(shapes) == 1 and all(shapes[0]):
        return shapes[0]
    found = f"it has {len(shapes)} inputs" if shapes else "it does not say what shape its input has"
    raise BadModelFile(
        f"{title} cannot run {path}: {found}",
        "Use the deploy prototxt, in which one Input layer gives the shape",
    )


class Caffe:
    """OpenCV's reader and kernels for Caffe networks."""

    name = "caffe"
    title = "Caffe (OpenCV)"
    variants: tuple[Variant, ...] = (Variant("opencv", "caffe", ("fp32",), "OpenCV's own layers on the CPU"),)
    takes_delegate = False
    distributions = (
        "opencv-python-headless",
        "opencv-python",
        "opencv-contrib-python-headless",
        "opencv-contrib-python",
    )

    def probe(self) -> Availability:
        """Run a tiny network; the version, or why there is none."""
        cv2 = _module()
        if isinstance(cv2, Missing):
            return Availability(cv2)
        net = cv2.dnn.readNetFromCaffe(np.frombuffer(_TINY, np.uint8))
        model = CaffeModel(cv2, _ready(cv2, net), (1, 3, 4, 4))
        model.set_inputs([np.ones((1, 3, 4, 4), np.float32)])
        model.infer()
        model.close()
        return Availability(self.version())

    def version(self) -> str:
        """The version of OpenCV; raises FrameworkMissing."""
        return str(present(_module(), self.title).__version__)

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a prototxt and its caffemodel; raises BadModelFile, or FrameworkMissing."""
        cv2 = present(_module(), self.title)
        check_files(model, formats(self), self.title, count=2)
        prototxt, caffemodel = model.paths
        shape = _input_shape(model, self.title)
        cv2.setNumThreads(options.threads)
        try:
            net = _ready(cv2, cv2.dnn.readNetFromCaffe(prototxt, caffemodel))
            if net.empty():
                raise ValueError("the prototxt has no layers")
            return CaffeModel(cv2, net, shape)
        except (cv2.error, ValueError, SystemError) as error:
            raise _refusal(prototxt, caffemodel, self.title, error) from error


def _refusal(prototxt: str, caffemodel: str, title: str, error: Exception) -> BadModelFile:
    for mark, path, cause in (
        ("ReadProtoFromTextFile", prototxt, "it is damaged, or not a prototxt"),
        ("ReadProtoFromBinaryFile", caffemodel, "it is damaged, or not a caffemodel"),
        ("blobs.empty()", caffemodel, f"it lacks the weights of a layer of {prototxt}"),
    ):
        if mark in str(error):
            return bad_file(path, title, ValueError(cause))
    return bad_file(f"{prototxt} with {caffemodel}", title, error)
