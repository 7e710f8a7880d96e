"""A slow link is spared: by itself when the terminal keeps the screen waiting, on request, and no longer than asked."""

import os
import re
import select
import time
from types import SimpleNamespace

import pytest
from textual.messages import TerminalSupportsSynchronizedOutput

from edgetop.app import EdgetopApp
from edgetop.config import load_settings
from edgetop.errors import BadConfig
from edgetop.protocol import Notice
from edgetop.screens import slow_link_actions
from edgetop.terminal.driver import QUESTION as ASKED
from edgetop.terminal.driver import TerminalDriver
from edgetop.terminal.slow_link import MOST_WAIT_S, SLOW_S, WINDOW_S, Waits

QUESTION = ASKED.encode()
TRUE_COLOUR = re.compile(rb"\x1b\[[0-9;]*[34]8;[25];")


@pytest.fixture
def make_app(engine):
    """An app that runs a plan, and its client."""

    def make():
        client = engine.ScriptedClient(engine.HELLO, engine.catalog())
        return EdgetopApp(lambda: client, engine.PLAN), client

    return make


def read_slowly(term, bytes_a_second, until, within_s=60.0):
    """Take output as a line of so many bytes a second does, until a condition holds."""
    end = time.monotonic() + within_s
    while not until():
        assert time.monotonic() < end, f"waited in vain; the screen shows:\n{term.text}"
        time.sleep(0.1)
        term.pump(0, max(1, bytes_a_second // 10))


def test_a_line_that_backs_up_is_spared_and_says_so(terminal):
    term = terminal("--live", "--flood", size=(80, 24))
    term.wait_for("Latency")
    assert "slow link" not in term.text

    read_slowly(term, 8_000, lambda: "slow link" in term.screen.display[0])
    read_slowly(term, 8_000, lambda: "A frame a second, in 16 colours. S goes back" in term.text)
    seen = len(term.seen)
    read_slowly(term, 8_000, lambda: len(term.seen) > seen + 12_000)

    assert not TRUE_COLOUR.search(term.seen[-8_000:])
    term.type("\x03")
    read_slowly(term, 1_000_000, lambda: not term.is_taken)
    assert term.exit_code() == 130
    assert term.is_restored()


def read_until_quiet(fd, seconds):
    """What comes, without an answer to any of it, until nothing came for so long."""
    found = b""
    while select.select([fd], [], [], seconds)[0]:
        found += os.read(fd, 65536)
    return found


def test_no_frame_goes_before_the_last_one_has_arrived(terminal):
    """The terminal takes all at once, as an ssh server does: its answers alone tell what has arrived."""
    term = terminal("--live", "--stream", environment={"EDGETOP_SCREEN_SLOW_LINK": "always"})
    term.wait_for("slow link")
    term.wait_for(lambda: term.seen.count(QUESTION) >= 3)

    unanswered = b""
    while QUESTION not in unanswered:
        unanswered += read_until_quiet(term.master, 0.5)
    assert read_until_quiet(term.master, 2.5) == b""

    term.type("\x1b[?2026;2$y")
    term.wait_for(lambda: term.seen.count(QUESTION) >= 4)


def test_on_request_it_is_spared_from_the_start_and_a_key_ends_that(terminal):
    term = terminal("--live", "--stream", environment={"EDGETOP_SCREEN_SLOW_LINK": "always"})
    term.wait_for(lambda: "slow link" in term.screen.display[0])
    assert not TRUE_COLOUR.search(term.seen)

    term.type("S")
    term.wait_for(lambda: "slow link" not in term.screen.display[0])
    term.wait_for(lambda: TRUE_COLOUR.search(term.seen))

    seen = len(term.seen)
    term.type("S")
    term.wait_for(lambda: "slow link" in term.screen.display[0])
    spared = len(term.seen)
    assert spared > seen
    term.wait_for(lambda: len(term.seen) > spared + 500)
    assert not TRUE_COLOUR.search(term.seen[spared:])
    term.type("\x03")
    assert term.exit_code() == 130
    assert term.is_restored()


async def test_a_frame_has_the_columns_of_all_snapshots_and_is_no_more_than_one_a_second(engine, make_app, monkeypatch):
    monkeypatch.setattr(slow_link_actions, "FRAME_S", 1000.0)
    app, client = make_app()
    async with app.run_test() as pilot:
        app.begin_slow_link("always")
        client.push(engine.HELLO, engine.snapshot(0))  # what is no figure is heard at once, and all before it
        await pilot.pause(0.1)
        live = app.screen
        shown = live._newest
        for tick in (1, 2, 3):
            client.push(engine.snapshot(tick))
        await pilot.pause(0.3)
        assert live._newest is shown

        client.push(Notice("something else"))
        await pilot.pause(0.1)

        assert live._newest.t_ns == engine.snapshot(3).t_ns
        assert live._history.series["latency.0"].places == [0, 1, 2, 3]


async def test_what_the_user_decides_holds(engine, make_app):
    app, _ = make_app()
    async with app.run_test() as pilot:
        app.begin_slow_link("auto")
        theme = app.theme
        app.link_is_slow()
        assert app.slow_link and app.theme == "edgetop-16"
        await pilot.press("S")
        assert not app.slow_link and app.theme == theme

        app.link_is_slow()

        assert not app.slow_link


@pytest.mark.parametrize("setting", ["never", "always"])
async def test_only_what_is_left_to_it_begins_by_itself(engine, make_app, setting):
    app, _ = make_app()
    async with app.run_test():
        app.begin_slow_link(setting)
        app.link_is_slow()
        assert app.slow_link is (setting == "always")


def test_short_waits_add_up_within_a_minute():
    waits = Waits()
    assert not any(waits.add(now_s, 1.0) for now_s in (10.0, 20.0, 30.0, 40.0))
    assert waits.add(50.0, 1.0)
    assert not waits.add(51.0, 1.0)  # counted anew


def test_waits_long_ago_do_not_count():
    waits = Waits()
    assert not any(waits.add(n * (WINDOW_S / SLOW_S + 1), 0.9) for n in range(20))


def test_a_terminal_that_is_held_once_or_twice_is_not_slow():
    waits = Waits()
    assert not waits.add(100.0, 95.0)
    assert not waits.add(150.0, 45.0)
    assert waits.add(155.0, MOST_WAIT_S)


def test_answers_that_come_late_tell_it_too():
    told = []
    driver = TerminalDriver.__new__(TerminalDriver)
    driver._host = SimpleNamespace(link_is_slow=lambda: told.append("slow"))
    driver._loop = SimpleNamespace(call_soon_threadsafe=lambda what: what())
    driver._answers, driver._asks, driver._leaving = Waits(), True, False

    for wait_s in (0.1, 3.0, 0.3, 4.0, 0.2):  # a link that is far away, or busy for once
        driver._asked_s = time.monotonic() - wait_s
        driver.process_message(TerminalSupportsSynchronizedOutput())
    assert not told and driver._asked_s is None

    driver._asked_s = time.monotonic() - 3.0
    driver.process_message(TerminalSupportsSynchronizedOutput())
    assert told == ["slow"]


def test_a_setting_there_is_not_is_refused(tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('[screen]\nslow_link = "on"\n')
    with pytest.raises(BadConfig, match=r"\[screen\] slow_link: there is no 'on'"):
        load_settings(str(file))


def test_borders_and_grid_are_seen_in_sixteen_colours(terminal):
    term = terminal("--live", "--stream", environment={"TERM": "xterm", "COLORTERM": None})
    term.wait_for("Figures")
    term.wait_for("┈")

    cells = [cell for row in term.screen.buffer.values() for cell in row.values() if cell.data in "│─╭╮╰╯┈"]
    assert len(cells) > 100
    assert not [cell for cell in cells if cell.fg in ("black", cell.bg)]
    term.type("\x03")
    assert term.exit_code() == 130
