"""The session browser driven by keys, its engine a script; and as it looks."""

import time
from dataclasses import replace

import pytest
from textual import events
from textual.widgets import Input

from edgetop.app import EdgetopApp
from edgetop.config import ScreenSettings, Settings
from edgetop.controls import DeleteSession, DescribeSession, RenameSession, Start
from edgetop.engine.link import Engines
from edgetop.protocol import (
    NOT_CLOSED,
    RECORDING,
    WHOLE,
    Ended,
    Notice,
    SessionDetails,
    SessionEntry,
    SessionRun,
    Sessions,
)
from edgetop.readings import Missing
from edgetop.screens.browser import BrowserScreen
from edgetop.screens.error import ErrorScreen, QuestionScreen
from edgetop.screens.live import LiveScreen
from edgetop.screens.picker import PickerScreen
from edgetop.screens.rename import RenameScreen
from edgetop.screens.session_rows import arranged, matches

S = 10**9
FOLDER = "/home/pi/.local/share/edgetop/sessions"
DAY = 1_795_489_800 * S


def entry(name, model, frameworks, hours, seconds, size, state=WHOLE):
    return SessionEntry(
        f"{FOLDER}/{name}.edgetop", name, DAY + hours * 3600 * S, seconds * S, model, frameworks, size, state
    )


ENTRIES = (
    entry("evening", "efficientnet_lite0", ("litert", "torch", "caffe"), 8, 62, 2_400_000, RECORDING),
    entry("long", "mobilenet_v2", ("litert",), 2, 86_400, 396_000_000),
    entry("cut", "yolov5n", ("onnxruntime", "ncnn"), -30, 15, 310_000, NOT_CLOSED),
    entry("old", "resnet50", ("torch",), -9000, 600, 9_100_000),
)
RUNS = (
    SessionRun("LiteRT xnnpack", "mobilenet_v2", "fp32", 2, "2.3.0", "done", 5_184_000, 16.4e6),
    SessionRun("PyTorch", "mobilenet_v2", "int8", 1, "2.13.0", "failed", 0, Missing("none")),
)


def details(path, runs=RUNS):
    machine = {"board": "Raspberry Pi 4 Model B", "cores": 4, "os": "Debian 12", "kernel": "6.6"}
    return SessionDetails(path, machine, "cat", "board (INA219 at 0x40 on bus 1)", "0.1.0", runs)


class Browsed:
    """The app and every engine it began: ``picker``, ``browser`` or a path, with its client."""

    def __init__(self, engine, entries=ENTRIES, picker=False, replay=None, settings=None):
        self.begun = []

        def begin(what, *messages):
            client = engine.ScriptedClient(*messages)
            self.begun.append((what, client))
            return client

        hello = replace(engine.HELLO, can_seek=True)
        engines = Engines(
            lambda: begin("picker", engine.HELLO, engine.catalog()),
            lambda: begin("browser", engine.HELLO, Sessions(FOLDER, entries, (), 0)),
            lambda path: begin(path, *(replay or (hello, engine.snapshot(duration_ns=20 * S)))),
            lambda *paths: begin(paths, *(replay or (hello, engine.snapshot(duration_ns=20 * S)))),
        )
        start = engines.measure if picker else engines.browse
        self.app = EdgetopApp(start, None, settings or Settings(), engines=engines, browse=not picker)

    @property
    def what(self):
        return [what for what, _ in self.begun]

    @property
    def client(self):
        return self.begun[-1][1]

    def asked(self, kind):
        return [command for _, client in self.begun for command in client.sent if isinstance(command, kind)]

    @property
    def text(self):
        return "\n".join(strip.text for strip in self.app.screen._compositor.render_strips())

    @property
    def names(self):
        return [each.name for each in self.app.screen._rows]


@pytest.fixture
def browsed(engine):
    return lambda **rest: Browsed(engine, **rest)


async def until(pilot, holds):
    for _ in range(200):
        if holds():
            return
        await pilot.pause(0.01)
    raise AssertionError(f"waited in vain; the screen is {pilot.app.screen}")


