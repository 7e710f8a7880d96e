"""The screen alone, in a process of its own: the app as its commands start it, fed from a pipe instead of an engine.

    screen_child.py FD [shown|hidden] [--profile FILE]

FD gives JSON lines; the second word opens the operators panel, and hides it again.
"""

from __future__ import annotations

import os
import sys

from edgetop.commands.screen import _load_app
from edgetop.encoding import decode
from edgetop.protocol import Ended


class Pipe:
    """An engine's end, without an engine."""

    def __init__(self, source):
        self._source = source
        self._rest = b""

    def fileno(self):
        return self._source

    def receive(self):
        data = os.read(self._source, 1 << 20)
        *lines, self._rest = (self._rest + data).split(b"\n")
        return [decode(line, shown=True) for line in lines] if data else [Ended(0)]

    def send(self, command):
        """Nobody hears it."""

    def close(self):
        """There is nothing to stop."""


def main():
    source = int(sys.argv[1])
    panel = next((word for word in sys.argv[2:] if word in ("shown", "hidden")), "")
    app_class = _load_app()

    class Host(app_class):
        def on_mount(self):
            if panel:
                self.set_timer(1.0, self.open_operators)

        async def open_operators(self):
            await self._live.open_operators()
            if panel == "hidden":
                self._live.minimize()

        def _take_ended(self, ended):
            self.exit()

    client = Pipe(source)
    Host(lambda: client, replay=False, client=client, attached=True).run()


if __name__ == "__main__":
    if "--profile" in sys.argv:
        import cProfile

        cProfile.run("main()", sys.argv[sys.argv.index("--profile") + 1])
    else:
        main()
