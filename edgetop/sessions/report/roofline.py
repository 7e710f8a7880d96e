"""The roofline as HTML and SVG: what a board reaches at best by operations per byte, and the runs below it.

As in the other charts the SVG is stretched to the room there is and has lines alone; points and text lie over it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import Optional

from edgetop import units
from edgetop.sessions.report.axes import Axis
from edgetop.sessions.report.content import Roof, Roofline, RoofPoint
from edgetop.sessions.report.drawing import HEIGHT, WIDTH

BELOW = 0.4
"""A roof's ridge is shown from so much below it on."""
MARGIN = 1.4
"""Around the outermost points and lines, a factor."""
BESIDE, NEAR = (0.06, 0.05), 0.022
"""Shares of width and height within which letters would lie over each other; by how much the next one is moved."""
TITLE = "GFLOP/s against FLOP/byte"

Axes = tuple[Axis, Axis]


def axes_of(sessions: Sequence[Roofline]) -> Optional[Axes]:
    """Both logarithmic scales, shared by all sessions of the page; None where nothing stands on them."""
    points = [point for each in sessions for point in each.points]
    roofs = [roof for each in sessions for roof in each.roofs]
    if not points:
        return None
    across = [point.intensity for point in points] + [roof.gflops / roof.gbps * BELOW for roof in roofs if roof.gbps]
    x = Axis(min(across) / MARGIN, max(across) * MARGIN**2, True, "")
    up = [point.gflops for point in points] + [roof.gflops for roof in roofs] + [roof.at(x.low) for roof in roofs]
    return x, Axis(min(up) / MARGIN, max(up) * MARGIN, True, "")


def roofline_html(told: Roofline, scales: Optional[Axes], ident: str) -> str:
    """The figure of one session: plot with axes, a line a run, what there is to say of the roofs."""
    notes = "".join(f"<li>{_text(note)}</li>" for note in told.notes)
    if scales is None or not told.points:
        return f'<ul class="notes">{notes or "<li>of no run the operations are counted</li>"}</ul>'
    x, y = scales
    ups = "".join(f'<span style="top:{1 - y.place(v):.2%}">{text}</span>' for v, text in y.ticks())
    across = "".join(f'<span style="left:{x.place(v):.2%}">{text}</span>' for v, text in x.ticks())
    grid = "".join(f'<path class="grid" d="M0 {HEIGHT * (1 - y.place(v)):.0f}H{WIDTH}"/>' for v, _ in y.ticks())
    lines = "".join(f'<path class="roof" d="{_path(roof, x, y)}"/>' for roof in told.roofs)
    gaps = "".join(_gaps(told, x, y))
    return (
        f'<figure class="roofline" aria-labelledby="{ident}">'
        f'<figcaption id="{ident}">{TITLE}<small>, both logarithmic</small></figcaption>'
        f'<div class="plot-area"><div class="y" aria-hidden="true">{ups}</div><div class="field">'
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="{ident}-t">'
        f'<title id="{ident}-t">{_text(_said(told))}</title>{grid}{gaps}{lines}</svg>'
        f"{''.join(_roof_names(told.roofs, x, y))}{''.join(_points(told.points, x, y))}</div>"
        f'<div class="x" aria-hidden="true">{across}</div></div>{_legend(told)}'
        f'<ul class="notes">{notes}</ul></figure>'
    )


def _text(text: str) -> str:
    return escape(units.printable(text))


def _place(intensity: float, gflops: float, x: Axis, y: Axis) -> str:
    return f"{WIDTH * x.place(intensity):.0f} {HEIGHT * (1 - y.place(gflops)):.1f}"


def _path(roof: Roof, x: Axis, y: Axis) -> str:
    """Up the slope of memory to the ridge, then level."""
    bends = [x.low, roof.gflops / roof.gbps, x.high] if roof.gbps else [x.low, x.high]
    return "M" + "L".join(_place(intensity, roof.at(intensity), x, y) for intensity in bends)


