"""Watch a TFLite Interpreter at work: when the kernel of each operator begins and ends, whatever kernels they are.

An Interpreter has no profiler that Python could reach. But it shows every delegate the context in which its
operators live, a structure of TFLite's C interface. The delegate here takes no operator: it remembers the way to
them, and puts a reading of the clock around each. XNNPACK, to which many operators are one, tells how long each of
its kernels took to the profiler in that context, an object of C++; one is made here. None of these structures is
promised to stay, so a child process tries it all on a tiny model before (``interpreter_check``).
"""

from __future__ import annotations

import ctypes as c
from collections.abc import Iterator, Mapping
from typing import Any, Callable

from edgetop.backends.litert_profiler import DELEGATED, OPERATOR, Event, ProfilerFailed
from edgetop.clock import now_ns

XNNPACK = b"TfLiteXNNPackDelegate"
"""What the runtimes' own delegate calls itself."""
_OK = 0
_ALLOWS_DYNAMIC_TENSORS = 1
_DELEGATE = 51
"""TFLite's number for an operator that stands for those that a delegate took."""
_NS_OF_US = 1e3

_Act = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_void_p)
"""``invoke`` of a kernel, and ``Prepare`` of a delegate: context, node or delegate; the status."""
_GetPlan = c.CFUNCTYPE(c.c_int, c.c_void_p, c.POINTER(c.c_void_p))
_GetNode = c.CFUNCTYPE(c.c_int, c.c_void_p, c.c_int, c.POINTER(c.c_void_p), c.POINTER(c.c_void_p))


class _Context(c.Structure):
    _fields_ = (
        ("tensor_count", c.c_size_t),
        ("get_plan", c.c_void_p),
        ("tensors", c.c_void_p),
        ("own", c.c_void_p),
        ("resize_tensor", c.c_void_p),
        ("report_error", c.c_void_p),
        ("add_tensors", c.c_void_p),
        ("get_node", c.c_void_p),
        ("replace_nodes", c.c_void_p),
        ("threads", c.c_int),
        ("get_external", c.c_void_p),
        ("set_external", c.c_void_p),
        ("relaxed", c.c_bool),
        ("profiler", c.c_void_p),
    )


class _Delegate(c.Structure):
    _fields_ = (
        ("data", c.c_void_p),
        ("prepare", c.c_void_p),
        ("copy_from", c.c_void_p),
        ("copy_to", c.c_void_p),
        ("free", c.c_void_p),
        ("flags", c.c_int64),
        ("builder", c.c_void_p),
    )


class _Kernel(c.Structure):
    _fields_ = (
        ("init", c.c_void_p),
        ("free", c.c_void_p),
        ("prepare", c.c_void_p),
        ("invoke", c.c_void_p),
        ("describe", c.c_void_p),
        ("code", c.c_int32),
        ("custom_name", c.c_char_p),
    )


_VIRTUAL = {
    "destroy": c.CFUNCTYPE(None, c.c_void_p),
    "delete": c.CFUNCTYPE(None, c.c_void_p),
    "begin": c.CFUNCTYPE(c.c_uint32, c.c_void_p, c.c_char_p, c.c_int, c.c_int64, c.c_int64),
    "end_with": c.CFUNCTYPE(None, c.c_void_p, c.c_uint32, c.c_int64, c.c_int64),
    "end": c.CFUNCTYPE(None, c.c_void_p, c.c_uint32),
    "add": c.CFUNCTYPE(None, c.c_void_p, c.c_char_p, c.c_int, c.c_uint64, c.c_int64, c.c_int64),
    "add_with": c.CFUNCTYPE(None, c.c_void_p, c.c_char_p, c.c_int, c.c_void_p),
}
"""The functions of TFLite's ``Profiler`` in the order of its table."""


