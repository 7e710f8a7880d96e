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

    def action_arrange(self) -> None:
        """Sort the runs by the next figure."""
        if self._live is not None:
            self._live.sort_runs()

    def action_filter(self) -> None:
        """Ask for words of runs, or of operators where they have the screen."""
        from edgetop.screens.filter import FilterScreen

        live = self._live
        if live is None:
            return
        operators = live.operators
        if operators is not None and live.maximized is operators:
            asked = FilterScreen("Show operators with", "conv", operators.words, operators.filter)
        else:
            asked = FilterScreen("Show runs with", "fp32 ×2", live.run_view.words, live.filter_runs)
        self.push_screen(asked)

    def action_jump(self) -> None:
        """Show a sign on every panel, and go to the one whose key is pressed."""
        from edgetop.screens.jump import JumpScreen, targets_of

        self.push_screen(JumpScreen(targets_of(self.screen)), lambda panel: panel and panel.focus())

    def action_move(self, step: int) -> None:
        """Move the panel with the focus up or down in its column, and remember it."""
        if self._live is not None and not self._live.move_focused(step):
            self.notify("Focus a panel with tab or w, then move it within its column", timeout=3)

    def action_welcome(self) -> None:
        """Show the three things to do."""
        from edgetop.screens.welcome import WelcomeScreen

        self.push_screen(WelcomeScreen(self.actions))

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

    def action_copy(self) -> None:
        """Ask what is to be copied, and hand it to the terminal."""
        from edgetop.screens.copy import CopyScreen

        if self._live is not None:
            self.push_screen(CopyScreen(self._live.to_copy()), self._copied)

    def _copied(self, entry: Optional[tuple[str, str]]) -> None:
        if entry is not None:
            self.copy_to_clipboard(entry[1])
            self.notify(
                "Handed to the terminal, which may keep programs from its clipboard", title=f"Copied: {entry[0]}"
            )

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
