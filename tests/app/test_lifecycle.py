"""The app in a real terminal: every way it can end or be disturbed."""

import os
import select
import signal
import sys
import termios
import time

import pytest

from edgetop.terminal.first_frame import wants_ascii


@pytest.mark.parametrize(
    ("number", "code"),
    [(signal.SIGTERM, 143), (signal.SIGHUP, 129), (signal.SIGQUIT, 131), (signal.SIGINT, 130)],
)
def test_a_signal_restores_the_terminal_and_closes_the_engine(terminal, tmp_path, number, code):
    term = terminal("--live", "--log", str(tmp_path / "log"))
    term.wait_for("Latency")

    term.kill(number)

    assert term.exit_code() == code
    assert term.is_restored()
    assert (tmp_path / "log").exists()


def test_ctrl_c_ends_with_130_and_tells_where_the_session_is(terminal):
    term = terminal("--live")
    term.wait_for("Latency")

    term.type("\x03")

    assert term.exit_code() == 130
    assert term.is_restored()
    assert "recorded in /tmp/pi.edgetop; replay with: edgetop replay /tmp/pi.edgetop" in term.text


def test_q_ends_with_0(terminal):
    term = terminal()
    term.wait_for("Enter  Start")

    term.type("q")

    assert term.exit_code() == 0
    assert term.is_restored()


@pytest.mark.parametrize("ignored", [False, True], ids=["hang-up", "hang-up ignored"])
def test_a_closed_terminal_ends_it_soon(terminal, tmp_path, ignored):
    log = tmp_path / "log"
    command = None
    if ignored:
        child = os.path.join(os.path.dirname(__file__), "child_app.py")
        line = f"trap '' HUP; exec {sys.executable} {child} --live --stream --log {log}"
        command = ["sh", "-c", line]
    term = terminal("--live", "--stream", "--log", str(log), command=command)
    term.wait_for("Latency")

    began = time.monotonic()
    term.hang_up()
    code = term.exit_code(within_s=5)

    assert code == 129
    assert time.monotonic() - began < 2.0  # 0.2 s when the machine is quiet
    assert log.exists()


def test_ctrl_z_gives_the_terminal_back_and_fg_draws_again(terminal):
    term = terminal("--live")
    term.wait_for("Latency")
    taken = term.modes

    term.type("\x1a")
    assert term.has_stopped()
    assert term.is_restored()

    term.screen.reset()
    term.kill(signal.SIGCONT)
    term.wait_for("Latency")
    term.wait_for("quit")
    term.wait_for(lambda: term.modes == taken)

    term.type("\x03")
    assert term.exit_code() == 130
    assert term.is_restored()


def test_a_stray_continue_signal_does_no_harm(terminal):
    term = terminal("--live")
    term.wait_for("Latency")

    term.screen.reset()
    term.kill(signal.SIGCONT)
    term.wait_for("Latency")  # drawn anew
    term.type("\x03")

    assert term.exit_code() == 130
    assert term.is_restored()
    assert term.modes[3] & termios.ECHO


def test_a_stalled_terminal_blocks_nothing_and_gets_no_stale_frames(terminal, tmp_path):
    term = terminal("--live", "--flood", "--until", str(tmp_path / "still"), "--log", str(tmp_path / "log"))
    term.wait_for("Latency")

    time.sleep(3.0)  # nobody reads: sixty frames of some ten kilobytes would be written
    (tmp_path / "still").touch()
    time.sleep(0.5)
    backlog = 0
    while select.select([term.master], [], [], 0)[0]:
        backlog += len(os.read(term.master, 1 << 16))
    term.type("\x03")

    assert term.exit_code() == 130
    assert term.is_restored()
    assert backlog < 150_000
    assert float((tmp_path / "log").read_text()) < 0.6  # 0.2 s when the machine is quiet


def test_after_a_stall_the_screen_is_brought_up_to_date(terminal):
    term = terminal("--live", "--flood")
    term.wait_for("Latency")
    time.sleep(1.5)

    term.screen.reset()  # what was left out is not needed: the whole is drawn again

    term.wait_for("Latency")
    term.wait_for("quit")


