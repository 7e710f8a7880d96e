"""Two recordings against each other by the installed command: on the screen, as a table, and refused."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

GOLDEN = str(Path(__file__).parents[1] / "sessions" / "golden" / "1.0.edgetop")


def test_in_a_terminal_both_are_on_the_screen_and_every_key_of_a_replay_works(edgetop):
    screen = edgetop("compare", GOLDEN, GOLDEN)
    screen.wait_for("1st against 2nd")
    screen.wait_for(lambda: re.search(r"● A \w", screen.text) and re.search(r"■ B \w", screen.text))
    screen.wait_for("aligned by")
    screen.type(" ")
    screen.wait_for("paused")
    screen.type("\x1b[F")  # the end
    screen.wait_for("■ ended")
    screen.type("\x1b[H")
    screen.wait_for("0:00.0")
    screen.type("c")
    screen.wait_for("9 Comparison")
    screen.wait_for("not interleaved")
    screen.type("q")
    assert screen.exit_code() == 0, screen.text
    assert screen.is_restored()


@pytest.mark.parametrize(
    ("arguments", "why"),
    [
        ([GOLDEN, __file__], "not a session"),
        ([GOLDEN, GOLDEN, "--align=marker:nowhere"], "no marker nowhere"),
        ([GOLDEN, GOLDEN, "--runs=A9,B1"], "no run A9"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_words_and_the_terminal_is_as_it_was(edgetop, arguments, why):
    screen = edgetop("compare", *arguments)
    assert screen.exit_code() == 2
    said = " ".join(screen.seen.decode().split())  # as it was written: the test's terminal breaks lines anywhere
    assert why in said and "Traceback" not in said
    assert screen.is_restored()


def test_the_browser_compares_two_that_are_marked_and_searches_for_what_is_pasted(edgetop, tmp_path):
    for name in ("one", "other"):
        shutil.copy(GOLDEN, tmp_path / f"{name}.edgetop")
    screen = edgetop("sessions", tmp_path)
    screen.wait_for("2 sessions")
    screen.type("/other qd")  # at once
    screen.wait_for("None of 2 matches")
    screen.type("\x1b")
    screen.wait_for(lambda: "None of 2" not in screen.text)
    screen.type(" ")
    screen.wait_for("c compares it with the one under the cursor")
    screen.type("\x1b[Bc")
    screen.wait_for("1st against 2nd")
    screen.type("q")
    assert screen.exit_code() == 0, screen.text


@pytest.mark.parametrize("arguments", [(), ("--headless",)])
def test_without_a_terminal_it_is_a_table(edgetop, folders, arguments):
    done = subprocess.run([edgetop.command, "compare", GOLDEN, GOLDEN, *arguments], capture_output=True, text=True)
    assert done.returncode == 0 and "B/A, 95 %" in done.stdout
