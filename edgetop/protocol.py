"""What the engine tells a screen: frozen dataclasses, one JSON line each (``edgetop.encoding``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional, Union

from edgetop.readings import Channel, Figure, Missing
from edgetop.run_figures import UNKNOWN, RunFigures, Verdict


@dataclass(frozen=True)
class Hello:
    """The first message: who speaks, and what this feed can do."""

    version: str
    can_seek: bool
    can_record: bool
    machine: Mapping[str, Union[str, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class ModelEntry:
    """A model of the zoo as the picker lists it."""

    name: str
    title: str
    task: str
    parameters: int
    macs: int
    weights: str
    """``trained``, or ``seeded: speed only``."""
    precisions: tuple[str, ...]


@dataclass(frozen=True)
class VariantEntry:
    """One way in which a framework runs a model."""

    name: str
    title: str
    precisions: tuple[str, ...]


@dataclass(frozen=True)
class FrameworkEntry:
    """A framework as the picker lists it: its version, or why it is not here and what to do."""

    name: str
    title: str
    version: Union[str, Missing]
    precisions: tuple[str, ...]
    variants: tuple[VariantEntry, ...] = ()
    """The usual one first."""
    python: str = ""
    """The interpreter that serves it, its version, and who says so, in words; empty where it is edgetop's own."""
    takes_delegate: bool = False
    """Whether a TFLite delegate can be given."""


@dataclass(frozen=True)
class Catalog:
    """What can be picked; sent again when an availability becomes known."""

    models: tuple[ModelEntry, ...]
    frameworks: tuple[FrameworkEntry, ...]
    inputs: tuple[str, ...]
    default_threads: int
    max_threads: int


@dataclass(frozen=True)
class Gauge:
    """The newest value of a channel."""

    channel: Channel
    value: Figure


