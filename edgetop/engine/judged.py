"""How right the runs are: from ``accuracy`` events to figures, and to what can be said of each pair."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, Union

from edgetop.analysis.accuracy import Paired, paired_interval, wilson
from edgetop.readings import Figure, Missing
from edgetop.run_figures import UNKNOWN, RunFigures, Verdict

NO_INTERVAL = Missing(
    "mAP is no mean over pictures, and drawing them anew gives intervals that hold it too seldom; differences have one"
)
MAP = "map"
NAMES = {"top1": "top-1", "top5": "top-5"}


class Judged:
    """The newest accuracy of one run."""

    def __init__(self) -> None:
        self._told: Mapping[str, Any] = {}

    def add(self, data: Mapping[str, Any]) -> None:
        """Take in an event's data; a later one holds all that an earlier one did."""
        self._told = data

    def fields(self) -> dict[str, Any]:
        """Of RunFigures."""
        told = self._told
        if not told:
            return {}
        fields = {name: told[name] for name in ("left_out", "data_set", "recipe") if name in told}
        fields |= {"pictures": max(0, told["pictures"]), "pictures_of": told["pictures_of"]}
        if told.get("label_ns", 0) > 0 and told.get("label_error_ns", -1) >= 0:
            fields["label_pictures"] = told.get("label_pictures", 0)
            fields |= {name: float(told[name]) for name in ("label_ns", "label_error_ns")}
        fields |= {name: float(told[name]) for name in ("mean_ap", "mean_ap50") if name in told}
        for name in NAMES:
            if name in told and 0 <= told[name] <= told["pictures"] and told["pictures"]:
                fields[name] = told[name] / told["pictures"]
                fields[f"{name}_ci95"] = wilson(told[name], told["pictures"])
        return {**fields, "faults": tuple(str(text) for (text,) in told.get("faults", ()))}

    @property
    def pairs(self) -> dict[tuple[str, int], Paired]:
        """By figure and earlier run: the earlier one first."""
        rows = self._told.get("pairs", ())
        return {
            (name, int(earlier)): Paired(int(theirs), int(mine), int(both))
            for name, earlier, theirs, mine, both in rows
            if name in NAMES and theirs >= 0 and mine >= 0 and both > 0 and theirs + mine <= both
        }

    @property
    def differences(self) -> dict[int, tuple[float, float, int]]:
        """By earlier run: by how much its mAP is above this one's, half of the 95 % interval, over so many pictures."""
        return {
            int(earlier): (float(difference), float(half), int(count))
            for name, earlier, difference, half, count in self._told.get("pairs", ())
            if name == MAP and abs(difference) <= 1 and 0 <= half <= 1 and count > 0
        }


class _Stateful(Protocol):
    judged: Judged


def accuracy_verdicts(
    states: Sequence[_Stateful], figures: Sequence[RunFigures], names: Sequence[str]
) -> tuple[Verdict, ...]:
    """Of each pair of runs that have seen the same pictures; ``names`` tell the runs apart."""
    places = {run.run: place for place, run in enumerate(figures)}
    found = []
    for place, (state, run) in enumerate(zip(states, figures)):
        told = [
            (NAMES[name], earlier, pair.difference, paired_interval(pair), pair.count)
            for (name, earlier), pair in state.judged.pairs.items()
        ]
        told += [
            ("mAP", earlier, value, (value - half, value + half), count)
            for earlier, (value, half, count) in state.judged.differences.items()
        ]
        for figure, earlier, value, interval, count in told:
            if earlier in places:
                titles = names[places[earlier]], names[place]
                text = f"{figure}: {_said(value, interval, titles)}, on the same {count} pictures"
                low, high = interval
                found.append(Verdict("accuracy", earlier, run.run, text, value, low, high, figure=figure))
    return tuple(found)


def _said(value: float, interval: tuple[float, float], titles: tuple[str, str]) -> str:
    """By how much the better one is above the other, in points; or that it cannot be told."""
    better, worse = titles if value >= 0 else titles[::-1]
    low, high = interval if value >= 0 else (-interval[1], -interval[0])
    edges = f"95 % {100 * low:+.2f} to {100 * high:+.2f}"
    if low <= 0 <= high:
        return f"no difference between {better} and {worse} that these pictures can tell, {edges}"
    return f"{better} is {100 * abs(value):.2f} points above {worse}, {edges}"


def accuracy_json(run: RunFigures) -> dict[str, Any]:
    """As ``edgetop.result/1`` has it; shares from 0 to 1."""

    def plain(value: Union[Figure, tuple[float, float]]) -> Any:
        return {"missing": value.reason} if isinstance(value, Missing) else value

    def seconds(value: Figure) -> Any:
        return plain(value if isinstance(value, Missing) else value / 1e9)

    if not run.data_set:
        return {"missing": UNKNOWN.reason}
    return {
        "data_set": run.data_set,
        "preprocessing_sha256": run.recipe,
        "pictures": run.pictures,
        "of": run.pictures_of,
        "left_out": run.left_out,
        "faults": list(run.faults),
        "label_s": seconds(run.label_ns),
        "label_s_standard_error": seconds(run.label_error_ns),
        "label_pictures": run.label_pictures,
        "top1": plain(run.top1),
        "top1_ci95": plain(run.top1_ci95),
        "top5": plain(run.top5),
        "top5_ci95": plain(run.top5_ci95),
        "map": plain(run.mean_ap),
        "map50": plain(run.mean_ap50),
        "map_ci95": plain(run.mean_ap if isinstance(run.mean_ap, Missing) else NO_INTERVAL),
    }
