"""Remember which frameworks have been proven to run here, for as long as nothing about them changes."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import threading
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version

from edgetop import __version__
from edgetop.config import cache_folder
from edgetop.isolate import is_other

_one_writer = threading.Lock()


def _file() -> str:
    return os.path.join(cache_folder(), "frameworks.json")


def _installed(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return ""


def _state(python: str, distributions: Sequence[str]) -> list[str]:
    """Everything on which a proof depends; of another interpreter only the file of it is known."""
    if not is_other(python):
        return [__version__, *(f"{name} {_installed(name)}" for name in (*distributions, "numpy"))]
    with contextlib.suppress(OSError):
        return [__version__, str(os.stat(python).st_mtime_ns)]
    return []


def _read() -> dict[str, list[object]]:
    try:
        with open(_file(), encoding="utf-8") as file:
            proofs = json.load(file)
    except (OSError, ValueError):
        return {}
    return proofs if isinstance(proofs, dict) else {}


def _place(name: str, python: str) -> str:
    return f"{name} {os.path.abspath(python or sys.executable)}"


def recall(name: str, python: str, distributions: Sequence[str]) -> str:
    """The version that was proven to run in an interpreter; empty where there is no proof that still holds."""
    proof = _read().get(_place(name, python))
    if not isinstance(proof, list) or len(proof) != 2:
        return ""
    proven, state = proof
    return proven if isinstance(proven, str) and state == _state(python, distributions) else ""


def remember(name: str, python: str, distributions: Sequence[str], proven: str) -> None:
    """Keep a proof; where the folder cannot be written there is none, and nothing is lost but time."""
    with _one_writer, contextlib.suppress(OSError):
        proofs = {**_read(), _place(name, python): [proven, _state(python, distributions)]}
        os.makedirs(cache_folder(), exist_ok=True)
        draft = f"{_file()}.{os.getpid()}"
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(proofs, file, indent=1)
        os.replace(draft, _file())
