"""The live screen as a user sees it: values, reasons, layouts, fallbacks; and what it must not do."""

import sys
from dataclasses import replace

import pytest

from edgetop.protocol import Hello, LogLines, Recording, Snapshot
from edgetop.readings import Missing
from edgetop.screens.live import LEAST_CHART
from edgetop.units import duration, power
from edgetop.widgets.plot import GUTTER
from edgetop.widgets.timeline import Timeline

SIZES = [(1, 1), (2, 2), (5, 3), (20, 5), (59, 40), (60, 15), (60, 16), (61, 17), (79, 23), (80, 24), (99, 33)]
SIZES += [(100, 34), (120, 20), (120, 40), (200, 24), (70, 60), (300, 100)]


def repainted_cells(screen):
    """The cells that wait for being sent."""
    shown = [widget for widget in screen.query("*") if widget.is_on_screen]
    return sum(region.area for widget in shown for region in widget._repaint_regions)


async def shown(host, pilot):
    """The screen's text, once styles, layout and painting have come to rest: three pauses without a change."""
    text, same = "", 0
    while same < 3:
        await pilot.pause()
        before, text = text, "\n".join(host.text())
        same = same + 1 if text == before else 0
    for widget in host.live.query("*"):
        widget._exchange_repaint_regions()  # a full paint leaves them behind
    return text


@pytest.mark.parametrize("size", SIZES)
async def test_any_size_is_drawn_with_lines_of_exactly_that_width(size, make_host, make_snapshot, hello):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        host.live.hello(hello)
        host.live.show(make_snapshot())
        text = await shown(host, pilot)
        assert [strip.cell_length for strip in host.screen._compositor.render_strips()] == [size[0]] * size[1]
        assert "LiteRT"[: size[0] - 4] in text or size[0] < 20


async def test_a_storm_of_sizes_leaves_what_a_fresh_screen_would_show(make_host, make_snapshot):
    host, fresh = make_host(), make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(count=100))
        for step, size in enumerate(SIZES):
            await pilot.resize_terminal(*size)
            host.live.show(make_snapshot(first=100 + step, count=1))
            await pilot.pause()
        await pilot.resize_terminal(120, 40)
        text = await shown(host, pilot)
    async with fresh.run_test(size=(120, 40)) as pilot:
        whole = make_snapshot(count=100 + len(SIZES))
        fresh.live.show(replace(whole, reset=False))
        assert text == await shown(fresh, pilot)


async def test_everything_is_on_a_full_screen(make_host, make_snapshot, hello, log):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.hello(hello)
        host.live.show_log(log)
        host.live.show(make_snapshot())
        text = await shown(host, pilot)
    for part in (
        *("1 Latency", "2 Figures", "3 Board", "4 Heat and clock", "5 Power", "6 Outputs", "7 Log"),
        *("5.00 ms", "18.0 ms", "200/s", "190 %", "73.0 MiB", "3.61 W", "5.10 V", "707 mA", "reference"),
        *("117 J", "32.5 mWh", "watts: whole board by INA219 at 0x40 on bus 1", "55.6/J", "governor ondemand"),
        *("none now", "cpu  12 %", "1.50 GHz", "gpu-thermal 60.2 °C"),
        *("tabby", "0.621", "outputs agree to 3e-07", "XNNPACK", "61.8 °C", "Raspberry Pi 4", "INA219 at 0x40"),
        *("● REC", "254 KiB", "efficientnet.edgetop", "▶ running 0:32", "engine 1.4 %", "97 %"),
    ):
        assert part in text, part


