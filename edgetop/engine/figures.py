"""One run's figures: from its samples, turns, states and outputs to a column of the table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from edgetop.analysis.agreement import tolerance
from edgetop.analysis.early_stopping import early_stop
from edgetop.analysis.intervals import batch_means
from edgetop.analysis.percentiles import nearest_rank
from edgetop.analysis.steady import outliers, steadiness
from edgetop.backends.registry import run_title
from edgetop.engine.blocks import Blocks
from edgetop.engine.chosen import Chosen
from edgetop.engine.conditions import Conditions
from edgetop.engine.judged import Judged
from edgetop.plan import RunSpec
from edgetop.readings import Figure, Missing
from edgetop.run_figures import UNKNOWN, DetectionRow, RunFigures, Stratum
from edgetop.samples import CONTENDED, SET_ASIDE, Event, Int64s, Samples

MOST = 1 << 19
"""Of more samples than so many, half are chosen by chance, of twice as many a quarter …: 24 bytes each are kept."""
ALWAYS_BELOW = 20_000
GROWTH = 1.005
"""Statistics sort all that are kept: above 20,000 only anew when their number has grown by half a per cent."""
INTERVAL_GROWTH = 1.1
"""An interval looks at the correlation of samples, which costs more, and changes slowly."""


class RunState:
    """All that was seen of one run."""

    def __init__(self, spec: RunSpec, conditions: Conditions, leave_out: bool = False, deadline_s: float = 0.0) -> None:
        self._spec = spec
        self._conditions = conditions
        self._leave_out = leave_out
        self._deadline_ns = deadline_s * 1e9
        self.title = run_title(spec)
        self._told: dict[str, Any] = {"status": "waiting"}
        self.blocks = Blocks()
        self._corrects = spec.threads == 1  # other threads' waits are not seen
        self._kept = Chosen(MOST, np.int64, np.int64, np.bool_, *[np.int64] * self._corrects)
        """Of each sample in the statistics: start, duration, whether it waited for a core, duration less that wait."""
        self._sum_ns = 0
        self._extremes_ns = (1 << 62, 0)
        self._set_aside = 0
        self._contended = 0
        self._lost = 0
        self._turns_ns = 0
        self._turns_count = 0
        self._turns_cpu_ns = 0
        self._newest: dict[str, float] = {}
        self._labels: tuple[tuple[str, float], ...] = ()
        self._detections: tuple[DetectionRow, ...] = ()
        self._decode_ns: Figure = UNKNOWN
        self._raw = False
        self.difference: Figure = UNKNOWN
        self.agrees_with: int | None = None
        self.judged = Judged()
        self.forget_statistics()

    # ---- in

    def add_samples(self, samples: Samples) -> None:
        """Take in samples; those set aside are counted only."""
        self.blocks.add_samples(samples)
        steady = (samples.flags & SET_ASIDE) == 0
        durations = samples.duration_ns[steady]
        corrected = [durations - samples.wait_ns[steady]] if self._corrects else []
        contended = ((samples.flags & CONTENDED) != 0)[steady]
        self._kept.extend(samples.start_ns[steady], durations, contended, *corrected)
        if len(durations):
            low, high = self._extremes_ns
            self._extremes_ns = min(low, int(durations.min())), max(high, int(durations.max()))
            self._sum_ns += int(durations.sum())
        self._set_aside += len(samples) - int(steady.sum())
        self._contended += int(contended.sum())

    def newest(self, name: str, value: float) -> None:
        """Take in the newest reading of its worker: ``rss``, ``peak_rss``."""
        self._newest[name] = value

    def add_event(self, event: Event) -> None:
        """Take in an event of kind run, turn, alone, outputs or lost; others do not concern it."""
        data = event.data
        if event.kind == "run":
            self._told.update(data)
        elif event.kind == "turn":
            self._turns_ns += data["end_ns"] - data["start_ns"]
            self._turns_count += data["count"]
            self._turns_cpu_ns += data["cpu_ns"]
            self.blocks.add_event(event)
        elif event.kind == "alone":
            self.blocks.add_event(event)
        elif event.kind == "outputs":
            self._labels = tuple((str(name), float(p)) for name, p in data.get("labels", ()))
            self._detections = tuple(_detection(*row) for row in data.get("detections", ()))
            self._decode_ns = data.get("decode_ns", UNKNOWN)
            self._raw = data.get("raw", False)
            self.agrees_with = data.get("agrees_with")
            self.difference = Missing(data["disagrees"]) if "disagrees" in data else data.get("difference", UNKNOWN)
        elif event.kind == "accuracy":
            self.judged.add(data)
        elif event.kind == "lost":
            self._lost += data["count"]

    # ---- out

    def forget_statistics(self) -> None:
        """Have the next figures made of all samples, however few are new."""
        self._statistics: dict[str, Any] = {"count": 0}
        self._intervals: dict[str, Any] = {}
        self._interval_count = 0
        self._strata: Mapping[str, Stratum] = {}
        self._stratified = (0, 0)
        self._judged = 0
        self._steadiness: dict[str, Any] = {}

    @property
    def _precision(self) -> str:
        """As asked for; a file of the user's own tells its own."""
        precision: str = self._told.get("precision", self._spec.precision)
        return precision

    @property
    def compared_with(self) -> int:
        """The run its outputs were compared with; the reference's own number is its own."""
        return self._spec.id if self.agrees_with is None else self.agrees_with

    @property
    def agrees(self) -> bool:
        """Whether its outputs are the reference's, within what its precision allows."""
        limit = tolerance(self._precision, raw=self._raw)
        return not isinstance(self.difference, Missing) and self.difference <= limit

    @property
    def difference_text(self) -> str:
        """Its difference from the reference, in words."""
        return self.difference.reason if isinstance(self.difference, Missing) else f"by {self.difference:.1e}"

    def figures(self, *, final: bool = False) -> RunFigures:
        """Its column of the table."""
        starts, durations, waited, *corrected = self._kept.columns
        contended = self._contended
        throttled = self._conditions.throttled
        slow = throttled.inside(starts, durations)
        self._stratify(starts, durations, slow, final=final)
        if self._leave_out and len(slow):
            starts, durations, *corrected = (np.delete(column, slow) for column in (starts, durations, *corrected))
            contended -= round(int(waited[slow].sum()) * self._kept.each)
            self.blocks.leave_out(throttled)
        self._renew(starts, durations, corrected, final=final)
        self._judge(final=final)
        told, spec = self._told, self._spec
        return RunFigures(
            run=spec.id,
            framework=spec.framework,
            title=self.title,
            model=spec.model,
            precision=self._precision,
            threads=spec.threads,
            variant=spec.variant,
            delegate=spec.delegate,
            delegate_options=spec.delegate_options,
            note=told.get("note", ""),
            version=told.get("version", ""),
            status=told["status"],
            message=told.get("message", ""),
            hint=told.get("hint", ""),
            weights=told.get("weights", ""),
            set_aside=self._set_aside,
            contended=contended,
            throttled=round(len(slow) * self._kept.each),
            leaves_out_throttled=self._leave_out,
            lost=self._lost,
            load_ns=told.get("load_ns", UNKNOWN),
            first_ns=told.get("first_ns", UNKNOWN),
            rate_ips=self._turns_count * 1e9 / self._turns_ns if self._turns_ns else UNKNOWN,
            cpu_percent=100 * self._turns_cpu_ns / self._turns_ns if self._turns_ns else UNKNOWN,
            rss_bytes=self._newest.get("rss", UNKNOWN),
            peak_rss_bytes=self._newest.get("peak_rss", UNKNOWN),
            labels=self._labels,
            detections=self._detections,
            decode_ns=self._decode_ns,
            agreement=self.difference,
            alone_p50_ns=self.blocks.alone_ns,
            strata=self._strata,
            **self._statistics,
            **self._intervals,
            **self._steadiness,
            **self.judged.fields(),
        )

    def latencies(self) -> tuple[Int64s, float]:
        """Of the samples in the statistics, or of those chosen of many; and how many each of them stands for."""
        starts, durations, *_ = self._kept.columns
        if self._leave_out:
            durations = np.delete(durations, self._conditions.throttled.inside(starts, durations))
        return durations, self._kept.each

    def _judge(self, *, final: bool) -> None:
        """Whether it has come to rest, looked at anew when it has had a tenth more turns."""
        count = len(self.blocks)
        if count == self._judged or not (final or count > self._judged * INTERVAL_GROWTH):
            return
        self._judged = count
        found = steadiness([median for _, median in sorted(self.blocks.raw.items())])
        if not isinstance(found, Missing):
            self._steadiness = {"unsteady": found.trouble, "warm_up_ns": found.since * self._turns_ns}

    def _stratify(self, starts: Int64s, durations: Int64s, slow: Int64s, *, final: bool) -> None:
        """The medians by what held the board back, anew as often as the other statistics."""
        each = self._kept.each
        key = self._kept.count, round(len(slow) * each)
        grown = key[0] < ALWAYS_BELOW or key[0] > self._stratified[0] * GROWTH or key[1] > self._stratified[1] * GROWTH
        if key[0] and key != self._stratified and (final or grown):
            self._stratified = key
            found = self._conditions.strata(starts, durations, slow)
            self._strata = {name: replace(part, count=round(part.count * each)) for name, part in found.items()}

    def _renew(self, starts: Int64s, durations: Int64s, corrected: list[Int64s], *, final: bool) -> None:
        """Compute the statistics anew where there are so many more samples, or fewer, that it is worth it."""
        count, computed = round(len(durations) * self._kept.each), self._statistics["count"]
        if not count:
            self._statistics = {"count": 0}
        elif count != computed and (final or count < ALWAYS_BELOW or not computed <= count <= computed * GROWTH):
            self._statistics = _statistics(durations) | {"count": count}
            if count == self._kept.count:  # none is left out: what needs no sorting is of all
                low, high = self._extremes_ns
                self._statistics |= {"mean_ns": self._sum_ns / count, "min_ns": low, "max_ns": high}
            spikes = outliers(durations)
            self._statistics["outliers"] = round(spikes.count * self._kept.each)
            self._statistics["outliers_share_of_mean"] = spikes.share_of_mean
            self._statistics |= self._conditions.at_highest_clock(starts, durations)
            if corrected:
                self._statistics["p50_less_waiting_ns"] = nearest_rank(corrected[0], (50,))[0]
            if self._deadline_ns:
                self._statistics["missed"] = float((durations > self._deadline_ns).mean())
        looked_at = self._interval_count
        if count != looked_at and (final or not looked_at <= count <= looked_at * INTERVAL_GROWTH):
            self._intervals = {f"ci95_p{percent}_ns": batch_means(durations, percent) for percent in (50, 90)}
            self._interval_count = count


def _detection(label: str, score: float, left: float, top: float, right: float, bottom: float) -> DetectionRow:
    return str(label), float(score), float(left), float(top), float(right), float(bottom)


def _statistics(durations: Int64s) -> dict[str, Any]:
    """Figures over samples, in nanoseconds; sums in whole numbers, so that order is no matter."""
    count = len(durations)
    p50, p90, p99 = nearest_rank(durations, (50, 90, 99))
    mean = int(durations.sum()) / count
    spread = math.sqrt(float(np.square(durations - mean).sum()) / (count - 1)) if count > 1 else UNKNOWN
    return {
        "p50_ns": p50,
        "p90_ns": p90,
        "p99_ns": p99,
        "p90_early_stop_ns": early_stop(durations),
        "mean_ns": mean,
        "stddev_ns": spread,
        "min_ns": int(durations.min()),
        "max_ns": int(durations.max()),
    }
