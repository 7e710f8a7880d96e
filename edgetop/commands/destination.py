"""Where a command's file goes: whole or not at all, never over another unasked, or to standard output."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import BinaryIO

from edgetop.commands.headless import check_json_path, is_stream
from edgetop.errors import CannotWrite


def check(path: str, *, force: bool) -> None:
    """Raise CannotWrite for a file that could not be written, or that is there and must not be replaced."""
    check_json_path(path)
    if path != "-" and os.path.isfile(path) and not force:
        raise CannotWrite(f"{path} is there already", "Name another file, or give --force to replace it")


@contextmanager
def destination(path: str, *, force: bool) -> Iterator[BinaryIO]:
    """A file that appears under its name when all of it is written; a pipe or device, or standard output for ``-``.

    Raises CannotWrite as ``check`` does, and where writing fails.
    """
    check(path, force=force)
    if path == "-":
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    try:
        if is_stream(path):
            with open(path, "wb") as stream:
                yield stream
        else:
            with _partial(os.path.realpath(path)) as file:
                yield file
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}", "Name another file") from error


@contextmanager
def _partial(path: str) -> Iterator[BinaryIO]:
    partial = f"{path}.partial"
    try:
        with open(partial, "wb") as file:
            yield file
        os.replace(partial, path)
    except BaseException:
        with suppress(OSError):
            os.unlink(partial)
        raise
