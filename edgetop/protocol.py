"""What the engine tells a screen: frozen dataclasses, one JSON line each (``edgetop.encoding``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Optional, Union

from edgetop.readings import Channel, Figure, Missing

UNKNOWN = Missing("not measured yet")
"""What every figure is before its first value."""


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
class Stratum:
    """The inferences of a run that ran under one condition: how many, and their median."""

    count: int
    p50_ns: Figure


DetectionRow = tuple[str, float, float, float, float, float]


@dataclass(frozen=True)
class RunFigures:
    """One run's column of the table: its state and its figures, over the samples counted in ``count``."""

    run: int
    framework: str
    title: str
    model: str
    precision: str
    threads: int
    variant: str = ""
    delegate: str = ""
    delegate_options: tuple[str, ...] = ()
    version: str = ""
    status: str = "waiting"
    """waiting, preparing, loading, warming, ready, profiling, running, done or failed."""
    note: str = ""
    """What there is to say of how it runs, a sentence."""
    message: str = ""
    hint: str = ""
    weights: str = ""
    """``trained``, ``seeded: speed only``, or empty for a file of the user's own."""
    count: int = 0
    set_aside: int = 0
    contended: int = 0
    throttled: int = 0
    """Inferences while the board throttled or its supply was low; in the statistics, but where the plan says no."""
    leaves_out_throttled: bool = False
    strata: Mapping[str, Stratum] = field(default_factory=dict)
    """``clean``, ``held back``, and each sign (U, C, T, S) that there was; empty where throttling is not read."""
    highest_clock_hz: Figure = UNKNOWN
    """That the processor was asked for in the session; the true one where the firmware tells it."""
    p50_at_highest_clock_ns: Figure = UNKNOWN
    """The median of latency x clock / highest clock."""
    p50_less_waiting_ns: Figure = UNKNOWN
    """The same less what each inference waited for a core: of one thread alone, since others' waits are not seen."""
    outliers: int = 0
    """More than three interquartile ranges above the third quartile; in the statistics."""
    unsteady: str = ""
    """Why the run has not come to rest, where it has not."""
    warm_up_ns: Figure = UNKNOWN
    """From its first turn to where it came to rest."""
    missed: Figure = UNKNOWN
    """Share of the inferences that took longer than the plan's deadline for one."""
    lost: int = 0
    load_ns: Figure = UNKNOWN
    first_ns: Figure = UNKNOWN
    p50_ns: Figure = UNKNOWN
    p90_ns: Figure = UNKNOWN
    p99_ns: Figure = UNKNOWN
    p90_early_stop_ns: Figure = UNKNOWN
    """MLPerf's estimate of the 90th percentile, which is below the true one in 1 of 100 measurements at most."""
    mean_ns: Figure = UNKNOWN
    stddev_ns: Figure = UNKNOWN
    min_ns: Figure = UNKNOWN
    max_ns: Figure = UNKNOWN
    ci95_p50_ns: Union[tuple[float, float], Missing] = UNKNOWN
    rate_ips: Figure = UNKNOWN
    """Inferences per second of its own turns."""
    cpu_percent: Figure = UNKNOWN
    """Of its worker during its turns; 100 is one core."""
    rss_bytes: Figure = UNKNOWN
    peak_rss_bytes: Figure = UNKNOWN
    power_w: Figure = UNKNOWN
    """Mean over its windows of energy, or over its turns as long as there is none, of what the meter sees."""
    energy_j: Figure = UNKNOWN
    """Gross joules per inference: the median of its windows, or over its turns as long as there is none."""
    energy_u95_j: Figure = UNKNOWN
    """Half of the 95 % interval of that."""
    energy_net_j: Figure = UNKNOWN
    """Joules per inference less what the idle board draws in that time."""
    energy_net_u95_j: Figure = UNKNOWN
    energy_windows: int = 0
    energy_note: str = ""
    """How the energy was had, and why it is provisional where it is."""
    rank: int = 0
    """By latency, 1 the fastest; runs that cannot be told apart share one; 0 before that is known."""
    alone_p50_ns: Figure = UNKNOWN
    """Of unbroken inferences before the turns, in which no other run empties its caches."""
    energy_budget: Mapping[str, float] = field(default_factory=dict)
    """Standard uncertainties of the gross and net figure by their causes, in joules per inference."""
    labels: tuple[tuple[str, float], ...] = ()
    """The five most probable labels with their probabilities."""
    detections: tuple[DetectionRow, ...] = ()
    """What a detector found, the surest first: label, score, left, top, right, bottom in pixels of the picture."""
    decode_ns: Figure = UNKNOWN
    """Of making that of a detector's outputs, which is no part of an inference."""
    agreement: Figure = UNKNOWN
    """Largest absolute difference of an output from the reference run's; where outputs are no probabilities, as a
    share of the output's largest value."""
    agrees_with: str = ""
    intensity: Figure = UNKNOWN
    """Operations per byte that must be moved: weights, input and output once."""
    gflops: Figure = UNKNOWN
    """Billions of operations a second at its median."""
    share_of_roof: Figure = UNKNOWN
    """That, of what the board reaches at best at this intensity."""
    roof_gflops: Figure = UNKNOWN
    """The top of the roof: the best matrix product with its precision and threads."""
    roof_gbps: Figure = UNKNOWN
    """Billions of bytes a second of a copy in memory by as many threads."""
    roof_of: str = ""
    """Whose product it is."""
    roof_notes: tuple[str, ...] = ()
    """What the roof was lifted to, and why."""
    pictures: int = 0
    """Of a data set, over which its accuracy is."""
    pictures_of: int = 0
    """That are to be looked at."""
    left_out: int = 0
    """That cannot be read."""
    faults: tuple[str, ...] = ()
    """Some of these, each with its reason."""
    data_set: str = ""
    """Its name, how much of it, and the hash of its list."""
    recipe: str = ""
    """The hash of how its pictures are made the input."""
    label_ns: Figure = UNKNOWN
    """The mean time from a picture's file to its label: reading, preparing, inference, and finding the class."""
    label_error_ns: Figure = UNKNOWN
    """The standard error of that."""
    label_pictures: int = 0
    """Over which it is."""
    top1: Figure = UNKNOWN
    """The share of pictures whose likeliest class is right."""
    top1_ci95: Union[tuple[float, float], Missing] = UNKNOWN
    top5: Figure = UNKNOWN
    """The share of those with the right class among the five likeliest."""
    top5_ci95: Union[tuple[float, float], Missing] = UNKNOWN
    mean_ap: Figure = UNKNOWN
    """A detector's mean average precision, as COCO has it."""
    mean_ap50: Figure = UNKNOWN


