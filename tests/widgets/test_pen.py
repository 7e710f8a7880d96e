"""The pen says no more than what differs, and a terminal understands it."""

import pyte
from rich.color import ColorSystem
from rich.style import Style

from edgetop.terminal.pen import Pen, codes_of

PLAIN = codes_of(Style.parse("#ffffff on #000000"), ColorSystem.TRUECOLOR)
RED = codes_of(Style.parse("#ff0000 on #000000"), ColorSystem.TRUECOLOR)
BOLD = codes_of(Style.parse("bold #ffffff on #000000"), ColorSystem.TRUECOLOR)


def test_codes_are_by_the_terminals_colours():
    assert RED == ("", "38;2;255;0;0", "48;2;0;0;0")
    assert BOLD[0] == "1"
    assert codes_of(Style.parse("#ff0000 on #000000"), ColorSystem.STANDARD) == ("", "31", "40")
    assert codes_of(Style(), ColorSystem.TRUECOLOR) == ("", "", "")


def test_a_colour_alone_is_said_when_it_alone_differs():
    pen = Pen()
    pen.put(0, 0, 2, [("a", PLAIN), ("b", RED)])
    assert pen.take() == "\x1b[1;1H\x1b[38;2;255;255;255;48;2;0;0;0ma\x1b[38;2;255;0;0mb\x1b[0m"


def test_bold_ends_where_it_ends():
    pen = Pen()
    terminal = pyte.Screen(4, 1)
    pen.put(0, 0, 3, [("a", PLAIN), ("b", BOLD), ("c", RED)])
    pyte.Stream(terminal).feed(pen.take())
    cells = [terminal.buffer[0][x] for x in range(3)]
    assert [(cell.data, cell.bold, cell.fg) for cell in cells] == [
        ("a", False, "ffffff"),
        ("b", True, "ffffff"),
        ("c", False, "ff0000"),
    ]


def test_a_run_further_on_in_the_line_is_a_short_step():
    pen = Pen()
    pen.put(3, 2, 1, [("a", ("", "", ""))])
    pen.put(9, 2, 1, [("b", ("", "", ""))])
    pen.put(0, 3, 1, [("c", ("", "", ""))])
    assert pen.take() == "\x1b[3;4Ha\x1b[5Cb\x1b[4;1Hc\x1b[0m"


def test_what_was_taken_is_gone():
    pen = Pen()
    pen.put(0, 0, 1, [("a", RED)])
    pen.take()
    assert pen.take() == ""
    pen.put(0, 0, 1, [("a", RED)])
    assert "38;2;255;0;0" in pen.take()
