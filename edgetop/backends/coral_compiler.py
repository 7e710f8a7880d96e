"""A quantised TFLite model compiled for the Edge TPU by Coral's ``edgetpu_compiler``, and kept."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import subprocess
import tempfile

from edgetop.config import cache_folder
from edgetop.errors import BadModelFile, CannotWrite

COMPILER = "edgetpu_compiler"
TIMEOUT_S = 150.0
_NOTHING = "nothing of it would run on the Edge TPU"
_ELSEWHERE = (
    f"Put {COMPILER} on the PATH, which compiles int8 models (it is made for x86-64 only: elsewhere, compile on such"
    " a machine and give the file whose name ends in _edgetpu.tflite)"
)
_MAPPED = "Mapped to Edge TPU"
_STATUS = re.compile(r"^([A-Z][A-Z0-9_]+)\s+(\d+)\s+(\S.*)$", re.MULTILINE)
"""A line of what the compiler says of operators: name, how many, what became of them."""
_FAILURE = re.compile(r"(?:error|invalid|failed|not quantized).*", re.IGNORECASE)


def compiled(path: str, mark: bytes) -> tuple[str, str]:
    """The compiled file of the model at ``path``, made now if there is none yet, and what the compiler said.

    ``mark`` is in every file of which the Edge TPU runs something. Raises BadModelFile, also where there is no
    compiler, or CannotWrite.
    """
    compiler = shutil.which(COMPILER)
    folder = os.path.join(cache_folder(), "edgetpu")
    stem = os.path.splitext(os.path.basename(path))[0]
    kept = os.path.join(folder, f"{stem}-{_sha256(path)[:12]}_edgetpu")
    if not os.path.exists(f"{kept}.tflite"):
        if compiler is None:
            raise BadModelFile(f"{path} is not compiled for the Edge TPU: {_NOTHING}", _ELSEWHERE)
        try:
            os.makedirs(folder, exist_ok=True)
            with tempfile.TemporaryDirectory(dir=folder) as temporary:
                _compile(compiler, path, mark, temporary, kept)
        except OSError as error:
            raise CannotWrite(
                f"cannot write {folder}: {error.strerror}", "Free some room there, or set XDG_CACHE_HOME"
            ) from error
    with open(f"{kept}.txt", encoding="utf-8") as file:
        return f"{kept}.tflite", file.read()


def _compile(compiler: str, path: str, mark: bytes, temporary: str, kept: str) -> None:
    try:
        child = subprocess.run(
            [compiler, "--show_operations", "--out_dir", temporary, path],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=TIMEOUT_S,
        )
    except subprocess.TimeoutExpired as error:
        raise BadModelFile(f"{COMPILER} did not finish {path} in {TIMEOUT_S:.0f} s", "Compile it by hand") from error
    said = (child.stdout + b"\n" + child.stderr).decode("utf-8", "replace")
    made = os.path.join(temporary, f"{os.path.splitext(os.path.basename(path))[0]}_edgetpu.tflite")
    if child.returncode != 0 or not os.path.exists(made):
        why = _FAILURE.findall(said)
        raise BadModelFile(
            f"{COMPILER} cannot compile {path}: {why[-1].strip() if why else f'exit code {child.returncode}'}",
            "It takes models that are int8 throughout: choose --precision int8",
        )
    with open(made, "rb") as file:
        if mark not in file.read():
            raise BadModelFile(f"{path} was compiled, but {_NOTHING}", left_to_the_cpu(said) or "Choose another model")
    log = os.path.join(temporary, "log.txt")
    with open(log, "w", encoding="utf-8") as file:
        file.write(said)
    os.replace(log, f"{kept}.txt")
    os.replace(made, f"{kept}.tflite")  # last: where it is, all is


def left_to_the_cpu(said: str) -> str:
    """The operators that the compiler says it did not map to the Edge TPU, in a sentence; empty if it mapped all."""
    left = [(name, int(count), why) for name, count, why in _STATUS.findall(said) if why.strip() != _MAPPED]
    if not left:
        return ""
    named = ", ".join(f"{count} {name} ({why.strip().rstrip('.')})" for name, count, why in left)
    return f"{sum(count for _, count, _ in left)} operators left to the CPU: {named}"


def _sha256(path: str) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return digest.hexdigest()
