"""Measuring and replaying without a screen: progress on standard error, the summary or JSON on standard output."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import time
from types import FrameType
from typing import Any, Optional

from edgetop.commands.operator_tables import print_operators
from edgetop.commands.summary import print_summary
from edgetop.controls import Command, Stop
from edgetop.engine.loop import Loop
from edgetop.engine.result import result
from edgetop.errors import CannotWrite
from edgetop.protocol import Ended, Message


class Quiet:
    """Tells nothing: the states of a replay are history."""

    def publish(self, message: Message) -> bool:
        """Drop."""
        return True


class Signals:
    """Commands of a run without a screen: a signal stops it, nothing else is said."""

    def __init__(self) -> None:
        self.number = 0
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._stop)

    def _stop(self, number: int, frame: Optional[FrameType]) -> None:
        self.number = number

    def __call__(self, timeout_s: float) -> list[Command]:
        """Stop, once a signal has come; else after so long."""
        if not self.number:
            time.sleep(timeout_s)
        return [Stop()] if self.number else []

    def exit_code(self, ended: Ended) -> int:
        """What to exit with: the run's own code, unless a signal ended it."""
        return 128 + self.number if self.number else ended.exit_code


def check_json_path(path: str) -> None:
    """Raise CannotWrite for a result file that could not be written at the end."""
    if path == "-":
        return
    place = path if is_stream(path) else os.path.dirname(os.path.realpath(path))
    if os.path.isdir(path) or not os.access(place, os.W_OK):
        raise CannotWrite(f"Cannot write {path}", "Name a file in a folder that exists and can be written")


def write_json(value: dict[str, Any], path: str) -> None:
    """The result as JSON, as ``write_text`` does."""
    write_text(json.dumps(value, indent=2, allow_nan=False) + "\n", path)


def write_text(text: str, path: str) -> None:
    """A text to a file (whole or not at all), a pipe or device, or standard output for ``-``; raises CannotWrite."""
    if path == "-":
        print(text, end="")
        return
    try:
        if is_stream(path):
            with open(path, "w", encoding="utf-8") as stream:
                stream.write(text)
        else:
            _replace(os.path.realpath(path), text)  # a link stays one
    except OSError as error:
        raise CannotWrite(f"Cannot write {path}: {error.strerror}", "Name another file") from error


def is_stream(path: str) -> bool:
    """Whether a pipe or device is there, which is written to and never replaced."""
    return os.path.exists(path) and not os.path.isfile(path) and not os.path.isdir(path)


def _replace(path: str, text: str) -> None:
    partial = f"{path}.partial"
    try:
        with open(partial, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(partial, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(partial)
        raise


def run_headless(loop: Loop, signals: Signals, machine: dict[str, Any], json_path: str) -> int:
    """Run the loop to its end, then print what came out; the exit code."""
    ended = loop.run()
    if json_path != "-":
        print_summary(loop.last)
        print_operators(loop.last, loop.operators)
    if ended.session:
        print(f"recorded in {ended.session}", file=sys.stderr)
    if ended.exit_code:
        print(f"edgetop: {ended.title}. {ended.hint}".rstrip(), file=sys.stderr)
    if json_path:
        write_json(result(loop.last, machine, loop.operators), json_path)
    return signals.exit_code(ended)
