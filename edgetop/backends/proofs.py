"""Remember what child processes found out of interpreters and frameworks, for as long as nothing about them changes."""

from __future__ import annotations

import contextlib
import json
import os
import threading
from collections.abc import Mapping, Sequence
from typing import Any

from edgetop import __version__
from edgetop.config import cache_folder

_one_writer = threading.Lock()


def _file() -> str:
    return os.path.join(cache_folder(), "frameworks.json")


def _read() -> dict[str, Any]:
    try:
        with open(_file(), encoding="utf-8") as file:
            proofs = json.load(file)
    except (OSError, ValueError):
        return {}
    return proofs if isinstance(proofs, dict) else {}


def times(paths: Sequence[str]) -> list[str]:
    """When each file or folder was last changed: an installation changes the folder it goes to."""
    changed = []
    for path in paths:
        try:
            changed.append(f"{path} {os.stat(path).st_mtime_ns}")
        except OSError:
            changed.append(f"{path} -")
    return changed


def recall(what: str, state: Sequence[str]) -> dict[str, Any]:
    """What was found out when everything it depends on was in this state; empty where nothing was."""
    proof = _read().get(what)
    if not isinstance(proof, list) or len(proof) != 2:
        return {}
    found, before = proof
    return found if isinstance(found, dict) and before == [__version__, *state] else {}


def remember(what: str, state: Sequence[str], found: Mapping[str, Any]) -> None:
    """Keep what was found out; where the folder cannot be written there is none, and nothing is lost but time."""
    with _one_writer, contextlib.suppress(OSError):
        proofs = {**_read(), what: [dict(found), [__version__, *state]]}
        os.makedirs(cache_folder(), exist_ok=True)
        draft = f"{_file()}.{os.getpid()}"
        with open(draft, "w", encoding="utf-8") as file:
            json.dump(proofs, file, indent=1)
        os.replace(draft, _file())
