"""Cells painted past Textual must leave the screen that Textual would have, whatever lies on it."""

import io
import random

import pyte
import pytest
from rich.console import Console
from textual.geometry import Region
from textual.screen import ModalScreen
from textual.widgets import Static

from edgetop.terminal.lifecycle import TerminalApp
from edgetop.terminal.painting import in_full_sight
from edgetop.widgets.cells import spans_of
from edgetop.widgets.lines import Lines

WIDTH, HEIGHT = 60, 12
INKS = ("", "muted", "strong", "bad", "series-1", "series-2", "faint-3")
SIGNS = "abc⣀⡪┈"


class Board(Lines):
    DEFAULT_CSS = "Board { width: 1fr; height: 1fr; }"

    def on_mount(self):
        self.cells = [[(".", "")] * WIDTH for _ in range(HEIGHT)]

    def draw(self, width, height):
        return [spans_of(row[:width]) for row in self.cells[:height]]


class Boards(TerminalApp):
    """Two boards side by side on a terminal of pyte's, although the driver is a headless one."""

    CSS = "Screen { layout: horizontal; } #over { layer: above; dock: right; width: 9; height: 3; }"
    is_headless = False

    def __init__(self):
        super().__init__()
        self.terminal = pyte.Screen(WIDTH, HEIGHT)
        self.stream = pyte.Stream(self.terminal)
        self.sent = []

    def compose(self):
        yield Board()
        yield Board()

    def on_mount(self):
        self._driver.write = self.take

    def take(self, text):
        self.sent.append(text)
        self.stream.feed(text)


class Question(ModalScreen):
    CSS = "Question { align: center middle; } Static { width: 20; height: 3; background: red; }"

    def compose(self):
        yield Static("sure?")


@pytest.fixture(autouse=True)
def colours(monkeypatch):
    monkeypatch.setenv("COLORTERM", "truecolor")


def shown(terminal):
    cells = [[terminal.buffer[y][x] for x in range(WIDTH)] for y in range(HEIGHT)]
    return [[(c.data, c.fg, c.bg, c.bold) for c in row] for row in cells]


def truth(app):
    terminal = pyte.Screen(WIDTH, HEIGHT)
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=WIDTH)
    strips = app.screen._compositor.render_strips()
    pyte.Stream(terminal).feed("".join(f"\x1b[{y};1H{strip.render(console)}" for y, strip in enumerate(strips, 1)))
    return shown(terminal)


def scribble(board):
    for _ in range(random.randint(1, 8)):
        cell = (random.choice(SIGNS), random.choice(INKS))
        board.cells[random.randrange(HEIGHT)][random.randrange(30)] = cell
    board.redraw()


@pytest.mark.parametrize("seed", range(3))
async def test_the_screen_is_as_textual_would_have_it_after_random_updates(seed):
    random.seed(seed)
    app = Boards()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.redraw()
        await pilot.pause()
        composed = 0
        for _ in range(40):
            before = len(app.sent)
            for board in random.sample(list(app.query(Board)), random.choice((1, 2))):
                scribble(board)
            await pilot.pause()
            composed += len(app.sent) - before != 1
            assert shown(app.terminal) == truth(app)
    assert composed == 0, "some updates did not go straight to the terminal, in one write"


async def test_under_a_question_it_is_textual_that_paints():
    app = Boards()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.redraw()
        await app.push_screen(Question())
        await pilot.pause(0.2)
        for board in app.screen_stack[0].query(Board):
            assert app.place_of(board) is None
            scribble(board)
        await pilot.pause(0.2)
        assert shown(app.terminal) == truth(app)
        app.pop_screen()
        await pilot.pause(0.2)
        assert shown(app.terminal) == truth(app)


async def test_a_board_that_is_covered_in_part_is_left_to_textual_and_the_other_is_not():
    app = Boards()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        await app.screen.mount(Static("over", id="over"))
        app.redraw()
        await pilot.pause(0.2)
        left, right = app.query(Board)
        assert app.place_of(left) == left.region
        assert app.place_of(right) is None
        right.cells[1][25] = ("X", "bad")
        right.redraw()
        await pilot.pause(0.2)
        assert shown(app.terminal) == truth(app)


async def test_double_width_signs_are_painted_with_their_whole_line():
    app = Boards()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.redraw()
        await pilot.pause()
        board = app.query(Board).last()
        for text in ("推論", "ab推", "abcd"):
            board.cells[2] = [(sign, "strong") for sign in text] + [(".", "")] * (WIDTH - len(text))
            board.redraw()
            await pilot.pause()
            assert shown(app.terminal) == truth(app)


async def test_one_changed_cell_is_all_that_is_sent():
    app = Boards()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.redraw()
        await pilot.pause()
        board = app.query(Board).last()
        board.cells[3][20] = ("X", "")
        app.sent.clear()
        board.redraw()
        await pilot.pause()
    (sent,) = [text for text in app.sent if "X" in text]
    assert sent.startswith("\x1b[4;51H")
    assert "." not in sent


async def test_nothing_changed_is_nothing_sent():
    app = Boards()
    async with app.run_test(size=(WIDTH, HEIGHT)) as pilot:
        app.redraw()
        await pilot.pause()
        app.sent.clear()
        app.query(Board).first().redraw()
        await pilot.pause()
        assert app.sent == []


def test_what_lies_under_something_or_is_cut_is_not_in_full_sight():
    screen, rack, left, right, long = "screen", "rack", "left", "right", "long"
    whole = Region(0, 0, 40, 10)
    visible = {
        rack: (Region(30, 0, 10, 3), whole),
        left: (Region(0, 0, 20, 5), whole),
        right: (Region(20, 0, 20, 5), whole),
        long: (Region(0, 5, 40, 9), whole),
        screen: (whole, whole),
    }
    assert in_full_sight(visible) == {rack: Region(30, 0, 10, 3), left: Region(0, 0, 20, 5)}
