"""A recording that was cut off and whose newest seconds are elsewhere."""

from __future__ import annotations

from os.path import basename
from typing import Optional

from edgetop import units
from edgetop.protocol import Notice
from edgetop.sessions.reader import SessionReader


def missing_log(reader: SessionReader) -> Optional[Notice]:
    """That the write-ahead log of a session which was cut off is not beside it, and what to do; None else."""
    if not reader.lacks_log:
        return None
    name = basename(reader.path)
    title = f"{name} was cut off, and its {name}-wal with the newest seconds is not beside it"
    here = (
        f"the first {units.clock_time(reader.duration_ns)} alone are here" if reader.duration_ns else "nothing is here"
    )
    return Notice(title, f"Copy that file too; without it {here}", "warning")
