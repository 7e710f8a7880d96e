"""PyTorch's ``.pth`` and ``.pt``: opened in a child process by torch's loader of weights alone.

A pickle can run any program. Torch refuses all but tensors and plain containers, and the child may take only so
much memory and time; what it gives back is read as any other file from elsewhere.
"""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from typing import Any

import numpy.typing as npt

from edgetop.errors import BadModelFile, EdgetopError, FrameworkMissing
from edgetop.isolate import ended_by, environment
from edgetop.networks.imports import safetensors
from edgetop.networks.imports.contents import MAX_BYTES, TOO_LARGE, check, damaged
from edgetop.networks.imports.unpickle import OLD_TORCH, REFUSED
from edgetop.units import printable

TIMEOUT_S = 600
"""On a small board torch alone takes half a minute to load."""
SAFE = "Copy it again, or save the weights alone: torch.save(model.state_dict(), FILE)"


def read(path: str, python: str = "") -> dict[str, npt.NDArray[Any]]:
    """The tensors of a state dict by name, by the torch of the interpreter at ``python``, ours when empty.

    Raises BadModelFile, and FrameworkMissing where there is no torch, or one whose loader is not safe.
    """
    check(path)
    _check_archive(path)
    interpreter = python or sys.executable
    with tempfile.TemporaryDirectory(prefix="edgetop-import-") as folder:
        out = os.path.join(folder, "weights.safetensors")
        command = [interpreter, "-m", "edgetop.networks.imports.unpickle", os.path.abspath(path), out]
        try:
            child = subprocess.run(
                command,
                env=environment(python),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise BadModelFile(f"{path} was not read in {TIMEOUT_S} s", SAFE) from error
        except OSError as error:
            raise FrameworkMissing(
                f"cannot start {interpreter}: {error.strerror}", "Check [frameworks.torch] python in the settings"
            ) from error
        if child.returncode:
            raise _failure(path, child, interpreter)
        return safetensors.read(out)


def _check_archive(path: str) -> None:
    """Refuse what unpacks to more than a network has, and what is code rather than weights."""
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, zlib.error, struct.error, ValueError, NotImplementedError, OSError) as error:
        raise damaged(path, error) from error
    if sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise BadModelFile(f"{path} unpacks to more than {MAX_BYTES >> 30} GiB", TOO_LARGE)
    if any(entry.filename.endswith("/constants.pkl") for entry in entries):
        raise BadModelFile(f"{path} is a TorchScript model, no weights alone", f"Run it as it is, or: {SAFE}")


def _failure(path: str, child: subprocess.CompletedProcess[bytes], interpreter: str) -> EdgetopError:
    """The child's end in words."""
    if child.returncode < 0:
        return BadModelFile(f"{path} cannot be read: torch was killed by {ended_by(child.returncode)}", SAFE)
    lines = [line.strip() for line in child.stderr.decode(errors="replace").splitlines() if line.strip()]
    last = printable(lines[-1]) if lines else f"exit code {child.returncode}"
    if child.returncode == REFUSED:
        return BadModelFile(f"{path} cannot be read as weights: {last}", SAFE)
    hint = f"Install torch 2.6 or later: {interpreter} -m pip install torch; or give the weights as safetensors"
    if child.returncode == OLD_TORCH or re.search(r"No module named '?torch\b", last):
        return FrameworkMissing(f"a file of PyTorch needs it to be read: {last}", hint)
    return FrameworkMissing(f"PyTorch does not run: {last}", hint)
