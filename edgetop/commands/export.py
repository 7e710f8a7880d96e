"""``edgetop export``: a recorded session in another program's format."""

from __future__ import annotations

import argparse
import os
import sys

from edgetop import units
from edgetop.clock import SECOND_NS
from edgetop.commands.cut_off import warn
from edgetop.commands.destination import check, destination
from edgetop.commands.final import final
from edgetop.errors import UsageError
from edgetop.sessions.exports.registry import known, writer
from edgetop.sessions.exports.source import Source
from edgetop.sessions.reader import SessionReader


def export(arguments: argparse.Namespace) -> int:
    """Carry out ``edgetop export``."""
    chosen, path = known(arguments.format), arguments.output
    if path == "-" and not chosen.is_text:
        raise UsageError(f"{arguments.format} is no text for standard output", "Name a file with -o")
    if chosen.whole_only and (arguments.from_s or arguments.to_s is not None):
        raise UsageError("The figures are those of the whole session", "Leave out --from and --to")
    check(path, force=arguments.force)
    warn(arguments.file)
    write = writer(arguments.format)
    with SessionReader(arguments.file) as reader:
        from_ns, until_ns = _stretch(arguments.from_s, arguments.to_s, reader.duration_ns)
        source = Source(reader, from_ns, until_ns, lambda: final(arguments.file).result())
        with destination(path, force=arguments.force) as out:
            write(source, out)
    if os.path.isfile(path):
        print(f"exported to {path}, {units.size(os.path.getsize(path))}", file=sys.stderr)
    return 0


def _stretch(from_s: float, to_s: float | None, duration_ns: int) -> tuple[int, int]:
    """Nanoseconds since the session's start; the end itself belongs to the session. Raises UsageError."""
    whole_ns = duration_ns + 1
    from_ns = int(from_s * SECOND_NS)
    until_ns = whole_ns if to_s is None else min(whole_ns, int(to_s * SECOND_NS))
    if from_s < 0 or not from_ns < until_ns:
        told = units.clock_time(duration_ns)
        raise UsageError("There is nothing between --from and --to", f"The session lasts {told}; say seconds within it")
    return from_ns, until_ns
