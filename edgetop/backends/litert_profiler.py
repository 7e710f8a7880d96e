"""LiteRT's profiler, which only its C library has: runs a model there and gives the events of each inference.

The library's structures are not promised to stay. So what they hold is checked, and a child process tries
them on a tiny model before a user's is run (``litert_check``).
"""

from __future__ import annotations

import ctypes as c
import importlib.util
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from edgetop.backends.base import Array
from edgetop.clock import now_ns
from edgetop.errors import EdgetopError

KERNELS = {"xnnpack": 0, "builtin": 2}
"""Variant to the library's number for its kernels. By 1, named reference, it runs the built-in ones as well."""
SPAN, OPERATOR, DELEGATED = 1, 2, 8
"""Kinds of event: a stretch of the whole, an operator of the model's, one of the runtime's own delegate's."""
INVOKE = "Invoke"
"""The stretch in which the operators are."""
_CPU = 1
_READ, _WRITE = 0, 1
_MAX_RANK = 8
_MAX_EVENTS = 1 << 20
_ELEMENTS = {
    "float32": 1,
    "int32": 2,
    "uint8": 3,
    "int64": 4,
    "bool": 6,
    "int16": 7,
    "int8": 9,
    "float16": 10,
}
"""A tensor's type to the library's number for it."""


class ProfilerFailed(EdgetopError):
    """The library did not do what was asked, or its answer cannot be right."""


@dataclass(frozen=True)
class Event:
    """One stretch of an inference; ``node`` is the place of an operator in the model, or in the delegate."""

    tag: str
    kind: int
    start_us: float
    """On the library's clock; 0 where it does not tell."""
    duration_us: float
    node: int


@dataclass(frozen=True)
class Recording:
    """Inferences with their events: of each in its order, and how long each took as a whole."""

    rounds: tuple[tuple[Event, ...], ...]
    durations_ns: tuple[int, ...]


class _Layout(c.Structure):
    _fields_ = (("rank", c.c_uint32), ("dims", c.c_int32 * _MAX_RANK), ("strides", c.c_uint32 * _MAX_RANK))


class _TensorType(c.Structure):
    _fields_ = (("element", c.c_int), ("layout", _Layout))


class _Memory(c.Structure):
    _fields_ = (("resident", c.c_int64), ("total", c.c_size_t), ("in_use", c.c_size_t))


class _Event(c.Structure):
    _fields_ = (
        ("tag", c.c_char_p),
        ("kind", c.c_int),
        ("start_us", c.c_uint64),
        ("duration_us", c.c_uint64),
        ("begin", _Memory),
        ("end", _Memory),
        ("node", c.c_uint64),
        ("subgraph", c.c_uint64),
        ("source", c.c_int),
    )


def library_path() -> str:
    """Where LiteRT's C library is, or would be."""
    package = importlib.util.find_spec("ai_edge_litert")
    folders = (package.submodule_search_locations if package is not None else None) or [""]
    return os.path.join(folders[0], "libLiteRt.so")


class _Library:
    """The functions of libLiteRt.so; each gives 0, or a status for which ProfilerFailed is raised."""

    def __init__(self) -> None:
        try:
            self._library = c.CDLL(library_path())
        except OSError as error:
            raise ProfilerFailed(f"its C library does not load: {error}") from error
        self._libc = c.CDLL(None)
        self._libc.strdup.restype = c.c_void_p

    def call(self, function: str, *arguments: Any) -> None:
        try:
            status = getattr(self._library, f"LiteRt{function}")(*arguments)
        except AttributeError as error:
            raise ProfilerFailed(f"its C library has no LiteRt{function}") from error
        if status:
            raise ProfilerFailed(f"LiteRt{function} gave status {status}")

    def made(self, function: str, *arguments: Any) -> c.c_void_p:
        """What a function puts where its last argument points."""
        handle = c.c_void_p()
        self.call(function, *arguments, c.byref(handle))
        return handle

    def settings(self, kernels: int, threads: int) -> c.c_void_p:
        options = self.made("CreateOptions")
        self.call("SetOptionsHardwareAccelerators", options, _CPU)
        free = c.cast(self._libc.free, c.c_void_p)
        for name, text in (
            (b"runtime_options_string", "enable_profiling = true\n"),
            (b"xnnpack", f"num_threads = {threads}\nkernel_mode = {kernels}\n"),
        ):
            owned = c.c_void_p(self._libc.strdup(text.encode()))  # the library frees it
            self.call("AddOpaqueOptions", options, self.made("CreateOpaqueOptions", name, owned, free))
        return options


