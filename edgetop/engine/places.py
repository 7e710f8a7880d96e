"""Where measurements without a screen of their own are reached: one Unix socket each, for their owner alone."""

from __future__ import annotations

import os
import re
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress

from edgetop.config import cache_folder
from edgetop.errors import CannotWrite

SUFFIX = ".sock"
_LONGEST_PATH = 100
"""A socket's address holds 108 bytes, of which the path is all."""
_HINT = "Set XDG_RUNTIME_DIR to a folder that is yours alone"


def sockets_folder() -> str:
    """The folder of the sockets, made where it is missing; raises CannotWrite unless it is the user's alone."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    folder = os.path.join(runtime, "edgetop") if os.path.isdir(runtime) else os.path.join(cache_folder(), "attach")
    try:
        os.makedirs(folder, 0o700, exist_ok=True)
        status = os.lstat(folder)
    except OSError as error:
        raise CannotWrite(f"Cannot make the folder {folder}: {error.strerror}", _HINT) from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.getuid() or status.st_mode & 0o077:
        raise CannotWrite(f"{folder} is open to others, who could watch or stop a measurement", f"chmod 700 {folder}")
    return folder


def socket_path(name: str) -> str:
    """Of the measurement of that name; raises CannotWrite."""
    return os.path.join(sockets_folder(), name + SUFFIX)


def log_beside(path: str) -> str:
    """Of what the engine at that socket prints: nothing, unless it goes wrong."""
    return path[: -len(SUFFIX)] + ".log"


def is_alive(path: str) -> bool:
    """Whether an engine listens there; a screen that is attached is not disturbed by the question."""
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(path)
        except OSError:
            return False
    return True


def names() -> tuple[list[str], list[str]]:
    """Those that are being measured, and those whose engine has gone without a word, both in order."""
    folder = sockets_folder()
    found = sorted(entry.name[: -len(SUFFIX)] for entry in os.scandir(folder) if entry.name.endswith(SUFFIX))
    alive = [name for name in found if is_alive(os.path.join(folder, name + SUFFIX))]
    return alive, [name for name in found if name not in alive]


def forget(name: str) -> None:
    """Remove what an engine that has gone left."""
    for path in (socket_path(name), log_beside(socket_path(name))):
        with suppress(FileNotFoundError):
            os.unlink(path)


def _candidates(model: str) -> Iterator[str]:
    name = re.sub(r"[^A-Za-z0-9_-]+", "-", os.path.basename(model).partition(".")[0])[:40].strip("-") or "model"
    yield name
    yield from (f"{name}-{number}" for number in range(2, 1000))


def listen(model: str) -> tuple[str, socket.socket]:
    """A free name for a measurement of the model, and the socket that listens under it; raises CannotWrite."""
    for name in _candidates(model):
        path = socket_path(name)
        if len(os.fsencode(path)) > _LONGEST_PATH:
            raise CannotWrite(f"{path} is too long a path for a socket", _HINT)
        if os.path.lexists(path) and not is_alive(path):
            forget(name)
        with suppress(FileExistsError):
            return name, bound(path)
    raise CannotWrite("Too many measurements of that name go on", "`edgetop attach` lists them")


def bound(path: str) -> socket.socket:
    """A socket that listens at the path; raises FileExistsError where one does already, CannotWrite."""
    listener = socket.socket(socket.AF_UNIX)
    try:
        listener.bind(path)
        os.chmod(path, 0o600)
        listener.listen(4)
    except OSError as error:
        listener.close()
        if os.path.lexists(path):
            raise FileExistsError(path) from error
        raise CannotWrite(f"Cannot listen at {path}: {error.strerror}", _HINT) from error
    return listener
