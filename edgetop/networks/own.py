"""A user's own model file: which format it is, and whether it can be one at all."""

from __future__ import annotations

import dataclasses
import os
import re
import zipfile
from functools import lru_cache, partial
from typing import Callable

from edgetop.errors import BadModelFile
from edgetop.networks import neutral
from edgetop.networks.digest import file_sha256
from edgetop.networks.writers import SUFFIXES
from edgetop.networks.zoo import NETWORKS
from edgetop.plan import ModelFile

FORMATS = {
    ".tflite": "tflite",
    ".pt": "torchscript",
    ".torchscript": "torchscript",
    ".prototxt": "caffe",
    ".caffemodel": "caffe",
    ".onnx": "onnx",
    ".param": "ncnn",
    ".bin": "ncnn",
    ".npz": "graph",
    ".so": "tvm",
    ".ptl": "ptl",
    ".pt2": "pt2",
    ".pte": "pte",
}
"""Suffix to format."""
NCNN_MARK = b"7767517"
ELF_MARK = b"\x7fELF"


def is_file(model: str) -> bool:
    """Whether a model is named by its file rather than from the zoo."""
    return os.sep in model or (model not in NETWORKS and (os.path.exists(model) or "." in model))


def format_of(path: str) -> str:
    """The format of a model file as its suffix tells it, empty for an unknown one; the file is not looked at."""
    return FORMATS.get(os.path.splitext(path)[1].lower(), "")


def own_file(path: str) -> ModelFile:
    """The model file at ``path``, as ``checked`` gives it, with its hash, for which all of it is read once."""
    model = checked(path)
    return dataclasses.replace(model, sha256=_sha256(*((each, _state(each)) for each in model.paths)))


@lru_cache(maxsize=8)
def _sha256(*files: tuple[str, tuple[int, ...]]) -> str:
    """Of files of these states, worked out once: every run of a session asks, and a large file takes seconds."""
    return file_sha256(*(path for path, _ in files))


def _state(path: str) -> tuple[int, ...]:
    """What changes when a file is written or replaced."""
    found = os.stat(path)
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def checked(path: str) -> ModelFile:
    """The model file at ``path``, its format told by its suffix, without its hash.

    For Caffe and ncnn, either of the two files, the other one beside it with the same stem. Raises
    BadModelFile for what is missing, empty, a folder, of an unknown suffix, or not what its suffix says.
    """
    path = os.path.expanduser(path)
    stem, suffix = os.path.splitext(path)
    format = format_of(path)
    if os.path.exists(path) and not os.path.isdir(path) and not format:
        raise BadModelFile(f"{path}: no format known by {suffix or 'no suffix'}", f"Known: {', '.join(FORMATS)}")
    suffixes = SUFFIXES.get(format, ())
    paths = tuple(stem + suffix for suffix in suffixes) if len(suffixes) > 1 else (path,)
    for each in paths:
        _check_readable(each)
    input_shape = _CHECKS[format](paths)
    return ModelFile(paths, format, os.path.basename(path), input_shape=input_shape)


def _check_readable(path: str) -> None:
    if not os.path.exists(path):
        raise BadModelFile(f"no model file at {path}", "Check the path; edgetop list models names those built in")
    if not os.path.isfile(path):
        raise BadModelFile(f"{path} is not a file", f"Give a model file: {', '.join(FORMATS)}")
    try:
        with open(path, "rb") as file:
            empty = not file.read(1)
    except OSError as error:
        raise BadModelFile(f"cannot read {path}: {error.strerror}", "Check its permissions") from error
    if empty:
        raise BadModelFile(f"{path} is empty", "Copy or convert the model again")


def _check_tflite(paths: tuple[str, ...]) -> tuple[int, ...]:
    with open(paths[0], "rb") as file:
        header = file.read(8)
    if header[4:8] != b"TFL3":
        raise BadModelFile(f"{paths[0]} is not a TFLite model", "It has no TFL3 mark; convert or download it again")
    return ()


