"""The distribution panel as a user sees it: bars, percentiles, the cursor, and that it asks only while it is seen."""

import math
import re
import sys

import pytest

from edgetop.protocol import SHARES_A_DECADE, Distribution
from edgetop.widgets.distribution import DistributionPanel
from edgetop.widgets.histogram import GUTTER

MS = 1_000_000


def told_of(run, bins, count=1000):
    """A hump at a tenth of the bins; each tenth of what is left is a millisecond slower."""
    low = (5 + 13 * run) * MS
    counts = [max(0, count - 100 * abs(place - bins // 10)) for place in range(bins)]
    shares = range(math.floor(math.log10(count) * SHARES_A_DECADE) + 1)
    within = tuple(low + k * MS // SHARES_A_DECADE for k in shares)
    all = sum(counts) + 7
    return Distribution(run, all, all, low, low + bins * MS / 10, tuple(counts), 7, within, low + 4 * MS)


@pytest.fixture
def open_panel(make_host, make_snapshot, hello):
    """Opens the panel of a host whose engine answers with so many runs; what was asked for is in ``host.wanted``."""

    async def open_it(pilot, host, runs=3, keys=()):
        host.live.hello(hello)
        host.live.show(make_snapshot(runs=runs))
        await host.live.open_distribution()
        await host.rest(pilot)
        for run in range(runs):
            host.live.show_distribution(told_of(run, host.wanted[-1]))
        await pilot.press(*keys)
        return await host.rest(pilot)

    return open_it


async def test_each_run_has_its_bars_its_percentiles_and_its_axis(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        text = await open_panel(pilot, host)
    lines = text.splitlines()
    assert text.count("7 beyond the axis") == 3 and text.count("█") > 100
    assert "5.00 ms to 9.00 ms" in text and "p50" in text
    first = next(line for line in lines if "p50" in line and "─" in line)
    assert first.index("p50") == 2 + GUTTER  # at the least latency, where the axis begins


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (120, 40), (200, 60)])
@pytest.mark.parametrize("runs", [1, 6])
async def test_every_size_has_a_bar_of_every_run(make_host, open_panel, size, runs):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        text = await open_panel(pilot, host, runs=runs)
    assert host.wanted[-1] == size[0] - 11
    lines = text.splitlines()
    for letter in "ABCDEF"[:runs]:
        (head,) = [n for n, line in enumerate(lines) if f" {letter} " in line[:8]]
        assert "█" in lines[head + 1]
    assert {len(line) for line in lines} == {size[0]}


async def test_the_cursor_reads_the_bars_and_the_shares(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        text = await open_panel(pilot, host, keys=("right",))
        assert "6.000 ms to 6.100 ms: 1000, 10.0 %" in text
        await pilot.press("left")
        assert "5.900 ms to 6.000 ms: 900, 9.0 %" in await host.rest(pilot)
        await pilot.press("tab")
        text = await host.rest(pilot)
        assert "99 % within" in text and "● A LiteRT 7.00 ms" in text
        await pilot.press("right", *["left"] * 200)
        assert "0 % within" in (text := await host.rest(pilot)) and "● A LiteRT 5.00 ms" in text
        await pilot.hover(DistributionPanel, offset=(40, 10))
        assert "0 % within" not in await host.rest(pilot)


@pytest.mark.parametrize("size", [(60, 16), (80, 24)])
async def test_every_run_is_read_in_narrow_columns_too(make_host, open_panel, size):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        text = await open_panel(pilot, host, keys=("right",))
    heads = [line for line in text.splitlines() if " fp32 ×2 " in line]
    assert len(heads) == 3 and all(re.search(r" ms: .*\d %", head) for head in heads)


async def test_it_asks_while_it_is_seen_and_no_longer(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        await open_panel(pilot, host)
        assert host.wanted == [69]
        await pilot.resize_terminal(100, 30)
        await host.rest(pilot)
        assert host.wanted[-1] == 89
        host.live.minimize()
        await host.rest(pilot)
        assert host.wanted[-1] == 0
        await host.live.open_distribution()
        await host.rest(pilot)
        assert host.wanted[-1] == 89


async def test_a_run_without_samples_says_so(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        await open_panel(pilot, host, runs=2)
        host.live.show_distribution(Distribution(1))
        text = await host.rest(pilot)
        assert "no samples in the statistics yet" in text
        await pilot.press("tab")
        assert "■ B" not in await host.rest(pilot)


async def test_what_is_held_stays(make_host, open_panel):
    host = make_host()
    async with host.run_test(size=(80, 24)) as pilot:
        before = await open_panel(pilot, host, runs=1)
        host.live.hold()
        host.live.show_distribution(told_of(0, host.wanted[-1], count=500))
        assert before == await host.rest(pilot)
        host.live.hold()
        assert before != await host.rest(pilot)


@pytest.mark.skipif(sys.version_info < (3, 10), reason="pytest-textual-snapshot needs Python 3.10")
@pytest.mark.parametrize(
    ("size", "keys", "ascii"),
    [
        ((80, 24), ("right", "right"), False),
        ((120, 40), ("tab",), False),
        ((60, 16), (), True),
        ((60, 16), ("tab",), True),
    ],
    ids=["80x24", "120x40-cumulative", "60x16-ascii", "60x16-ascii-cumulative"],
)
def test_it_looks_as_it_did(snap_compare, make_host, open_panel, size, keys, ascii):
    host = make_host(ascii)

    async def look(pilot):
        await open_panel(pilot, host, keys=keys)

    assert snap_compare(host, terminal_size=size, run_before=look)