def _gaps(told: Roofline, x: Axis, y: Axis) -> Iterator[str]:
    """From the topmost point at an intensity up to the roof: what is left to gain."""
    highest: dict[float, float] = {}
    for point in told.points:
        highest[point.intensity] = max(point.gflops, highest.get(point.intensity, 0.0))
    for intensity, gflops in highest.items():
        top = max((roof.at(intensity) for roof in told.roofs), default=gflops)
        yield f'<path class="gap" d="M{_place(intensity, gflops, x, y)}L{_place(intensity, top, x, y)}"/>'


def _roof_names(roofs: Sequence[Roof], x: Axis, y: Axis) -> Iterator[str]:
    """Above the level part of each, at its ridge; one too near to another stands in the legend alone."""
    taken: list[float] = []
    for roof in sorted(roofs, key=lambda each: -each.gflops):
        top = 1 - y.place(roof.gflops)
        if all(abs(top - other) > BESIDE[1] for other in taken):
            taken.append(top)
            left = x.place(roof.gflops / roof.gbps) if roof.gbps else 0.0
            yield f'<span class="roof-name" style="left:{left:.2%};top:{top:.2%}">{_text(roof.name)}</span>'


def _points(points: Sequence[RoofPoint], x: Axis, y: Axis) -> Iterator[str]:
    """A mark at its place, and its letter beside it, further where another one's is in the way."""
    taken: list[tuple[float, float]] = []
    for point in points:
        left, top = x.place(point.intensity), 1 - y.place(point.gflops)
        steps = sum(abs(left - a) < BESIDE[0] and abs(top - b) < BESIDE[1] for a, b in taken)
        taken.append((left, top))
        told = f"{point.name}: {_gflops(point.gflops)} at {units.significant(point.intensity)} FLOP/byte"
        yield (
            f'<i class="point p{point.slot}" style="left:{left:.3%};top:{top:.3%}" title="{_text(told)}"></i>'
            f'<b class="letter t{point.slot}" style="left:{left + NEAR * steps:.3%};top:{top:.3%}"'
            f' aria-hidden="true">{point.letter}</b>'
        )


def _gflops(value: float) -> str:
    return f"{units.significant(value)} GFLOP/s"


def _said(told: Roofline) -> str:
    """The plot in words, for who does not see it."""
    runs = [
        f"{point.name} {_gflops(point.gflops)} at {units.significant(point.intensity)} FLOP/byte"
        + (f", {point.share} of the roof" if point.share != units.ABSENT else "")
        for point in told.points
    ]
    roofs = [f"roof {roof.name} {_gflops(roof.gflops)}" for roof in told.roofs]
    return f"Roofline: {'; '.join(runs + roofs)}"


def _legend(told: Roofline) -> str:
    head = "".join(f'<th scope="col">{name}</th>' for name in ("FLOP/byte", "GFLOP/s", "of the roof"))
    runs = "".join(
        f'<tr><th scope="row"><span class="key"><i class="point p{point.slot}"></i></span>'
        f"<b>{point.letter}</b> {_text(point.name)}</th>"
        f"<td>{units.significant(point.intensity)}</td><td>{units.significant(point.gflops)}</td>"
        f"<td>{_text(point.share)}</td></tr>"
        for point in told.points
    )
    roofs = "".join(
        f'<tr><th scope="row"><svg class="key" viewBox="0 0 28 8" aria-hidden="true"><path class="roof" d="M0 4H28"/>'
        f"</svg>roof {_text(roof.name)}, {_text(roof.of)}{_memory(roof)}</th>"
        f"<td>{_ridge(roof)}</td><td>{units.significant(roof.gflops)}</td><td></td></tr>"
        for roof in told.roofs
    )
    return (
        f'<div class="wide legend"><table><thead><tr><td></td>{head}</tr></thead><tbody>{runs}{roofs}</tbody>'
        "</table></div>"
    )


def _memory(roof: Roof) -> str:
    return f"; {units.significant(roof.gbps)} GB/s in memory" if roof.gbps else ""


def _ridge(roof: Roof) -> str:
    """From so many operations per byte on memory is no limit."""
    return f"from {units.significant(roof.gflops / roof.gbps)}" if roof.gbps else ""
