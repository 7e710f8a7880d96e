"""The doctor on the folders that edgetop writes to, and on the terminal."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator

from edgetop import units
from edgetop.commands.doctor_check import BAD, MISSING, OK, Check
from edgetop.config import SessionSettings

MIN_FREE_BYTES = 256 << 20


def folder(name: str, path: str) -> Iterator[Check]:
    """Whether it can be written, and has room."""
    place = path
    while not os.path.exists(place):
        place = os.path.dirname(place)
    if not os.path.isdir(place) or not os.access(place, os.W_OK):
        yield Check(name, BAD, f"{path} cannot be written", f"Give yourself the right to write {place}")
        return
    room = os.statvfs(place)
    free = room.f_bavail * room.f_frsize
    detail = f"{path}, {units.size(free)} free"
    if free < MIN_FREE_BYTES:
        yield Check(name, BAD, detail, "Make room, or record elsewhere")
    else:
        yield Check(name, OK, detail)


def sessions(folder: str, keep: SessionSettings) -> Iterator[Check]:
    """How many there are, how large, and which are kept."""
    from edgetop.sessions.retention import stored_sessions

    stored = stored_sessions(folder)
    size = units.size(sum(session.size_bytes for session in stored))
    limits = [f"{keep.keep_days:g} days"] if keep.keep_days else []
    limits += [f"{keep.keep_gb:g} GB"] if keep.keep_gb else []
    kept = f"kept: {' and '.join(limits)} at most" if limits else "all are kept"
    yield Check("sessions", OK, f"{len(stored)}, {size if stored else 'nothing'}; {kept}")


def terminal() -> Iterator[Check]:
    """What it is, and whether it shows what edgetop draws."""
    term = os.environ.get("TERM", "")
    if term in ("", "dumb"):
        yield Check("terminal", MISSING, f"TERM is {term or 'not set'}", "Use --headless, or set TERM")
    else:
        yield Check("terminal", OK, term)
    encoding = (sys.stdout.encoding or locale.getpreferredencoding(False)).lower()
    if "utf" in encoding:
        yield Check("locale", OK, encoding)
    else:
        yield Check("locale", MISSING, f"{encoding}: charts are drawn in ASCII", "export LANG=C.UTF-8")
