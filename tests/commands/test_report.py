"""``edgetop report`` from the command line, and its page in a browser."""

import contextlib
import html
import math
import os
import re
import sqlite3
from pathlib import Path

import pytest
from devtools import CHROMIUM, Browser

from edgetop import units
from edgetop.cli import main
from edgetop.sessions.reader import SessionReader
from edgetop.sessions.report.content import Report, Roof, Roofline, RoofPoint, Table, Told
from edgetop.sessions.report.curves import read
from edgetop.sessions.report.page import html as page_text

GOLDEN = Path(__file__).parent.parent / "sessions" / "golden" / "1.0.edgetop"


def test_figures_are_the_digits_of_the_terminals_table(edgetop, tmp_path):
    table = edgetop("replay", GOLDEN, "--headless").stdout
    done = edgetop("report", GOLDEN, "-o", tmp_path / "r.html")
    assert done.returncode == 0 and "report in" in done.stderr, done.stderr
    page = (tmp_path / "r.html").read_text()
    figures = page[page.index('<table class="figures">') : page.index("<h2>Over time")]
    rows = [
        [html.unescape(re.sub("<[^>]*>", "", cell)) for cell in re.findall(r"<t[hd][ >].*?</t[hd]>", row)]
        for row in re.findall(r"<tr>(.*?)</tr>", figures)
    ]
    told = [[cell.strip() for cell in line.strip("│").split("│")] for line in table.splitlines() if line[:1] == "│"]
    assert [row for row in rows if row[0] == "p50"] == [row for row in told if row[0] == "p50"]
    assert {tuple(row) for row in rows if row[0]} == {tuple(row) for row in told if row[0]}


def test_several_sessions_stand_side_by_side(edgetop, tmp_path):
    other = tmp_path / "other.edgetop"
    other.write_bytes(GOLDEN.read_bytes())
    done = edgetop("report", GOLDEN, other, "-o", "-")
    assert done.returncode == 0 and done.stdout.count('scope="colgroup"') == 2
    assert "its cost is not in the recording" in done.stdout
    assert ">other</th>" in done.stdout and ">1.0</th>" in done.stdout


def test_what_cannot_be_is_refused(edgetop, refused, tmp_path):
    assert "6 sessions" in refused(edgetop("report", *[GOLDEN] * 7, "-o", "r.html"))
    (tmp_path / "r.html").write_text("mine")
    assert "--force" in refused(edgetop("report", GOLDEN, "-o", "r.html"))
    refused(edgetop("report", "gone.edgetop", "-o", "new.html"))
    assert os.listdir(tmp_path) == ["r.html"]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM channel WHERE kind = 'latency'",
        "UPDATE channel SET scale = 9e17, unit = '</style><b>'",
        "UPDATE stat SET n = 0, sum = 9223372036854775807",
        "UPDATE stat SET min = -9223372036854775808, max = 9223372036854775807",
        "UPDATE meta SET value = 9223372036854775807 WHERE key IN ('t0_unix_ns', 'duration_ns')",
        "UPDATE event SET t_ns = 4611686018427387904",
    ],
)
def test_a_forged_session_is_a_page_or_refused(tmp_path, change, capsys):
    forged = tmp_path / "f.edgetop"
    forged.write_bytes(GOLDEN.read_bytes())
    with contextlib.closing(sqlite3.connect(forged)) as db, db:
        db.execute(change)
    code = main(["report", str(forged), "-o", str(tmp_path / "r.html")])
    written = tmp_path / "r.html"
    assert code == 2 if not written.exists() else (code == 0 and "</style><b>" not in written.read_text())


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed here")
    try:
        opened = Browser(tmp_path_factory.mktemp("profile"))
    except (AssertionError, OSError) as error:
        pytest.skip(f"Chromium does not start here: {error}")
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def url(tmp_path_factory):
    """Of a report of the golden session."""
    path = tmp_path_factory.mktemp("report") / "r.html"
    assert main(["report", str(GOLDEN), "-o", str(path)]) == 0
    return f"file://{path}"


@pytest.fixture
def page(browser, url):
    """The same, opened anew."""
    browser.open("about:blank")
    browser.open(url)
    return url


BOXES = "[...document.querySelectorAll('.plot > svg')].map(e => e.getAttribute('viewBox')).join('|')"

PLOT = """(() => {
    const plot = document.querySelector(".plot");
    plot.scrollIntoView();
    const box = plot.getBoundingClientRect();
    return [box.left, box.top, box.width];
})()"""


def wide(browser):
    """From where to where the charts reach, in shares of the whole; the same in all of them."""
    (box,) = set(browser.evaluate(BOXES).split("|"))
    left, _, width, _ = map(float, box.split())
    return left / 10_000, (left + width) / 10_000


def test_a_browser_shows_charts_and_asks_for_nothing(browser, page):
    assert browser.evaluate("document.querySelectorAll('.chart path.line').length") >= 3
    requests = [e["params"]["request"]["url"] for e in browser.events if e["method"] == "Network.requestWillBeSent"]
    assert requests == [page]
    said = [e for e in browser.events if e["method"] in ("Log.entryAdded", "Runtime.exceptionThrown")]
    assert said == []
    assert browser.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_policy_holds_other_scripts_and_pictures_off(browser, page):
    browser.evaluate(
        "window.done = 0; const s = document.createElement('script'); s.textContent = 'window.done = 1';"
        "document.body.append(s); const i = document.createElement('img'); i.src = 'http://192.0.2.1/';"
        "document.body.append(i)"
    )
    assert browser.evaluate("window.done") == 0
    assert browser.evaluate("new Promise(r => setTimeout(() => r(document.images[0].naturalWidth), 50))") == 0
    assert any("Content Security Policy" in str(e["params"]) for e in browser.events if e["method"] == "Log.entryAdded")


