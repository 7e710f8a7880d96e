"""The comparison panel as a user sees it: ranks, bars, reasons, the trade-off; and the headline below the figures."""

import re
import sys
from itertools import combinations

import pytest

from edgetop.readings import Missing
from edgetop.run_figures import Verdict
from edgetop.widgets.comparison import ComparisonPanel

MS = 1e6
MEDIANS = (5.0, 18.0, 31.0, 5.05, 9.0, 12.0)
RANKS = (1, 5, 6, 1, 3, 4)
FEW = Missing("needs 20 pairs of turns, has 8")


def figures(runs, energy=True):
    """Slower runs draw less, but for the third; the first and the fourth cannot be told apart."""
    found = {}
    for place in range(runs):
        p50 = MEDIANS[place] * MS
        joules = 0.4 - MEDIANS[place] * 0.01 + (0.2 if place == 2 else 0)
        found[place] = {
            "p50_ns": p50,
            "ci95_p50_ns": (p50 * 0.98, p50 * 1.03),
            "alone_p50_ns": p50 / 1.042,
            "rank": RANKS[place],
            **({"energy_j": joules, "energy_u95_j": 0.02} if energy else {}),
        }
    return found


def verdicts(runs, energy=True):
    found = []
    for one, other in combinations(range(runs), 2):
        ratio = MEDIANS[other] / MEDIANS[one]
        outputs = "DIFFER" if other == 2 else "agree to 3e-07"
        text = f"{one} against {other} in words"
        less = ratio * 0.9 if other == 1 else ratio
        found.append(Verdict("latency", one, other, text, ratio, ratio * 0.985, ratio * 1.015, less, "", outputs))
        memory = 1 + 0.2 * (other - one)
        found.append(Verdict("memory", one, other, text, memory, memory, memory))
    if energy:
        found.append(Verdict("energy", 0, 1, "joules in words", 0.6, 0.5, 0.7))
    return tuple(found)


@pytest.fixture
def open_panel(make_host, make_snapshot, hello):
    """Opens the panel of a host with so many runs."""

    async def open_it(pilot, host, runs=3, energy=True, keys=(), **changes):
        host.live.hello(hello)
        told = {"figures": figures(runs, energy), "verdicts": verdicts(runs, energy), **changes}
        host.live.show(make_snapshot(runs=runs, power=energy, **told))
        await host.live.open_comparison()
        await pilot.press(*keys)
        return await host.rest(pilot)

    return open_it


