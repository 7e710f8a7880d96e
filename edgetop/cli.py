"""The command line: which module does what is said; every import that costs is inside its command."""

from __future__ import annotations

import errno
import os
import sys

from edgetop import __version__

_CANNOT_WRITE = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EBADF)
"""Of standard output: files that a command writes by their names tell of their own errors."""

_ON_SCREEN = ("run", "replay", "sessions")
_WITHOUT_SCREEN = ("--help", "--headless", "--json", "--detach")

HELP = f"""edgetop {__version__}: a live profiler in the terminal for deep-learning inference on edge boards

usage:
  edgetop                                pick model, frameworks, precision, threads and input, then watch
  edgetop run MODEL [--on FW,FW] …       measure a model (a name, or a model file) on some frameworks
  edgetop attach [NAME]                  come back to what `edgetop run --detach` measures
  edgetop accuracy MODEL --data PATH     how often it is right on ImageNet, COCO or a folder of labelled pictures
  edgetop bench PLAN                     measure many models on many frameworks, in one table
  edgetop replay FILE                    show a recorded session again
  edgetop compare A B                    two recorded sessions on one axis of time
  edgetop export FILE --format F -o OUT  a session as csv, json, parquet, trace (Perfetto) or mcap
  edgetop report FILE … -o OUT.html      sessions as one HTML page with charts, to pass on
  edgetop sessions [FOLDER]              what was recorded: search, replay, rename, delete
  edgetop serve [--port N] [-- COMMAND]  the screen of another command, or the picker, in a browser on this machine
  edgetop list models|frameworks|probes|sessions|keys
  edgetop models write MODEL --format F -o OUT
  edgetop models import MODEL FILE       take trained weights for a model
  edgetop doctor                         what is here, what is not, and how to mend it
  edgetop env create|list|remove [NAME]  a Python environment of its own for a framework

  edgetop COMMAND --help                 the options of a command
  --config FILE   settings, else $XDG_CONFIG_HOME/edgetop/config.toml
  --python NAME=PATH   run framework NAME in that interpreter; may be given again
  --no-mouse      leave the mouse to the terminal: to select and copy text
  --slow-link     send the terminal little: a frame a second, 16 colours; by itself where the link is slow
  --version       the version

exit codes: 0 done, 1 a run failed, 2 wrong usage or bad input, 130 interrupted, 128+n ended by signal n
"""


def _dispatch(argv: list[str]) -> int:
    from edgetop.arguments import make_parser

    parser = make_parser()
    arguments = parser.parse_args(argv or ["run"])
    arguments.python += getattr(arguments, "python_here", [])
    if arguments.no_mouse:
        os.environ["EDGETOP_SCREEN_MOUSE"] = "no"  # the last word on this setting, whichever command reads it
    if arguments.slow_link:
        os.environ["EDGETOP_SCREEN_SLOW_LINK"] = "always"
    if not argv or arguments.command is None:
        from edgetop.commands.run import pick

        return pick(parser.parse_args([*argv, "run"]))
    if arguments.command == "run":
        from edgetop.commands.run import run as act
    elif arguments.command == "accuracy":
        from edgetop.commands.accuracy import accuracy as act
    elif arguments.command == "bench":
        from edgetop.commands.bench import bench as act
    elif arguments.command == "attach":
        from edgetop.commands.detach import attach as act
    elif arguments.command == "compare":
        from edgetop.commands.compare import compare as act
    elif arguments.command == "replay":
        from edgetop.commands.replay import replay as act
    elif arguments.command == "export":
        from edgetop.commands.export import export as act
    elif arguments.command == "report":
        from edgetop.commands.report import report as act
    elif arguments.command == "sessions":
        from edgetop.commands.sessions import sessions as act
    elif arguments.command == "serve":
        if arguments.words:
            parser.parse_args(arguments.words)  # what is not understood is refused before a page opens
        from edgetop.commands.serve import serve as act
    elif arguments.command == "list":
        from edgetop.commands.listing import listing as act
    elif arguments.command == "env":
        from edgetop.commands.env import env as act
    elif arguments.command == "models" and arguments.action == "import":
        from edgetop.commands.weights import take as act
    elif arguments.command == "models" and arguments.action == "forget":
        from edgetop.commands.weights import forget as act
    elif arguments.command == "models":
        from edgetop.commands.models import write as act
    else:
        from edgetop.commands.doctor import doctor as act
    return act(arguments)


def main(argv: list[str] | None = None) -> int:
    """Run one command; the exit code."""
    try:
        return _run(sys.argv[1:] if argv is None else argv)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _leave_output()  # its reader has gone: nothing is left to say
        return 141
    except OSError as error:
        if error.errno not in _CANNOT_WRITE or error.filename is not None:
            raise
        _leave_output()
        print(
            f"edgetop: cannot write the output: {error.strerror}. Send it elsewhere, or free some room", file=sys.stderr
        )
        return 1


def _leave_output() -> None:
    """Let what Python still holds of it go nowhere as the program ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)


def _run(argv: list[str]) -> int:
    if argv[:1] in (["--help"], ["-h"], ["help"], ["--version"]):
        print(f"edgetop {__version__}" if argv[0] == "--version" else HELP.rstrip(), flush=True)
        return 0
    from edgetop.errors import EdgetopError
    from edgetop.terminal.first_frame import FIRST_FRAME

    try:
        if _wants_screen(argv):
            FIRST_FRAME.show()
        code = _dispatch(argv)
        sys.stdout.flush()
    except EdgetopError as error:
        FIRST_FRAME.withdraw()
        print(f"edgetop: {error}", file=sys.stderr)
        return error.exit_code
    finally:
        FIRST_FRAME.withdraw()
    return code


def _wants_screen(argv: list[str]) -> bool:
    """Whether this will most likely end in a screen; a guess, made before there is a parser to ask."""
    plain = any(word.startswith(_WITHOUT_SCREEN) or word == "-h" for word in argv)
    return not plain and argv[:1] in ([], *([command] for command in _ON_SCREEN)) and sys.stdout.isatty()
