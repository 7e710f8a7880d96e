"""The bytes of a weights file, within bounds."""

from __future__ import annotations

import os

from edgetop.errors import BadModelFile
from edgetop.units import printable

MAX_BYTES = 1 << 30
"""Ten times what the largest network takes; more is no weights file of ours, and might not fit a board's memory."""
LONGEST_REASON = 200
TOO_LARGE = "No network of edgetop has so many weights; give the file of one"


def check(path: str) -> None:
    """Raise BadModelFile for what is no file, is empty or too large, or cannot be read."""
    if not os.path.exists(path):
        raise BadModelFile(f"no weights file at {path}", "Check the path")
    if not os.path.isfile(path):
        raise BadModelFile(f"{path} is not a file", "Give the file of the weights")
    if not os.access(path, os.R_OK):
        raise BadModelFile(f"cannot read {path}", "Check its permissions")
    size = os.path.getsize(path)
    if not size:
        raise BadModelFile(f"{path} is empty", "Copy or download it again")
    if size > MAX_BYTES:
        raise BadModelFile(f"{path} has {size / 2**30:.1f} GiB", TOO_LARGE)


def contents(path: str) -> bytes:
    """The bytes of a file; raises BadModelFile."""
    check(path)
    try:
        with open(path, "rb") as file:
            return file.read(MAX_BYTES)
    except OSError as error:
        raise BadModelFile(f"cannot read {path}: {error.strerror}", "Check the disk or copy the file again") from error


def damaged(path: str, reason: object) -> BadModelFile:
    """What to raise for a file that is not what its suffix says."""
    return BadModelFile(f"{path} is damaged: {printable(str(reason)[:LONGEST_REASON])}", "Copy or download it again")
