"""Layouts: presets, hidden panels, what is remembered."""

import json

import pytest

from edgetop.screens.layouts import PANELS, PRESETS, Layout, following, hiding, moved, remember, remembered


@pytest.fixture(autouse=True)
def state(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    return tmp_path / "edgetop" / "layout.json"


def test_they_go_round_and_come_back_whole():
    layout, seen = Layout(hidden=frozenset({"log"})), []
    for _ in PRESETS:
        layout = following(layout)
        seen.append(layout.preset)
        assert layout.shown == PRESETS[layout.preset]
    assert sorted(seen) == sorted(PRESETS) and layout == Layout()


def test_the_last_panel_stays():
    layout = Layout("latency")
    layout = hiding(layout, "chart")
    assert layout.shown == {"figures"}
    assert hiding(layout, "figures") is None and hiding(layout, "chart") is None and hiding(layout, "") is None


def test_it_is_remembered(state):
    assert remembered() == Layout()
    remember(Layout("power", frozenset({"heat"})))
    assert remembered() == Layout("power", frozenset({"heat"}))


def test_a_panel_moves_past_the_shown_ones_of_its_column_alone():
    layout = Layout("power")  # of the column at the right it shows heat and power
    layout = moved(layout, "heat", 1)
    assert layout.order == ("chart", "figures", "cores", "power", "heat", "labels", "log")
    assert moved(layout, "heat", 1) is None and moved(layout, "cores", 1) is None and moved(layout, "", 1) is None
    assert moved(layout, "chart", -1) is None and moved(layout, "figures", 1) is None
    assert moved(moved(layout, "heat", -1), "figures", -1).order[:2] == ("figures", "chart")
    assert following(layout).order == layout.order
    remember(layout)
    assert remembered() == layout


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"preset": "x", "hidden": []}', '{"preset": "power", "hidden": 3}'])
def test_what_is_no_layout_is_the_overview(state, text):
    state.parent.mkdir()
    state.write_text(text)
    assert remembered() == Layout()


@pytest.mark.parametrize("order", [[], ["chart"], 7, ["log"] * 7])
def test_an_order_that_is_none_is_the_usual_one(state, order):
    state.parent.mkdir()
    state.write_text(json.dumps({"preset": "power", "hidden": [], "order": order}))
    assert remembered().order == PANELS


def test_one_that_hides_all_shows_all(state):
    remember(Layout("latency", frozenset(PANELS)))
    assert remembered() == Layout("latency")


def test_without_a_folder_to_write_nothing_happens(monkeypatch):
    monkeypatch.setenv("XDG_STATE_HOME", "/proc/nowhere")
    remember(Layout("power"))
    assert remembered() == Layout()


@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=["120x40", "80x24"])
async def test_the_screen_shows_the_panels_of_its_layout(make_host, make_snapshot, hello, size):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        host.live.hello(hello)
        host.live.show(make_snapshot(count=50))
        before = await host.rest(pilot)
        assert host.live.next_layout() == "latency"
        after = await host.rest(pilot)
        assert "Latency" in after and "Figures" in after and "Board" not in after and "Power" not in after
        assert len(after.splitlines()[1].rstrip()) == size[0]
        host.live.chart.focus()
        assert host.live.hide_focused()
        alone = await host.rest(pilot)
        assert (
            "1 Latency" not in alone
            and "2 Figures" in alone.splitlines()[1]
            and "╯" in alone.splitlines()[-2 - (size[1] < 34)]
        )
        assert remembered() == Layout("latency", frozenset({"chart"}))
        for _ in range(3):
            host.live.next_layout()
        host.live._draw_tables()
        assert (await host.rest(pilot)) == before


async def test_panels_are_moved_on_the_screen_and_stay_there(make_host, make_snapshot, hello):
    host, again = make_host(), make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.hello(hello)
        host.live.show(make_snapshot(count=50))
        await host.rest(pilot)
        host.live.query_one("#log").focus()
        await host.rest(pilot)
        assert all(host.live.move_focused(-1) for _ in range(4)) and not host.live.move_focused(-1)
        host.live.figures.focus()
        await host.rest(pilot)
        assert host.live.move_focused(-1)
        text = await host.rest(pilot)
        assert "2 Figures" in text.splitlines()[1] and "7 Log" in text.splitlines()[1]
    async with again.run_test(size=(120, 40)) as pilot:
        again.live.hello(hello)
        again.live.show(make_snapshot(count=50))
        again.live.figures.focus()
        assert (await again.rest(pilot)) == text