def test_a_stalled_terminal_does_not_keep_it_from_ending(terminal, tmp_path):
    term = terminal("--live", "--flood", "--log", str(tmp_path / "log"))
    term.wait_for("Latency")
    time.sleep(1.5)

    term.kill(signal.SIGTERM)
    end = time.monotonic() + 5
    while not (tmp_path / "log").exists():  # still nobody reads
        assert time.monotonic() < end
        time.sleep(0.02)

    assert term.exit_code() == 143


@pytest.mark.parametrize("name", ["dumb", "unknown", None])
def test_a_terminal_without_a_screen_is_refused(terminal, name):
    term = terminal(environment={"TERM": name, "COLORTERM": None})

    assert term.exit_code() == 2
    assert "--headless" in term.text
    assert "\x1b[?1049h" not in term.seen.decode()


def test_an_error_of_its_own_is_one_line(terminal):
    term = terminal("--fail")

    assert term.exit_code() == 1
    assert term.is_restored()
    after = term.seen.decode().rpartition("\x1b[?1049l")[2]
    assert "edgetop: the screen failed (AttributeError" in after
    assert "EDGETOP_DEBUG=1" in after
    assert "Traceback" not in after


@pytest.mark.parametrize("where", ["timer", "worker", "thread"])
def test_an_error_anywhere_ends_it_in_one_line(terminal, tmp_path, where):
    term = terminal("--live", "--stream", "--fail-in", where, "--log", str(tmp_path / "log"))

    assert term.exit_code() == 1
    assert term.is_restored()
    after = term.seen.decode().rpartition("\x1b[?1049l")[2]
    assert "edgetop: the screen failed (ValueError: out of place)" in after
    assert "EDGETOP_DEBUG=1" in after
    assert "Traceback" not in after
    assert (tmp_path / "log").exists()


def test_what_libraries_write_to_the_terminal_is_in_the_log_and_nowhere_else(terminal, tmp_path):
    term = terminal("--live", "--stream", "--stray", str(tmp_path / "told"), size=(120, 40))
    term.wait_for("Latency")
    term.type("7")
    said = (
        "printed by Python",
        "a warning by Python",
        "Python, to 1",
        "Python, to 2",
        "by C's puts",
        "by a child of its own",
    )
    term.wait_for(lambda: all(sum(text in row for row in term.screen.display) == 1 for text in said))
    assert term.screen.display[0].startswith("╭")  # the frame of the enlarged panel stands
    term.type("\x03")
    assert term.exit_code() == 130
    assert term.is_restored()


def test_what_was_written_and_never_shown_is_told_at_the_end(terminal, tmp_path):
    term = terminal("--stray", str(tmp_path / "told"))  # the picker has no log
    term.wait_for("Enter  Start")
    term.wait_for((tmp_path / "told").exists)
    term.pump()
    assert "past Python" not in term.text

    term.type("q")

    assert term.exit_code() == 0
    assert term.is_restored()
    assert "by C's puts" in term.text and "past Python, to 2" in term.text


def test_debug_shows_the_traceback(terminal):
    term = terminal("--fail", environment={"EDGETOP_DEBUG": "1"})

    assert term.exit_code() == 1
    assert b"Traceback" in term.seen


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "latin-1"},
        {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
        {"TERM": "linux"},
    ],
    ids=["latin-1", "C locale", "console"],
)
def test_ascii_is_drawn_where_signs_are_missing(terminal, environment):
    term = terminal("--live", "--stream", environment=environment)
    term.wait_for("Latency")
    term.wait_for("LiteRT")

    assert term.seen.isascii()
    assert b"\\u" not in term.seen
    term.type("\x03")
    assert term.exit_code() == 130


def test_no_color_draws_without_colours(terminal):
    term = terminal("--live", "--stream", environment={"NO_COLOR": "1"})
    term.wait_for("LiteRT")

    colours = {cell.fg for row in term.screen.buffer.values() for cell in row.values()} - {"default"}
    assert all(name[:2] == name[2:4] == name[4:] for name in colours if len(name) == 6)
    term.type("\x03")
    assert term.exit_code() == 130


