"""The energy phase: windows of unbroken inference, one run at a time, between two stretches of idling.

Windows go forward and back among the runs, as turns do. Each begins warm: some inferences before it fill the caches
and bring the clock up, and are no part of it.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable

from edgetop.clock import now_ns
from edgetop.plan import EnergySettings, RunSpec
from edgetop.samples import Event

LEAD_IN_S = 0.5
SETTLE_S = 1.0
"""Of idling, before it counts: what a turn leaves behind dies away."""
POLL_S = 0.05
EVERYTHING = 1 << 62
CUT_SHORT = 0.99
"""A window that is shorter than this share of what was asked for was cut by a pause."""
LEAST_COUNT = 2


@dataclass(frozen=True)
class Conductor:
    """What the phase needs of the turns."""

    tell: Callable[..., None]
    """A run's state: its spec, and what is new."""
    emit: Callable[[Event], None]
    ask: Callable[..., dict[str, Any]]
    """A run's worker: its spec, what to do, and how; raises what a run may fail by."""
    hold: Callable[[], None]
    """Returns once the turns are not paused; raises Interrupted at a stop."""
    cool: Callable[[RunSpec], None]
    """Returns once the board is as cool as the plan wants it; raises Interrupted at a stop."""


def idle(conductor: Conductor, specs: Sequence[RunSpec], seconds: float, state: str) -> None:
    """Let the board idle for so long, with what is loaded loaded, and tell the stretch as ``warm`` or ``cold``."""
    for spec in specs:
        conductor.tell(spec, status="idling")
    _wait(conductor, SETTLE_S)
    start_ns = now_ns()
    _wait(conductor, seconds)
    data = {"start_ns": start_ns, "end_ns": now_ns(), "state": state}
    conductor.emit(Event(now_ns(), "idle", data))


def _wait(conductor: Conductor, seconds: float) -> None:
    end_s = time.monotonic() + seconds
    while time.monotonic() < end_s:
        conductor.hold()
        time.sleep(POLL_S)


def window(conductor: Conductor, spec: RunSpec, settings: EnergySettings, place: int) -> None:
    """One window of a run, again from its begin where a pause has cut it."""
    while True:
        conductor.hold()
        conductor.cool(spec)
        conductor.tell(spec, status="energy", message=f"window {place} of {settings.windows}")
        _turn(conductor, spec, LEAD_IN_S)
        turn = _turn(conductor, spec, settings.window_s)
        if turn["end_ns"] - turn["start_ns"] >= CUT_SHORT * settings.window_s * 1e9:
            break
    conductor.tell(spec, status="running", message="")
    data = {key: turn[key] for key in ("start_ns", "end_ns", "count")}
    conductor.emit(Event(turn["end_ns"], "window", data, spec.id))


def _turn(conductor: Conductor, spec: RunSpec, seconds: float) -> dict[str, Any]:
    """Inferences without a break, all set aside: how long they take alone is not what alternating turns compare."""
    return conductor.ask(spec, "turn", count=EVERYTHING, seconds=seconds, least=LEAST_COUNT, set_aside=EVERYTHING)