class Watch:
    """A delegate for an Interpreter, before all others, that takes no operator and watches them all."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        """Of the operators that have run, in their order."""
        self._kernels: list[tuple[str, int]] = []
        self._context = 0
        self._prepare = _Act(self._prepared)
        self._delegate = _Delegate(prepare=_address(self._prepare), flags=_ALLOWS_DYNAMIC_TENSORS)
        virtual: dict[str, Callable[..., Any]] = {"begin": lambda *_: 0, "add": self._added}
        self._virtual = [kind(virtual.get(name, lambda *_: None)) for name, kind in _VIRTUAL.items()]
        self._table = (c.c_void_p * len(self._virtual))(*map(_address, self._virtual))
        self._profiler = c.c_void_p(c.addressof(self._table))
        self._watched: list[tuple[_Kernel, int, Any]] = []

    def _get_native_delegate_pointer(self) -> int:
        """What an Interpreter asks of a delegate."""
        return c.addressof(self._delegate)

    def _prepared(self, context: int, _: int) -> int:
        if self._context in (0, context):  # a subgraph, as of a loop, has a context of its own
            self._context = context
            seen = _Context.from_address(context)
            seen.profiler = c.addressof(self._profiler)  # XNNPACK asks for it as it prepares
            # Kernels may not call these; but only until then do they stand there.
            self._get_plan, self._get_node = _GetPlan(seen.get_plan), _GetNode(seen.get_node)
        return _OK

    def _added(self, _: int, tag: bytes, kind: int, duration_us: int, *__: int) -> None:
        if kind == DELEGATED:
            self._kernels.append((tag.decode("ascii", "replace"), duration_us))

    def delegated(self) -> dict[int, bool]:
        """By index, each operator that stands for what a delegate took: whether that is XNNPACK."""
        kernels = ((index, self._kernel(index)) for index in self._plan())
        return {index: kernel.custom_name == XNNPACK for index, kernel in kernels if kernel.code == _DELEGATE}

    def begin(self, types: Mapping[int, str]) -> None:
        """Watch the operators, whose tensors are allocated, from now on; ``types`` is what each is, by its index."""
        for index in self._plan():
            kernel = self._kernel(index)
            if kernel.invoke:
                timed = _Act(self._timed(index, types[index], _Act(kernel.invoke)))
                self._watched.append((kernel, kernel.invoke, timed))
                kernel.invoke = _address(timed)

    def end(self) -> None:
        """Leave the Interpreter as it would be without."""
        for kernel, invoke, _ in self._watched:
            kernel.invoke = invoke
        self._watched.clear()
        if self._context:
            _Context.from_address(self._context).profiler = None

    def _plan(self) -> Iterator[int]:
        plan = c.c_void_p()
        if not self._context or self._get_plan(self._context, c.byref(plan)) != _OK or not plan.value:
            raise ProfilerFailed("its operators cannot be listed")
        count = c.c_int.from_address(plan.value).value
        yield from (c.c_int * count).from_address(plan.value + c.sizeof(c.c_int))

    def _kernel(self, index: int) -> _Kernel:
        node, kernel = c.c_void_p(), c.c_void_p()
        if self._get_node(self._context, index, c.byref(node), c.byref(kernel)) != _OK or not kernel.value:
            raise ProfilerFailed(f"its operator {index} cannot be read")
        return _Kernel.from_address(kernel.value)

    def _timed(self, index: int, type: str, invoke: Callable[[int, int], int]) -> Callable[[int, int], int]:
        def act(context: int, node: int) -> int:
            self._kernels.clear()
            start = now_ns()
            status = invoke(context, node)
            duration = now_ns() - start
            if self._kernels:
                self.events += [Event(tag, DELEGATED, 0, took_us, index) for tag, took_us in self._kernels]
            else:
                self.events.append(Event(type, OPERATOR, start / _NS_OF_US, duration / _NS_OF_US, index))
            return status

        return act


def _address(function: Any) -> int:
    return c.cast(function, c.c_void_p).value or 0
