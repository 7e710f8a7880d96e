"""An app that leaves its terminal as it found it: on signals, on errors, when the terminal stalls or goes away."""

from __future__ import annotations

import contextlib
import os
import shlex
import sys
import threading
import traceback
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Optional

from rich.color import ColorSystem
from textual._ansi_sequences import SYNC_END, SYNC_START
from textual.app import App
from textual.binding import Binding, BindingsMap
from textual.events import Print
from textual.geometry import Region
from textual.widget import Widget

from edgetop.protocol import Ended
from edgetop.terminal.driver import TerminalDriver
from edgetop.terminal.keeper import Keeper
from edgetop.terminal.painting import in_full_sight, visible_widgets
from edgetop.terminal.pen import Pen
from edgetop.terminal.strays import Strays

RETRY_S = 0.1
"""How soon after a frame was left out the terminal is asked again."""


def is_sixteen_colours(app: App[Any]) -> bool:
    """Whether the terminal has sixteen colours or fewer."""
    return app.console.color_system in ("standard", None)


class TerminalApp(App[None]):
    """The base of EdgetopApp that knows about terminals and nothing about profiling."""

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.ascii = ascii
        self.terminal_bytes = 0
        """Bytes written to the terminal so far."""
        self.frames_left_out = 0
        self.slow_link = False
        """Whether the link to the terminal is spared."""
        self.keeper: Optional[Keeper] = None
        """Who gives the terminal back when this process cannot."""
        self.strays: Optional[Strays] = None
        """Where standard output and error lead, when that is not the terminal."""
        self.failure: Optional[BaseException] = None
        """What ended the app, when that was an error of its own."""
        self.pen = Pen()
        """Of widgets that know their place; what it has written is sent when the loop comes round again."""
        self._paints = False
        self._visible: Mapping[Widget, tuple[Region, Region]] = {}
        self._in_sight: dict[Widget, Region] = {}

    def on_load(self) -> None:
        """Have what Python prints go where all else goes that is written to the descriptors."""
        if self.strays is not None:
            self.begin_capture_print(self)

    def on_print(self, event: Print) -> None:
        """See ``on_load``."""
        os.write(2 if event.stderr else 1, event.text.encode(errors="replace"))

    # ---- for the driver

    def leave(self, code: int) -> None:
        """End at once with this exit code."""
        self.exit(return_code=code)

    def link_is_slow(self) -> None:
        """The terminal keeps the screen waiting, again and again."""

    def redraw(self) -> None:
        """Draw the whole screen anew, whatever the terminal shows."""
        for screen in self.screen_stack:
            screen.refresh(layout=True)

    def fail(self, error: BaseException) -> None:
        """End because of an error of edgetop's own."""
        self.failure = self.failure or error
        self.exit(return_code=1)

    def fail_in_thread(self, what: threading.ExceptHookArgs) -> None:
        """End because of one in a thread, of which nobody would hear: Python's hook for it."""
        if what.exc_value is not None:
            self.call_later(self.fail, what.exc_value)

    def on_driver_signal_resume(self) -> None:
        """Draw again after the shell had the terminal."""
        self.redraw()

    # ---- Textual's private parts

    def bind_keys(self, bindings: Iterable[Binding]) -> None:
        """Have these keys beside those of the class, as the user of this app wishes them."""
        # A keymap would do, but it takes a key from all of its actions where one of them is given another.
        self._bindings = BindingsMap.merge((self._bindings, BindingsMap(bindings)))

    def use_sixteen_colours(self, wanted: bool) -> None:
        """Send sixteen colours to the terminal, or all that it has again."""
        console: Any = self.console
        if self._colours is None:
            self._colours = console._color_system
        if self._colours is not None:
            console._color_system = ColorSystem.STANDARD if wanted else self._colours
        for screen in self.screen_stack:
            for widget in screen.walk_children(Widget, with_self=True):
                widget.notify_style_update()
                widget.refresh()

    _colours: Optional[ColorSystem] = None
    """What the terminal has."""

    def place_of(self, widget: Widget) -> Optional[Region]:
        """Where a widget's cells are on the terminal, for the pen; None where only Textual may paint them."""
        if self.is_headless or self._driver is None or self._batch_count:
            return None
        visible = visible_widgets(self.screen)
        if visible is not self._visible:
            self._visible, self._in_sight = visible, in_full_sight(visible)
        return self._in_sight.get(widget)

    def paint(self) -> None:
        """Send what the pen has written, once for all that is written in this turn of the loop."""
        if not self._paints:
            self._paints = True
            self.call_next(self._send_painted)

    def _send_painted(self) -> None:
        self._paints = False
        text = self.pen.take()
        if text and self._driver is not None and self._running and not self._leaves_out_frame():
            # One write: each wakes the thread that writes.
            self._driver.write(f"{SYNC_START}{text}{SYNC_END}" if self._sync_available else text)

    def _display(self, screen: Any, renderable: Any) -> None:
        if renderable is not None and not self._leaves_out_frame():
            super()._display(screen, renderable)

    def _leaves_out_frame(self) -> bool:
        # A frame queued behind a stalled terminal would block the loop and be stale when shown. It is left out;
        # when the terminal takes bytes again, one whole frame brings it up to date.
        driver = self._driver
        if not isinstance(driver, TerminalDriver) or not driver.backed_up:
            return False
        if not self._owes_frame:
            self._owes_frame = True
            self.set_timer(RETRY_S, self._catch_up)
        self.frames_left_out += 1
        return True

    _owes_frame = False

    def _catch_up(self) -> None:
        driver = self._driver
        if isinstance(driver, TerminalDriver) and (driver.behind if self.slow_link else driver.backed_up):
            self.set_timer(RETRY_S, self._catch_up)
        else:
            self._owes_frame = False
            self.redraw()

    def _fatal_error(self) -> None:
        # Textual would print its traceback with the values of all locals.
        self.failure = self.failure or sys.exc_info()[1]
        self._close_messages_no_wait()


def report_failure(error: BaseException) -> str:
    """The one line that an error of edgetop's own ends with; the whole traceback under EDGETOP_DEBUG=1."""
    if os.environ.get("EDGETOP_DEBUG") == "1":
        return "".join(traceback.format_exception(type(error), error, error.__traceback__)).rstrip()
    text = " ".join(str(error).split())
    said = f"{type(error).__name__}: {text}" if text else type(error).__name__
    return f"edgetop: the screen failed ({said}); EDGETOP_DEBUG=1 shows where"


def say_goodbye(failure: Optional[BaseException], refusal: Optional[Ended], sessions: Sequence[str]) -> None:
    """Tell on the restored terminal how it ended, and where the recordings are."""
    with contextlib.suppress(OSError):  # the terminal may be gone: then there is nobody to tell
        if failure is not None:
            print(report_failure(failure), file=sys.stderr, flush=True)
        elif refusal is not None:
            print(f"edgetop: {refusal.title}. {refusal.hint}".rstrip(), file=sys.stderr, flush=True)
        else:
            for path in sessions:
                print(f"recorded in {path}; replay with: edgetop replay {shlex.quote(path)}", flush=True)