def test_a_drag_zooms_all_charts_and_a_double_click_goes_back(browser, page):
    assert wide(browser) == (0, 1)
    left, top, width = browser.evaluate(PLOT)
    at = top + 30
    browser.mouse("mouseMoved", left + width / 4, at)
    browser.mouse("mousePressed", left + width / 4, at)
    browser.mouse("mouseMoved", left + width / 2, at)
    browser.mouse("mouseReleased", left + width / 2, at)
    assert wide(browser) == pytest.approx((0.25, 0.5), abs=0.01)
    for clicks in (1, 2):
        browser.mouse("mousePressed", left + 50, at, clicks)
        browser.mouse("mouseReleased", left + 50, at, clicks)
    assert wide(browser) == (0, 1)


def told_at(t_s):
    """What the nearest stretch of each curve is on average, as edgetop writes it."""
    with SessionReader(str(GOLDEN)) as reader:
        charts = read(reader, Told("", (), (), (), ())).charts
    near = [
        (chart.unit, curve, min(curve.t_s, key=lambda t: abs(t - t_s))) for chart in charts for curve in chart.curves
    ]
    return [units.quantity(curve.mean[curve.t_s.index(t)], unit) for unit, curve, t in near]


def test_a_cursor_tells_the_values_in_all_charts(browser, page):
    left, top, width = browser.evaluate(PLOT)
    browser.mouse("mouseMoved", left + width / 4, top + 30)
    cursors = browser.evaluate(
        "[...document.querySelectorAll('.cursor')].filter(e => !e.hidden).map(e => e.dataset.time).join()"
    )
    assert set(cursors.split(",")) == {"0:01.5"} and cursors.count(",") >= 1
    cells = browser.evaluate("[...document.querySelectorAll('td.here')].map(e => e.textContent)")
    assert cells == told_at(1.5) and any(cell.endswith(" ms") for cell in cells) and cells[-1].endswith(" W")


def test_a_stretch_named_in_the_address_is_where_it_begins(browser, page):
    browser.open("about:blank")
    browser.open(page + "#0-1")
    found = browser.evaluate("[...document.querySelectorAll('.x span')].map(e => e.textContent)")
    assert wide(browser)[1] == pytest.approx(1 / 6, abs=0.01) and found[0] == "0:00.0"


def test_keys_do_what_the_mouse_does(browser, page):
    press = "document.querySelector('.plot').dispatchEvent(new KeyboardEvent('keydown', {key: '%s'}))"
    browser.evaluate(press % "+")
    assert wide(browser) == pytest.approx((0.25, 0.75))
    browser.evaluate(press % "0")
    assert wide(browser) == (0, 1)


@pytest.fixture
def roofline(browser, tmp_path):
    """A page with two runs below one roof, the second on its slope."""
    points = (RoofPoint("first", 0, "A", 40.0, 30.0, "60 %"), RoofPoint("second", 1, "B", 1.0, 5.0, "50 %"))
    told = Roofline(points, (Roof("fp32 ×1", 50.0, 10.0, "a product"),), ("something to know",))
    with SessionReader(str(GOLDEN)) as reader:
        session = read(reader, Told("s", (), (), (), (), told))
    path = tmp_path / "r.html"
    path.write_text(page_text(Report("r", "0", Table("", (), ()), (0,), (session,))))
    browser.open(f"file://{path}")
    return browser


def test_runs_stand_below_the_roof_by_as_much_as_their_figures_do(roofline):
    drawn = """(() => {
        const [roof, field] = [".field .roof", ".field"].map(e => document.querySelector(e));
        const box = field.getBoundingClientRect(), line = roof.getBoundingClientRect();
        const points = [...field.querySelectorAll(".point")].map(e => {
            const b = e.getBoundingClientRect();
            return [(b.left + b.right) / 2, (b.top + b.bottom) / 2];
        });
        return [box.height, line.top, line.bottom, ...points.flat(), getComputedStyle(roof).stroke];
    })()"""
    height, level, foot, x_first, y_first, x_second, y_second, ink = roofline.evaluate(drawn)
    per_decade = (y_second - y_first) / math.log10(30 / 5)
    assert y_first - level == pytest.approx(per_decade * math.log10(50 / 30), abs=1.5)
    assert level < y_first < foot < y_second and x_second < x_first and height > 200
    roofline.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    assert roofline.evaluate(drawn)[-1] != ink
    roofline.call("Emulation.setEmulatedMedia", media="print", features=[])
    assert roofline.evaluate("document.querySelector('.field').getBoundingClientRect().height") > 150
    roofline.call("Emulation.setEmulatedMedia", media="", features=[])
    words = roofline.evaluate("document.querySelector('.roofline').textContent")
    assert "60 %" in words and "a product" in words and "10.0 GB/s" in words and "something to know" in words
