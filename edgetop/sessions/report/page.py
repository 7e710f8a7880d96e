"""The page: one file of HTML that holds its style, its script, its charts and their values, and asks for nothing."""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Iterator, Sequence
from hashlib import sha256
from html import escape
from typing import Any

from edgetop.config import asset
from edgetop.sessions.markers import Marker
from edgetop.sessions.report.axes import Axis, axis, moment
from edgetop.sessions.report.content import Chart, Facts, Report, Session, Table
from edgetop.sessions.report.drawing import chart_html, shown
from edgetop.sessions.report.roofline import axes_of, roofline_html
from edgetop.units import ABSENT, printable

MAX_LISTED = 300
"""Of a session's markers."""


def html(report: Report) -> str:
    """The whole page; every text in it is escaped, whatever it holds."""
    script, style = _asset("report.js"), _asset("report.css")
    digest = b64encode(sha256(script.encode()).digest()).decode()
    policy = (
        f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'; base-uri 'none'; "
        "form-action 'none'"
    )
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark"><meta name="referrer" content="no-referrer">\n'
        f"<title>{_text(report.title)} · edgetop</title>\n<style>\n{style}</style></head>\n<body>\n<main>\n"
        + "\n".join(_sections(report))
        + f"\n</main>\n<footer>edgetop {_text(report.version)}. This page holds all that it shows.</footer>\n"
        f'<script type="application/json" id="values">{_values(report)}</script>\n'
        f"<script>{script}</script>\n</body></html>\n"
    )


def _asset(name: str) -> str:
    with open(asset(name), encoding="utf-8") as file:
        return file.read()


def _text(text: str) -> str:
    return escape(printable(text))


def _sections(report: Report) -> Iterator[str]:
    yield _header(report)
    yield _findings(report)
    yield f"<section><h2>Figures</h2>{_figures(report)}</section>"
    yield f"<section><h2>Over time</h2>{_charts(report)}</section>"
    if any(each.told.roofline.points or each.told.roofline.notes for each in report.sessions):
        yield from _per_session("Roofline", report, _rooflines(report))
    yield from _per_session("Moments", report, [_moments(session) for session in report.sessions])
    yield from _per_session("How it was measured", report, [_facts(each.told.facts) for each in report.sessions])


def _header(report: Report) -> str:
    lines = "".join(
        f"<p><b>{_text(each.told.name)}</b> {_text(each.started)}, {moment(each.duration_s)}</p>"
        for each in report.sessions
    )
    return f"<header><p class=brand>edgetop</p><h1>{_text(report.title)}</h1>{lines}</header>"


def _findings(report: Report) -> str:
    """Verdicts first, then what must be known of the figures."""
    parts = []
    for each in report.sessions:
        name = f"<h3>{_text(each.told.name)}</h3>" if len(report.sessions) > 1 else ""
        verdicts = "".join(f"<li>{_text(text)}</li>" for text in each.told.verdicts)
        warnings = "".join(f"<li>{_text(text)}</li>" for text in each.told.warnings)
        parts.append(
            f'<div>{name}<ul class="verdicts">{verdicts}</ul>'
            + (
                f'<div class="warnings"><h4>To be known of these figures</h4><ul>{warnings}</ul></div>'
                if warnings
                else ""
            )
            + "</div>"
        )
    return f'<section><h2>Verdict</h2><div class="sessions">{"".join(parts)}</div></section>'


def _figures(report: Report) -> str:
    table = report.figures
    spans = ""
    if len(report.sessions) > 1:
        spans = (
            "<tr><td></td>"
            + "".join(
                f'<th scope="colgroup" colspan="{span}">{_text(each.told.name)}</th>'
                for each, span in zip(report.sessions, report.spans)
                if span
            )
            + "</tr>"
        )
    notes = [note for each in report.sessions for note in each.told.notes]
    listed = "".join(f"<li>{_text(note)}</li>" for note in dict.fromkeys(notes))
    if not table.rows:
        return f'<p>No inference was measured.</p><ul class="notes">{listed}</ul>'
    return f'<div class="wide" tabindex="0">{_table(table, spans)}</div><ul class="notes">{listed}</ul>'


