"""What a report says, in plain data: words and digits from the command, curves from the session file."""

from __future__ import annotations

from dataclasses import dataclass

from edgetop.sessions.markers import Marker

Facts = tuple[str, tuple[tuple[str, str], ...]]
"""A title, and names with what they are."""


@dataclass(frozen=True)
class Table:
    """A table of figures: a column a run, whose heading is some lines; rows have as many cells."""

    title: str
    headings: tuple[tuple[str, ...], ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Curve:
    """One series of a chart: smallest, mean and largest value of each stretch of ``width_s`` around ``t_s``."""

    name: str
    slot: int
    """Its colour and dashes: those of the run 0 to 5, or 6 for the machine's own."""
    width_s: float
    t_s: tuple[float, ...]
    low: tuple[float, ...]
    mean: tuple[float, ...]
    high: tuple[float, ...]
    average: float
    """Over all of its values."""


@dataclass(frozen=True)
class Chart:
    """Some curves of one unit over a session's time."""

    title: str
    unit: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True)
class RoofPoint:
    """A run below its roof: billions of operations a second, at so many operations per byte."""

    name: str
    slot: int
    letter: str
    intensity: float
    gflops: float
    share: str
    """Of what the roof allows there, as text."""


@dataclass(frozen=True)
class Roof:
    """What a board reaches at best in a precision and number of threads; ``gbps`` 0 where memory was not measured."""

    name: str
    gflops: float
    gbps: float
    of: str
    """Whose matrix product the top is."""

    def at(self, intensity: float) -> float:
        """Billions of operations a second."""
        return min(self.gflops, self.gbps * intensity) if self.gbps else self.gflops


@dataclass(frozen=True)
class Roofline:
    """The runs of a session below its roofs, and what there is to say of either."""

    points: tuple[RoofPoint, ...] = ()
    roofs: tuple[Roof, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Told:
    """What the engine's final figures say of a session, as text."""

    name: str
    verdicts: tuple[str, ...]
    notes: tuple[str, ...]
    warnings: tuple[str, ...]
    facts: tuple[Facts, ...]
    roofline: Roofline = Roofline()


@dataclass(frozen=True)
class Session:
    """One session of the report."""

    told: Told
    started: str
    duration_s: float
    runs: tuple[str, ...]
    charts: tuple[Chart, ...]
    markers: tuple[Marker, ...]
    held_back_s: tuple[tuple[float, float], ...]
    """Stretches in which the board throttled or its supply was low."""


@dataclass(frozen=True)
class Report:
    """All of the page."""

    title: str
    version: str
    figures: Table
    spans: tuple[int, ...]
    """How many columns of the figures each session has."""
    sessions: tuple[Session, ...]
