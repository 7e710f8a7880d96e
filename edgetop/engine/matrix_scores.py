"""What the runs of a matrix amount to together: AIoTBench's scores, and the roofline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from math import prod
from typing import TYPE_CHECKING, Any, Optional, Union

from edgetop.analysis.intervals import BATCHES
from edgetop.analysis.roofline import Point, Roof, roof
from edgetop.analysis.scores import OPERATIONS, Score, Workload, vips, vops
from edgetop.analysis.student import t_975
from edgetop.engine.result import model_gflops, plain
from edgetop.networks import zoo
from edgetop.networks.cards import ModelCard
from edgetop.plan import file_precision
from edgetop.protocol import RunFigures
from edgetop.readings import Figure, Missing

if TYPE_CHECKING:
    from edgetop.engine.matrix_result import Cell

BYTES = {"fp32": 4, "fp16": 2, "int8": 1}
PRODUCT = "gemm"
NOT_END_TO_END = Missing("pictures are not timed from file to label, as AIoTBench does")
NO_COPY = Missing("a copy in memory was not measured")


def _alike(cells: Sequence[Cell]) -> list[tuple[tuple[str, int, int], list[Cell]]]:
    """The cells by what must be equal for them to be added up: precision, threads, round."""

    def key(cell: Cell) -> tuple[str, int, int]:
        return cell.spec.precision, cell.spec.threads, cell.round

    return [(alike, list(group)) for alike, group in groupby(sorted(cells, key=key), key)]


# ---- AIoTBench


def scores(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Over AIoTBench's models; a reason in place of a score where any of their runs has no accuracy, or failed."""
    of_aiotbench = [cell for cell in cells if cell.spec.model in OPERATIONS]
    return [
        {
            "precision": precision,
            "threads": threads,
            "round": round,
            "workloads": [[cell.spec.model, cell.spec.framework, cell.spec.variant] for cell in group],
            **_scores([_workload(cell) for cell in group]),
        }
        for (precision, threads, round), group in _alike(of_aiotbench)
    ]


def _scores(workloads: Sequence[Union[Workload, Missing]]) -> dict[str, Any]:
    known = [one for one in workloads if isinstance(one, Workload)]
    reasons = dict.fromkeys(one.reason for one in workloads if isinstance(one, Missing))
    if reasons:
        missing = {"missing": "; ".join(reasons)}
        return dict.fromkeys(("vips", "vops", "vips_by_inference", "vops_by_inference"), missing)
    return {
        "vips": plain(NOT_END_TO_END),
        "vops": plain(NOT_END_TO_END),
        "vips_by_inference": _score(vips(known)),
        "vops_by_inference": _score(vops(known)),
    }


def _score(score: Union[Score, Missing]) -> dict[str, Any]:
    if isinstance(score, Missing):
        return {"missing": score.reason}
    return {"value": score.value, "standard_error": plain(score.error)}


def _workload(cell: Cell) -> Union[Workload, Missing]:
    run, model = cell.run, cell.spec.model
    if run is None or cell.why:
        return Missing(f"{model} on {cell.title} was not measured")
    if isinstance(run.top1, Missing) or not run.pictures:
        seeded = run.weights.startswith("seeded")
        return Missing(f"{model} has no accuracy" + (", its weights are seeded" if seeded else ""))
    if isinstance(run.p50_ns, Missing):
        return Missing(f"{model} on {cell.title} {run.p50_ns.reason}")
    return Workload(model, cell.title, run.top1, run.pictures, run.p50_ns / 1e9, _error_s(run))


def _error_s(run: RunFigures) -> Figure:
    """The standard error of the median, from its interval."""
    interval = run.ci95_p50_ns
    return interval if isinstance(interval, Missing) else (interval[1] - interval[0]) / 2 / t_975(BATCHES - 1) / 1e9


# ---- the roofline


def roofline(cells: Sequence[Cell], bandwidth: Mapping[int, float]) -> list[dict[str, Any]]:
    """The roof of each precision and number of threads, and the runs below it."""
    made = []
    for (precision, threads, round), group in _alike(cells):
        points = [(cell, point) for cell in group for point in [_point(cell)] if point is not None]
        products = [point for cell, point in points if zoo.shipped_card(cell.spec.model).task == PRODUCT]
        others = [point for _, point in points if point not in products]
        gbps = bandwidth[threads] / 1e9 if threads in bandwidth else NO_COPY
        top = roof(products, others, gbps)
        where = {"precision": precision, "threads": threads, "round": round}
        made.append({**where, **_roof(top), "points": [_plain_point(point, top) for _, point in points]})
    return made


def _point(cell: Cell) -> Optional[Point]:
    if cell.run is None or cell.why:
        return None
    rate = model_gflops(cell.run)
    if isinstance(rate, Missing):
        return None
    card = zoo.shipped_card(cell.spec.model)
    return Point(f"{cell.title} {card.name}", rate, 2 * card.macs / _least_bytes(card, cell.spec.precision))


def _least_bytes(card: ModelCard, precision: str) -> int:
    """Weights, input and output once each: what must come from memory and go there, whatever the caches hold."""
    inputs = prod(card.input_shape)
    outputs = inputs if card.task == PRODUCT else card.classes
    return BYTES[file_precision(precision)] * (card.parameters + inputs + outputs)


def _roof(top: Union[Roof, Missing]) -> dict[str, Any]:
    if isinstance(top, Missing):
        return {"roof": {"missing": top.reason}}
    return {
        "roof": {
            "gflops": top.gflops,
            "of": top.of,
            "gbps": plain(top.gbps),
            "ridge_flop_per_byte": plain(top.ridge),
            "notes": list(top.notes),
        }
    }


def _plain_point(point: Point, top: Union[Roof, Missing]) -> dict[str, Any]:
    share = plain(top) if isinstance(top, Missing) else point.gflops / top.at(point.intensity)
    return {"title": point.title, "gflops": point.gflops, "flop_per_byte": point.intensity, "share_of_roof": share}
