"""Python environments that edgetop makes, one a framework: what goes into each, and where they are.

What cannot be installed together (tflite-runtime wants numpy 1, ExecuTorch numpy 2) stands side by side.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass

from edgetop.config import environments_folder

OLDEST, NEWEST = (3, 9), (3, 13)
"""Pythons that run a worker, and the newest that the pins below were tried on."""
_DESCRIPTION = "edgetop-environment.json"
"""Written last of all: a folder without it is half made."""


@dataclass(frozen=True)
class Pins:
    """What a framework's environment holds, and the Pythons that all of it has wheels for."""

    requirements: tuple[str, ...]
    """As pip takes them."""
    oldest: tuple[int, int] = OLDEST
    newest: tuple[int, int] = NEWEST

    def fits(self, version: str) -> bool:
        """Whether a Python of that version, as ``3.11.2``, can have it."""
        major, minor = (int(part) for part in version.split(".")[:2])
        return self.oldest <= (major, minor) <= self.newest

    @property
    def pythons(self) -> str:
        """The Pythons in words."""
        return "Python {}.{} to {}.{}".format(*self.oldest, *self.newest)


_TFLITE = Pins(("tflite-runtime==2.14.0", "numpy<2"), newest=(3, 11))
PINS = {
    "litert": Pins(
        ("ai-edge-litert==2.1.0; python_version < '3.10'", "ai-edge-litert==2.3.0; python_version >= '3.10'", "numpy")
    ),
    "tflite": _TFLITE,
    "coral": _TFLITE,
    "torch": Pins(
        (
            "torch==2.8.0; python_version < '3.10'",
            # From 2.11 the Linux wheels for Arm require CUDA too.
            "torch==2.10.0; python_version >= '3.10' and platform_machine == 'aarch64'",
            "torch==2.13.0; python_version >= '3.10' and platform_machine != 'aarch64'",
            "numpy",
        )
    ),
    "executorch": Pins(("executorch==1.5.1", "torch==2.13.0", "numpy>=2"), oldest=(3, 10)),
    "caffe": Pins(("opencv-python-headless==4.11.0.86", "numpy")),
    "onnxruntime": Pins(
        (
            "onnxruntime==1.19.2; python_version < '3.10'",
            "onnxruntime==1.23.2; python_version == '3.10'",
            "onnxruntime==1.32.0; python_version >= '3.11'",
            "numpy",
        )
    ),
    "ncnn": Pins(("ncnn==1.0.20261020", "numpy")),
    "openvino": Pins(
        ("openvino==2025.3.0; python_version < '3.10'", "openvino==2026.4.1; python_version >= '3.10'", "numpy<2.6")
    ),
    # TVM reads ONNX files by the onnx package, which it does not declare.
    "tvm": Pins(("apache-tvm==0.27.0.post1", "onnx==1.23.2", "numpy"), oldest=(3, 10)),
    "numpy": Pins(("numpy",)),
}
"""Framework to what its environment holds; each set was installed and ran a model."""


@dataclass(frozen=True)
class Environment:
    """An environment that was made to its end."""

    framework: str
    python: str
    """The path of its interpreter."""
    python_version: str
    packages: tuple[str, ...]
    """Those it was made for, each as ``numpy 1.26.4``."""


def folder(framework: str) -> str:
    """Where the environment of a framework is, or would be."""
    return os.path.join(environments_folder(), framework)


def interpreter(framework: str) -> str:
    """The path of the Python in it."""
    return os.path.join(folder(framework), "bin", "python")


def environment_of(framework: str) -> Environment | None:
    """The environment of a framework; None where there is none, or only the beginning of one."""
    try:
        with open(os.path.join(folder(framework), _DESCRIPTION), encoding="utf-8") as file:
            said = json.load(file)
        packages = tuple(str(each) for each in said["packages"])
        return Environment(framework, interpreter(framework), str(said["python_version"]), packages)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return None


def environments() -> tuple[Environment, ...]:
    """Those that are there, by name."""
    try:
        names = sorted(os.listdir(environments_folder()))
    except OSError:
        return ()
    return tuple(found for found in map(environment_of, names) if found is not None)


def describe(made: Environment) -> None:
    """Say that an environment is whole; raises OSError."""
    said = {"python_version": made.python_version, "packages": made.packages}
    with open(os.path.join(folder(made.framework), _DESCRIPTION), "w", encoding="utf-8") as file:
        json.dump(said, file, indent=1)