async def test_small_screens_keep_the_chart_and_the_figures(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        host.live.show(make_snapshot())
        text = await shown(host, pilot)
        assert all(
            part in text for part in ("Latency", "p99", "energy", "power 3.61 W whole board", "CPU  51 %", "tabby 0.62")
        )
        await pilot.resize_terminal(60, 16)
        text = await shown(host, pilot)
        assert all(part in text for part in ("Latency", "p50", "p90", "p99", "rate"))


async def test_a_terminal_too_small_says_what_it_needs_and_still_shows_the_medians(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(50, 10)) as pilot:
        host.live.show(make_snapshot())
        text = await shown(host, pilot)
    assert "needs 60x16; this is 50x10" in text
    assert "A LiteRT p50 5.00 ms" in text
    assert "Latency" not in text


@pytest.mark.parametrize("size", [(120, 40), (80, 24)])
async def test_a_missing_meter_is_a_dash_with_its_reason(size, make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        host.live.show(make_snapshot(power=False))
        text = await shown(host, pilot)
    assert "no /dev/i2c-1" in text
    assert "enable I2C with raspi-config" in text
    assert " 0 W" not in text


def limited(column):
    return 5 if 40 <= column < 70 else 0


@pytest.mark.parametrize(("size", "marks"), [((120, 40), 2), ((80, 24), 1)])
async def test_what_limited_the_board_is_marked_below_every_plot(size, marks, make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        host.live.show(make_snapshot(figures={0: {"throttled": 31}}, limits=limited))
        text = await shown(host, pilot)
    assert text.count(" limits ") >= marks and text.count("UTUTUT") + text.count("TUTUTU") >= 1
    assert text.count("U under-voltage  T throttled ─╯") == marks
    assert "inferences while throttled: A 31 of 4400" in text
    assert ("none now" in text) == (marks == 2)


async def test_a_limit_that_holds_now_is_in_the_brief_line(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        host.live.show(make_snapshot(limits=lambda column: 4))
        assert "T throttled  ·  power 3.61 W" in (await shown(host, pilot)).splitlines()[-2]


async def test_the_energy_phase_is_a_state_of_each_run(make_host, make_snapshot):
    figures = {
        0: {"status": "idling"},
        1: {"status": "energy", "message": "window 2 of 5"},
        2: {"status": "cooling", "message": "until the board is within 2 °C of its start"},
    }
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(figures=figures))
        text = await shown(host, pilot)
    assert "· idling" in text and "▶ energy" in text and "… cooling" in text
    assert "B energy: window 2 of 5" in text
    assert "C cooling: until the board is within 2 °C of its start" in text


async def test_a_failed_run_says_why_beside_the_others(make_host, make_snapshot):
    failed = {"status": "failed", "message": "the worker was killed by signal 9", "hint": "Try int8"}
    failed |= {"p50_ns": Missing("the run failed")}
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        host.live.show(make_snapshot(figures={2: failed}))
        text = await shown(host, pilot)
    assert "✗ failed" in text
    assert "C the worker was killed by signal 9. Try int8" in text
    assert "5.00 ms" in text


async def test_six_runs_fit_eighty_columns(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        host.live.show(make_snapshot(runs=6))
        text = await shown(host, pilot)
    assert all(f"{letter} " in text for letter in "ABCDEF")
    assert "190 %" in text
    assert "195 %" in text


async def test_six_runs_have_their_probabilities_side_by_side(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(runs=6))
        text = await shown(host, pilot)
    assert "Egyptian cat" in text
    assert " 0.62" * 6 in text


async def test_only_ascii_is_drawn_where_only_ascii_can_be(make_host, make_snapshot, hello, log):
    host = make_host(ascii=True)
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.hello(hello)
        host.live.show_log(LogLines(0, ("épée",)))
        host.live.show(make_snapshot())
        await shown(host, pilot)
        drawn = [strip.text for panel in host.live.query(".panel") for strip in panel._strips]
        drawn += [strip.text for strip in host.live.status._strips]
    assert all(line.isascii() for line in drawn)
    assert any("aaa" in line for line in drawn)
    assert any("+-" in line for line in drawn)


async def test_without_colours_all_is_grey_and_every_segment_still_has_a_style(make_host, make_snapshot, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot())
        await shown(host, pilot)
        segments = [segment for panel in host.live.query(".panel") for strip in panel._strips for segment in strip]
    assert segments
    colours = {segment.style.color.triplet for segment in segments}
    assert all(red == green == blue for red, green, blue in colours)


async def test_the_same_snapshot_again_sends_nothing(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        snapshot = make_snapshot()
        host.live.show(snapshot)
        await shown(host, pilot)
        host.live._tables_s = 0.0
        again = replace(snapshot, reset=False, columns=replace(snapshot.columns, first=130, series={}))
        host.live.show(again)
        assert repainted_cells(host.live) == 0


async def test_a_tick_repaints_few_cells(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(count=130))
        await shown(host, pilot)
        host.live.show(make_snapshot(first=130, count=1))
        assert 0 < repainted_cells(host.live) < 12


async def test_bit_by_bit_it_shows_what_it_would_show_at_once(make_host, make_snapshot):
    gradual, at_once = make_host(), make_host()
    async with gradual.run_test(size=(120, 40)) as pilot:
        for column in range(120):
            gradual.live.show(make_snapshot(first=column, count=1, state="paused"))
            if column % 10 == 0:
                await pilot.pause()
        text = await shown(gradual, pilot)
    async with at_once.run_test(size=(120, 40)) as pilot:
        at_once.live.show(make_snapshot(count=120, state="paused"))
        assert text == await shown(at_once, pilot)


async def test_a_reset_forgets_the_earlier_columns(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(count=400))
        host.live.show(make_snapshot(count=8))
        text = await shown(host, pilot)
    assert "0:00" in text
    assert "1:" not in "".join(line[:72] for line in text.splitlines()[1:20])


async def test_numbers_that_waited_are_drawn_when_no_snapshot_follows(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        first = make_snapshot()
        host.live.show(first)
        host.live.show(make_snapshot(first=130, count=1, turn=first.turn, figures={0: {"p50_ns": 7.77e6}}))
        assert host.live._late is not None
        host.live._draw_tables()
        assert "7.77 ms" in await shown(host, pilot)
        assert host.live._late is None


async def test_a_change_of_state_is_drawn_at_once(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot())
        host.live.show(make_snapshot(first=130, count=1, state="ended", figures={0: {"p50_ns": 7.77e6}}))
        text = await shown(host, pilot)
    assert "7.77 ms" in text
    assert "■ ended" in text


async def test_before_it_is_mounted_it_can_be_told_everything(make_host, make_snapshot, hello, log):
    host = make_host()
    host.live.hello(hello)
    host.live.show_log(log)
    async with host.run_test(size=(120, 40)) as pilot:
        text = await shown(host, pilot)
        assert "Raspberry Pi 4" in text
        assert "XNNPACK" in text
        assert "no runs yet" in text


async def test_a_replay_has_a_timeline_that_seeks_where_it_is_clicked(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot())
        assert not host.live.query_one(Timeline).display or host.live.query_one(Timeline).region.height == 0
        host.live.hello(Hello("0.1.0", True, False))
        host.live.show(make_snapshot(duration_ns=100_000_000_000, speed=2.0))
        text = await shown(host, pilot)
        assert "1:40.0" in text
        assert "×2" in text
        bar = host.live.timeline._bar
        for x in (bar[0], bar[len(bar) // 2], bar[-1], 0):
            await pilot.click(Timeline, offset=(x, 0))
        await pilot.pause()
    start, middle, end = host.sought
    assert (start, end) == (0, 100_000_000_000)
    assert middle == pytest.approx(50e9, rel=0.02)


async def test_panels_can_be_enlarged_even_those_without_room(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        host.live.show(make_snapshot())
        await pilot.pause()
        for panel in host.live.query(".panel"):
            host.live.maximize(panel)
            assert panel.title in await shown(host, pilot)
            assert panel.size.height >= 20
            host.live.minimize()


async def test_a_theme_recolours_the_lines(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot())
        await pilot.pause()
        before = host.live.chart.ink("series-1")
        host.theme = "edgetop-light"
        await pilot.pause()
        await pilot.pause()
        assert host.live.chart.ink("series-1") != before
        used = {segment.style for strip in host.live.chart._strips for segment in strip}
        assert before not in used


async def test_it_tells_its_own_cost(make_host, make_snapshot, monkeypatch):
    monkeypatch.setattr("edgetop.widgets.statusbar.COST_PERIOD_NS", 0)
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.terminal_bytes = 4096
        host.live.show(make_snapshot())
        text = await shown(host, pilot)
    first = text.splitlines()[0]
    assert "engine 1.4 % · screen " in first
    assert first.rstrip().endswith("/s")


async def test_without_labels_it_says_why(make_host, make_snapshot):
    seeded = {n: {"labels": (), "weights": "seeded: speed only"} for n in range(3)}
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(figures=seeded))
        text = await shown(host, pilot)
    assert "no labels: the weights are seeded" in text
    assert "outputs agree to 3e-07" in text


async def test_nothing_at_all_is_drawn_without_complaint(make_host):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(Snapshot(0, "preparing"))
        text = await shown(host, pilot)
    assert "preparing" in text
    assert "no power meter" in text


WINDOWS = {
    "energy_note": "5 windows of 10.0 s",
    "energy_j": 0.0180,
    "energy_u95_j": 0.00027,
    "energy_net_j": 0.0072,
    "energy_net_u95_j": 0.0002,
}


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the snapshot plug-in needs Python 3.10")
@pytest.mark.parametrize("panel", ["", "heat", "power"], ids=["all", "heat", "power"])
def test_energy_and_limits_look_as_they_did(panel, request, make_host, make_snapshot, hello):
    compare = request.getfixturevalue("snap_compare")
    host = make_host()

    async def before(pilot):
        host.live.hello(hello)
        host.live.show(make_snapshot(figures={0: WINDOWS}, limits=limited, idle_w=2.41, idle_cold_w=2.12))
        if panel:
            host.live.maximize(host.live.query_one(f"#{panel}"))
        await shown(host, pilot)

    assert compare(host, run_before=before, terminal_size=(80, 24) if panel else (120, 40))


@pytest.mark.skipif(sys.version_info < (3, 10), reason="the snapshot plug-in needs Python 3.10")
@pytest.mark.parametrize("size", [(120, 40), (80, 24), (60, 16)], ids="{0[0]}x{0[1]}".format)
def test_it_looks_as_it_did(size, request, make_host, make_snapshot, hello, log):
    compare = request.getfixturevalue("snap_compare")
    host = make_host()

    async def before(pilot):
        host.live.hello(hello)
        host.live.show_log(log)
        host.live.show(make_snapshot())
        await shown(host, pilot)

    assert compare(host, run_before=before, terminal_size=size)


async def test_a_held_view_stands_still_until_it_goes_on(make_host, make_snapshot, hello):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.hello(hello)
        host.live.show(make_snapshot(count=100))
        await host.rest(pilot)
        host.live.hold()
        before = await host.rest(pilot)
        assert "view held" in before and "held at 0:25, v goes on" in before
        host.live.show(make_snapshot(first=100, count=40))
        after = await host.rest(pilot)
        assert after.splitlines()[1:] == before.splitlines()[1:]
        host.live.scroll_charts(-40)
        assert "held at 0:15, v goes on" in await host.rest(pilot)
        host.live.scroll_charts(1000)
        assert "view held" not in await host.rest(pilot)


async def test_zoomed_out_it_draws_what_comes_as_a_fresh_screen_would(make_host, make_snapshot, hello):
    texts = []
    for parts in ((0, 100, 140), (0, 140)):
        host = make_host()
        async with host.run_test(size=(120, 40)) as pilot:
            host.live.zoom_charts(2)
            for first, end in zip(parts, parts[1:]):
                host.live.show(make_snapshot(first=first, count=end - first))
            host.live._draw_tables()
            texts.append((await host.rest(pilot)).splitlines()[:20])
    assert texts[0] == texts[1]


async def test_runs_are_sorted_and_filtered_and_keep_their_letters(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(figures={0: {"p50_ns": 40e6}, 1: {"p50_ns": 18e6}, 2: {"p50_ns": 31e6}}))
        before = await shown(host, pilot)
        assert host.live.sort_runs() == "p50"
        text = await shown(host, pilot)
        heads = [line for line in text.splitlines() if "LiteRT" in line and "Caffe" in line]
        assert len(heads) == 2 and all(h.index("B PyTorch") < h.index("C Caffe") < h.index("A LiteRT") for h in heads)
        assert "• best  by p50" in text
        p50 = next(line for line in text.splitlines() if "p50" in line and "40.0 ms" in line)
        assert p50.index("18.0 ms") < p50.index("31.0 ms") < p50.index("40.0 ms")
        host.live.filter_runs("caffe")
        text = await shown(host, pilot)
        assert "C Caffe" in text and "LiteRT  " not in text and "B PyTorch" not in text
        assert "31.0 ms" in text and "40.0 ms" not in text
        host.live.filter_runs("none of them")
        assert "no run has “none of them” in its name" in await shown(host, pilot)
        host.live.filter_runs("")
        while host.live.sort_runs():
            pass
        assert await shown(host, pilot) == before


LONG = "/home/pi/.local/share/edgetop/sessions/2026-11-24-1845-efficientnet_lite0-litert-torch-caffe.edgetop"


@pytest.mark.parametrize(
    ("width", "told"),
    [
        (220, LONG),
        (160, "2026-11-24-1845-efficientnet_lite0-litert-torch-caffe.edgetop"),
        (120, "2026-11-24-1845-effi"),
    ],
)
async def test_a_recordings_name_keeps_its_beginning(width, told, make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(width, 30)) as pilot:
        host.live.show(make_snapshot(recording=Recording(LONG, 260_000, 10**10)))
        first = (await shown(host, pilot)).splitlines()[0]
    assert f"  {told}" in first
    assert width == 220 or "/" not in first


async def test_notes_have_the_room_they_need_on_a_tall_screen(make_host, make_snapshot):
    host = make_host()
    reason = Missing("needs 459 inferences, has 300")
    figures = {n: {"p99_ns": reason, "contended": 40, "outliers": 9} for n in range(3)}
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(make_snapshot(figures=figures, power=False))
        text = await shown(host, pilot)
        assert "p99 – needs 459 inferences" in text and "enable I2C" in text and " …" not in text.split("2 Figures")[1]
        assert host.live.chart.size.height >= LEAST_CHART
        tall = host.live.figures.size.height
        host.live.show(make_snapshot(first=130, count=1))
        await shown(host, pilot)
        assert host.live.figures.size.height == tall  # what it took it keeps
        await pilot.resize_terminal(80, 24)
        await shown(host, pilot)
        assert host.live.figures.size.height == 12


async def test_the_pointer_reads_the_charts(make_host, make_snapshot):
    host = make_host()
    snapshot = make_snapshot(count=60)
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(snapshot)
        before = await shown(host, pilot)
        await pilot.hover("#chart", offset=(2 + GUTTER + 10, 6))
        text = await shown(host, pilot)
        place = 21  # the second column of the eleventh cell
        values = [snapshot.columns.series[f"latency.{run}"] for run in range(3)]
        read = [next(point[1] for point in reversed(points[: place + 1]) if point) for points in values]
        legend = text.splitlines()[2]
        assert "at 0:05.2" in text.splitlines()[1]
        assert all(duration(value) in legend for value in read)
        await pilot.hover("#power", offset=(2 + GUTTER + 10, 5))
        text = await shown(host, pilot)
        watts = power(snapshot.columns.series["power.board.w"][place][1])
        assert f"{watts} at 0:05.2" in text and "mean, band from least" in text
        await pilot.hover("#log")
        assert await shown(host, pilot) == before
        assert repainted_cells(host.live) == 0
