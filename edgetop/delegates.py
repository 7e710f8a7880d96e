"""A TFLite delegate as a user gives it, and which runs it is for."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass

from edgetop.errors import UsageError

TAKERS = ("litert", "tflite", "coral")
"""The frameworks that take one, by name: neither the screen nor the command line knows a backend."""
_HAS_ITS_OWN = "coral"
"""Options alone make sense to it, since it brings a library."""


def leaves_room(framework: str, variant: str) -> bool:
    """Whether a delegate may join a run: kernels that were named are run as they are, for comparison."""
    return framework == _HAS_ITS_OWN or not variant


@dataclass(frozen=True)
class Delegate:
    """A shared library and ``key=value`` options for it; none when both are empty."""

    library: str = ""
    """A path, or a bare name that the system's loader finds."""
    options: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """The library as any process finds it: absolute, unless it is a bare name."""
        return os.path.abspath(os.path.expanduser(self.library)) if "/" in self.library else self.library

    def is_for(self, framework: str, variant: str) -> bool:
        """Whether a run of a framework that takes delegates gets it."""
        return leaves_room(framework, variant) and (bool(self.library) or framework == _HAS_ITS_OWN)


def is_missing(path: str) -> bool:
    """Whether there is no such library; of a bare name only the loader can say so."""
    return "/" in path and not os.path.isfile(path)


def read(line: str) -> Delegate:
    """The delegate in a line of its library, then its options; raises UsageError for what is no option."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError("A quote around a delegate is not closed", "Close it") from error
    named = bool(words) and ("=" not in words[0] or "/" in words[0].partition("=")[0])
    options = tuple(words[named:])
    for option in options:
        if "=" not in option[1:]:
            raise UsageError(f"{option} is no option of a delegate", "Write it as key=value")
    return Delegate(words[0] if named else "", options)


def written(library: str, options: tuple[str, ...]) -> str:
    """The line that ``read`` understands so."""
    return shlex.join([*([library] if library else ()), *options])