def _check_pte(paths: tuple[str, ...]) -> tuple[int, ...]:
    with open(paths[0], "rb") as file:
        header = file.read(8)
    if header[4:6] != b"ET":
        raise BadModelFile(f"{paths[0]} is not an ExecuTorch program", "It has no ET mark; export or copy it again")
    return ()


def _check_archive(paths: tuple[str, ...], kind: str, entry: str, hint: str) -> tuple[int, ...]:
    """A zip file of PyTorch's, told from its others by what one of its entries ends in."""
    (path,) = paths
    if not zipfile.is_zipfile(path):
        raise BadModelFile(f"{path} is not {kind}", "It is no zip file, or cut short; save it again")
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.namelist()
    except zipfile.BadZipFile as error:
        raise BadModelFile(f"{path} is damaged: {error}", "Save or copy it again") from error
    if not any(name.endswith(entry) for name in entries):
        raise BadModelFile(f"{path} is not {kind}: it holds no {entry.lstrip('/.')}", hint)
    return ()


def _check_caffe(paths: tuple[str, ...]) -> tuple[int, ...]:
    with open(paths[0], encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not re.search(r"^\s*layers?\s*:?\s*\{", text, re.MULTILINE):
        raise BadModelFile(f"{paths[0]} has no layers", "Give the network's deploy.prototxt")
    return caffe_input_shape(text)


def _check_onnx(paths: tuple[str, ...]) -> tuple[int, ...]:
    with open(paths[0], "rb") as file:
        head = file.read(2)
    # Protobuf has no mark of its own, but every writer begins with the version, a small number in field 1.
    if len(head) < 2 or head[0] != 8 or not 0 < head[1] < 128:
        raise BadModelFile(f"{paths[0]} is not an ONNX model", "Export or download it again")
    return ()


def _check_ncnn(paths: tuple[str, ...]) -> tuple[int, ...]:
    with open(paths[0], "rb") as file:
        head = file.read(len(NCNN_MARK) + 1)
    if head.rstrip() != NCNN_MARK:
        raise BadModelFile(f"{paths[0]} is not an ncnn .param in text form", f"It must begin with {NCNN_MARK.decode()}")
    return ()


def _check_graph(paths: tuple[str, ...]) -> tuple[int, ...]:
    return neutral.read(paths[0]).input_shape


def _check_library(paths: tuple[str, ...]) -> tuple[int, ...]:
    with open(paths[0], "rb") as file:
        head = file.read(len(ELF_MARK))
    if head != ELF_MARK:
        raise BadModelFile(f"{paths[0]} is not a compiled library", "Export it with TVM's export_library")
    return ()


def caffe_input_shape(prototxt: str) -> tuple[int, ...]:
    """The first input's NCHW shape in any of the three ways a prototxt can say it; empty where it does not."""
    text = re.sub(r"#.*", "", prototxt)
    old = re.findall(r"\binput_dim\s*:\s*(\d+)", text)
    if old:
        return tuple(int(size) for size in old[:4])
    shape = re.search(r"\b(?:input_shape|input_param\s*:?\s*\{\s*shape)\s*:?\s*\{([^}]*)\}", text)
    return tuple(int(size) for size in re.findall(r"\bdim\s*:\s*(\d+)", shape.group(1))) if shape else ()


_CHECKS: dict[str, Callable[[tuple[str, ...]], tuple[int, ...]]] = {
    "tflite": _check_tflite,
    "pte": _check_pte,
    "torchscript": partial(
        _check_archive,
        kind="a TorchScript model",
        entry="/constants.pkl",
        hint="Save the model with torch.jit.trace(model, input).save(path)",
    ),
    "ptl": partial(
        _check_archive,
        kind="a PyTorch Mobile model",
        entry="/bytecode.pkl",
        hint="Save a script module with _save_for_lite_interpreter(path)",
    ),
    "pt2": partial(
        _check_archive,
        kind="an exported program",
        entry=".json",
        hint="Save it with torch.export.save(torch.export.export(model, (input,)), path)",
    ),
    "caffe": _check_caffe,
    "onnx": _check_onnx,
    "ncnn": _check_ncnn,
    "graph": _check_graph,
    "tvm": _check_library,
}
"""Format to the check of its files, which gives the input's shape where the file's text tells it."""