@dataclass(frozen=True)
class Verdict:
    """What can be said of two runs: how many times as much the second takes as the first, and the 95 % interval; of
    accuracy, by how much the first's share of right answers is above the second's."""

    kind: str
    """latency, energy, memory or accuracy."""
    first: int
    second: int
    text: str
    value: Figure = UNKNOWN
    low: Figure = UNKNOWN
    high: Figure = UNKNOWN
    corrected: Figure = UNKNOWN
    """Of latency, less what inferences waited for a core."""
    figure: str = ""
    """Of accuracy: top-1 or top-5."""
    outputs: str = ""
    """Of latency, whether the outputs of the two agree: ``agree to 3e-07``, ``DIFFER``; empty where it is not known."""


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


@dataclass(frozen=True)
class LogLines:
    """Lines a framework wrote on its standard output or error."""

    run: int
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


@dataclass(frozen=True)
class Notice:
    """Something the user should know: a title, what to do, and how grave (information, warning, error)."""

    title: str
    hint: str = ""
    severity: str = "information"


WHOLE, NOT_CLOSED, RECORDING = "whole", "not closed", "still being recorded"
"""The states of a session file; one that is not closed was cut off, and holds all until then."""


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
    Hello, Catalog, Snapshot, LogLines, Picture, Overview, Operators, Notice, Sessions, SessionDetails, Ended
]
