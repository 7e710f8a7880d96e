"""A chart as HTML and SVG, which a browser shows without any script.

The SVG is stretched to the room there is, and only curves and lines are in it; what is text, or must keep its
shape, lies over it in HTML, placed by shares of the width. ``assets/report.js`` moves both when it zooms.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape

from edgetop import units
from edgetop.sessions.markers import Marker
from edgetop.sessions.report.axes import Axis, moment, moments
from edgetop.sessions.report.content import Chart, Curve

WIDTH, HEIGHT = 10_000, 1_000
"""Of the SVG's view box: the whole time axis, and the scale of values."""
_JOINED_S, _JOINED = 10.0, 4.0
"""A line goes on over gaps so long, in seconds and in stretches: a run is silent while others have their turns."""
SHOWN_MARKERS = ("marker", "throttle", "error", "clock", "disk", "sensor")
"""Kinds that stand in the charts; a run's states are in the list alone."""
MAX_SHOWN = 60
LAST = 0.97
"""A time further to the right would be cut off if it stood below its place; the script knows it too."""


def shown(markers: Sequence[Marker]) -> list[Marker]:
    """The markers that stand in charts, numbered there from 1."""
    return [each for each in markers if each.kind in SHOWN_MARKERS][:MAX_SHOWN]


def chart_html(
    chart: Chart,
    axis: Axis,
    longest_s: float,
    ident: str,
    markers: Sequence[Marker],
    held_back_s: Sequence[tuple[float, float]],
) -> str:
    """The figure: heading, plot with axes, legend."""
    heights = [(HEIGHT * (1 - axis.place(value)), text) for value, text in axis.ticks()]
    grid = "".join(f'<path class="grid" d="M0 {y:.0f}H{WIDTH}"/>' for y, _ in heights)
    labels = "".join(f'<span style="top:{y / HEIGHT:.2%}">{escape(text)}</span>' for y, text in heights)
    times = "".join(_time(t / longest_s, text) for t, text in moments(longest_s))
    curves = "".join(_bands(chart, axis, longest_s)) + "".join(_lines(chart, axis, longest_s))
    scale = ", logarithmic" if axis.log else ""
    return (
        f'<figure class="chart" data-unit="{escape(chart.unit)}" aria-labelledby="{ident}">'
        f'<figcaption id="{ident}">{escape(chart.title)}<small>{scale}</small></figcaption>'
        f'<div class="plot-area"><div class="y" aria-hidden="true">{labels}</div>'
        f'<div class="plot" tabindex="0" role="group" aria-label="{escape(chart.title)}, zoom and cursor">'
        f"{''.join(_stretches(held_back_s, longest_s))}"
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" preserveAspectRatio="none" role="img" aria-labelledby="{ident}-t">'
        f'<title id="{ident}-t">{escape(_said(chart))}</title>{grid}{curves}</svg>'
        f"{''.join(_flags(markers, longest_s))}</div>"
        f'<div class="x" aria-hidden="true">{times}</div></div>{_legend(chart)}</figure>'
    )


def _time(share: float, text: str) -> str:
    """Below its place; at either end within the axis."""
    end = ' class="last"' if share > LAST else ""
    return f'<span{end} style="left:{share:.2%}">{text}</span>'


def _said(chart: Chart) -> str:
    """The chart in words, for who does not see it."""
    told = [
        f"{curve.name} {units.quantity(curve.average, chart.unit)} on average, "
        f"{units.quantity(min(curve.low), chart.unit)} to {units.quantity(max(curve.high), chart.unit)}"
        for curve in chart.curves
    ]
    return f"{chart.title} over time: {'; '.join(told)}"


def _segments(curve: Curve) -> Iterator[slice]:
    """Places of a curve that hang together."""
    gap_s = max(_JOINED_S, _JOINED * curve.width_s)
    begin = 0
    for place in range(1, len(curve.t_s)):
        if curve.t_s[place] - curve.t_s[place - 1] > gap_s:
            yield slice(begin, place)
            begin = place
    yield slice(begin, len(curve.t_s))


def _points(curve: Curve, values: Sequence[float], part: slice, axis: Axis, longest_s: float) -> list[str]:
    """Coordinates; a stretch that stands alone is as wide as it is long."""
    times, heights = list(curve.t_s[part]), list(values[part])
    if len(times) == 1:
        times, heights = [times[0] - curve.width_s / 2, times[0] + curve.width_s / 2], heights * 2
    return [f"{WIDTH * t / longest_s:.0f} {HEIGHT * (1 - axis.place(v)):.1f}" for t, v in zip(times, heights)]


def _bands(chart: Chart, axis: Axis, longest_s: float) -> Iterator[str]:
    for curve in chart.curves:
        shapes = []
        for part in _segments(curve):
            above = _points(curve, curve.high, part, axis, longest_s)
            below = _points(curve, curve.low, part, axis, longest_s)
            shapes.append("M" + "L".join(above + below[::-1]) + "Z")
        yield f'<path class="band s{curve.slot}" d="{"".join(shapes)}"/>'


def _lines(chart: Chart, axis: Axis, longest_s: float) -> Iterator[str]:
    for curve in chart.curves:
        parts = ["M" + "L".join(_points(curve, curve.mean, part, axis, longest_s)) for part in _segments(curve)]
        yield f'<path class="line s{curve.slot}" d="{"".join(parts)}"/>'


def _stretches(held_back_s: Sequence[tuple[float, float]], longest_s: float) -> Iterator[str]:
    for begin, end in held_back_s:
        left, width = begin / longest_s, (end - begin) / longest_s
        yield (
            f'<i class="held" data-x="{left:.6f}" data-w="{width:.6f}" style="left:{left:.3%};width:{width:.3%}"'
            f' title="held back from {moment(begin)} to {moment(end)}"></i>'
        )


def _flags(markers: Sequence[Marker], longest_s: float) -> Iterator[str]:
    for number, marker in enumerate(shown(markers), 1):
        left = max(0.0, marker.t_ns / 1e9 / longest_s)
        yield (
            f'<i class="flag {marker.kind}" data-x="{left:.6f}" style="left:{left:.3%}"'
            f' title="{number}: {escape(marker.title)}"><b>{number}</b></i>'
        )


def _legend(chart: Chart) -> str:
    rows = "".join(
        f'<tr><th scope="row"><svg class="key" viewBox="0 0 28 8" aria-hidden="true">'
        f'<path class="line s{curve.slot}" d="M0 4H28"/></svg>{escape(curve.name)}</th>'
        + "".join(
            f"<td>{escape(units.quantity(value, chart.unit))}</td>"
            for value in (min(curve.low), curve.average, max(curve.high))
        )
        + '<td class="here"></td></tr>'
        for curve in chart.curves
    )
    head = '<tr><td></td><th scope="col">min</th><th scope="col">mean</th><th scope="col">max</th>'
    return (
        f'<div class="wide legend"><table><thead>{head}<th scope="col" class="here">at the cursor</th></tr></thead>'
        f"<tbody>{rows}</tbody></table></div>"
    )