async def test_runs_stand_by_rank_and_pairs_by_who_is_ahead(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        text = await open_panel(pilot, host, runs=6)
    lines = text.splitlines()
    ranks = [line[2:].split() for line in lines[3:9]]
    assert [rank[0] for rank in ranks] == ["1", "1", "3", "4", "5", "6"]
    assert ranks[0][:4] == ["1", "=", "●", "A"] and ranks[1][:4] == ["1", "=", "◆", "D"]
    assert "+4.2 %" in lines[3]
    (head,) = [number for number, line in enumerate(lines) if "Latency " in line and "95 %" in line]
    equal, told = lines[head + 1], lines[head + 2]
    assert "● A ◆ D    ≈ 1.01    0.99 to 1.03" in equal
    assert "● A ▼ E      1.80    1.77 to 1.83" in told
    mark = told.index("│", 2)
    assert equal[mark] in "┿●" and told[mark + 1] == " "
    (waiting,) = [line for line in lines if "● A ■ B" in line and "3.60" in line]
    assert "3.24" in waiting
    assert "DIFFER" in next(line for line in lines if "● A ▲ C" in line)


async def test_with_few_pairs_each_verdict_is_told_in_words(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        text = await open_panel(pilot, host, runs=2)
    assert "0 against 1 in words" in text and "joules in words" in text
    assert "the second takes so many times as much as the first" in text


async def test_what_is_missing_says_why(make_host, open_panel):
    host = make_host()
    few = (Verdict("latency", 0, 1, "words", FEW, FEW, FEW),)
    async with host.run_test(size=(80, 24)) as pilot:
        text = await open_panel(pilot, host, runs=2, energy=False, verdicts=few, figures={})
    assert "● A ■ B  needs 20 pairs of turns, has 8" in text
    assert "no /dev/i2c-1: enable I2C with raspi-config" in text
    assert "Memory     not measured yet" in text
    assert "--accuracy PATH" in text
    assert "–      ● A" in text


async def test_one_run_has_nothing_to_be_compared_with(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        assert "One run alone" in await open_panel(pilot, host, runs=1, verdicts=(), figures={})


async def test_speed_is_set_against_energy_and_by_a_key_against_memory(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(100, 30)) as pilot:
        text = await open_panel(pilot, host, keys=("tab",))
        assert "‹trade-off›" in text and "energy against p50, 95 %" in text and "300 mJ" in text
        first, second, third = (line for line in text.splitlines() if " ×2 " in line)
        assert "unbeaten" in first and "unbeaten" in second and "unbeaten" not in third
        await pilot.press("y")
        text = await host.rest(pilot)
        assert "peak mem. against p50" in text and "MiB" in text
        await pilot.press("y")
        assert "energy against p50" in await host.rest(pilot)
        await pilot.press("left")
        assert "‹verdicts›" in await host.rest(pilot)


LIES = {"intensity": 60.0, "gflops": 40.0, "share_of_roof": 0.4, "roof_gflops": 100.0, "roof_gbps": 20.0}


@pytest.mark.parametrize(("size", "runs"), [((80, 24), 6), ((120, 40), 1)])
async def test_the_roofline_has_a_letter_for_each_run_below_its_roof(size, runs, make_host, open_panel):
    host = make_host()
    told = {
        n: {**LIES, "gflops": 40.0 - 6 * n, "share_of_roof": 0.4 - 0.06 * n, "roof_of": "a gemm"} for n in range(runs)
    }
    async with host.run_test(size=size) as pilot:
        text = await open_panel(pilot, host, runs=runs, keys=("left",), figures=told, verdicts=())
    lines = text.splitlines()
    assert "‹roofline›" in text and "GFLOP/s against FLOP/byte" in lines[0]
    level = next(number for number, line in enumerate(lines) if len(re.findall("[⠀-⣿]", line)) > 20)
    letter = next(number for number, line in enumerate(lines) if re.search("[┈ ]A[┈ ]", line) and "●" not in line)
    assert level < letter
    assert "40 % of it" in text and "100 GFLOP/s by a gemm, 20.0 GB/s in memory" in text


async def test_without_a_roof_it_says_how_to_get_one(make_host, open_panel):
    host = make_host()
    none = Missing("no matrix product was measured", "`edgetop bench gemm` measures and keeps it")
    told = {0: {**LIES, "share_of_roof": none, "roof_gflops": none, "roof_gbps": none}}
    async with host.run_test(size=(80, 24)) as pilot:
        text = await open_panel(pilot, host, runs=2, keys=("tab", "tab"), figures=told, verdicts=())
    assert "no roof – no matrix product was measured: `edgetop bench gemm`" in text
    assert "40.0 GFLOP/s" in text and "not measured yet" in text


async def test_without_medians_there_is_nothing_to_plot(make_host, open_panel):
    host = make_host()
    waiting = {n: {"p50_ns": FEW} for n in range(2)}
    async with host.run_test(size=(60, 16)) as pilot:
        text = await open_panel(pilot, host, runs=2, keys=("tab", "y"), figures=waiting, verdicts=())
    assert "no run has a p50 yet" in text and "set against it" in text


async def test_more_pairs_than_rows_can_be_moved_to_their_end_and_no_further(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        text = await open_panel(pilot, host, runs=6)
        assert "↑↓ rows" in text and "Accuracy" not in text
        await pilot.press("end", "pagedown")
        text = await host.rest(pilot)
        assert "Accuracy" in text.splitlines()[-2] and "rank" in text
        await pilot.press("up")
        assert "Accuracy" not in await host.rest(pilot)


async def test_the_key_that_opens_it_closes_it_and_changes_over_to_the_operators(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        assert "9 Comparison" in await open_panel(pilot, host)
        await host.live.open_operators()
        text = await host.rest(pilot)
        assert "8 Operators" in text and "9 Comparison" not in text
        await host.live.open_comparison()
        assert "9 Comparison" in await host.rest(pilot)
        await host.live.open_comparison()
        assert "1 Latency" in await host.rest(pilot)


async def test_the_same_again_repaints_nothing(make_host, make_snapshot, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        await open_panel(pilot, host, runs=6)
        panel = host.live.query_one(ComparisonPanel)
        panel._exchange_repaint_regions()
        panel.show(make_snapshot(first=130, count=1, runs=6, figures=figures(6), verdicts=verdicts(6)))
        assert not panel._repaint_regions
        moved = figures(6)
        moved[5]["p50_ns"] = 12.1e6
        panel.show(make_snapshot(first=131, count=1, runs=6, figures=moved, verdicts=verdicts(6)))
        assert 0 < sum(region.area for region in panel._repaint_regions) < 30


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (60, 16)])
async def test_the_live_screen_compares_the_two_fastest(size, make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        host.live.show(make_snapshot(runs=2, figures=figures(2), verdicts=verdicts(2)))
        text = await host.rest(pilot)
        assert "A is 3.60 times as fast as B, 95 % 3.55 to 3.65 ─╯" in text
        (row,) = [line for line in text.splitlines() if "p50, rank" in line]
        assert row.split("p50, rank")[1].split()[:6] == ["5.00", "ms", "1", "18.0", "ms", "5"]
        host.live.show(make_snapshot(runs=6, figures=figures(6), verdicts=verdicts(6)))
        assert "A and D cannot be told apart, 95 % 0.99 to 1.03 ─╯" in await host.rest(pilot)


async def test_columns_too_narrow_for_ranks_mark_the_runs_that_rank_first(make_host, make_snapshot):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        # By their medians alone the first would be the best.
        told = figures(6) | {0: {**figures(6)[0], "ci95_p50_ns": (4.99e6, 5.01e6)}}
        host.live.show(make_snapshot(runs=6, figures=told, verdicts=verdicts(6)))
        text = await host.rest(pilot)
    (row,) = [line for line in text.splitlines() if line.startswith("│ p50 ")]
    assert "5.00 ms•" in row and "5.05 ms•" in row and row.count("•") == 2


@pytest.mark.parametrize("size", [(1, 1), (5, 3), (20, 5), (60, 16), (80, 24), (300, 100)])
@pytest.mark.parametrize("runs", [0, 1, 6])
async def test_any_size_is_drawn_with_lines_of_exactly_that_width(size, runs, make_host, open_panel):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        await open_panel(pilot, host, runs=runs)
        for _ in range(3):
            await pilot.press("tab")
            await pilot.pause()
            assert {strip.cell_length for strip in host.screen._compositor.render_strips()} == {size[0]}


@pytest.mark.parametrize(
    ("size", "runs", "keys", "ascii"),
    [
        ((120, 40), 6, (), False),
        ((80, 24), 2, (), False),
        ((80, 24), 6, ("tab",), False),
        ((60, 16), 3, ("tab",), True),
        ((80, 24), 3, (), True),
        ((80, 24), 3, ("left",), False),
    ],
    ids=["120x40", "80x24-two", "80x24-trade-off", "60x16-ascii-trade-off", "80x24-ascii", "80x24-roofline"],
)
@pytest.mark.skipif(sys.version_info < (3, 10), reason="the snapshot plug-in needs Python 3.10")
def test_it_looks_as_it_did(request, make_host, open_panel, size, runs, keys, ascii):
    host = make_host(ascii=ascii)

    async def look(pilot):
        told = {n: {**figures(runs)[n], **LIES, "gflops": 40.0 / (n + 1), "roof_of": "a gemm"} for n in range(runs)}
        await open_panel(pilot, host, runs=runs, keys=keys, figures=told)

    assert request.getfixturevalue("snap_compare")(host, terminal_size=size, run_before=look)
