"""The engine that shows the sessions of a folder: lists them as they change, describes, renames and removes them."""

from __future__ import annotations

import os
import time

from edgetop import __version__
from edgetop.backends.registry import backend, names
from edgetop.controls import Command, DeleteSession, DescribeSession, RenameSession, Stop
from edgetop.engine.loop import Commands
from edgetop.engine.publish import Publisher
from edgetop.errors import CannotWrite, EdgetopError
from edgetop.plan import RunSpec
from edgetop.protocol import Ended, Hello, Notice, SessionDetails, SessionRun, Sessions
from edgetop.readings import Missing
from edgetop.sessions.arranging import delete_session, rename_session
from edgetop.sessions.folder import SessionFolder
from edgetop.sessions.opening import is_session
from edgetop.sessions.pyramid import quantile
from edgetop.sessions.reader import SessionReader

LOOK_S = 2.0
"""How often the folder is looked at anew."""
PIECE_S = 0.05
"""How long files are read before the screen hears of them, and is heard."""
_TOO_SHORT = Missing("no ten seconds of it are on disk")


class Browser:
    """Serves one screen with one folder."""

    def __init__(self, folder: str, publisher: Publisher, commands: Commands) -> None:
        self._folder = SessionFolder(folder)
        self._publisher = publisher
        self._commands = commands
        self._next_look_s = 0.0
        self._told_left = -1

    def run(self) -> Ended:
        """Until asked to stop."""
        self._publisher.publish(Hello(__version__, can_seek=False, can_record=False))
        while True:
            for command in self._commands(0.0 if self._folder.left else 0.1):
                if isinstance(command, Stop):
                    return Ended(0)
                self._obey(command)
            self._look()

    def _look(self) -> None:
        gone: tuple[str, ...] = ()
        if time.monotonic() >= self._next_look_s:
            gone = self._folder.look()
            self._next_look_s = time.monotonic() + LOOK_S
        entries, more = self._folder.read(PIECE_S)
        left = self._folder.left
        if entries or gone or more or left != self._told_left:
            self._told_left = left
            self._publisher.publish(Sessions(self._folder.folder, entries, (*gone, *more), left))

    def _obey(self, command: Command) -> None:
        try:
            if isinstance(command, DescribeSession):
                self._publisher.publish(describe(command.path))
            elif isinstance(command, RenameSession):
                rename_session(self._known(command.path), command.name)
                self._next_look_s = 0.0
            elif isinstance(command, DeleteSession):
                delete_session(self._known(command.path))
                self._next_look_s = 0.0
        except EdgetopError as error:
            self._publisher.publish(Notice(error.title, error.hint, "error"))

    def _known(self, path: str) -> str:
        """The path of a session of the folder: a screen has no say over other files."""
        if os.path.dirname(path) != self._folder.folder or not is_session(path):
            raise CannotWrite(f"There is no session {path} any more", "It was renamed or removed elsewhere")
        return path


def describe(path: str) -> SessionDetails:
    """What a session is of; says so where it cannot be read."""
    try:
        with SessionReader(path) as reader:
            session = reader.description
            power = next((channel for channel in session.channels if channel.id == session.power), None)
            return SessionDetails(
                path,
                session.machine,
                session.plan.input,
                f"{power.title} ({power.source})" if power and power.source else power.title if power else "",
                session.edgetop_version,
                tuple(_run(reader, run) for run in session.plan.runs),
            )
    except EdgetopError as error:
        return SessionDetails(path, trouble=str(error))


def _run(reader: SessionReader, run: RunSpec) -> SessionRun:
    latencies = reader.latencies(run.id)
    status, version = reader.outcome(run.id)
    title = backend(run.framework).title if run.framework in names() else run.framework
    if run.variant:
        title = f"{title} {run.variant}"
    return SessionRun(
        title,
        run.model,
        run.precision,
        run.threads,
        version,
        status,
        latencies.n if latencies else 0,
        quantile(latencies, 0.5) if latencies else _TOO_SHORT,
    )
