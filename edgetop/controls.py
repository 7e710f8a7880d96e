"""What a screen asks of the engine: frozen dataclasses, one JSON line each (``edgetop.encoding``)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Union

from edgetop.plan import EnergySettings, Plan


@dataclass(frozen=True)
class Start:
    """Run this plan."""

    plan: Plan


@dataclass(frozen=True)
class Pause:
    """Hold the turns, or the replay; or go on."""

    on: bool


@dataclass(frozen=True)
class Mark:
    """Set a marker now."""

    text: str = ""


@dataclass(frozen=True)
class Record:
    """Begin a session file now, or end the one under way."""

    on: bool


@dataclass(frozen=True)
class TimeOperators:
    """Hold the turns while the operators of every run are timed."""


@dataclass(frozen=True)
class ShowDistributions:
    """Tell how each run's latencies are spread, in so many bins, now and whenever that changes; 0: no longer."""

    bins: int


@dataclass(frozen=True)
class MeasureEnergy:
    """Measure each run's energy in unbroken windows, between two stretches of idling."""

    settings: EnergySettings


@dataclass(frozen=True)
class Seek:
    """Show the session as it stood then, in nanoseconds since its start."""

    t_ns: int


@dataclass(frozen=True)
class Speed:
    """Replay at so many times the recorded pace."""

    factor: float


@dataclass(frozen=True)
class Repeat:
    """Begin the replay anew when it has come to the end, or hold there."""

    on: bool


@dataclass(frozen=True)
class DescribeSession:
    """Say what the session at this path is of."""

    path: str


@dataclass(frozen=True)
class RenameSession:
    """Give the session at this path another name, in its folder."""

    path: str
    name: str


@dataclass(frozen=True)
class DeleteSession:
    """Remove the session at this path, and what belongs to it."""

    path: str


@dataclass(frozen=True)
class Whole:
    """Show everything anew: a screen has come that has seen nothing yet."""


@dataclass(frozen=True)
class Stop:
    """End the runs, close the recording, say Ended."""


Command = Union[
    Start,
    Pause,
    Mark,
    Record,
    TimeOperators,
    ShowDistributions,
    MeasureEnergy,
    Seek,
    Speed,
    Repeat,
    DescribeSession,
    RenameSession,
    DeleteSession,
    Whole,
    Stop,
]
