"""What the runs of a matrix amount to together: AIoTBench's scores, and the roofline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import groupby
from typing import TYPE_CHECKING, Any, Optional, Union

from edgetop.analysis.intervals import BATCHES
from edgetop.analysis.roofline import Point, Roof, roof
from edgetop.analysis.scores import OPERATIONS, Score, Workload, vips, vops
from edgetop.analysis.student import t_975
from edgetop.engine.result import plain
from edgetop.engine.roofs import NO_COPY, is_product, point_of, roof_fields, roofline_json
from edgetop.readings import Figure, Missing
from edgetop.run_figures import RunFigures

if TYPE_CHECKING:
    from edgetop.engine.matrix_result import Cell

TO_LABEL, BY_INFERENCE = "", "_by_inference"
"""What stands behind the names of scores: AIoTBench's own, whose time goes from the file to the label."""
NOT_TIMED = Missing("pictures were not timed from file to label with so many threads: `edgetop accuracy --again` does")


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
            **_scores([_workload(cell, TO_LABEL) for cell in group], TO_LABEL),
            **_scores([_workload(cell, BY_INFERENCE) for cell in group], BY_INFERENCE),
        }
        for (precision, threads, round), group in _alike(of_aiotbench)
    ]


def _scores(workloads: Sequence[Union[Workload, Missing]], which: str) -> dict[str, Any]:
    known = [one for one in workloads if isinstance(one, Workload)]
    reasons = dict.fromkeys(one.reason for one in workloads if isinstance(one, Missing))
    if reasons:
        return {f"{name}{which}": {"missing": "; ".join(reasons)} for name in ("vips", "vops")}
    return {f"vips{which}": _score(vips(known)), f"vops{which}": _score(vops(known))}


def _score(score: Union[Score, Missing]) -> dict[str, Any]:
    if isinstance(score, Missing):
        return {"missing": score.reason}
    return {"value": score.value, "standard_error": plain(score.error)}


def _workload(cell: Cell, which: str) -> Union[Workload, Missing]:
    run, model = cell.run, cell.spec.model
    if run is None or cell.why:
        return Missing(f"{model} on {cell.title} was not measured")
    if isinstance(run.top1, Missing) or not run.pictures:
        seeded = run.weights.startswith("seeded")
        return Missing(f"{model} has no accuracy" + (", its weights are seeded" if seeded else ""))
    if which == TO_LABEL:
        if isinstance(run.label_ns, Missing):
            return NOT_TIMED
        error = run.label_error_ns
        error_s = error if isinstance(error, Missing) else error / 1e9
        return Workload(model, cell.title, run.top1, run.pictures, run.label_ns / 1e9, error_s)
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
        points = [point for cell in group for point in [_point(cell)] if point is not None]
        top = _top(group, bandwidth)
        where = {"precision": precision, "threads": threads, "round": round}
        made.append({**where, **_roof(top), "points": [_plain_point(point, top) for point in points]})
    return made


def under_roofs(cells: Sequence[Cell], bandwidth: Mapping[int, float]) -> tuple[Cell, ...]:
    """The cells, each below the roof of its own matrix; below that which its session knew where that has no product."""
    tops = {alike: _top(group, bandwidth) for alike, group in _alike(cells)}
    return tuple(_under(cell, tops[cell.spec.precision, cell.spec.threads, cell.round]) for cell in cells)


def _under(cell: Cell, top: Union[Roof, Missing]) -> Cell:
    point = _point(cell)
    if cell.run is None or point is None or isinstance(top, Missing):
        return cell
    run = replace(cell.run, **roof_fields(point, top))
    return replace(cell, run=run, entry={**cell.entry, "roofline": roofline_json(run)})


def best_products(cells: Sequence[Cell]) -> list[tuple[str, int, Point]]:
    """Precision and threads with the best matrix product that was made in them."""
    best: dict[tuple[str, int], Point] = {}
    for cell in cells:
        point, alike = _point(cell), (cell.spec.precision, cell.spec.threads)
        if point is not None and is_product(cell.spec.model):
            best[alike] = max(best.get(alike, point), point, key=lambda one: one.gflops)
    return [(*alike, point) for alike, point in best.items()]


def _top(group: Sequence[Cell], bandwidth: Mapping[int, float]) -> Union[Roof, Missing]:
    """The roof over runs of one precision, number of threads and round."""
    points = [(cell, point) for cell in group for point in [_point(cell)] if point is not None]
    products = [point for cell, point in points if is_product(cell.spec.model)]
    others = [point for cell, point in points if not is_product(cell.spec.model)]
    threads = group[0].spec.threads
    return roof(products, others, bandwidth[threads] / 1e9 if threads in bandwidth else NO_COPY)


def _point(cell: Cell) -> Optional[Point]:
    found = None if cell.run is None or cell.why else point_of(cell.run)
    return found if isinstance(found, Point) else None


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
