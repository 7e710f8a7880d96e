"""Refuse a model file before native code sees it, or in plain words after native code refused it."""

from __future__ import annotations

import os

from edgetop.errors import BadModelFile
from edgetop.plan import ModelFile

LONGEST_CAUSE = 200
"""Characters of a framework's own message that are shown; torch's can fill a screen."""
_TORCH = "RuntimeError: "


def cause(error: BaseException) -> str:
    """The sentence of a framework's message that says what is wrong, on one line."""
    if isinstance(error, UnicodeDecodeError):
        # The message quotes the damaged file, and could not be made a string for it; or it is the file's own JSON.
        message = "its text is damaged" if error.object[:1] == b"{" else error.object.decode("utf-8", "replace")
    elif isinstance(error, KeyError):
        message = f"it lacks {error}"
    else:
        # OpenCV keeps its message, without the place in C++ it came from, in ``err``.
        message = str(getattr(error, "err", "")) or str(error)
    lines = [line.strip() for line in message.splitlines() if line.strip()] or [type(error).__name__]
    # TorchScript tells first that something failed, then where, and what it was at the end.
    line = next((line for line in reversed(lines) if line.startswith(_TORCH)), lines[0]).removeprefix(_TORCH)
    sentence = line.partition(". ")[0].rstrip(".")
    return sentence if len(sentence) <= LONGEST_CAUSE else sentence[: LONGEST_CAUSE - 1] + "…"


def bad_file(path: str, title: str, error: BaseException, hint: str = "") -> BadModelFile:
    """The refusal of a file by a framework, in words: file, framework, cause, what to do."""
    return BadModelFile(
        f"{title} cannot load {path}: {cause(error)}",
        hint or "Check that the file is whole and was written for this framework",
    )


def check_files(model: ModelFile, formats: tuple[str, ...], title: str, count: int = 1) -> None:
    """Refuse a model of another format, or with files that are missing, unreadable or empty; raises BadModelFile.

    Native code need not be trusted with such files: some of it aborts, or runs with weights of chance.
    """
    if model.format not in formats:
        raise BadModelFile(f"{title} cannot run a {model.format} file", f"It takes: {', '.join(formats)}")
    if len(model.paths) != count:
        raise BadModelFile(f"{title} needs {count} file(s) for a model, not {len(model.paths)}", "Name them all")
    for path in model.paths:
        _check_file(path, title)


def _check_file(path: str, title: str) -> None:
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
    except OSError as error:
        raise BadModelFile(f"cannot read {path}: {error.strerror}", "Check the path and its permissions") from error
    if size == 0:
        raise BadModelFile(f"{title} cannot load {path}: it is empty", "Write or download the model again")


def check_start(path: str, offset: int, magic: bytes, title: str, kind: str) -> None:
    """Refuse a file whose format's own mark is not where it belongs; raises BadModelFile."""
    with open(path, "rb") as file:
        head = file.read(offset + len(magic))
    if head[offset:] != magic:
        raise BadModelFile(
            f"{title} cannot load {path}: it is not {kind}",
            "Check that the file was downloaded as a whole, and that its ending names its format",
        )
