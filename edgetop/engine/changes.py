"""Another measurement in the place of the one under way, asked for by a Start: it is checked before that one ends."""

from __future__ import annotations

from typing import Callable, Optional

from edgetop.controls import Command, Start, Stop, Whole
from edgetop.engine.loop import Commands
from edgetop.engine.publish import Publisher
from edgetop.errors import EdgetopError
from edgetop.plan import Plan
from edgetop.protocol import Notice


class Changes:
    """The commands of one measurement: a Start among them stops it, where ``check`` raises no EdgetopError.

    ``between`` is called each time that commands are looked for.
    """

    def __init__(
        self,
        commands: Commands,
        publisher: Publisher,
        check: Callable[[Plan], object],
        between: Callable[[], None],
        *,
        anew: bool,
    ) -> None:
        self._commands = commands
        self._publisher = publisher
        self._check = check
        self._between = between
        self._first: list[Command] = [Whole()] if anew else []  # charts of the measurement before are forgotten
        self.plan: Optional[Plan] = None
        """What is to be measured next."""

    def __call__(self, timeout_s: float) -> list[Command]:
        """Commands that have come, after waiting for one at most so many seconds."""
        self._between()
        told, self._first = self._first, []
        for command in self._commands(timeout_s):
            if isinstance(command, Start):
                told += self._change(command.plan)
            else:
                told.append(command)
                self.plan = None if isinstance(command, Stop) else self.plan
        return told

    def _change(self, plan: Plan) -> list[Command]:
        try:
            self._check(plan)
        except EdgetopError as error:
            self._publisher.publish(Notice(error.title, error.hint, "error"))
            return []
        self.plan = plan
        return [Stop()]
