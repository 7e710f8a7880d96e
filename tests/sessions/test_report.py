"""The page of a report: what it holds, how it is escaped, and its curves."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

from edgetop.samples import Batch, Event, Readings, Samples
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.report.axes import Axis, axis, moments
from edgetop.sessions.report.content import Chart, Curve, Report, Roof, Roofline, RoofPoint, Table, Told
from edgetop.sessions.report.curves import read
from edgetop.sessions.report.page import html

SECOND_NS = 1_000_000_000
VOID = {"meta", "link", "br"}
HOSTILE = "</script><script>alert(1)</script><img src=http://x.example onerror=alert(1)>&\"'\x1b[2J"


class Elements(HTMLParser):
    """All elements with their attributes; fails where the nesting is wrong."""

    def __init__(self, text):
        super().__init__()
        self.open, self.found, self.scripts = [], [], []
        self.feed(text)
        assert not self.open

    def handle_starttag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_startendtag(self, tag, attributes):
        self.found.append((tag, dict(attributes)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open[-1:] == ["script"]:
            self.scripts[-1] += data

    def of_class(self, name):
        return [attributes for _, attributes in self.found if name in attributes.get("class", "").split()]


@pytest.fixture
def session(sessions, tmp_path):
    """Twelve seconds of two runs, a meter that rises and throttling from second 4 to second 6."""
    k = np.arange(1200, dtype=np.int64)
    start = sessions.start_ns + k * 10_000_000
    power = Readings(start[::10], 2_000_000 + k[::10] * 1000)
    seconds = sessions.start_ns + np.arange(12) * SECOND_NS
    held = Readings(seconds, np.where((np.arange(12) >= 4) & (np.arange(12) < 6), 4, 0))
    about = sessions.describe()
    throttle = replace(about.channels[0], name="throttle.now", unit="", title="held back", scale=1.0, id=3)
    about = replace(about, channels=(*about.channels, throttle))
    samples = {0: Samples(start, 4_000_000 + k * 100, k * 0, k * 0), 1: Samples(start, 6_000_000 + k, k * 0, k * 0)}
    events = (Event(sessions.start_ns + 5 * SECOND_NS, "marker", {"text": HOSTILE}),)
    batch = Batch(sessions.start_ns + 12 * SECOND_NS, samples, {1: power, 3: held}, events)
    with SessionReader(sessions.write(tmp_path / "a.edgetop", [batch], about)) as reader:
        roofline = Roofline(
            (RoofPoint(HOSTILE, 0, "A", 1.0, 1.0, HOSTILE),), (Roof(HOSTILE, 2.0, 0.0, HOSTILE),), (HOSTILE,)
        )
        facts = ((HOSTILE, ((HOSTILE, HOSTILE),)),)
        yield read(reader, Told(HOSTILE, (HOSTILE,), (HOSTILE,), (HOSTILE,), facts, roofline))


def page_of(*sessions):
    figures = Table(HOSTILE, ((HOSTILE, "1.0"),), (("p50", (HOSTILE,)),))
    return html(Report(HOSTILE, HOSTILE, figures, (1,) * len(sessions), sessions))


def test_the_page_asks_for_nothing_and_runs_its_own_script_alone(session):
    page = page_of(session)
    elements = Elements(page)
    (policy,) = (a["content"] for _, a in elements.found if a.get("http-equiv") == "Content-Security-Policy")
    data, script = elements.scripts
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-{digest}'")
    assert not {"img", "link", "iframe", "object"} & {tag for tag, _ in elements.found}
    assert not any({"src", "href"} & set(a) or any(n.startswith("on") for n in a) for _, a in elements.found)
    assert json.loads(data)["seconds"] == pytest.approx(12)
    assert len(script.splitlines()) < 200 and "<" not in data


def test_text_of_a_session_is_text_whatever_it_holds(session):
    page = page_of(session, session)
    assert "\x1b" not in page and "<img" not in page and page.count("<script") == 2
    assert "&lt;img src=http://x.example" in page
    style = page[page.index("<style>") : page.index("</style>")]
    script = page[page.rindex("<script>") :]
    assert not re.search(r"https?:|//[a-z]|@import|url\(", style) and "http" not in script


def test_charts_have_a_line_and_a_band_a_run_in_dashes_of_their_own(session):
    elements = Elements(page_of(session))
    charts = [a["data-unit"] for a in elements.of_class("chart")]
    assert charts == ["ns", "W"]
    assert [a["class"] for a in elements.of_class("band")] == ["band s0", "band s1", "band s0"]
    (held,) = elements.of_class("held")[:1]
    assert (float(held["data-x"]) * 12, float(held["data-w"]) * 12) == pytest.approx((4, 2), abs=1e-3)
    flags = elements.of_class("flag")
    assert float(flags[0]["data-x"]) == pytest.approx(5 / 12, abs=1e-5) and len(flags) == 2


def test_curves_are_the_recorded_values(session):
    latency, power = session.charts
    first = latency.curves[0]
    assert first.name == session.runs[0]
    assert (min(first.low), max(first.high)) == (4_000_000, 4_000_000 + 1199 * 100)
    assert first.average == pytest.approx(4_000_000 + 59_950)
    assert power.curves[0].mean[0] == pytest.approx(2.0 + 0.045, abs=0.006)
    assert session.held_back_s == ((4.0, 6.0),)


def test_a_session_without_anything_is_a_page_too(sessions, tmp_path):
    path = sessions.write(tmp_path / "e.edgetop", [])
    with SessionReader(path) as reader:
        empty = read(reader, Told("empty", (), (), (), ()))
    page = html(Report("empty", "0", Table("", (), ()), (0,), (empty,)))
    assert "No inference was measured" in page and not Elements(page).of_class("chart")


def curve(low, high, t_s=(0.5,)):
    return Curve("a", 0, 1.0, t_s, (low,) * len(t_s), (high,) * len(t_s), (high,) * len(t_s), high)


def test_a_scale_is_shared_and_logarithmic_where_runs_are_far_apart():
    near = axis([Chart("Latency", "ns", (curve(4e6, 5e6),)), Chart("Latency", "ns", (curve(8e6, 9e6),))])
    assert not near.log and near.low == 0 and near.high > 9e6
    far = axis([Chart("Latency", "ns", (curve(4e6, 9e8),))])
    assert far.log and far.place(4e6) < 0.1 < 0.9 < far.place(9e8) < 1
    assert [text for _, text in far.ticks()] == ["5 ms", "10 ms", "20 ms", "50 ms", "100 ms", "200 ms", "500 ms"]


def test_ticks_are_round_in_their_own_unit():
    assert [text for _, text in Axis(0, 150 * 2**20, False, "B").ticks()] == ["0", "50 MiB", "100 MiB", "150 MiB"]
    assert [text for _, text in Axis(38, 61, False, "°C").ticks()] == ["40 °C", "50 °C", "60 °C"]
    assert [text for _, text in moments(70)] == ["0:00", "0:10", "0:20", "0:30", "0:40", "0:50", "1:00", "1:10"]
    for value in (0.0, 1e-9, 1e18):
        scale = axis([Chart("Power", "W", (curve(value, value),))])
        assert 0 <= scale.place(value) <= 1 and scale.ticks()


def test_a_line_goes_on_over_others_turns_and_no_further():
    from edgetop.sessions.report.drawing import chart_html

    whole = Chart("Latency", "ns", (curve(1e6, 2e6, (0.5, 1.5, 9.5, 60.5, 61.5, 90.5)),))
    drawn = chart_html(whole, axis([whole]), 100.0, "c", (), ())
    line = re.search(r'class="line s0" d="([^"]*)"', drawn).group(1)
    assert line.count("M") == 3 and line.count("L") == 4


def test_as_many_runs_as_a_session_has_look_unlike(session):
    style = page_of(session)
    dashes = re.findall(r"\.s(\d)\.line \{ stroke: var\(--s\d\);(?: stroke-dasharray: ([\d. ]+);)?", style)
    assert len({pattern for _, pattern in dashes}) >= 6


def test_a_roof_without_a_slope_is_level_and_runs_without_a_roof_stand_alone():
    from edgetop.sessions.report.roofline import axes_of, roofline_html

    point = RoofPoint("one", 0, "A", 8.0, 4.0, "50 %")
    level = Roofline((point,), (Roof("fp32", 8.0, 0.0, "a product"),))
    (line,) = re.findall(
        r'class="roof" d="M(\S+) (\S+)L(\S+) (\S+)"/></svg><', roofline_html(level, axes_of([level]), "r")
    )[:1]
    assert line[1] == line[3] and line[0] == "0" and line[2] == "10000"
    alone = Roofline((point,), (), ("no roof: not measured",))
    drawn = roofline_html(alone, axes_of([alone]), "r")
    assert "no roof: not measured" in drawn and 'class="roof"' not in drawn and 'class="point p0"' in drawn
    assert "counted" in roofline_html(Roofline(), axes_of([Roofline()]), "r")