@dataclass(frozen=True)
class Columns:
    """New columns of the charts: (min, mean, max) of each series per ``width_ns`` of time, None where nothing fell.

    Column k covers [k, k + 1) * width_ns since the session's start. Series are ``latency.<run>`` in
    nanoseconds and the names of charted channels in their units.
    """

    first: int = 0
    width_ns: int = 250_000_000
    series: Mapping[str, tuple[Optional[tuple[float, float, float]], ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Recording:
    """The session file being written."""

    path: str
    size_bytes: int
    free_bytes: int
    message: str = ""


@dataclass(frozen=True)
class Snapshot:
    """All that the screen draws at one moment."""

    t_ns: int
    """Since the session's start."""
    state: str
    """preparing, running, paused, reading (a replay on its way to ``t_ns``) or ended."""
    runs: tuple[RunFigures, ...] = ()
    gauges: tuple[Gauge, ...] = ()
    columns: Columns = field(default_factory=Columns)
    reset: bool = False
    """Set when the columns restart (a seek, a new screen): forget the earlier ones."""
    turn: Optional[int] = None
    """The run that holds the turn."""
    verdict: str = ""
    """Whether the outputs agree, in words."""
    verdicts: tuple[Verdict, ...] = ()
    """Of each pair of runs."""
    recording: Union[Recording, Missing] = Missing("not recording")
    engine_cpu_percent: Figure = UNKNOWN
    power: str = ""
    """The channel of the watts that energy is made of."""
    drawn_j: Figure = UNKNOWN
    """By that source since the session's start."""
    idle_w: Figure = UNKNOWN
    """What the board draws with all models loaded and none at work."""
    idle_cold_w: Figure = UNKNOWN
    """The same before an accelerator's first use."""
    idle_note: str = ""
    """What there is to say of the two, a sentence."""
    duration_ns: int = 0
    """Of the whole session in a replay; 0 live without an end."""
    speed: float = 1.0
    since_ns: int = 0
    """Of a recording begun in the midst of a measurement: after how long; the figures are of what follows."""
    pace: float = 0.0
    """How many times the recorded pace a replay keeps; 0 where that is not known."""
    repeats: bool = False
    """Whether the replay begins anew at the end."""
    known_ns: int = 0
    """How far a replay has been read: up to there a seek takes no time."""
    sessions: tuple[str, ...] = ()
    """What two recorded sessions are called that are set against each other; gauges are of the first but where a title
    says so."""
    warnings: tuple[str, ...] = ()
    """What differs between them, and how they are aligned."""


@dataclass(frozen=True)
class Moment:
    """A moment of a recorded session that is worth going to, since its start; its kind is one of a marker's."""

    t_ns: int
    kind: str
    title: str
    run: Optional[int] = None


@dataclass(frozen=True)
class Overview:
    """The whole of a recorded session: a mean per ``width_ns`` of each course, None where nothing fell; its markers."""

    duration_ns: int
    width_ns: int
    courses: Mapping[str, tuple[Optional[float], ...]]
    """``latency.<run>`` in nanoseconds, and charted channels by their names, in their units."""
    markers: tuple[Moment, ...] = ()


ITSELF = -1


@dataclass(frozen=True)
class LogLines:
    """Lines a framework wrote on its standard output or error."""

    run: int
    """ITSELF where it was a process of edgetop's own."""
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Picture:
    """The input as a small copy: ``columns`` by ``rows`` pixels of its ``width`` by ``height``, in proportion."""

    width: int
    height: int
    columns: int
    """At most 96, of at most 72 rows: samples.MAX_PICTURE."""
    rows: int
    rgb: str
    """Red, green and blue of each pixel, a byte each, row by row from the upper left, in base64."""


OperatorRow = tuple[str, str, float, int, Optional[float]]
"""Name, type, mean nanoseconds in an inference, calls in one, mean nanoseconds from its begin where it is told."""


@dataclass(frozen=True)
class Operators:
    """Where the time of a run's inferences goes: a row an operator in the order of execution, or why there is none."""

    run: int
    operators: tuple[OperatorRow, ...] = ()
    rounds: int = 0
    """Inferences that were timed."""
    plain_p50_ns: Figure = UNKNOWN
    """Of as many inferences before, whose operators were not timed."""
    p50_ns: Figure = UNKNOWN
    """Of those whose operators were timed."""
    mean_ns: Figure = UNKNOWN
    """Of the same: all operators together are a share of it."""
    missing: str = ""
    hint: str = ""


SHARES_A_DECADE = 24
"""Of Distribution.within_ns: 24 steps from all to a tenth of the inferences above, 24 more to a hundredth."""


@dataclass(frozen=True)
class Distribution:
    """How a run's latencies are spread, over the samples counted in the statistics."""

    run: int
    count: int = 0
    of: int = 0
    """Samples in the statistics: more than ``count`` where some of many were chosen by chance."""
    low_ns: float = 0.0
    high_ns: float = 0.0
    counts: tuple[int, ...] = ()
    """In equal steps from ``low_ns`` to ``high_ns``; none is below."""
    above: int = 0
    within_ns: tuple[int, ...] = ()
    """The latency that a share of 1 - 10 ** (-k / SHARES_A_DECADE) stays within, for each k from 0 on."""
    max_ns: int = 0


@dataclass(frozen=True)
class Notice:
    """Something the user should know: a title, what to do, and how grave (information, warning, error)."""

    title: str
    hint: str = ""
    severity: str = "information"


WHOLE, NOT_CLOSED, RECORDING = "whole", "not closed", "still being recorded"
"""The states of a session file; one that is not closed was cut off, and holds all until then."""
NO_LOG = "not closed, without its -wal"
"""Cut off, and the file with its newest seconds is not beside it."""


@dataclass(frozen=True)
class SessionEntry:
    """A session as a list shows it."""

    path: str
    name: str
    """The file's, without its folder and ending."""
    started_unix_ns: int
    duration_ns: int
    model: str
    frameworks: tuple[str, ...]
    size_bytes: int
    """With its write-ahead log."""
    state: str


@dataclass(frozen=True)
class Sessions:
    """Sessions of a folder that are new or have changed, and what of it is told already has gone."""

    folder: str
    entries: tuple[SessionEntry, ...] = ()
    gone: tuple[str, ...] = ()
    """Paths."""
    left: int = 0
    """Files that are yet to be looked at."""


@dataclass(frozen=True)
class SessionRun:
    """One run of a recorded session, in short."""

    title: str
    model: str
    precision: str
    threads: int
    version: str = ""
    status: str = ""
    count: int = 0
    """Of all inferences, those before the turns included."""
    p50_ns: Figure = UNKNOWN
    """Of the same, from the histogram: within 1 %."""


@dataclass(frozen=True)
class SessionDetails:
    """What a session is of, or why that cannot be told."""

    path: str
    machine: Mapping[str, Union[str, int]] = field(default_factory=dict)
    input: str = ""
    power: str = ""
    """Whose watts energy is made of; empty where there are none."""
    edgetop_version: str = ""
    runs: tuple[SessionRun, ...] = ()
    trouble: str = ""


@dataclass(frozen=True)
class Ended:
    """The last message: how it ended."""

    exit_code: int
    title: str = ""
    hint: str = ""
    session: str = ""


Message = Union[
    Hello,
    Catalog,
    Snapshot,
    LogLines,
    Picture,
    Overview,
    Operators,
    Distribution,
    Notice,
    Sessions,
    SessionDetails,
    Ended,
]
