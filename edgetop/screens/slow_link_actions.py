"""What a slow link is spared: a frame a second at most, when the last one has arrived, in sixteen colours."""

from __future__ import annotations

from time import monotonic
from typing import Optional

from edgetop.protocol import Distribution, LogLines, Message, Operators, Picture, Snapshot
from edgetop.screens.keybar import key_text
from edgetop.screens.themes import SIXTEEN
from edgetop.screens.view_actions import ViewActions
from edgetop.terminal.driver import TerminalDriver

FRAME_S = 1.0
RETRY_S = 0.25
LONGEST_S = 30.0
"""After so long what waits is taken in all the same, so that it does not grow; the driver leaves the frame out."""
CAN_WAIT = (Snapshot, LogLines, Picture, Operators, Distribution)


class SlowLinkActions(ViewActions):
    """The part of the app that spares a slow link.

    It begins by itself where the setting leaves it to that, and then stays: whether a link could take more again is
    not to be seen by sending less. What the user has said holds from then on.
    """

    _left_to_itself = False
    _theme_before = ""
    _next_s = 0.0
    _waits = False

    def __init__(self, *, ascii: bool = False) -> None:
        super().__init__(ascii=ascii)
        self._waiting: list[Message] = []

    def begin_slow_link(self, setting: str) -> None:
        """Spare the link from the start, never, or when it turns out to be slow: always, never or auto."""
        self._left_to_itself = setting == "auto"
        if setting == "always":
            self._spare_link(True)

    def link_is_slow(self) -> None:
        """Spare it from now on, unless the user has decided."""
        if self._left_to_itself and not self.slow_link:
            self._spare_link(True)
            back = key_text(self._key_back) if self._key_back else "the command palette"
            self.notify(f"A frame a second, in 16 colours. {back} goes back", title="The link is slow", timeout=10)

    @property
    def _key_back(self) -> Optional[str]:
        return next((action.keys[0] for action in self.actions if action.id == "slow_link" and action.keys), None)

    def action_slow_link(self) -> None:
        """Spare the link, or no more; it is the user's from now on."""
        self._left_to_itself = False
        self._spare_link(not self.slow_link)

    def _spare_link(self, wanted: bool) -> None:
        self.slow_link = wanted
        self.use_sixteen_colours(wanted)
        if wanted:
            self._theme_before = self.theme
            self.use_theme(SIXTEEN)
        elif self.theme == SIXTEEN:  # else the user has chosen one meanwhile
            self.use_theme(self._theme_before)
        if not wanted:
            self._take_waiting()

    # ---- frames

    def take_in_time(self, messages: list[Message]) -> None:
        """Take what the engine says: at once, or with what comes within the same second."""
        self._waiting += messages
        if not self.slow_link or not all(isinstance(message, CAN_WAIT) for message in messages):
            self._take_waiting()
        elif not self._waits:
            self._waits = True
            self.set_timer(max(0.001, self._next_s - monotonic()), self._take_when_free)

    def _take_when_free(self) -> None:
        driver = self._driver
        behind = isinstance(driver, TerminalDriver) and driver.behind
        if self._waiting and behind and monotonic() < self._next_s + LONGEST_S:
            self.set_timer(RETRY_S, self._take_when_free)
            return
        self._waits = False
        self._take_waiting()

    def _take_waiting(self) -> None:
        messages, self._waiting = self._waiting, []
        self._next_s = monotonic() + FRAME_S
        if messages:
            self._take(messages)

    def _take(self, messages: list[Message]) -> None:
        raise NotImplementedError