async def listed(pilot, browsed):
    await until(pilot, lambda: isinstance(browsed.app.screen, BrowserScreen) and browsed.app.screen._left == 0)
    await pilot.pause()


async def test_the_newest_is_first_and_is_described(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        assert it.names == ["evening", "long", "cut", "old"]
        await until(pilot, lambda: it.asked(DescribeSession))
        it.client.push(details(ENTRIES[0].path))
        await until(pilot, lambda: "16.4 ms" in it.text)
        assert "Raspberry Pi 4 Model B" in it.text and "FAILED  PyTorch" in it.text
        assert "recording" in it.text and "not closed" in it.text and "24:00:00" in it.text


async def test_moving_asks_once_the_cursor_rests_and_shows_what_was_asked_for(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        await pilot.press("down", "down", "down", "up")
        await until(pilot, lambda: it.asked(DescribeSession)[-1:] == [DescribeSession(ENTRIES[2].path)])
        it.client.push(details(ENTRIES[1].path))  # an answer that comes late
        it.client.push(SessionDetails(ENTRIES[2].path, trouble="it is damaged"))
        await until(pilot, lambda: "it is damaged" in it.text)
        asked = it.asked(DescribeSession)
        assert len(asked) == len(set(asked))


async def test_searching_filters_as_one_types_and_escape_shows_all(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(it.app.focused, Input))
        await pilot.press(*"torch d evening")  # what is a key elsewhere is a letter here
        await until(pilot, lambda: it.names == ["evening"])
        await pilot.press(*"xyz")
        await until(pilot, lambda: "None of 4" in it.text)
        await pilot.press("escape")
        await until(pilot, lambda: len(it.names) == 4)
        assert isinstance(it.app.screen, BrowserScreen)
        await pilot.press("slash")
        await until(pilot, lambda: isinstance(it.app.focused, Input))
        await pilot.press(*"old", "enter", "enter")
        await until(pilot, lambda: isinstance(it.app.screen, LiveScreen))
        assert it.what[-1] == ENTRIES[3].path


def test_a_search_knows_every_column_and_all_its_words_must_match():
    long = ENTRIES[1]
    assert all(matches(long, text) for text in ("", "LONG", "mobile litert", "whole", "2026-11"))
    assert not matches(long, "mobile torch")


def test_equal_ones_are_ordered_by_time():
    from edgetop.screens.session_rows import ORDERS

    twins = [replace(each, model="same") for each in ENTRIES]
    assert [each.name for each in arranged(twins, ORDERS[3], "")] == ["evening", "long", "cut", "old"]


async def test_s_sorts_by_size_length_and_model_and_the_cursor_stays_on_its_session(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        await pilot.press("down", "s")
        await until(pilot, lambda: it.names == ["long", "old", "evening", "cut"])
        assert "size▼" in it.text and it.app.screen.selected.name == "long"
        await pilot.press("s")
        await until(pilot, lambda: it.names == ["long", "old", "evening", "cut"] and "length▼" in it.text)
        await pilot.press("s")
        await until(pilot, lambda: it.names == ["evening", "long", "old", "cut"])
        await pilot.press("s")
        await until(pilot, lambda: it.names == ["evening", "long", "cut", "old"])


async def test_a_session_replays_and_escape_comes_back_to_where_it_was(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        await pilot.press("down", "enter")
        await until(pilot, lambda: isinstance(it.app.screen, LiveScreen) and it.app._snapshot.duration_ns)
        assert it.what == ["browser", ENTRIES[1].path] and it.begun[0][1].closed
        assert it.app.scene == "replay"
        await pilot.press("f", "escape")  # the panel is shrunk first
        assert isinstance(it.app.screen, LiveScreen)
        await pilot.press("escape")
        await listed(pilot, it)
        assert it.what[-1] == "browser" and it.app.screen.selected.name == "long" and it.app.scene == "browser"


async def test_one_that_cannot_be_replayed_says_why_above_the_browser(browsed):
    it = browsed(replay=(Ended(2, "long.edgetop is damaged", "Copy it once more"),))
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(it.app.screen, ErrorScreen))
        assert it.app.screen.what == "long.edgetop is damaged"
        await pilot.press("enter")
        await listed(pilot, it)
        assert it.app.return_code is None


async def test_renaming_asks_for_a_name_and_follows_it(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        await pilot.press("end", "R")
        await until(pilot, lambda: isinstance(it.app.screen, RenameScreen))
        await pilot.press("end", *"er q", "enter")  # q is a letter here
        await listed(pilot, it)
        assert it.asked(RenameSession) == [RenameSession(ENTRIES[3].path, "older q")]
        new = replace(ENTRIES[3], path=f"{FOLDER}/older q.edgetop", name="older q")
        it.client.push(Sessions(FOLDER, (), (ENTRIES[3].path,), 1), Sessions(FOLDER, (new,), (), 0))
        await until(pilot, lambda: it.names[-1] == "older q")
        assert it.app.screen.selected.name == "older q"
        await pilot.press("R")
        await until(pilot, lambda: isinstance(it.app.screen, RenameScreen))
        await pilot.press("escape", "R")
        await until(pilot, lambda: isinstance(it.app.screen, RenameScreen))
        await pilot.press("enter")  # the same name
        await listed(pilot, it)
        assert len(it.asked(RenameSession)) == 1


async def test_what_the_engine_refuses_is_told(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        it.client.push(Notice("old.edgetop exists already", "Choose another name", "error"))
        await until(pilot, lambda: any("exists already" in each.title for each in it.app._notifications))


async def test_deleting_asks_first_and_enter_is_no(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        for key in ("enter", "n", "escape", "y"):
            assert it.asked(DeleteSession) == []
            await pilot.press("home", "down", "d")
            await until(pilot, lambda: isinstance(it.app.screen, QuestionScreen))
            await pilot.press(key)
            await listed(pilot, it)
        assert it.asked(DeleteSession) == [DeleteSession(ENTRIES[1].path)]
        it.client.push(Sessions(FOLDER, (), (ENTRIES[1].path,), 0))
        await until(pilot, lambda: it.names == ["evening", "cut", "old"])
        assert it.app.screen.selected.name == "cut"  # the one that took its place


async def test_one_still_being_recorded_is_neither_deleted_nor_renamed(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        for key in ("d", "R"):
            await pilot.press("home", key)
            await pilot.pause()
            assert isinstance(it.app.screen, BrowserScreen)
        assert [each.message for each in it.app._notifications][:1] == ["End the recording first"]


async def test_a_click_moves_and_a_second_one_opens(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        await pilot.click("#sessions", offset=(10, 3))
        await until(pilot, lambda: it.app.screen.selected.name == "long")
        assert it.what == ["browser"]
        await pilot.click("#sessions", offset=(10, 3))
        await until(pilot, lambda: isinstance(it.app.screen, LiveScreen))
        assert it.what[-1] == ENTRIES[1].path


async def test_the_picker_opens_it_and_escape_goes_back_to_what_was_chosen(browsed):
    it = browsed(picker=True)
    async with it.app.run_test(size=(120, 40)) as pilot:
        await until(pilot, lambda: it.app.screen._selection is not None)
        await pilot.press("home", "b")
        await listed(pilot, it)
        assert it.what == ["picker", "browser"]
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(it.app.screen, PickerScreen) and len(it.begun) == 3)
        await pilot.pause()
        assert it.app.screen._selection.model == "mobilenet_v2"
        await pilot.press("enter")
        await until(pilot, lambda: it.asked(Start))
        assert isinstance(it.app.screen, LiveScreen) and it.app.scene == "live"


async def test_from_the_command_it_leads_to_the_picker_and_back(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(it.app.screen, PickerScreen))
        await pilot.press("b")
        await listed(pilot, it)
        assert it.what == ["browser", "picker", "browser"] and len(it.app.screen_stack) == 1


async def test_what_has_gone_while_another_engine_was_there_goes(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        it.app.screen.begin()
        it.client.push(Sessions(FOLDER, ENTRIES[:2], (), 1))
        await until(pilot, lambda: it.app.screen._left == 1)
        assert len(it.names) == 4  # it may yet come
        it.client.push(Sessions(FOLDER, (), (), 0))
        await until(pilot, lambda: it.names == ["evening", "long"])


async def test_an_empty_one_says_how_to_record(browsed):
    it = browsed(entries=())
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        assert "No session is recorded here yet" in it.text
        await pilot.press("enter", "d", "R", "s", "space")  # nothing to do it to
        await pilot.pause()
        assert isinstance(it.app.screen, BrowserScreen) and it.what == ["browser"]


@pytest.fixture
def utc(monkeypatch):
    """The time of Greenwich, wherever this runs."""
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "UTC")
        time.tzset()
        yield
    time.tzset()


@pytest.mark.parametrize(
    ("size", "theme", "keys"),
    [
        ((120, 40), "edgetop-dark", ("down",)),
        ((80, 24), "edgetop-light", ("down",)),
        ((60, 16), "edgetop-contrast", ()),
    ],
    ids=["120x40", "80x24", "60x16"],
)
def test_it_looks_as_it_did(snap_compare, browsed, size, theme, keys, utc):
    it = browsed(settings=Settings(screen=ScreenSettings(theme=theme)))

    async def look(pilot):
        await listed(pilot, it)
        await pilot.press(*keys)
        at = it.app.screen.selected.path
        await until(pilot, lambda: DescribeSession(at) in it.asked(DescribeSession))
        it.client.push(details(at))
        await until(pilot, lambda: "Raspberry" in it.text)

    assert snap_compare(it.app, terminal_size=size, run_before=look)


async def test_space_marks_two_sessions_and_c_compares_them(browsed):
    it = browsed()
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        await pilot.press("c")
        await until(pilot, lambda: any("Which two" in each.title for each in it.app._notifications))
        await pilot.press("end", "space", "up", "space")
        await until(pilot, lambda: "A old · B cut: c compares" in it.text)
        await pilot.press("up", "space")  # a third takes the place of B
        await until(pilot, lambda: "A old · B long: c compares" in it.text)
        assert [line for line in it.text.splitlines() if "│ A " in line and "resnet50" in line]
        await pilot.press("c")
        await until(pilot, lambda: isinstance(it.app.screen, LiveScreen))
        assert it.what[-1] == (ENTRIES[3].path, ENTRIES[1].path) and it.app.scene == "replay"
        await pilot.press("escape")
        await listed(pilot, it)
        assert [each.name for each in it.app.screen.marked] == ["old", "long"]


async def test_one_that_is_marked_is_compared_with_the_one_under_the_cursor(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        await pilot.press("space", "space", "space", "down", "c")  # marked, taken back, marked
        await until(pilot, lambda: isinstance(it.app.screen, LiveScreen))
        assert it.what[-1] == (ENTRIES[0].path, ENTRIES[1].path)


async def test_two_that_cannot_be_compared_say_why_above_the_browser(browsed):
    it = browsed(replay=(Ended(2, "These sessions cannot be compared", "Name two of one model"),))
    async with it.app.run_test(size=(120, 40)) as pilot:
        await listed(pilot, it)
        await pilot.press("space", "down", "space", "c")
        await until(pilot, lambda: isinstance(it.app.screen, ErrorScreen))
        assert it.app.screen.what == "These sessions cannot be compared"


async def test_what_is_typed_in_one_go_is_searched_for(browsed):
    it = browsed()
    async with it.app.run_test(size=(80, 24)) as pilot:
        await listed(pilot, it)
        for character in "/torch d q":  # all in the app's queue before the first is looked at
            name = {"/": "slash", " ": "space"}.get(character, character)
            it.app.post_message(events.Key(name, character))
        await until(pilot, lambda: it.app.screen._search == "torch d q")
        assert isinstance(it.app.screen, BrowserScreen) and it.app.return_code is None
        await pilot.press("backspace", "backspace")
        await until(pilot, lambda: it.names == ["evening", "old"])
