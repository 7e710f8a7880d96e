"""The accuracy phase: every run answers the same pictures of a data set, in the order of its list.

Each batch of inputs is made once and shown to all runs, so that they see the same arrays and, wherever the phase is
interrupted, have answered the same pictures.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any, Callable, Union

import numpy as np
import PIL

from edgetop.clock import now_ns
from edgetop.errors import Interrupted
from edgetop.inputs.ahead import Ahead, Prepared, Size
from edgetop.inputs.dataset import DataSet, describe, open_data_set
from edgetop.inputs.own import OwnCard, labels_for, own_card
from edgetop.inputs.prepare import recipe_sha256
from edgetop.measure.answered import Answered
from edgetop.measure.energy_phase import Conductor
from edgetop.measure.judge import BoxJudge, Card, ClassJudge, Judge, Outputs, is_top1, is_top5, judge_of, labels_of
from edgetop.networks.cards import ModelCard
from edgetop.networks.digest import file_sha256
from edgetop.plan import ModelFile, Plan, RunSpec
from edgetop.samples import Event

TELL_S = 1.0
TOLD_FAULTS = 20
LEAST_TIMED = 2
"""Fewer times have no standard error."""
Guarded = Callable[[RunSpec, Callable[[RunSpec], None]], bool]


@dataclass(frozen=True)
class Met:
    """What is known of a run that has come up."""

    model: ModelFile
    version: str
    tensor: dict[str, Any]
    """Of its first input, as the worker tells it."""
    card: Union[ModelCard, OwnCard, None]
    outputs: Outputs
    input: str
    """The array that its turns are given, as a path."""


@dataclass
class Taker:
    """A run that is judged."""

    spec: RunSpec
    card: Card
    data: DataSet
    judge: Judge
    answered: Answered
    recipe: str
    faults: dict[int, str] = field(default_factory=dict)
    shown: int = 0
    infer_ns: int = 0
    wall_ns: int = 0


class Accuracy:
    """Conducts the phase."""

    def __init__(self, plan: Plan, conductor: Conductor) -> None:
        self._plan, self._settings, self._conductor = plan, plan.accuracy, conductor
        self._met: dict[int, Met] = {}
        self._data: dict[tuple[str, ...], DataSet] = {}
        self._takers: dict[int, Taker] = {}

    def meet(self, spec: RunSpec, met: Met) -> None:
        """Take in a run that has come up."""
        self._met[spec.id] = met

    def measure(self, specs: Sequence[RunSpec], guarded: Guarded) -> list[RunSpec]:
        """Judge these runs; gives those that have not failed by it, their inputs those of their turns again."""
        try:
            ready = [spec for spec in specs if guarded(spec, self._prepare)]
            groups: dict[tuple[str, str], list[Taker]] = {}
            for taker in (self._takers[spec.id] for spec in ready):
                groups.setdefault((taker.recipe, taker.data.sha256), []).append(taker)
            for group in groups.values():
                self._show(group, guarded)
            left = [spec for spec in ready if guarded(spec, self._conclude)]
            return [spec for spec in left if guarded(spec, self._restore)]
        except Interrupted:
            for taker in self._takers.values():
                self._emit(taker, self._summary(taker))
            raise
        finally:
            for taker in self._takers.values():
                taker.answered.close()

    def _prepare(self, spec: RunSpec) -> None:
        met, how = self._met[spec.id], self._plan.preparation
        self._conductor.tell(spec, status="accuracy", message="reading the list of pictures")
        card = met.card or own_card(met.tensor["shape"], met.tensor["layout"], how)
        data = self._open(spec, card, met.outputs)
        judge = judge_of(data, spec.model, card, met.outputs, how)
        recipe = recipe_sha256(card)
        key = {
            "model": spec.model,
            "file": file_sha256(*met.model.paths),
            "precision": spec.precision,
            "framework": spec.framework,
            "version": met.version,
            "variant": spec.variant,
            "delegate": [spec.delegate, *spec.delegate_options],
            "data": data.sha256,
            "recipe": recipe,
            "pillow": PIL.__version__,
            "way": judge.way,
        }
        answered = Answered(key, spec.threads, again=self._settings.again)
        answered.rows = {n: row for n, row in answered.rows.items() if judge.is_sound(row)}
        self._takers[spec.id] = Taker(spec, card, data, judge, answered, recipe)

    def _open(self, spec: RunSpec, card: Card, outputs: Outputs) -> DataSet:
        if isinstance(card, ModelCard):
            labels = labels_of(card)
        else:
            labels = labels_for(outputs[0].size if len(outputs) == 1 else 0, self._plan.preparation, spec.model)
        if labels not in self._data:
            self._data[labels] = open_data_set(self._settings.data, self._settings.annotations, labels)
        return self._data[labels]

    def _total(self, data: DataSet) -> int:
        return min(self._settings.first or len(data.names), len(data.names))

    # ---- pictures

    def _show(self, group: Sequence[Taker], guarded: Guarded) -> None:
        data, card = group[0].data, group[0].card
        total = self._total(data)
        wanted = [n for n in range(total) if any(n not in taker.answered.rows for taker in group)]
        begin_ns, told_s, seen = now_ns(), 0.0, 0
        active = list(group)
        with Ahead(wanted, data.path, card, _other_size(data)) as ahead:
            for prepared in ahead:
                self._conductor.hold()
                active = [taker for taker in active if guarded(taker.spec, self._asking(taker, prepared))]
                if not active:
                    return
                seen += len(prepared.numbers) + len(prepared.faults)
                for taker in active:
                    taker.faults.update(prepared.faults)
                    taker.wall_ns = now_ns() - begin_ns
                if time.monotonic() - told_s >= TELL_S:
                    told_s = time.monotonic()
                    left_s = (now_ns() - begin_ns) / 1e9 / seen * (len(wanted) - seen)
                    self._tell(active, f"{total - len(wanted) + seen} of {total} pictures, {_minutes(left_s)} left")

    def _asking(self, taker: Taker, prepared: Prepared) -> Callable[[RunSpec], None]:
        return lambda spec: self._ask(taker, prepared)

    def _ask(self, taker: Taker, prepared: Prepared) -> None:
        new = [place for place, number in enumerate(prepared.numbers) if number not in taker.answered.rows]
        if not new:
            return
        top, out = taker.judge.top, prepared.out
        told = self._conductor.ask(taker.spec, "answers", path=prepared.path, places=new, top=top, out=out)
        numbers = [prepared.numbers[place] for place in new]
        spent = told["label_ns"] or [0] * len(new)  # a detector's boxes are made later, and all at once
        for number, place, ns, row in zip(numbers, new, spent, taker.judge.rows(told, out, numbers, new)):
            taker.answered.add(number, row, prepared.made_ns[place] + ns if ns else 0)
        taker.answered.save()
        taker.shown += len(new)
        taker.infer_ns += told["infer_ns"]

    # ---- what is told

    def _tell(self, takers: Sequence[Taker], message: str) -> None:
        for taker in takers:
            self._conductor.tell(taker.spec, status="accuracy", message=message)
            self._emit(taker, {})

    def _emit(self, taker: Taker, more: dict[str, Any]) -> None:
        rows = self._rows(taker)
        data = {
            "pictures": len(rows),
            "pictures_of": self._total(taker.data),
            "left_out": len(taker.faults),
            "data_set": describe(taker.data, self._settings.first),
            "recipe": taker.recipe,
            **taker.judge.figures(rows, final=False),
            **more,
        }
        self._conductor.emit(Event(now_ns(), "accuracy", data, taker.spec.id))

    def _rows(self, taker: Taker) -> dict[int, Any]:
        """Of the pictures that are asked for: a run of before may have answered more."""
        total = self._total(taker.data)
        return {number: row for number, row in taker.answered.rows.items() if number < total}

    def _conclude(self, spec: RunSpec) -> None:
        taker = self._takers[spec.id]
        message = "computing mAP" if taker.data.finds_boxes else ""
        self._conductor.tell(spec, status="accuracy", message=message)
        figures = taker.judge.figures(self._rows(taker), final=True)
        self._emit(taker, {**figures, **self._summary(taker)})

    def _summary(self, taker: Taker) -> dict[str, Any]:
        """What is told once: some of the faults, the comparison with others, how long it took."""
        faults = [[f"{taker.data.names[n]}: {reason}"] for n, reason in sorted(taker.faults.items())[:TOLD_FAULTS]]
        spent = {"shown": taker.shown, "infer_ns": taker.infer_ns, "wall_ns": taker.wall_ns}
        return {"faults": faults, "pairs": self._pairs(taker), **spent, **self._timed(taker)}

    def _timed(self, taker: Taker) -> dict[str, Any]:
        """The mean time from file to label over the pictures of which it is known, and its standard error."""
        total = self._total(taker.data)
        spent = np.array([ns for number, ns in taker.answered.label_ns.items() if number < total], np.float64)
        if len(spent) < LEAST_TIMED:
            return {}
        error_ns = float(spent.std(ddof=1)) / len(spent) ** 0.5
        return {"label_ns": float(spent.mean()), "label_error_ns": error_ns, "label_pictures": len(spent)}

    def _pairs(self, taker: Taker) -> list[list[Any]]:
        """Against each earlier run, on the pictures that both have seen: where one alone was right, or by how much the
        earlier one's mAP is above, with half of the interval."""
        pairs: list[list[Any]] = []
        for earlier, this in combinations(self._takers.values(), 2):
            if this is not taker or earlier.data.sha256 != this.data.sha256:
                continue
            rows, others = self._rows(this), self._rows(earlier)
            both = rows.keys() & others.keys()
            if isinstance(earlier.judge, BoxJudge) and isinstance(this.judge, BoxJudge):
                told = this.judge.against(earlier.judge) if len(both) == len(rows) == len(others) else None
                pairs += [["map", earlier.spec.id, *told, len(both)]] if told is not None else []
            if not isinstance(earlier.judge, ClassJudge) or not isinstance(this.judge, ClassJudge):
                continue
            for name, right in (("top1", is_top1), ("top5", is_top5)):
                mine, theirs = ({n for n in both if right(each[n])} for each in (rows, others))
                pairs.append([name, earlier.spec.id, len(theirs - mine), len(mine - theirs), len(both)])
        return pairs

    def _restore(self, spec: RunSpec) -> None:
        self._conductor.ask(spec, "inputs", path=self._met[spec.id].input)
        self._conductor.tell(spec, status="running", message="")


def _other_size(data: DataSet) -> Callable[[int, Size], str]:
    """Says what is wrong with a picture's size: boxes of another picture would be looked for in it."""

    def check(number: int, size: Size) -> str:
        if not data.finds_boxes:
            return ""
        known = data.truth.pictures[number]
        if size == (known.width, known.height):
            return ""
        return f"it has {size[0]} x {size[1]} pixels, its annotations are of {known.width} x {known.height}"

    return check


def _minutes(seconds: float) -> str:
    whole = round(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02d}:{rest % 60:02d}" if hours else f"{rest // 60}:{rest % 60:02d}"
