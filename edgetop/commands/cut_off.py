"""What is said on standard error of a recording that lacks its newest seconds."""

from __future__ import annotations

import sys

from edgetop.engine.cut_off import missing_log
from edgetop.sessions.hold import is_held
from edgetop.sessions.reader import SessionReader


def warn(path: str) -> None:
    """Say so on standard error; raises BadSession."""
    held = is_held(path)  # before it is open here: see there
    with SessionReader(path) as reader:
        notice = None if held else missing_log(reader)
    if notice is not None:
        print(f"edgetop: {notice.title}. {notice.hint}", file=sys.stderr)
