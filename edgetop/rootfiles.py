"""Facts that a machine tells in small files under its root; what cannot be read is empty, never an error."""

from __future__ import annotations

import glob
import os


def text(root: str, path: str) -> str:
    """The stripped text of a file, empty when it cannot be read."""
    return raw(root, path).decode("utf-8", "replace").strip("\0 \n\t")


def raw(root: str, path: str) -> bytes:
    """The bytes of a file, none when it cannot be read."""
    try:
        with open(os.path.join(root, path), "rb") as file:
            return file.read()
    except OSError:
        return b""


def number(root: str, path: str) -> int:
    """The whole number in a file, 0 when there is none."""
    found = text(root, path)
    return int(found) if found.isdecimal() else 0


def fields(content: str, separator: str) -> dict[str, str]:
    """``name separator value`` lines; the first of a name counts."""
    found: dict[str, str] = {}
    for line in content.splitlines():
        name, separated, value = line.partition(separator)
        if separated:
            found.setdefault(name.strip(), value.strip().strip('"'))
    return found


def folders(root: str, pattern: str) -> list[str]:
    """What fits the pattern, as paths from the root, in order."""
    return sorted(os.path.relpath(path, root) for path in glob.glob(os.path.join(root, pattern)))
