"""What can be copied from the live screen: tables as Markdown, then every single figure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Optional

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen
from textual.widgets import Static

from edgetop.screens.rows import RowList
from edgetop.widgets.cells import fit

Entry = tuple[str, str]
"""What it is called, and the text that is copied."""
NAME = 30


class CopyScreen(ModalScreen[Optional[Entry]]):
    """A list to choose from; gives the entry that is to be copied, or None."""

    AUTO_FOCUS = "#copies"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,Y,q", "cancel", show=False),
        Binding("enter", "copy", show=False),
    ]

    def __init__(self, entries: Sequence[Entry]) -> None:
        super().__init__()
        self._entries = tuple(entries)
        self._list = RowList(id="copies", title="Copy")

    def compose(self) -> ComposeResult:
        """The list, and its keys."""
        with Vertical(id="copy-box"):
            yield self._list
            yield Static("enter: copy    ↑↓: choose    esc: back", id="copy-keys", markup=False)

    def on_mount(self) -> None:
        """Fill the list."""
        self._list.set_rows([_row(*entry) for entry in self._entries])

    def on_row_list_chosen(self) -> None:
        """Space, or a click, is as good as enter."""
        self.action_copy()

    def action_copy(self) -> None:
        """Give the entry under the cursor."""
        self.dismiss(self._entries[self._list.cursor] if self._entries else None)

    def action_cancel(self) -> None:
        """Copy nothing."""
        self.dismiss(None)


def _row(name: str, text: str) -> tuple[tuple[str, str], ...]:
    whole = text.count("\n")
    return ((fit(name, NAME), "text"), (f"Markdown, {whole} lines" if whole else text, "muted" if whole else "mark"))
