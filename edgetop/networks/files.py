"""The zoo's models as files on disk: written at first use, kept in the cache folder, checked at every use."""

from __future__ import annotations

import glob
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from functools import partial
from typing import Callable, Optional, Protocol

import numpy as np

import edgetop
from edgetop.config import cache_folder
from edgetop.errors import CannotWrite, EdgetopError, FrameworkMissing, RunFailed, UnknownName, UsageError
from edgetop.isolate import ended_by, environment
from edgetop.networks import imported, zoo
from edgetop.networks.cards import ModelCard
from edgetop.networks.child import Interruption, finish, never
from edgetop.networks.digest import file_sha256
from edgetop.networks.graph import Array
from edgetop.networks.own import own_file as own_file
from edgetop.networks.quantize import others_count, picture_count
from edgetop.networks.quantize_agreement import Agreement
from edgetop.networks.write import CANNOT_WRITE, INT8, ONE_THREAD
from edgetop.networks.writers import SUFFIXES, TELL_THEIR_INPUT, WRITTEN_BY_FRAMEWORK, writer
from edgetop.plan import ModelFile

ELSEWHERE = "Free some room there, or set XDG_CACHE_HOME to a folder that can be written"
TEMPORARY = ".writing-"
LIMIT_S = 1800.0
"""The largest network in int8 takes a small board ten minutes."""
EDITION = 3
"""To be raised when a writer, or the quantiser, writes something else than before: older files are written anew."""
STALE_S = 3600
"""A temporary folder this old belongs to a process that was killed."""


Calibration = Callable[[], tuple[Array, Array]]
"""Gives the inputs to calibrate on, and those to judge by; not called where the file is there."""


class Pictures(Protocol):
    """What int8 is calibrated on."""

    @property
    def name(self) -> str:
        """Tells these pictures from others in a file's name."""

    def inputs(self, card: ModelCard, count: int) -> Array:
        """A model's inputs, [N, C, H, W], at most so many."""

    def unseen(self, card: ModelCard, count: int) -> Array:
        """Those of other pictures, at most so many, to judge by; none where there are none."""


def model_file(
    name: str,
    format: str,
    precision: str = "fp32",
    python: str = "",
    pictures: Optional[Pictures] = None,
    interrupted: Interruption = never,
) -> ModelFile:
    """The file of a model of the zoo in a framework's format, written now if it is not there or is damaged.

    A child process writes it; where only the framework can, in the interpreter at ``python`` (ours when
    empty). ``pictures`` are needed for int8 alone. Raises UnknownName, UsageError without them, BadModelFile
    where imported weights are damaged, CannotWrite, FrameworkMissing where that has no such library, RunFailed,
    DeadlineExceeded, or Interrupted where ``interrupted`` says so.
    """
    card = _check(name, format, precision)
    stem = os.path.join(cache_folder(), "models", f"{name}-{precision}-{card.sha256[:12]}")
    calibration = None
    if precision == INT8:
        if pictures is None:
            raise UsageError(f"no pictures to calibrate {name} on", "Give those of edgetop.inputs.calibration")
        stem = f"{stem}-{pictures.name}"
        calibration = partial(_inputs, pictures, card)
    paths = tuple(stem + suffix for suffix in SUFFIXES[format])
    record = f"{stem}.{format}.json"
    if not _intact(paths, record):
        imported.verify(name)  # here rather than in a child, whose errors are a sentence
        _write((name, format, precision), python, calibration, interrupted, paths, record)
    shape = () if format in TELL_THEIR_INPUT else card.input_shape
    return ModelFile(paths, format, name, precision, card.sha256, shape)


def _inputs(pictures: Pictures, card: ModelCard) -> tuple[Array, Array]:
    return pictures.inputs(card, picture_count(card.macs)), pictures.unseen(card, others_count(card.macs))


def agreement_of(written: ModelFile) -> Optional[Agreement]:
    """How far a file of ``model_file`` in int8 was from fp32 when it was written; None where no record tells."""
    stem, _ = os.path.splitext(written.paths[0])
    try:
        with open(f"{stem}.{written.format}.json", encoding="utf-8") as file:
            return Agreement(**json.load(file)["agreement"])
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _check(name: str, format: str, precision: str) -> ModelCard:
    card = zoo.card(name)
    if precision not in card.precisions:
        raise UnknownName(f"{name} has no precision {precision!r}", f"Precisions: {', '.join(card.precisions)}")
    writer(format, precision)
    return card


