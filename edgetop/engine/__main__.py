"""The engine as a process, JSON lines on both sides.

``python -m edgetop.engine [--replay=FILE --meter-csv=FILE | --pair=FILE --pair=FILE --align=HOW --runs=A1,B2 |
--browse=FOLDER | --config=FILE --python=NAME=PATH …]``.

With ``--serve=FD`` the messages go to whichever screen connects to the listening socket of that descriptor.
"""

from __future__ import annotations

import getopt
import os
import queue
import select
import signal
import socket
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Callable, Optional, Protocol, Union

from edgetop import __version__
from edgetop.controls import Command, Start, Stop
from edgetop.encoding import decode
from edgetop.engine.publish import PipePublisher, Publisher
from edgetop.errors import EdgetopError
from edgetop.machine import describe_machine
from edgetop.plan import Plan
from edgetop.protocol import Ended, Hello, Notice
from edgetop.readings import Missing

if TYPE_CHECKING:
    from edgetop.backends.serving import Server
    from edgetop.engine.replay import Source

_CHUNK = 1 << 16
_OPTIONS = ["replay=", "meter-csv=", "pair=", "align=", "runs=", "browse=", "config=", "python=", "serve="]

Commands = Callable[[float], list[Command]]


class Far(Publisher, Protocol):
    """Where messages go, to the last one."""

    def drain(self) -> None:
        """Send all that waits."""


class CommandPipe:
    """Commands from standard input; its end, or a signal to terminate, is a Stop."""

    def __init__(self, fd: int, publisher: PipePublisher) -> None:
        self._fd = fd
        self._publisher = publisher
        self._partial = b""
        self._stopped = False
        for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT):
            signal.signal(number, self._signal)

    def _signal(self, number: int, frame: object) -> None:
        self._stopped = True

    def __call__(self, timeout_s: float) -> list[Command]:
        """Commands that have come, after waiting for one at most so long."""
        self._publisher.flush()
        readable = select.select([self._fd], [], [], 0 if self._stopped else timeout_s)[0]
        if readable:
            data = os.read(self._fd, _CHUNK)
            self._stopped = self._stopped or not data
            self._partial += data
        *lines, self._partial = self._partial.split(b"\n")
        commands: list[Command] = [decode(line) for line in lines if line.strip()]
        return [*commands, Stop()] if self._stopped or self._publisher.broken else commands


def measure(publisher: Far, commands: Commands, config: str, pythons: Sequence[str]) -> Ended:
    """Offer the catalog, wait for a plan, run it, and each that takes its place; raises BadConfig, UnknownName."""
    from edgetop.backends.serving import serving
    from edgetop.config import load_settings

    settings = load_settings(config)
    served = serving(settings.python, pythons)
    publisher.publish(Hello(__version__, can_seek=False, can_record=True, machine=describe_machine()))
    offer = Offer(publisher, served)
    plan, anew, ended = _first_plan(commands, offer.renew), False, Ended(0)
    if plan is None:
        return ended
    from edgetop.engine.changes import Changes
    from edgetop.engine.check import check_plan
    from edgetop.engine.resolve import placed
    from edgetop.engine.start import live_loop

    while plan is not None:
        changes = Changes(commands, publisher, lambda wish: check_plan(placed(wish, served)), offer.renew, anew=anew)
        ended = live_loop(plan, publisher, changes, served, settings.sessions).run()
        plan, anew = changes.plan, True
        if plan is not None and ended.session:
            publisher.publish(Notice("The recording has ended, another begins", ended.session))
    return ended


def _first_plan(commands: Commands, between: Callable[[], None]) -> Optional[Plan]:
    """What is to be measured; None where that is nothing."""
    while True:
        for command in commands(0.1):
            if isinstance(command, Start):
                return command.plan
            if isinstance(command, Stop):
                return None
        between()


class Offer:
    """The catalog, told anew whenever one more framework has answered."""

    def __init__(self, publisher: Publisher, served: Mapping[str, Server]) -> None:
        self._publisher = publisher
        self._served = served
        self._versions: dict[str, Union[str, Missing]] = {}
        self._found: queue.SimpleQueue[tuple[str, Union[str, Missing]]] = queue.SimpleQueue()
        self._publish()
        where = {name: server.python for name, server in served.items()}
        threading.Thread(target=_look_for_frameworks, args=(self._found, where), daemon=True).start()

    def renew(self) -> None:
        """Tell what has been found since."""
        if not self._found.empty():
            while not self._found.empty():
                name, version = self._found.get()
                self._versions[name] = version
            self._publish()

    def _publish(self) -> None:
        from edgetop.engine.catalog import catalog

        self._publisher.publish(catalog(self._versions, self._served))


def _look_for_frameworks(found: queue.SimpleQueue[tuple[str, Union[str, Missing]]], python: Mapping[str, str]) -> None:
    from edgetop.backends.availability import availabilities
    from edgetop.backends.registry import names

    availabilities(names(), python, lambda name, here: found.put((name, here.version)))


def replay(source: Source, publisher: Far, commands: Commands, notice: Optional[Notice] = None) -> Ended:
    """Replay a session, or two, until asked to stop."""
    from edgetop.engine.loop import Loop
    from edgetop.engine.replay import ReplayFeed

    feed = ReplayFeed(source)
    publisher.publish(Hello(__version__, can_seek=True, can_record=False, machine=feed.description.machine))
    publisher.publish(feed.overview())
    if notice is not None:
        publisher.publish(notice)
    return Loop(feed, publisher, commands, hold_at_end=True).run()


def main(argv: list[str]) -> int:
    """Serve one screen; the exit code of what was done."""
    # Whatever a library prints must not break the messages: they get a descriptor of their own.
    messages = os.dup(1)
    os.dup2(2, 1)
    said = getopt.getopt(argv, "", _OPTIONS)[0]
    options = dict(said)
    if "--serve" in options:
        from edgetop.engine.door import Door

        door = Door(socket.socket(fileno=int(options["--serve"])))
        return answer(said, door, door)
    pipe = PipePublisher(messages)
    return answer(said, pipe, CommandPipe(0, pipe))


def answer(said: Sequence[tuple[str, str]], publisher: Far, commands: Commands) -> int:
    """Do what the options say, and tell how it ended; the exit code of it."""
    options = dict(said)
    try:
        if "--replay" in options:
            from edgetop.engine.cut_off import missing_log
            from edgetop.engine.recorded import Recorded

            recorded = Recorded(options["--replay"], options.get("--meter-csv", ""))
            notice = None if recorded.goes_on else missing_log(recorded.reader)
            ended = replay(recorded, publisher, commands, notice)
        elif "--pair" in options:
            from edgetop.engine.pair import PairRecorded

            first, second = (value for name, value in said if name == "--pair")
            how = options.get("--align", ""), options.get("--runs", "")
            ended = replay(PairRecorded(first, second, *how), publisher, commands)
        elif "--browse" in options:
            from edgetop.engine.browse import Browser

            ended = Browser(options["--browse"], publisher, commands).run()
        else:
            pythons = [value for name, value in said if name == "--python"]
            ended = measure(publisher, commands, options.get("--config", ""), pythons)
    except EdgetopError as error:
        ended = Ended(error.exit_code, error.title, error.hint)
    publisher.publish(ended)
    publisher.drain()
    return ended.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
