"""Two sessions on the screen: which is which at every size, what differs, and what is said of them."""

import re
from dataclasses import replace

import pytest

from edgetop.readings import Missing
from edgetop.run_figures import Verdict

WARNINGS = ("machine, board differs: 16:46 Pi 4, 17:02 Pi 5", "aligned by where measuring began")


@pytest.fixture
def both(make_snapshot):
    """A snapshot of one run as two sessions have it."""
    told = make_snapshot(runs=2, recording=Missing("not recording"))
    runs = tuple(
        replace(run, title="LiteRT", framework="litert", session=name)
        for run, name in zip(told.runs, ("16:46", "17:02"))
    )
    verdicts = (Verdict("latency", 0, 1, "16:46 LiteRT is ahead, in words", 3.6, 3.5, 3.7),)
    return replace(told, runs=runs, verdicts=verdicts, turn=None, sessions=("16:46", "17:02"), warnings=WARNINGS)


@pytest.mark.parametrize("size", [(60, 16), (80, 24), (100, 30), (120, 40), (200, 60)])
async def test_at_every_size_it_is_told_which_session_a_column_is_of(make_host, both, hello, size):
    host = make_host()
    async with host.run_test(size=size) as pilot:
        host.live.hello(replace(hello, can_seek=True))
        host.live.show(both)
        text = await host.rest(pilot)
        figures = text.partition("Figures")[2]
        assert "16:46" in figures and "17:02" in figures, text
        if size >= (80, 24):
            assert WARNINGS[0] in text and "A is 3.60 times as fast as B, 95 % 3.50 to 3.70" in text, text


async def test_the_line_of_a_small_screen_says_whose_board_it_is_and_the_first_line_what_is_replayed(make_host, both):
    host = make_host()
    async with host.run_test(size=(100, 24)) as pilot:
        host.live.show(both)
        lines = (await host.rest(pilot)).splitlines()
        assert "16:46 against 17:02" in lines[0]
        assert any(line.startswith("  16:46  CPU") for line in lines)


async def test_the_comparison_has_their_verdict_and_what_differs(make_host, both):
    host = make_host()
    async with host.run_test(size=(120, 40)) as pilot:
        host.live.show(both)
        await host.live.open_comparison()
        text = await host.rest(pilot)
        assert "16:46 LiteRT is ahead, in words" in text and "17:02 LiteRT" in text
        assert all(warning in text for warning in WARNINGS)
        assert "17:02 has so many times as much as 16:46" in text
        (line,) = (line for line in text.splitlines() if re.search(r"● A ■ B +3\.60 +3\.60 ", line))
        assert line.split()[5:13] == ["3.60", "3.60", "3.60", "3.60", "0.278", "1.01", "1.54", "3.60"], line


async def test_what_is_missing_of_one_session_has_no_ratio(make_host, both):
    runs = (both.runs[0], replace(both.runs[1], energy_j=Missing("no meter")))
    host = make_host()
    async with host.run_test(size=(80, 40)) as pilot:
        host.live.show(replace(both, runs=runs))
        await host.live.open_comparison()
        text = await host.rest(pilot)
        (line,) = (line for line in text.splitlines() if re.search(r"● A ■ B +3\.60 +3\.60 ", line))
        assert line.split()[12] == "–"