def _table(table: Table, spans: str) -> str:
    headings = "".join(
        f'<th scope="col">{"".join(f"<span>{_text(line)}</span>" for line in lines if line)}</th>'
        for lines in table.headings
    )
    rows = "".join(
        f'<tr><th scope="row">{_text(name)}</th>'
        + "".join(f"<td{' class=absent' if cell == ABSENT else ''}>{_text(cell)}</td>" for cell in cells)
        + "</tr>"
        for name, cells in table.rows
    )
    return (
        f'<table class="figures"><caption>{_text(table.title)}</caption>'
        f"<thead>{spans}<tr><td></td>{headings}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _rows_of_charts(report: Report) -> Iterator[tuple[Axis, list[tuple[int, Session, Chart]]]]:
    """Charts of one quantity, with the scale that they share."""
    titles = dict.fromkeys(chart.title for each in report.sessions for chart in each.charts)
    for title in titles:
        row = [
            (place, each, chart)
            for place, each in enumerate(report.sessions)
            for chart in each.charts
            if chart.title == title
        ]
        yield axis([chart for _, _, chart in row]), row


def _longest_s(report: Report) -> float:
    return max(each.duration_s for each in report.sessions)


def _charts(report: Report) -> str:
    rows = []
    for number, (scale, row) in enumerate(_rows_of_charts(report)):
        figures = []
        for place, each, chart in row:
            name = f'<p class="of">{_text(each.told.name)}</p>' if len(report.sessions) > 1 else ""
            drawn = chart_html(chart, scale, _longest_s(report), f"c{number}-{place}", each.markers, each.held_back_s)
            figures.append(f"<div>{name}{drawn}</div>")
        rows.append(f'<div class="sessions">{"".join(figures)}</div>')
    held = any(each.held_back_s for each in report.sessions)
    hatched = " Hatched: the board throttled, or its supply was low." if held else ""
    key = (
        "Lines are means, bands reach from the smallest to the largest value of each stretch; warm-up is in them. "
        f"Numbered flags are the moments listed below.{hatched}"
    )
    zoom = "Drag to zoom, double click to go back; with the keyboard: arrows, + and −, 0."
    return f'<p class="key-text">{key} <span class="script-only">{zoom}</span></p>{"".join(rows)}'


def _rooflines(report: Report) -> list[str]:
    """Of each session, on the same axes."""
    told = [each.told.roofline for each in report.sessions]
    scales = axes_of(told)
    return [roofline_html(each, scales, f"roofline-{place}") for place, each in enumerate(told)]


def _moments(session: Session) -> str:
    """Those with a flag in the charts, and folded away the states of the runs."""
    flagged = shown(session.markers)
    others = [each for each in session.markers if each not in flagged]
    if not session.markers:
        return "<p>None were recorded.</p>"
    parts = [_list(session, flagged, flags=True)] if flagged else []
    if others:
        listed = _list(session, others, flags=False)
        parts.append(f"<details><summary>States of the runs, {len(others)}</summary>{listed}</details>")
    return "".join(parts)


def _list(session: Session, markers: Sequence[Marker], *, flags: bool) -> str:
    names = dict(enumerate(session.runs))
    rows = "".join(
        f"<tr><td>{number if flags else ''}</td><td>{moment(max(0.0, each.t_ns / 1e9), 0.1)}</td>"
        f"<td>{_text(each.kind)}</td><td>{_text('' if each.run is None else names.get(each.run, ''))}</td>"
        f"<td>{_text(each.title)}</td></tr>"
        for number, each in enumerate(markers[:MAX_LISTED], 1)
    )
    more = f"<p>… {len(markers) - MAX_LISTED} more</p>" if len(markers) > MAX_LISTED else ""
    head = "".join(f'<th scope="col">{name}</th>' for name in ("flag", "time", "kind", "run", "what"))
    table = f'<table class="moments"><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>'
    return f'<div class="wide" tabindex="0">{table}</div>{more}'


def _facts(groups: Sequence[Facts]) -> str:
    parts = []
    for title, facts in groups:
        rows = "".join(f"<dt>{_text(name)}</dt><dd>{_text(text)}</dd>" for name, text in facts)
        parts.append(f"<div><h4>{_text(title)}</h4><dl>{rows}</dl></div>")
    return f'<div class="facts">{"".join(parts)}</div>'


def _per_session(title: str, report: Report, bodies: Sequence[str]) -> Iterator[str]:
    parts = []
    for each, body in zip(report.sessions, bodies):
        name = f"<h3>{_text(each.told.name)}</h3>" if len(report.sessions) > 1 else ""
        parts.append(f"<div>{name}{body}</div>")
    yield f'<section><h2>{title}</h2><div class="sessions">{"".join(parts)}</div></section>'


def _values(report: Report) -> str:
    """What the script tells at the cursor: the seconds of the whole axis, and each chart's curves in page order."""
    charts = [
        [_curve_values(curve.t_s, curve.mean) for curve in chart.curves]
        for _, row in _rows_of_charts(report)
        for _, _, chart in row
    ]
    told: dict[str, Any] = {"seconds": _longest_s(report), "charts": charts}
    return json.dumps(told, separators=(",", ":"), allow_nan=False).replace("<", "\\u003c")


def _curve_values(t_s: Sequence[float], mean: Sequence[float]) -> list[list[float]]:
    return [[float(f"{value:.6g}") for value in values] for values in (t_s, mean)]
