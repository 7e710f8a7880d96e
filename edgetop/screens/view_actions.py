"""What keys ask of the view: which panel has the screen, which theme, help."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Optional

from textual.screen import Screen

from edgetop.errors import EdgetopError
from edgetop.screens.keys import Action
from edgetop.screens.themes import CYCLE, DEFAULT
from edgetop.terminal.lifecycle import TerminalApp

if TYPE_CHECKING:
    from edgetop.screens.live import LiveScreen


class ViewActions(TerminalApp):
    """The part of the app that acts on what is seen."""

    _live: Optional[LiveScreen]
    actions: tuple[Action, ...]

    def use_theme(self, name: str) -> None:
        """Show a theme; edgetop's default for a name that is not known."""
        self.theme = name if name in self.available_themes else DEFAULT

    def action_enlarge(self) -> None:
        """Enlarge the panel with the focus, or the first one; again to shrink it."""
        self._enlarge(self.screen.focused)

    def action_panel(self, number: int) -> None:
        """Enlarge the panel of this number; again to shrink it."""
        panels: Iterable[Any] = self.screen.query("Panel")
        self._enlarge(next((panel for panel in panels if str(number) == panel.NUMBER), None))

    def _enlarge(self, widget: Any) -> None:
        screen: Screen[Any] = self.screen
        if screen.maximized is not None:
            screen.minimize()
            return
        target = widget or next(iter(screen.query("Panel")), None)
        if target is not None:
            screen.maximize(target)

    def action_layout(self) -> None:
        """Show the panels of the next layout, and remember it."""
        if self._live is not None:
            self.notify(f"Layout: {self._live.next_layout()}", timeout=2)

    def action_hide(self) -> None:
        """Hide the panel with the focus, and remember it."""
        if self._live is not None and not self._live.hide_focused():
            self.notify("Focus a panel with tab, then hide it; the last one stays", timeout=3)

    def action_hold(self) -> None:
        """Hold what is seen, or let it go on."""
        if self._live is not None:
            self._live.hold()

    def action_scroll(self, columns: int) -> None:
        """Move by so many columns of the charts, in what is kept of the past."""
        if self._live is not None:
            self._live.scroll_charts(columns)

    def action_zoom(self, steps: int) -> None:
        """Show more time in the charts, or less."""
        if self._live is not None:
            self._live.zoom_charts(steps)

    async def action_operators(self) -> None:
        """Give the screen to the operators panel, or ask it for more."""
        if self._live is not None:
            await self._live.open_operators()

    async def action_comparison(self) -> None:
        """Give the screen to the comparison, or take it back."""
        if self._live is not None:
            await self._live.open_comparison()

    async def action_distribution(self) -> None:
        """Give the screen to the distribution panel, or take it back."""
        if self._live is not None:
            await self._live.open_distribution()

    def action_theme(self) -> None:
        """The next of edgetop's own themes."""
        at = CYCLE.index(self.theme) if self.theme in CYCLE else -1
        self.use_theme(CYCLE[(at + 1) % len(CYCLE)])

    def action_picture(self) -> None:
        """Write a picture of the enlarged panel, or of the screen, and tell where it is."""
        from edgetop.screens.picture_file import save_picture

        try:
            self.notify(save_picture(self), title="Picture written")
        except EdgetopError as error:
            self.notify(error.hint, title=error.title, severity="error")

    def action_help(self) -> None:
        """Show help."""
        from edgetop.screens.help import HelpScreen

        self.push_screen(HelpScreen(self.actions))
