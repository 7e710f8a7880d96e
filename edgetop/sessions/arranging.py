"""Renaming and removing sessions, each with the files beside it that belong to it; never one still being recorded."""

from __future__ import annotations

import os
from contextlib import suppress

from edgetop.errors import CannotWrite
from edgetop.sessions.creation import SIDECARS, SUFFIX
from edgetop.sessions.hold import is_held

_END_FIRST = "End the recording first"


def rename_session(path: str, name: str) -> str:
    """Give a session another name in its folder, and return its new path; raises CannotWrite.

    ``name`` goes without the ending, which stays what it was; no other file is ever written over.
    """
    folder, old = os.path.split(path)
    ending = SUFFIX if old.endswith(SUFFIX) else ""
    if ending and name.endswith(ending):
        name = name[: -len(ending)]
    if not name.strip() or name.startswith(".") or not name.isprintable():
        raise CannotWrite(f"{name!r} is no name for a session", "Choose one that begins with a letter or a digit")
    if "/" in name:
        raise CannotWrite(f"{name} holds a slash", "A session is renamed within its folder: choose a name without /")
    new = os.path.join(folder, name + ending)
    if new == path:
        return path
    if is_held(path):
        raise CannotWrite(f"{old} is still being recorded", _END_FIRST)
    for taken in (new, *(new + suffix for suffix in SIDECARS)):
        if os.path.lexists(taken):
            raise CannotWrite(f"{os.path.basename(taken)} exists already", "Choose another name")
    try:
        for suffix in SIDECARS:  # first: without its log a session whose recording was cut off lacks its last seconds
            with suppress(FileNotFoundError):
                os.rename(path + suffix, new + suffix)
        os.rename(path, new)
    except OSError as error:
        for suffix in SIDECARS:
            with suppress(OSError):
                os.rename(new + suffix, path + suffix)
        raise CannotWrite(f"{old} cannot be renamed: {error.strerror}", "Is its folder yours to write?") from error
    return new


def delete_session(path: str) -> None:
    """Remove a session; raises CannotWrite."""
    name = os.path.basename(path)
    if is_held(path):
        raise CannotWrite(f"{name} is still being recorded", _END_FIRST)
    try:
        for each in (path, *(path + suffix for suffix in SIDECARS)):
            with suppress(FileNotFoundError):
                os.unlink(each)
    except OSError as error:
        raise CannotWrite(f"{name} cannot be removed: {error.strerror}", "Is its folder yours to write?") from error
