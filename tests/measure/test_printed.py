"""What is printed becomes lines, whatever its pieces and encoding, and of too many only their number is kept."""

import pytest

from edgetop.measure.printed import LONGEST, MOST, WINDOW_S, Printed


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def printed(clock):
    return Printed(clock)


def lines_of(printed, *pieces):
    for piece in pieces:
        printed.add(piece)
    printed.end()
    return printed.lines()


def test_pieces_are_put_together_and_blank_lines_left_out(printed):
    assert lines_of(printed, b"one\ntw", b"o\n\n \nthr", b"ee") == ["one", "two", "three"]


def test_a_letter_that_is_cut_by_a_piece_is_whole(printed):
    ink = "Größe 尺寸".encode()
    assert lines_of(printed, ink[:3], ink[3:10], ink[10:]) == ["Größe 尺寸"]


def test_what_is_not_utf_8_has_a_letter_for_every_byte(printed):
    assert lines_of(printed, "Größe\n".encode("latin-1"), b"\xff\xfe\x80end\n") == ["Größe", "ÿþend"]


@pytest.mark.parametrize(
    ("bytes_", "text"),
    [
        (b"\x1b[1;31mE\x1b[0mrror", "Error"),
        (b"\x1b]0;title\x07after", "after"),
        (b"a\0b\x08c", "abc"),
        (b"a\tb", "a b"),
        (b"\x9b31m", "31m"),
    ],
)
def test_nothing_is_left_that_a_terminal_would_obey(bytes_, text, printed):
    assert lines_of(printed, bytes_) == [text]


def test_of_a_progress_bar_its_last_state_is_shown(printed):
    assert lines_of(printed, b" 10 %\r", b" 20 %\r", b"100 %\r\n", b"done\r\n") == ["100 %", "done"]
    assert lines_of(printed, b" 10 %\r", b" 20 %\r") == [" 20 %"]


def test_a_long_line_is_cut_and_takes_no_room_while_it_comes(printed):
    for _ in range(1000):
        printed.add(b"y" * 65536)
        assert len(printed._partial) <= LONGEST + 1
    assert lines_of(printed, b"\nnext\n") == ["y" * LONGEST, "next"]


def test_a_long_line_of_wide_letters_is_not_cut_within_one(printed):
    (line,) = lines_of(printed, ("尺" * LONGEST).encode())
    assert line == "尺" * (LONGEST // 3)


def test_too_many_lines_are_counted_until_there_is_room_again(printed, clock):
    printed.add(b"line\n" * (MOST + 70))
    printed.add(b"the last\n" * 30)
    assert printed.lines() == ["line"] * MOST
    assert printed.last == "the last"
    clock.now += WINDOW_S
    printed.add(b"later\n")
    assert printed.lines() == ["… 100 more lines, too many to keep", "later"]
    assert printed.lines() == []


def test_the_last_words_are_not_those_of_a_stack_trace(printed):
    printed.add(
        b"F1124 net.cpp:90] Check failed: no such layer\n*** Check failure stack trace: ***\n    @  0x7f12 f()\n"
    )
    assert printed.last == "F1124 net.cpp:90] Check failed: no such layer"
    assert len(printed.lines()) == 3


def test_the_number_is_told_when_the_time_is_over_though_nothing_more_comes(printed, clock):
    printed.add(b"line\n" * (MOST + 1))
    printed.lines()
    assert printed.lines() == []
    clock.now += WINDOW_S
    assert printed.lines() == ["… 1 more lines, too many to keep"]