class _Compiled:
    """A model in the library with its profiler. Nothing is given back: its process ends with the table."""

    def __init__(self, interpreter: Any, path: str, kernels: int, threads: int) -> None:
        self._library = library = _Library()
        self._environment = library.made("CreateEnvironment", 0, None)
        model = library.made("CreateModelFromFile", self._environment, os.fsencode(path))
        options = library.settings(kernels, threads)
        self._model = library.made("CreateCompiledModel", self._environment, model, options)
        self._profiler = library.made("CompiledModelGetProfiler", self._model)
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        self._inputs = self._buffers("Input", inputs)
        self._outputs = self._buffers("Output", outputs)
        for buffer, details in zip(self._inputs, inputs):
            self._fill(buffer, interpreter.get_tensor(details["index"]))

    def _buffers(self, side: str, tensors: Sequence[dict[str, Any]]) -> Any:
        return (c.c_void_p * len(tensors))(*(self._buffer(side, i, t).value for i, t in enumerate(tensors)))

    def _buffer(self, side: str, place: int, details: dict[str, Any]) -> c.c_void_p:
        dtype, shape = np.dtype(details["dtype"]).name, details["shape"].tolist()
        if dtype not in _ELEMENTS or len(shape) > _MAX_RANK:
            raise ProfilerFailed(f"it is not known how to hand over a tensor of {dtype} {shape}")
        kind = _TensorType(_ELEMENTS[dtype], _Layout(len(shape), (c.c_int32 * _MAX_RANK)(*shape)))
        wanted = f"GetCompiledModel{side}BufferRequirements"
        requirements = self._library.made(wanted, self._model, c.c_size_t(0), c.c_size_t(place))
        create = "CreateManagedTensorBufferFromRequirements"
        return self._library.made(create, self._environment, c.byref(kind), requirements)

    def _fill(self, buffer: int, array: Array) -> None:
        place = c.c_void_p()
        self._library.call("LockTensorBuffer", c.c_void_p(buffer), c.byref(place), _WRITE)
        data = np.ascontiguousarray(array)
        c.memmove(place, data.ctypes.data, data.nbytes)
        self._library.call("UnlockTensorBuffer", c.c_void_p(buffer))

    def run(self) -> int:
        """One inference; its nanoseconds."""
        inputs, outputs = c.c_size_t(len(self._inputs)), c.c_size_t(len(self._outputs))
        start = now_ns()
        self._library.call("RunCompiledModel", self._model, c.c_size_t(0), inputs, self._inputs, outputs, self._outputs)
        return now_ns() - start

    def profiled(self) -> tuple[tuple[Event, ...], int]:
        """One inference with its events."""
        self._library.call("StartProfiler", self._profiler)
        duration = self.run()
        self._library.call("StopProfiler", self._profiler)
        count = c.c_uint32()
        self._library.call("GetNumProfilerEvents", self._profiler, c.byref(count))
        if count.value > _MAX_EVENTS:
            raise ProfilerFailed(f"it tells of {count.value} events")
        events = (_Event * count.value)()
        self._library.call("GetProfilerEvents", self._profiler, count, events)
        told = tuple(_told(event) for event in events)
        self._library.call("ResetProfiler", self._profiler)
        return told, duration


def _told(event: _Event) -> Event:
    try:
        tag = (event.tag or b"").decode("ascii")
    except UnicodeDecodeError as error:
        raise ProfilerFailed("its events cannot be read: it is of another make than edgetop knows") from error
    return Event(tag, event.kind, event.start_us, event.duration_us, event.node)


def check(events: Sequence[Event]) -> None:
    """Raise ProfilerFailed where events cannot be an inference's."""
    whole = [event.duration_us for event in events if event.kind == SPAN and event.tag == INVOKE]
    parts = [event.duration_us for event in events if event.kind in (OPERATOR, DELEGATED)]
    if len(whole) != 1 or not parts or sum(parts) > whole[0]:
        raise ProfilerFailed(
            f"its events cannot be right: {len(parts)} operators of {sum(parts):g} µs in {len(whole)} inferences of"
            f" {sum(whole):g} µs"
        )


def recording(inferences: Sequence[tuple[tuple[Event, ...], int]]) -> Recording:
    """Of the events of each inference and how long it took; raises ProfilerFailed where they cannot be right."""
    first = [(event.tag, event.kind, event.node) for event in inferences[0][0]]
    for events, _ in inferences:
        check(events)
        if [(event.tag, event.kind, event.node) for event in events] != first:
            raise ProfilerFailed("its inferences have different operators")
    return Recording(tuple(events for events, _ in inferences), tuple(duration for _, duration in inferences))


def record(interpreter: Any, path: str, variant: str, threads: int, rounds: int) -> Recording:
    """Run the model at ``path`` on the inputs that its Interpreter has, so many times; raises ProfilerFailed."""
    compiled = _Compiled(interpreter, path, KERNELS[variant], threads)
    compiled.run()
    return recording([compiled.profiled() for _ in range(rounds)])
