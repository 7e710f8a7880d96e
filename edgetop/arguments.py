"""What can be said on the command line: commands and their options."""

from __future__ import annotations

import argparse
import os
from typing import Any, NoReturn

from edgetop.terminal.first_frame import FIRST_FRAME

DEMO = "demo.edgetop"
"""A session that ships with edgetop."""
SLOW_LINK = "send the terminal little: a frame a second, 16 colours"


class OneLineParser(argparse.ArgumentParser):
    """Says what is wrong in one line, as every other error of edgetop."""

    def error(self, message: str) -> NoReturn:
        """End with the code of wrong usage."""
        FIRST_FRAME.withdraw()
        self.exit(2, f"edgetop: {message}. See `{self.prog} --help`\n")

    def print_help(self, file: Any = None) -> None:
        """On standard output, and told where it cannot be: argparse passes over that."""
        print(self.format_help(), end="", flush=True)


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands; imported only to carry out a command, for argparse costs as much as Python."""
    parser = OneLineParser(prog="edgetop", add_help=False, allow_abbrev=False)
    parser.add_argument("--config", default="", metavar="FILE", help="settings file")
    _python_option(parser, "python")
    parser.add_argument("--no-mouse", action="store_true", help="leave the mouse to the terminal")
    parser.add_argument("--slow-link", action="store_true", help=SLOW_LINK)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")

    run = commands.add_parser("run", help="measure", description="Measure a model on some frameworks.")
    run.add_argument(
        "model", nargs="?", default="", metavar="MODEL", help="a name from `edgetop list models`, or a file"
    )
    _run_options(run)
    _terminal_options(run)
    _python_option(run, "python_here")
    attach = commands.add_parser("attach", help="come back", description="Come back to a run that goes on without you.")
    attach.add_argument(
        "name", nargs="?", default="", metavar="NAME", help="of the run; needed where there are several"
    )
    _terminal_options(attach)

    accuracy = commands.add_parser(
        "accuracy", help="how often it is right", description="Show a model the pictures of a data set."
    )
    accuracy.add_argument("model", metavar="MODEL", help="a name from `edgetop list models`, or a file")
    accuracy.set_defaults(**vars(run.parse_args([])))
    accuracy.add_argument("--data", required=True, dest="accuracy", metavar="PATH", help="the folder of pictures")
    _accuracy_options(accuracy)
    _way_options(accuracy)
    accuracy.add_argument("--json", default="", metavar="FILE|-", help="write the result as JSON")
    _python_option(accuracy, "python_here")

    compare = commands.add_parser(
        "compare", help="compare", description="Set two recorded sessions against each other."
    )
    compare.add_argument("first", type=session, metavar="A", help="a session file, to which B is compared")
    compare.add_argument("second", type=session, metavar="B", help="another one")
    compare.add_argument(
        "--align", default="", metavar="HOW", help="on the screen: by start, run, marker or marker:NAME (default: run)"
    )
    compare.add_argument("--runs", default="", metavar="A1,B2", help="which run of A, by its place, with which of B")
    compare.add_argument("--headless", action="store_true", help="print a table, without a screen")
    compare.add_argument("--json", default="", metavar="FILE|-", help="write the comparison as JSON, without a screen")
    _terminal_options(compare)

    replay = commands.add_parser("replay", help="replay", description="Show a recorded session again.")
    replay.add_argument("file", type=session, metavar="FILE", help="the session; `demo` is one that comes with edgetop")
    replay.add_argument("--headless", action="store_true", help="print the final figures, without a screen")
    replay.add_argument("--json", default="", metavar="FILE|-", help="write them as JSON, without a screen")
    replay.add_argument("--meter-csv", default="", metavar="FILE", help="a USB meter's recording, whose watts count")

    _terminal_options(replay)
    _export_options(commands.add_parser("export", help="export", description="Write a session in another format."))

    report = commands.add_parser("report", help="report", description="Write sessions as one HTML page.")
    report.add_argument(
        "files", type=session, nargs="+", metavar="FILE", help="the session; several stand side by side"
    )
    _output_options(report)

    bench = commands.add_parser("bench", help="measure a matrix", description="Measure a matrix of runs from a plan.")
    _bench_options(bench)
    _python_option(bench, "python_here")

    sessions = commands.add_parser("sessions", help="browse them", description="Browse the recorded sessions.")
    sessions.add_argument("folder", nargs="?", default="", metavar="FOLDER", help="default: where runs are recorded")

    serve = commands.add_parser("serve", help="in a browser", description="Show the screen in a browser's tab.")
    serve.add_argument("words", nargs="*", metavar="COMMAND", help="behind --: run MODEL …; default: the picker")
    serve.add_argument("--port", type=int, default=8000, metavar="N", help="default 8000; 0: any that is free")
    serve.add_argument("--host", default="127.0.0.1", metavar="H", help="127.0.0.1 alone: there is no password")

    listing = commands.add_parser("list", help="list", description="List what there is.")
    listing.add_argument("what", choices=("models", "frameworks", "probes", "sessions", "keys"))
    listing.add_argument("--json", action="store_true", help="as JSON")
    _python_option(listing, "python_here")

    models = commands.add_parser("models", help="model files", description="Write model files; take weights.")
    actions = models.add_subparsers(dest="action", metavar="write|import|forget", required=True)
    _import_options(actions)
    write = actions.add_parser(
        "write", help="write a model of the zoo", description="Write a model of the zoo in a framework's own format."
    )
    write.add_argument("model", metavar="MODEL")
    write.add_argument("--format", required=True, metavar="F", help="tflite, onnx, ncnn, caffe or torchscript")
    write.add_argument("--precision", default="", metavar="P")
    write.add_argument(
        "--calibrate", default="", metavar="FOLDER", help="pictures for int8; default: those that ship with edgetop"
    )
    write.add_argument("-o", "--output", required=True, metavar="OUT", help="the file to write")

    doctor = commands.add_parser("doctor", help="check this machine", description="Check this machine.")
    doctor.add_argument("--json", action="store_true", help="as JSON")
    _python_option(doctor, "python_here")

    env = commands.add_parser("env", help="environments", description="Python environments, one a framework.")
    _env_options(env.add_subparsers(dest="action", metavar="create|list|remove", required=True))
    return parser


def _terminal_options(parser: argparse.ArgumentParser) -> None:
    """After a command too, where its absence must not undo what stands before it."""
    parser.add_argument(
        "--no-mouse", action="store_true", default=argparse.SUPPRESS, help="leave the mouse to the terminal"
    )
    parser.add_argument("--slow-link", action="store_true", default=argparse.SUPPRESS, help=SLOW_LINK)


def _python_option(parser: argparse.ArgumentParser, name: str) -> None:
    """Before a command and after it: argparse keeps what stands after it apart."""
    parser.add_argument(
        "--python",
        action="append",
        default=[],
        dest=name,
        metavar="NAME=PATH",
        help="run framework NAME in that interpreter; may be given again",
    )


def _export_options(export: argparse.ArgumentParser) -> None:
    export.add_argument("file", type=session, metavar="FILE", help="the session")
    export.add_argument("--format", required=True, metavar="F", help="csv, json, parquet, trace or mcap")
    _output_options(export)
    export.add_argument("--from", type=number, default=0.0, dest="from_s", metavar="S", help="seconds since its start")
    export.add_argument("--to", type=number, dest="to_s", metavar="S", help="likewise; default: to its end")


def _output_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("-o", "--output", required=True, metavar="OUT", help="the file to write; `-` where it is text")
    parser.add_argument("--force", action="store_true", help="replace OUT where it is there")


def _bench_options(bench: argparse.ArgumentParser) -> None:
    bench.add_argument("plan", metavar="PLAN", help="a TOML file; or quick, gemm or study, which come with edgetop")
    bench.add_argument("--out", default="", metavar="FOLDER", help="where the sessions go, and are gone on with")
    bench.add_argument("--dry-run", action="store_true", help="list what would be measured, and how long it takes")
    bench.add_argument("--table-only", action="store_true", help="measure nothing: the table of what is there")
    bench.add_argument("--json", default="", metavar="FILE|-", help="write the table as JSON")
    bench.add_argument("--csv", default="", metavar="FILE|-", help="write the table as CSV")
    bench.add_argument("--markdown", default="", metavar="FILE|-", help="write the table as Markdown")


def _env_options(actions: argparse._SubParsersAction[Any]) -> None:
    create = actions.add_parser("create", help="make one", description="Make a framework's own environment.")
    create.add_argument("name", metavar="NAME", help="a framework")
    create.add_argument("--python", default="", dest="base", metavar="PYTHON", help="the Python it is made from")
    create.add_argument("--again", action="store_true", help="in place of the one that is there")
    listing = actions.add_parser("list", help="list them", description="List the environments that were made.")
    listing.add_argument("--json", action="store_true", help="as JSON")
    remove = actions.add_parser("remove", help="remove one", description="Remove a framework's environment.")
    remove.add_argument("name", metavar="NAME")


def _import_options(actions: argparse._SubParsersAction[Any]) -> None:
    take = actions.add_parser(
        "import", help="take weights for a model", description="Take trained weights for a model of the zoo."
    )
    take.add_argument("model", metavar="MODEL")
    take.add_argument(
        "file", metavar="FILE", help=".pth, .pt or .safetensors of torchvision or timm, .caffemodel, .param or .bin"
    )
    forget = actions.add_parser(
        "forget", help="leave imported weights", description="Go back to a model's own weights."
    )
    forget.add_argument("model", metavar="MODEL")


# argparse says "invalid NAME value" of these: their names are words for that.
def session(text: str) -> str:
    """The path of a session; ``demo`` is the one that ships with edgetop, where no file has that name."""
    from edgetop.config import asset

    return asset(DEMO) if text == "demo" and not os.path.exists(text) else text


def number(text: str) -> float:
    """A number that is neither nan nor inf."""
    from edgetop.config import finite

    return finite(text)


def ohms(text: str) -> float:
    """The resistance of a shunt."""
    from edgetop.config import finite, is_shunt

    if not is_shunt(finite(text)):
        raise ValueError(text)
    return float(text)


def address(text: str) -> int:
    """A whole number, also as 0x40."""
    return int(text, 0)


def count(text: str) -> tuple[int, ...]:
    """Whole numbers between commas."""
    return tuple(int(part) for part in text.split(","))


def shape(text: str) -> tuple[int, ...]:
    """Whole numbers between commas."""
    return tuple(int(part) for part in text.split(","))


def _run_options(run: argparse.ArgumentParser) -> None:
    _way_options(run)
    run.add_argument("--input", default="", metavar="PATH", help="a picture, or cat, coffee or noise")
    run.add_argument("--duration", type=number, default=0.0, metavar="S", help="seconds of measuring in all")
    run.add_argument("--count", type=int, default=0, metavar="N", help="inferences of each run in the statistics")
    record = run.add_mutually_exclusive_group()
    record.add_argument("--record", default="", metavar="FILE", help="the session file; default: a new one")
    record.add_argument("--no-record", action="store_true", help="keep no session file")
    run.add_argument(
        "--raw-limit",
        type=int,
        default=None,
        metavar="N",
        help="record N samples of a run in a second at most, and outliers",
    )
    run.add_argument("--detach", action="store_true", help="go on when the screen or the ssh line goes")
    run.add_argument("--headless", action="store_true", help="no screen: progress, then the summary table")
    run.add_argument("--json", default="", metavar="FILE|-", help="write the result as JSON, without a screen")
    run.add_argument("--operators", action="store_true", help="also time each operator, before the measurement")
    _load_options(run.add_argument_group("load shape"))
    _power_options(run.add_argument_group("power, energy and heat"))
    accuracy = run.add_argument_group("accuracy")
    accuracy.add_argument("--accuracy", default="", metavar="PATH", help="first judge it by the pictures of a data set")
    _accuracy_options(accuracy)


def _way_options(run: argparse.ArgumentParser) -> None:
    run.add_argument("--on", default="", metavar="FW,FW", help="frameworks; litert:builtin is one of LiteRT's variants")
    run.add_argument("--precision", default="", metavar="P,P", help="fp32 (the default), fp16, bf16 or int8")
    run.add_argument("--threads", type=count, default=(), metavar="N,N", help="default: half of the cores")
    run.add_argument("--delegate", default="", metavar="LIB", help="a TFLite delegate's shared library")
    run.add_argument("--delegate-option", action="append", default=[], metavar="K=V", help="may be given again")
    own = run.add_argument_group("for a model file of your own")
    own.add_argument("--values", default="", metavar="V", help="of pixels: raw, unit, symmetric or imagenet")
    own.add_argument("--fit", default="crop", metavar="F", help="of pictures: crop, stretch, letterbox or corner")
    own.add_argument("--bgr", action="store_true", help="blue first, as many Caffe models want it")
    own.add_argument("--labels", default="", metavar="FILE", help="a label a line")
    own.add_argument("--input-shape", type=shape, default=(), metavar="N,C,H,W", help="where the file does not tell")


def _accuracy_options(accuracy: argparse._ActionsContainer) -> None:
    accuracy.add_argument(
        "--annotations", default="", metavar="FILE", help="list of labels, or COCO's file; default: found beside PATH"
    )
    accuracy.add_argument("--first", type=int, default=0, metavar="N", help="pictures, in the order of the list")
    accuracy.add_argument("--again", action="store_true", help="forget what was answered before")


def _load_options(load: argparse._ArgumentGroup) -> None:
    load.add_argument("--load", default="", metavar="SHAPE", help="closed, rate:HZ, burst:N:HZ or duty:SHARE")
    load.add_argument("--deadline-ms", type=number, default=0.0, metavar="MS", help="count inferences that take longer")


def _power_options(power: argparse._ArgumentGroup) -> None:
    power.add_argument("--ina219-bus", default="", metavar="N", help="I2C bus of the power meter, or `simulated`")
    power.add_argument("--ina219-address", type=address, metavar="A", help="0x40 to 0x4f")
    power.add_argument("--ina219-shunt-ohms", type=ohms, metavar="R", help="default 0.1; 1e-5 to 100")
    power.add_argument(
        "--meter",
        action="append",
        default=[],
        metavar="NAME=ADDRESS[:OHMS[:BUS]]",
        help="one more INA219; may be given again",
    )
    power.add_argument("--power", default="", metavar="RAIL", help="whose watts energy is made of; default: the best")
    power.add_argument("--energy", action="store_true", help="measure energy in windows between two idle stretches")
    power.add_argument("--energy-windows", type=int, metavar="N", help="--energy with so many of each run; default 5")
    power.add_argument("--energy-seconds", type=number, metavar="S", help="--energy with windows so long; default 10")
    power.add_argument("--cool-down", action="store_true", help="wait for the starting temperature before each window")
    power.add_argument(
        "--leave-out-throttled", action="store_true", help="keep throttled inferences out of the figures"
    )