def test_sixteen_colours_are_enough(terminal):
    term = terminal(environment={"TERM": "xterm", "COLORTERM": None})
    term.wait_for("Enter  Start")

    assert b"38;2;" not in term.seen
    assert b"38;5;" not in term.seen


def test_no_mouse_on_request(terminal):
    term = terminal(environment={"EDGETOP_SCREEN_MOUSE": "false"})
    term.wait_for("Enter  Start")

    assert b"\x1b[?1000h" not in term.seen


@pytest.mark.parametrize(
    ("setting", "encoding", "name", "ascii"),
    [
        ("auto", "utf-8", "xterm-256color", False),
        ("auto", "utf-8", "linux", True),
        ("auto", "iso8859-1", "xterm", True),
        ("auto", "ascii", "xterm", True),
        ("auto", None, "xterm", True),
        ("never", "ascii", "linux", False),
        ("always", "utf-8", "xterm", True),
    ],
)
def test_ascii_is_chosen_by_setting_encoding_and_terminal(setting, encoding, name, ascii):
    assert wants_ascii(setting, encoding, name) is ascii


def test_something_is_shown_before_anything_dear_is_imported(terminal):
    program = "import sys; from edgetop.terminal.first_frame import FIRST_FRAME; FIRST_FRAME.show()\n"
    program += "print(sorted({'textual', 'rich', 'asyncio', 'argparse', 'typing', 'numpy'} & set(sys.modules)))\n"
    program += "import time; time.sleep(1); FIRST_FRAME.withdraw()"
    term = terminal(command=[sys.executable, "-c", program])

    term.wait_for("starting[]")

    assert term.exit_code() == 0
    assert term.is_restored()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_before_the_app_runs_restores_the_terminal(terminal, number):
    program = "import time; from edgetop.terminal.first_frame import FIRST_FRAME\n"
    program += "try: FIRST_FRAME.show(); time.sleep(60)\nfinally: FIRST_FRAME.withdraw()"
    term = terminal(command=[sys.executable, "-c", program])
    term.wait_for("starting")

    term.kill(number)

    assert term.exit_code() == 128 + number
    assert term.is_restored()


def test_a_kill_before_the_app_runs_restores_the_terminal(terminal):
    program = "import time; from edgetop.terminal.first_frame import FIRST_FRAME; FIRST_FRAME.show(); time.sleep(60)"
    term = terminal(command=[sys.executable, "-c", program])
    term.wait_for("starting")

    term.kill(signal.SIGKILL)

    assert term.exit_code() == -signal.SIGKILL
    term.wait_for(term.is_restored)
    term.wait_for("the screen was killed")


@pytest.mark.parametrize("wait_s", [0.05, 0.1, 0.2, 0.4])
def test_a_kill_at_any_moment_of_the_start_restores_the_terminal(terminal, wait_s):
    term = terminal(command=[sys.executable, "-m", "edgetop"])
    term.wait_for("starting")
    time.sleep(wait_s)

    term.kill(signal.SIGKILL)

    assert term.exit_code() == -signal.SIGKILL
    term.wait_for(term.is_restored)
    term.wait_for("the screen was killed")
    assert term.seen.count(b"the screen was killed") == 1


def test_an_app_takes_the_first_frame_over(terminal):
    term = terminal(command=[sys.executable, "-m", "edgetop"])
    term.wait_for("starting")
    term.wait_for("Enter  Start")
    term.type("\x03")

    assert term.exit_code() == 130
    assert term.seen.count(b"\x1b[?1049h") == 1
    assert term.is_restored()


@pytest.mark.parametrize("words", [["run", "--nonsense"], ["sessions", "/nowhere"], ["run", "no-such-model"]])
def test_what_is_refused_is_told_on_the_terminal_as_it_was(terminal, words):
    term = terminal(command=[sys.executable, "-m", "edgetop", *words])

    assert term.exit_code() == 2
    assert term.is_restored()
    told = term.seen.rpartition(b"\x1b[?1049l")[2]
    assert b"edgetop: " in told