def _intact(paths: tuple[str, ...], record: str) -> bool:
    """Whether this edgetop wrote the files and they are as they were written."""
    try:
        with open(record, encoding="utf-8") as file:
            known = json.load(file)
            return isinstance(known, dict) and {**known, **_record(paths)} == known
    except (OSError, ValueError):
        return False


def _record(paths: tuple[str, ...]) -> dict[str, object]:
    sums = {os.path.basename(path): file_sha256(path) for path in paths}
    return {"edgetop": edgetop.__version__, "edition": EDITION, "sha256": sums}


def _write(
    wanted: tuple[str, str, str],
    python: str,
    calibration: Optional[Calibration],
    interrupted: Interruption,
    paths: tuple[str, ...],
    record: str,
) -> None:
    """All files under temporary names first, then each renamed to its own, the record last."""
    folder = os.path.dirname(paths[0])
    try:
        os.makedirs(folder, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=TEMPORARY, dir=folder) as temporary:
            out = os.path.join(temporary, "model")
            inputs = () if calibration is None else _saved(calibration(), temporary)
            agreement = _write_in_child(wanted, python, interrupted, out, *inputs)
            for suffix, path in zip(SUFFIXES[wanted[1]], paths):
                _publish(out + suffix, path)
            with open(out, "w", encoding="utf-8") as file:
                json.dump({**_record(paths), "agreement": agreement}, file)
            _publish(out, record)
    except OSError as error:
        raise CannotWrite(f"cannot write {folder}: {error.strerror or error}", ELSEWHERE) from error


def _saved(arrays: tuple[Array, ...], folder: str) -> tuple[str, ...]:
    """Where those are that hold something."""
    paths = []
    for number, array in enumerate(arrays):
        if len(array):
            paths.append(os.path.join(folder, f"pictures{number}.npy"))
            np.save(paths[-1], array)
    return tuple(paths)


def _publish(temporary: str, path: str) -> None:
    """Rename once the bytes are on the disk, so that a power cut leaves the whole file or none."""
    descriptor = os.open(temporary, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.replace(temporary, path)


def _sweep(folder: str) -> None:
    for leftover in glob.glob(os.path.join(glob.escape(folder), f"{TEMPORARY}*")):
        if os.path.isdir(leftover) and time.time() - os.stat(leftover).st_mtime > STALE_S:
            shutil.rmtree(leftover, ignore_errors=True)


def _write_in_child(
    wanted: tuple[str, str, str], python: str, interrupted: Interruption, out: str, *inputs: str
) -> object:
    """Gives what the child says of a calibrated file."""
    name, format, _ = wanted
    if format not in WRITTEN_BY_FRAMEWORK:
        python = ""
    interpreter = python or sys.executable
    command = [interpreter, "-m", "edgetop.networks.write", *wanted, out, *inputs]
    try:
        env = {**environment(python), **ONE_THREAD}
        child = finish(command, env, LIMIT_S, interrupted, f"writing {name} as {format}")
    except OSError as error:
        raise FrameworkMissing(
            f"cannot start {interpreter}: {error.strerror}", "Check the interpreter in the settings of the framework"
        ) from error
    if child.returncode != 0:
        raise _failure(f"cannot write {name} as {format}", child, interpreter, os.path.dirname(os.path.dirname(out)))
    return json.loads(child.stdout) if inputs else None


def _failure(what: str, child: subprocess.CompletedProcess[bytes], interpreter: str, folder: str) -> EdgetopError:
    """The child's end in words."""
    if child.returncode < 0:
        return RunFailed(f"{what}: killed by {ended_by(child.returncode)}", "It may have run out of memory")
    lines = child.stderr.decode(errors="replace").split("\n")
    last = next((line.strip() for line in reversed(lines) if line.strip()), f"exit code {child.returncode}")
    if child.returncode == CANNOT_WRITE:
        return CannotWrite(f"cannot write {folder}: {last}", ELSEWHERE)
    missing = re.search(r"No module named '?([\w.]+)", last)
    if missing:
        package = missing.group(1).split(".")[0]
        return FrameworkMissing(f"{what}: {last}", f"Install it: {interpreter} -m pip install {package}")
    return RunFailed(f"{what}: {last}", f"Run it by hand to see more: {' '.join(child.args)}")
