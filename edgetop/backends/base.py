"""What a framework must be able to do for edgetop: say whether it is here, load a model, infer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, Union

import numpy as np
import numpy.typing as npt

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
class Options:
    """How a backend is to run a model."""

    threads: int = 1


@dataclass(frozen=True)
class Availability:
    """Whether a framework runs here: its version, or why not and what to do."""

    version: Union[str, Missing]


@dataclass(frozen=True)
class OperatorTime:
    """The mean time of one operator of a model over some inferences."""

    name: str
    type: str
    mean_ns: float
    calls: int


class LoadedModel(Protocol):
    """A model that is ready to run."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]

    def set_inputs(self, arrays: Sequence[Array]) -> None:
        """Copy the inputs in; each has its spec's shape and dtype."""

    def infer(self) -> None:
        """Run once, synchronously: the timed region."""

    def read_outputs(self) -> list[np.ndarray[Any, Any]]:
        """Copies of the outputs of the last inference."""

    def operators(self, rounds: int) -> list[OperatorTime] | Missing:
        """Mean time of each operator over so many inferences, or why it cannot be told."""

    def close(self) -> None:
        """Give back what it holds."""


class Backend(Protocol):
    """A framework."""

    name: str
    title: str
    formats: tuple[str, ...]
    precisions: tuple[str, ...]

    def probe(self) -> Availability:
        """Prove that it runs here, with a tiny model; call it in a child process, since it may crash."""

    def version(self) -> str:
        """The installed version, by importing the framework; raises FrameworkMissing."""

    def load(self, model: ModelFile, options: Options) -> LoadedModel:
        """Load a model; raises BadModelFile where the file is at fault, FrameworkMissing where it is not here."""
