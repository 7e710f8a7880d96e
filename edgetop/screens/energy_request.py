"""What is said when energy is to be measured: how long it takes, or why it cannot be."""

from __future__ import annotations

from edgetop.plan import PUBLISHABLE
from edgetop.protocol import Snapshot
from edgetop.readings import Missing
from edgetop.widgets.figure_notes import missing_text
from edgetop.widgets.gauges import rails, session_rail

_LONG_S = 120


def obstacle(snapshot: Snapshot) -> str:
    """Why energy cannot be measured now, and what to do; empty where it can."""
    rail = session_rail(rails(snapshot.gauges), snapshot.power)
    if snapshot.state == "ended":
        return "The run has ended"
    if any(run.status in ("idling", "energy") for run in snapshot.runs):
        return "It is being measured already"
    if rail is None:
        return "There is no power meter"
    return missing_text(rail.watts.value) if isinstance(rail.watts.value, Missing) else ""


def announcement(snapshot: Snapshot) -> str:
    """What will be done, how long that takes, and when it begins."""
    runs = sum(run.status not in ("failed", "done") for run in snapshot.runs)
    seconds = PUBLISHABLE.windows * PUBLISHABLE.window_s * runs + 2 * PUBLISHABLE.idle_s
    span = f"{seconds:.0f} s" if seconds < _LONG_S else f"{seconds / 60:.0f} min"
    whose = "the run" if runs == 1 else f"each of {runs} runs"
    windows = f"{PUBLISHABLE.windows} windows of {PUBLISHABLE.window_s:.0f} s for {whose}"
    later = ", when the measurement goes on" if snapshot.state == "paused" else ""
    return f"{windows}, {PUBLISHABLE.idle_s:.0f} s of idling before and after: about {span}{later}"
