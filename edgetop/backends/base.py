"""What a framework must be able to do for edgetop: say whether it is here, load a model, infer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional, Protocol, Union

import numpy as np
import numpy.typing as npt

from edgetop.clock import now_ns
from edgetop.plan import ModelFile
from edgetop.readings import Missing

Array = npt.NDArray[Any]


@dataclass(frozen=True)
class TensorSpec:
    """One input or output of a loaded model.

    ``layout`` is ``NCHW`` or ``NHWC`` for pictures, empty otherwise. ``scale`` and ``zero_point`` are of a
    quantised tensor: real = (stored - zero_point) * scale.
    """

    name: str
    shape: tuple[int, ...]
    dtype: str
    layout: str = ""
    scale: float = 0.0
    zero_point: int = 0


@dataclass(frozen=True)
class Variant:
    """One way in which a framework runs a model: by which kernels, as what kind of graph."""

    name: str
    format: str
    """Of the model file it takes."""
    precisions: tuple[str, ...]
    title: str
    """What it is, in a few words."""


@dataclass(frozen=True)
class Options:
    """How a backend is to run a model."""

    threads: int = 1
    precision: str = "fp32"
    """What is computed in, where it is not the file's own affair."""
    variant: str = ""
    """The name of one of the backend's variants; the first that fits when empty."""
    delegate: str = ""
    """A TFLite delegate's shared library."""
    delegate_options: tuple[str, ...] = ()
    """``key=value`` each."""


@dataclass(frozen=True)
class Availability:
    """Whether a framework runs here: its version, or why not and what to do."""

    version: Union[str, Missing]


@dataclass(frozen=True)
class OperatorTime:
    """The mean time of one operator in an inference, over some inferences."""

    name: str
    """The neutral graph's, where edgetop wrote the model and the framework keeps it."""
    type: str
    mean_ns: float
    """Of all its calls in one inference together."""
    calls: int = 1
    """In one inference."""
    start_ns: Optional[float] = None
    """Mean of when it begins, from the inference's begin; None where the framework does not tell."""


@dataclass(frozen=True)
class Profile:
    """The operators of a model in their order, and the whole inferences in which they were timed."""

    operators: tuple[OperatorTime, ...]
    durations_ns: tuple[int, ...]
    """Of each whole inference while its operators were timed."""


def timed(act: Callable[[], object], rounds: int) -> tuple[int, ...]:
    """The nanoseconds of each of so many calls."""
    durations = []
    for _ in range(rounds):
        start = now_ns()
        act()
        durations.append(now_ns() - start)
    return tuple(durations)


class LoadedModel(Protocol):
    """A model that is ready to run.

    One that has something to say of how it runs (a time to compile, an operator left to the CPU) says it in
    an attribute ``note``, a sentence.
    """

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in; each has its spec's shape and dtype."""

    def infer(self) -> None:
        """Run once, synchronously: the timed region."""

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""

    def operators(self, rounds: int) -> Profile | Missing:
        """The time of each operator over so many inferences, or why it cannot be told.

        Called once, last of all but ``close``: what it leaves switched on disturbs nothing that is measured.
        """

    def close(self) -> None:
        """Give back what it holds."""


class Backend(Protocol):
    """A framework."""

    name: str
    title: str
    variants: tuple[Variant, ...]
    """The usual one first."""
    takes_delegate: bool
    """Whether a TFLite delegate can be given."""

    def probe(self) -> Availability:
        """Prove that it runs here, with a tiny model; call it in a child process, since it may crash."""

    def version(self) -> str:
        """The installed version, by importing the framework; raises FrameworkMissing."""

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a model; raises BadModelFile where the file is at fault, FrameworkMissing where it is not here."""
