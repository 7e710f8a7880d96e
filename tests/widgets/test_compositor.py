"""A cropped update must leave the same screen as Textual's own, and send less."""

import io
import random

import pyte
import pytest
from rich.console import Console
from textual.app import App

from edgetop.widgets.cells import spans_of
from edgetop.widgets.compositor import JOIN_CELLS, install_cropping, render_cropped
from edgetop.widgets.lines import Lines

SIZE = (60, 12)
INKS = ("", "muted", "strong", "bad", "series-1", "series-2", "faint-3")


class Board(Lines):
    DEFAULT_CSS = "Board { width: 1fr; height: 1fr; }"

    def on_mount(self):
        self.cells = [[(".", "")] * 60 for _ in range(12)]

    def draw(self, width, height):
        return [spans_of(row[:width]) for row in self.cells[:height]]


class Boards(App):
    CSS = "Screen { layout: horizontal; }"

    def compose(self):
        yield Board()
        yield Board()


def whole_screen(compositor, console):
    return "".join(f"\x1b[{y};1H{strip.render(console)}" for y, strip in enumerate(compositor.render_strips(), 1))


def shown(terminal):
    return [[(c.data, c.fg, c.bg, c.bold) for c in (terminal.buffer[y][x] for x in range(60))] for y in range(12)]


def test_the_override_is_in_place_for_this_textual():
    assert install_cropping()
    assert JOIN_CELLS == 8


@pytest.mark.parametrize("seed", range(3))
async def test_the_screen_is_identical_cell_by_cell_after_random_updates(seed):
    random.seed(seed)
    app = Boards()
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=60)
    terminal = pyte.Screen(*SIZE)
    stream = pyte.Stream(terminal)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        compositor = app.screen._compositor
        boards = list(app.query(Board))
        stream.feed(whole_screen(compositor, console))
        for _ in range(60):
            for board in random.sample(boards, random.choice((1, 2))):
                for _ in range(random.randint(1, 6)):
                    cell = (random.choice("abc⣀⡪"), random.choice(INKS))
                    board.cells[random.randrange(12)][random.randrange(30)] = cell
                board.redraw()
            compositor.update_widgets(set(boards))
            stream.feed(render_cropped(compositor.render_partial_update(), console))
            truth = pyte.Screen(*SIZE)
            pyte.Stream(truth).feed(whole_screen(compositor, console))
            assert shown(terminal) == shown(truth)


async def test_one_changed_cell_is_all_that_is_sent():
    app = Boards()
    console = Console(file=io.StringIO(), force_terminal=True, color_system="truecolor", width=60)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        board = app.query(Board).last()
        board.cells[3][20] = ("X", "")
        board.redraw()
        app.screen._compositor.update_widgets({board})
        sent = render_cropped(app.screen._compositor.render_partial_update(), console)
    assert sent.startswith("\x1b[4;51H")
    assert "." not in sent
    assert "X" in sent


async def test_nothing_changed_is_nothing_sent():
    app = Boards()
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()
        board = app.query(Board).first()
        board.redraw()
        app.screen._compositor.update_widgets({board})
        assert app.screen._compositor.render_partial_update() is None
