"""The operators panel as a user sees it: one run's table, all side by side, why there is none, every size."""

import sys

import pytest

from edgetop.protocol import Operators
from edgetop.widgets.operators import OperatorsPanel

LAYERS = ("stem", "block0_depthwise", "block0_project", "block1_expand", "head", "classifier")
KINDS = ("Conv", "DepthwiseConv", "Conv", "Conv", "Conv", "Gemm")


def operators(run, scale=1.0, names=LAYERS, starts=True):
    times = [scale * ns for ns in (0.9e6, 0.4e6, 0.3e6, 1.2e6, 0.7e6, 0.2e6)]
    rows = tuple(
        (name, kind, ns, 1, sum(times[:n]) + 1e5 if starts else None)
        for n, (name, kind, ns) in enumerate(zip(names, KINDS, times))
    )
    whole = sum(times) * 1.05
    return Operators(run, rows, 20, plain_p50_ns=whole * 0.97, p50_ns=whole, mean_ns=whole)


TOLD = (operators(0), operators(1, 3.0, starts=False), Operators(2, missing="it times none", hint="Choose another"))


@pytest.fixture
def open_panel(make_host, make_snapshot, hello):
    """Opens the panel of a host with these operators."""

    async def open_it(pilot, host, told=TOLD, **snapshot):
        host.live.hello(hello)
        host.live.show(make_snapshot(**snapshot))
        for one in told:
            host.live.show_operators(one)
        await host.live.open_operators()
        return await host.rest(pilot)

    return open_it


async def test_a_runs_operators_with_cost_and_coverage(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        text = await open_panel(pilot, host)
    assert "20 inferences · p50 3.88 ms, 3.77 ms without · coverage 95 %" in text
    rows = [line for line in text.splitlines() if any(f" {name} " in line for name in LAYERS)]
    assert [row.split()[1] for row in rows[:2]] == ["block1_expand", "stem"]
    assert "1.20 ms" in rows[0] and "32.4 %" in rows[0]
    assert "56.8 %" in rows[1]
    assert "█ Conv 84 %" in text


async def test_keys_go_through_the_runs_and_sort(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(100, 30)) as pilot:
        await open_panel(pilot, host)
        await pilot.press("s")
        text = await host.rest(pilot)
        assert text.index(" stem ") < text.index("block0_depthwise") and "s by order" in text
        await pilot.press("right")
        assert "‹PyTorch›" in await host.rest(pilot)
        await pilot.press("tab")
        assert "it times none: Choose another" in await host.rest(pilot)
        await pilot.press("tab")
        text = await host.rest(pilot)
        assert "‹side by side›" in text
        (stem,) = [line for line in text.splitlines() if " stem " in line]
        assert "900 us •" in stem and "2.70 ms" in stem
        await pilot.press("shift+tab", "left")
        assert "‹PyTorch›" in await host.rest(pilot)


async def test_operators_are_filtered_by_name_and_type(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(100, 30)) as pilot:
        before = await open_panel(pilot, host)
        host.live.operators.filter("CONV block0")
        text = await host.rest(pilot)
        assert "block0_depthwise" in text and "block0_project" in text and " stem " not in text
        assert "/ only CONV block0" in text and "10.8 %" in text  # of all operators, as without the filter
        await pilot.press("left")
        text = await host.rest(pilot)
        assert "‹side by side›" in text and "no operator has “CONV block0”" in text  # names alone stand there
        await pilot.press("right")
        host.live.operators.filter("")
        assert await host.rest(pilot) == before


async def test_names_with_nothing_in_common_are_not_joined_but_their_types_shown(make_host, open_panel):
    host = make_host()
    other = operators(1, 2.0, names=[f"x{n}" for n in range(6)])
    async with host.run_test(size=(100, 30)) as pilot:
        await open_panel(pilot, host, (operators(0), other), runs=2)
        await pilot.press("left")
        text = await host.rest(pilot)
    assert "LiteRT, PyTorch: other names of operators" in text
    assert text.count("83.8 % Conv") == 2


async def test_while_they_are_timed_it_says_whose(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        text = await open_panel(pilot, host, (), figures={1: {"status": "profiling"}})
    assert "Timing the operators of PyTorch…" in text


async def test_after_the_end_none_can_be_asked_for(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        text = await open_panel(pilot, host, (), state="ended")
        assert "can no longer be timed" in text
        assert not host.live.query_one(OperatorsPanel).action_ask()


async def test_a_long_table_can_be_moved_to_its_end_and_no_further(make_host, open_panel):
    host = make_host()
    rows = tuple((f"layer_{n:03}", "Conv", 1e6 - n, 1, None) for n in range(200))
    async with host.run_test(size=(80, 24)) as pilot:
        await open_panel(pilot, host, (Operators(0, rows, 20, 1e6, 1e6, 2e8),), runs=1)
        await pilot.press("end", "pagedown")
        text = await host.rest(pilot)
        assert "layer_199" in text.splitlines()[-2]
        await pilot.press("up")
        assert "layer_198" in (await host.rest(pilot)).splitlines()[-2]


async def test_types_have_the_room_of_calls_that_are_all_one(make_host, open_panel):
    host = make_host()
    once = (("stem", "Convolution (NHWC, F32) IGEMM", 2e6, 1, None), ("head", "Add (ND)", 1e6, 1, None))
    twice = (once[0], ("head", "Add (ND)", 1e6, 2, None))
    async with host.run_test(size=(80, 24)) as pilot:
        told = [Operators(n, rows, 20, 1e6, 1e6, 3e6) for n, rows in enumerate((once, twice))]
        text = await open_panel(pilot, host, told, runs=2)
        assert "calls" not in text
        assert " stem " in text and " Convolution IGEMM " in text and "█ Convolution (NHWC, F32) IGEMM 67 %" in text
        await pilot.press("right")
        text = await host.rest(pilot)
        assert "calls" in text and any(line.endswith(" 2 │") for line in text.splitlines())


async def test_snapshots_without_news_do_not_draw_it_again(make_host, make_snapshot, open_panel, monkeypatch):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        await open_panel(pilot, host)
        panel = host.live.query_one(OperatorsPanel)
        drawn = []
        monkeypatch.setattr(panel, "redraw", lambda: drawn.append(1))
        for tick in range(3):
            host.live._tables_s = 0.0
            host.live.show(make_snapshot(first=130 + tick, count=1))
        assert not drawn


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (20, 5), (60, 16), (80, 24), (300, 100)])
@pytest.mark.parametrize("runs", [1, 6])
async def test_any_size_is_drawn_with_lines_of_exactly_that_width(size, runs, make_host, open_panel):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        await open_panel(pilot, host, [operators(n, 1 + n) for n in range(runs)], runs=runs)
        for _ in range(runs + 1):
            await pilot.press("tab")
            await pilot.pause()
            assert {strip.cell_length for strip in host.screen._compositor.render_strips()} == {size[0]}


@pytest.mark.parametrize(
    ("size", "keys", "ascii"),
    [((120, 40), (), False), ((80, 24), ("left",), False), ((60, 16), ("right",), True)],
    ids=["120x40", "80x24-side-by-side", "60x16-ascii"],
)
@pytest.mark.skipif(sys.version_info < (3, 10), reason="the snapshot plug-in needs Python 3.10")
def test_it_looks_as_it_did(request, make_host, open_panel, size, keys, ascii):
    host = make_host(ascii=ascii)

    async def look(pilot):
        await open_panel(pilot, host)
        await pilot.press(*keys)
        await host.rest(pilot)

    assert request.getfixturevalue("snap_compare")(host, terminal_size=size, run_before=look)
