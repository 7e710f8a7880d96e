"""TFLite delegates from shared libraries: loaded, or refused in words; and how much of a model each took."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from types import ModuleType
from typing import Any

from edgetop.backends.base import Options
from edgetop.backends.files import cause
from edgetop.errors import FrameworkMissing, UsageError

_CREATE = "tflite_plugin_create_delegate"
_NOT_FOUND = "cannot open shared object file"
DELEGATE = "DELEGATE"
"""What the runtimes call an operator that stands for all those that a delegate took together."""


def delegate_options(options: Options) -> dict[str, str]:
    """The delegate's options by key; raises UsageError for one that is not ``key=value``."""
    for option in options.delegate_options:
        if not option.partition("=")[0] or "=" not in option:
            raise UsageError(f"{option!r} is no option of a delegate", "Write it as key=value")
    return {key: value for key, _, value in (option.partition("=") for option in options.delegate_options)}


def check_library(path: str, hint: str = "") -> None:
    """Refuse a library that is not here, is none, or is no delegate; raises FrameworkMissing.

    Before the runtime sees it: its Delegate, half made, would print a traceback of its own. ``hint`` is what
    to do about one that is not here.
    """
    try:
        library = ctypes.PyDLL(path)
    except OSError as error:
        raise _unloadable(path, str(error), hint) from error
    if not hasattr(library, _CREATE):
        raise FrameworkMissing(
            f"{path} is not a TFLite delegate: it has no {_CREATE}", "Give the library that its maker names a delegate"
        )


def _unloadable(path: str, said: str, hint: str) -> FrameworkMissing:
    needed, _, rest = said.partition(": ")
    if _NOT_FOUND not in rest:
        return FrameworkMissing(
            f"the library {path} does not load: {said.removeprefix(path + ': ')}",
            f"Get the one that is built for this machine ({os.uname().machine})",
        )
    if needed != path:
        return FrameworkMissing(f"the delegate {path} needs {needed}, which is not here", f"Install {needed}")
    return FrameworkMissing(f"there is no library {path}", hint or "Check its path, or install it")


def load_delegate(runtime: ModuleType, path: str, options: dict[str, str], hint: str = "") -> Any:
    """A delegate that is ready for a model, by a runtime's ``interpreter`` module; raises FrameworkMissing.

    ``hint`` is what to do where it finds no device.
    """
    check_library(path)
    try:
        return runtime.load_delegate(path, options)
    except ValueError as error:
        said = str(error).partition("\n")[2].strip() or "it gave no reason"
        given = ", ".join(f"{key}={value}" for key, value in options.items())
        raise FrameworkMissing(
            f"the delegate {path} did not start{f' with {given}' if given else ''}: {cause(ValueError(said))}",
            hint or "Check that its device is connected and may be opened, and its options",
        ) from error


def operators_of(interpreter: Any) -> list[dict[str, Any]]:
    """What an Interpreter tells of its operators; nothing where the runtime does not."""
    tell = getattr(interpreter, "_get_ops_details", list)
    return list(tell())


def parts(operators: Sequence[dict[str, Any]]) -> list[list[int]]:
    """The indices of the operators in each part of a model that a delegate took, the parts in the order they run.

    ``operators`` is what an Interpreter tells of itself. A delegate's operator has the tensors that enter and
    leave the part it took: that part is whatever lies between them.
    """
    own = [operator for operator in operators if operator["op_name"] != DELEGATE]
    maker = {tensor: operator for operator in own for tensor in operator["outputs"].tolist()}
    return [_between(part, maker) for part in operators if part["op_name"] == DELEGATE]


def _between(part: dict[str, Any], maker: dict[int, dict[str, Any]]) -> list[int]:
    found: set[int] = set()
    entering = set(part["inputs"].tolist())
    waiting = part["outputs"].tolist()
    while waiting:
        operator = maker.get(waiting.pop())
        if operator is not None and operator["index"] not in found:
            found.add(operator["index"])
            waiting += [tensor for tensor in operator["inputs"].tolist() if tensor not in entering]
    return sorted(found)


def share(interpreter: Any, path: str) -> str:
    """How much of the model a delegate took, a sentence; empty where the runtime does not tell.

    To be asked before tensors are allocated: then the runtime's own delegate takes what is left.
    """
    operators = operators_of(interpreter)
    if not operators:
        return ""
    took = sum(map(len, parts(operators)))
    total = sum(operator["op_name"] != DELEGATE for operator in operators)
    name = os.path.basename(path)
    if not took:
        return f"Warning: {name} took none of the {total} operators: the model runs on the CPU alone"
    rest = ", the rest on the CPU" if took < total else ""
    return f"{took} of {total} operators on {name}{rest}"
