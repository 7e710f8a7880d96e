"""What keys ask of recorded sessions: to see them, replay one or two and come back, rename or delete one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Optional

from textual import events
from textual.screen import Screen

from edgetop import units
from edgetop.controls import DeleteSession, DescribeSession, RenameSession
from edgetop.engine.link import Engines, StartEngine
from edgetop.protocol import RECORDING, SessionEntry
from edgetop.screens.change_actions import ChangeActions
from edgetop.screens.error import QuestionScreen
from edgetop.screens.keys import Action

if TYPE_CHECKING:
    from edgetop.screens.browser import BrowserScreen
    from edgetop.screens.live import LiveScreen
    from edgetop.screens.picker import PickerScreen


class SessionActions(ChangeActions):
    """The part of the app that acts on recorded sessions."""

    actions: tuple[Action, ...]
    _engines: Engines
    _live: Optional[LiveScreen]
    _picker: Optional[PickerScreen]
    _replay: bool
    _browser: Optional[BrowserScreen] = None

    def _change_engine(self, start: StartEngine) -> None:
        raise NotImplementedError

    def _new_live(self) -> LiveScreen:
        raise NotImplementedError

    def _show_picker(self) -> None:
        raise NotImplementedError

    def _new_browser(self) -> BrowserScreen:
        from edgetop.screens.browser import BrowserScreen  # not before it is needed

        self._browser = BrowserScreen(self.actions)
        return self._browser

    # ---- to and fro

    def _uncover(self, screen: Optional[Screen[Any]]) -> bool:
        """Take away what stands above a screen; False where it is not there."""
        if screen is None or screen not in self.screen_stack:
            return False
        while self.screen is not screen:
            if self.screen is self._picker:
                self._picker = None
            elif self.screen is self._browser:
                self._browser = None
            self.pop_screen()
        return True

    def action_sessions(self, *_: object) -> None:
        """Show the recorded sessions, from the picker or from a replay."""
        if self.screen.maximized is not None:
            self.screen.minimize()
        elif self.is_changing:
            self.notify("Go back with escape and end the measurement first", title="A measurement goes on")
        else:
            self._show_browser()

    def _show_browser(self) -> None:
        self._live, self._replay = None, False
        if not self._uncover(self._browser):
            self.push_screen(self._new_browser())
        if self._browser is not None:
            self._browser.begin()
        self._change_engine(self._engines.browse)

    def action_leave(self) -> None:
        """Show all sessions again after a search; else go to the picker."""
        if self._browser is not None and not self._browser.end_search():
            self._show_picker()

    # ---- with the session under the cursor

    def on_browser_screen_asked(self, message: Any) -> None:
        """Have the session under the cursor described."""
        self.command(DescribeSession(message.path))

    def on_session_list_opened(self) -> None:
        """Replay the session that was clicked."""
        self.action_open()

    def _selected(self) -> Optional[SessionEntry]:
        return self._browser.selected if self._browser is not None else None

    def action_open(self) -> None:
        """Replay the session under the cursor."""
        entry = self._selected()
        if entry is not None:
            path = entry.path
            self._replay_by(lambda: self._engines.replay(path))

    def action_pair(self) -> None:
        """Compare the two sessions that are marked."""
        pair = self._browser.pair if self._browser is not None else []
        if len(pair) < 2:
            self.notify("The key space marks A, then B", title="Which two sessions are to be compared?")
        else:
            first, second = (entry.path for entry in pair)
            self._replay_by(lambda: self._engines.pair(first, second))

    def _replay_by(self, start: StartEngine) -> None:
        self._replay = True
        self.push_screen(self._new_live())
        self._change_engine(start)

    def on_key(self, event: events.Key) -> None:
        """Keep keys for a search that begins: those that follow fast were sent to the list, and come here instead."""
        browser = self._browser if self.screen is self._browser else None
        if browser is not None and event.is_printable and browser.take_key(event.character or ""):
            event.prevent_default()

    def action_search(self) -> None:
        """Let a search be typed."""
        if self._browser is not None:
            self._browser.search()

    def action_order(self) -> None:
        """Sort the sessions another way."""
        if self._browser is not None:
            self._browser.next_order()

    def action_rename(self) -> None:
        """Ask for another name for the session under the cursor."""
        from edgetop.screens.rename import RenameScreen

        entry = self._selected()
        if entry is not None and not self._is_recorded(entry):
            self.push_screen(RenameScreen(entry.name), lambda name: self._rename(entry, name))

    def _rename(self, entry: SessionEntry, name: Optional[str]) -> None:
        if name and self._browser is not None:
            self._browser.follow(name)
            self.command(RenameSession(entry.path, name))

    def action_remove(self) -> None:
        """Ask whether the session under the cursor is to be deleted."""
        entry = self._selected()
        if entry is not None and not self._is_recorded(entry):
            length = units.clock_time(entry.duration_ns)
            about = f"{entry.model}, {length}, {units.size(entry.size_bytes)}. It cannot be had back."
            question = QuestionScreen(f"Delete {entry.name}?", about, grave=True)
            self.push_screen(question, lambda yes: self.command(DeleteSession(entry.path)) if yes else None)

    def _is_recorded(self, entry: SessionEntry) -> bool:
        if entry.state == RECORDING:
            self.notify("End the recording first", title=f"{os.path.basename(entry.path)} is still being recorded")
        return entry.state == RECORDING
