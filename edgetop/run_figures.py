"""What is known of a run, and of two of them set against each other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Union

from edgetop.readings import Figure, Missing

UNKNOWN = Missing("not measured yet")
"""What every figure is before its first value."""
MOVED, WAITED, RAISED = 1.02, 3, 0.01
"""From which on there is something to know of a median by waiting, known or not, and of a mean by outliers."""


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
    session: str = ""
    """Whose it is, where two sessions are shown: what that one is called."""
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
    outliers: Figure = UNKNOWN
    """How many lie more than three interquartile ranges above the third quartile; in the statistics."""
    outliers_share_of_mean: Figure = UNKNOWN
    """By which share of itself the mean is greater for them."""
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
    ci95_p90_ns: Union[tuple[float, float], Missing] = UNKNOWN
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

    @property
    def waited(self) -> Figure:
        """The share of the inferences that waited for a core for more than 2 % of their time."""
        return self.contended / self.count if self.count else UNKNOWN

    @property
    def waiting_tells(self) -> bool:
        """Whether what inferences waited for a core may have moved the median: by more than 2 %, as far as that is
        known; of several threads, whose waits are not seen, where a third waited, since the median of all may then be
        the upper quartile of the others."""
        if isinstance(self.p50_less_waiting_ns, Missing) or isinstance(self.p50_ns, Missing):
            return WAITED * self.contended > self.count
        return self.p50_ns > MOVED * self.p50_less_waiting_ns

    @property
    def outliers_tell_of_p99(self) -> bool:
        """Whether the 99th percentile is an outlier itself."""
        return not isinstance(self.outliers, Missing) and 100 * self.outliers > self.count

    @property
    def outliers_tell_of_mean(self) -> bool:
        """Whether outliers have raised the mean by more than 1 %."""
        share = self.outliers_share_of_mean
        return not isinstance(share, Missing) and share > RAISED


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
