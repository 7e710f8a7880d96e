"""The roof above each run of a session: the best matrix product in its precision and threads, a copy in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import prod
from typing import Any, Union

from edgetop.analysis.roofline import Point, Roof, gflops, roof
from edgetop.measure.outputs import NULL
from edgetop.networks import zoo
from edgetop.networks.cards import ModelCard
from edgetop.plan import RunSpec, file_precision
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures
from edgetop.samples import Event

BYTES = {"fp32": 4, "fp16": 2, "int8": 1}
PRODUCT = "gemm"
MEASURE = "`edgetop bench gemm` measures and keeps it"
UNCOUNTED = Missing("what it computes is not counted")
NO_COPY = Missing("a copy in memory was not measured", MEASURE)


def is_product(model: str) -> bool:
    """Whether a model is a matrix product."""
    return model in zoo.NETWORKS and zoo.shipped_card(model).task == PRODUCT


def model_gflops(run: RunFigures) -> Figure:
    """Billions of operations a second at its median; Missing where nobody counts what it computes."""
    if run.framework == NULL or run.model not in zoo.NETWORKS:
        return UNCOUNTED
    seconds = run.p50_ns if isinstance(run.p50_ns, Missing) else run.p50_ns / 1e9
    return gflops(zoo.shipped_card(run.model).macs, seconds)


def point_of(run: RunFigures) -> Union[Point, Missing]:
    """A run's operations a second and per byte; Missing where they are not counted, or not measured yet."""
    rate = model_gflops(run)
    if isinstance(rate, Missing):
        return rate
    card = zoo.shipped_card(run.model)
    return Point(f"{run.title} {card.name}", rate, 2 * card.macs / _least_bytes(card, run.precision))


def _least_bytes(card: ModelCard, precision: str) -> int:
    """Weights, input and output once each: what must come from memory and go there, whatever the caches hold."""
    inputs = prod(card.input_shape)
    outputs = inputs if card.task == PRODUCT else card.classes
    return BYTES[file_precision(precision)] * (card.parameters + inputs + outputs)


class Roofs:
    """What was known when the session began, by run, and what its own matrix products add to it."""

    def __init__(self, specs: Sequence[RunSpec]) -> None:
        self._kept: dict[tuple[str, int], Mapping[str, Any]] = {}
        self._alike = {spec.id: (spec.precision, spec.threads) for spec in specs}

    def add(self, event: Event) -> None:
        """Take in a run's ``roof`` event."""
        if event.run in self._alike:
            self._kept[self._alike[event.run]] = event.data

    def figures(self, runs: Sequence[RunFigures]) -> list[dict[str, Any]]:
        """The fields of each of the session's RunFigures that are of its roofline."""
        points = [point_of(run) for run in runs]
        tops = {alike: self._top(alike, runs, points) for alike in {self._alike[run.run] for run in runs}}
        return [roof_fields(point, tops[self._alike[run.run]]) for run, point in zip(runs, points)]

    def _top(
        self, alike: tuple[str, int], runs: Sequence[RunFigures], points: Sequence[Union[Point, Missing]]
    ) -> Union[Roof, Missing]:
        kept = self._kept.get(alike, {})
        products = [Point(kept["of"], kept["gflops"], kept["intensity"])] if "of" in kept else []
        others: list[Point] = []
        for run, point in zip(runs, points):
            if self._alike[run.run] == alike and isinstance(point, Point):
                (products if is_product(run.model) else others).append(point)
        top = roof(products, others, kept.get("gbps", NO_COPY))
        if isinstance(top, Missing):
            precision, threads = alike
            what = f"no matrix product was measured in {precision} with {threads} thread{'s' * (threads > 1)}"
            return Missing(what, MEASURE)
        return top


def roof_fields(point: Union[Point, Missing], top: Union[Roof, Missing]) -> dict[str, Any]:
    """Of RunFigures, of a run and the roof above it."""
    names = ("intensity", "gflops", "share_of_roof", "roof_gflops", "roof_gbps")
    if isinstance(point, Missing):
        return dict.fromkeys(names, point)
    told = {"intensity": point.intensity, "gflops": point.gflops}
    if isinstance(top, Missing):
        return {**dict.fromkeys(names, top), **told}
    return {
        **told,
        "share_of_roof": point.gflops / top.at(point.intensity),
        "roof_gflops": top.gflops,
        "roof_gbps": top.gbps,
        "roof_of": top.of,
        "roof_notes": top.notes,
    }


def roofline_json(run: RunFigures) -> dict[str, Any]:
    """As ``edgetop.result/1`` has it; ``roof_gflops`` is the roof at the run's own intensity."""

    def plain(value: Figure) -> Any:
        return {"missing": f"{value.reason}: {value.hint}".rstrip(": ")} if isinstance(value, Missing) else value

    if isinstance(run.intensity, Missing) or isinstance(run.gflops, Missing):
        missing: dict[str, Any] = plain(run.gflops)
        return missing
    share = run.share_of_roof
    return {
        "intensity": run.intensity,
        "gflops": run.gflops,
        "roof_gflops": plain(share) if isinstance(share, Missing) else run.gflops / share,
        "share_of_roof": plain(share),
        "peak_gflops": plain(run.roof_gflops),
        "peak_of": run.roof_of,
        "gbps": plain(run.roof_gbps),
        "notes": list(run.roof_notes),
    }
