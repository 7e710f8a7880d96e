"""One thing that the doctor looks at, and a limit of time for looking at it."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Callable

OK, MISSING, WARN, BAD = "ok", "missing", "warn", "bad"


@dataclass(frozen=True)
class Check:
    """One thing looked at: how it is, and what to do where it is not well."""

    name: str
    state: str
    """``ok``, ``missing`` (edgetop works without it), ``warn`` (figures suffer) or ``bad``."""
    detail: str
    what_to_do: str = ""
    subject: str = ""


def looked_at(name: str, look: Callable[[], Iterable[Check]], limit_s: float) -> Iterator[Check]:
    """The checks of ``look``; a fault of it, or that it takes longer than ``limit_s``, is one more."""
    found: list[Check] = []

    def work() -> None:
        try:
            found.extend(look())
        except Exception as error:  # a doctor tells what is broken, whatever it is
            what = f"{type(error).__name__}: {error}"
            found.append(Check(name, BAD, what, "This is a fault in edgetop: tell its makers"))

    # A thread that hangs in the kernel is left behind, and ends with the process.
    thread = threading.Thread(target=work, name=f"doctor {name}", daemon=True)
    thread.start()
    thread.join(limit_s)
    yield from tuple(found)
    if thread.is_alive():
        yield Check(name, BAD, f"no answer in {limit_s:g} s", "Its driver or its bus hangs: restart the machine")
