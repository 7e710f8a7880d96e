"""The session browser: what was recorded, searched, sorted, described."""

from __future__ import annotations

from typing import ClassVar, Optional

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.message import Message
from textual.screen import Screen
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input, Static

from edgetop.protocol import SessionDetails, SessionEntry, Sessions
from edgetop.screens import session_rows as rows
from edgetop.screens.keybar import KeyBar
from edgetop.screens.keys import ACTIONS, BROWSER, Action, actions_of
from edgetop.screens.rows import RowList

ASK_S = 0.12
"""How long the cursor rests before a session is asked about."""
NONE_YET = (
    "No session is recorded here yet.",
    "Every run of edgetop is recorded but with --no-record:",
    "press esc, and start one, or `edgetop run mobilenet_v2`.",
)


class SessionList(RowList):
    """The list of sessions: a click moves the cursor, one on the cursor opens."""

    class Opened(Message):
        """The row under the cursor was clicked."""

    def on_click(self, event: events.Click) -> None:
        """Take the clicked row, or open it."""
        event.prevent_default()
        before = self.cursor
        index = event.get_content_offset_capture(self).y - 1 + int(self.scroll_offset.y)
        if 0 <= index < self.count:
            self.move_to(index)
            if index == before:
                self.post_message(self.Opened())


class DetailsPanel(Widget):
    """What is known of the session under the cursor."""

    def __init__(self, *, id: str) -> None:
        super().__init__(id=id)
        self._shown: tuple[Optional[SessionEntry], Optional[SessionDetails]] = (None, None)

    def show(self, entry: Optional[SessionEntry], details: Optional[SessionDetails]) -> None:
        """Describe this one."""
        if (entry, details) != self._shown:
            self._shown = (entry, details)
            self.border_title = Content(entry.name if entry else "")
            self.refresh()

    def render(self) -> Content:
        """As many lines as there is room for."""
        entry, details = self._shown
        if entry is None:
            return Content("")
        styles = {"text": "$foreground", "muted": "$text-muted", "bad": "$error"}
        lines = rows.describe(entry, details, self.size.width, max(1, self.size.height))
        return Content("\n").join(Content.styled(text, styles[style]) for text, style in lines)


class BrowserScreen(Screen[None]):
    """The sessions of a folder; what is done with them is the app's."""

    AUTO_FOCUS = "#sessions"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", show=False),
        Binding("down", "cursor(1)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall"), (34, "-high")]  # noqa: RUF012

    class Asked(Message):
        """The session at this path is to be described."""

        def __init__(self, path: str) -> None:
            super().__init__()
            self.path = path

    def __init__(self, actions: tuple[Action, ...] = ACTIONS) -> None:
        super().__init__()
        self._actions = actions
        self._entries: dict[str, SessionEntry] = {}
        self._details: dict[str, tuple[SessionEntry, SessionDetails]] = {}
        self._unseen: set[str] = set()
        self._rows: list[SessionEntry] = []
        self._folder = ""
        self._left = 1
        self._order = 0
        self._search = ""
        self._marked: tuple[str, ...] = ()
        self._at = ""
        self._follow = ""
        self._asking: Optional[Timer] = None
        self._asked: Optional[SessionEntry] = None
        self._ready = False

    def compose(self) -> ComposeResult:
        """Head, list, search line, description and keys."""
        with Vertical(id="session-form"):
            with Horizontal(id="head"):
                yield Static("edgetop", id="name")
                yield Static("  recorded sessions", id="claim")
                yield Static("", id="machine", markup=False)
            yield SessionList(id="sessions", title="Sessions", cursor_stays=True)
            with Horizontal(id="search-line"):
                yield Static(" / ", id="search-sign", markup=False)
                yield Input(
                    id="search",
                    placeholder="name, model, framework, date, state",
                    compact=True,
                    select_on_focus=False,  # what is typed before the focus has come would be written over
                )
            yield DetailsPanel(id="session-details")
        yield KeyBar(actions_of(BROWSER, self._actions))

    def on_mount(self) -> None:
        """Show what is known already."""
        self._ready = True
        self._draw()

    # ---- from the engine

    def begin(self) -> None:
        """A new engine lists the folder: what it does not name has gone."""
        self._unseen = set(self._entries)
        self._left = 1
        self._asked = None

    def show_sessions(self, told: Sessions) -> None:
        """Take in what is new, has changed or has gone."""
        self._folder, self._left = told.folder, told.left
        for path in told.gone:
            self._entries.pop(path, None)
        for entry in told.entries:
            self._entries[entry.path] = entry
            self._unseen.discard(entry.path)
            if entry.name == self._follow:
                self._at, self._follow = entry.path, ""
        if not told.left:
            for path in self._unseen:
                self._entries.pop(path, None)
            self._unseen = set()
        self._draw()

    def show_details(self, details: SessionDetails) -> None:
        """Describe a session, if the cursor is still on it or comes back."""
        entry = self._entries.get(details.path)
        if entry is not None:
            self._details[details.path] = (entry, details)
            self._draw_details()

    # ---- what the app asks

    @property
    def selected(self) -> Optional[SessionEntry]:
        """The session under the cursor, also where the list has moved it and has not told yet."""
        cursor = self.query_one("#sessions", SessionList).cursor
        return self._rows[cursor] if cursor < len(self._rows) else None

    @property
    def marked(self) -> list[SessionEntry]:
        """The sessions that are marked for a comparison, A first; two at most."""
        return [self._entries[path] for path in self._marked if path in self._entries]

    @property
    def pair(self) -> list[SessionEntry]:
        """The sessions to compare: those marked, or the only one and the one under the cursor; fewer where that is not
        said."""
        marked = self.marked
        there = [entry for entry in [self.selected] if entry is not None and entry not in marked]
        return marked if len(marked) != 1 else [*marked, *there]

    def next_order(self) -> None:
        """Sort another way."""
        self._order = (self._order + 1) % len(rows.ORDERS)
        self._draw()

    def search(self) -> None:
        """Let a search be typed."""
        self.set_class(True, "-searching")
        self.set_focus(self.query_one("#search", Input))  # at once: what is typed behind the key belongs to the search

    def take_key(self, character: str) -> bool:
        """Take a key for the search that was on its way while the search began; False where there is none."""
        search = self.query_one("#search", Input)
        if self.focused is search:
            search.insert_text_at_cursor(character)
        return self.focused is search

    def end_search(self) -> bool:
        """Show all again; False where all are shown."""
        searching = self.has_class("-searching")
        self.set_class(False, "-searching")
        self.query_one("#search", Input).value = self._search = ""
        self.query_one("#sessions").focus()
        self._draw()
        return searching

    def follow(self, name: str) -> None:
        """Put the cursor on the session of this name, as soon as it is listed."""
        self._follow = name

    # ---- from the user

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        self._search = message.value
        self._draw()

    @on(Input.Submitted)
    def _found(self) -> None:
        self.query_one("#sessions").focus()

    @on(RowList.Chosen)
    def _mark(self) -> None:
        """Mark the session under the cursor, as A and then as B; a third takes the place of B."""
        if self._at in self._entries:  # where the list was then; it may have moved on
            kept = tuple(entry.path for entry in self.marked if entry.path != self._at)
            self._marked = kept if self._at in self._marked else (*kept[:1], self._at)
            self._draw_rows()

    @on(RowList.Moved)
    def _moved(self, message: RowList.Moved) -> None:
        if message.rows.cursor < len(self._rows):
            self._at, self._follow = self._rows[message.rows.cursor].path, ""
            self._draw_details()

    def action_cursor(self, delta: int) -> None:
        """Move in the list while a search is typed."""
        self.query_one("#sessions", SessionList).action_move(delta)

    def on_resize(self) -> None:
        """Fit the rows to the new width."""
        self.call_after_refresh(self._draw)

    # ---- drawing

    def _draw(self) -> None:
        if not self._ready:
            return
        self._rows = rows.arranged(self._entries.values(), rows.ORDERS[self._order], self._search)
        self._draw_rows()
        self._place_cursor(self.query_one("#sessions", SessionList))
        self.query_one("#machine", Static).update(f"  {rows.total(self._entries.values(), self._left)}  {self._folder}")
        self._draw_details()

    def _draw_rows(self) -> None:
        order, sessions = rows.ORDERS[self._order], self.query_one("#sessions", SessionList)
        width = sessions.text_width
        marked = self.marked
        letters = {entry.path: letter for letter, entry in zip(rows.LETTERS, marked)}
        lines = [rows.session_row(entry, width, letters.get(entry.path, "")) for entry in self._rows]
        sessions.set_rows(lines or [((f"  {text}", "muted"),) for text in self._nothing()], rows.header(width, order))
        sessions.border_title = Content(f"Sessions · {order.title}")
        sessions.border_subtitle = Content(rows.marks(marked))

    def _place_cursor(self, sessions: SessionList) -> None:
        """On the session where it was; where that has gone, on the one that took its place."""
        places = {entry.path: place for place, entry in enumerate(self._rows)}
        if self._at in places:
            sessions.move_to(places[self._at])
        elif self._rows and (self._at not in self._entries or self._search):
            self._at = self._rows[min(sessions.cursor, len(self._rows) - 1)].path

    def _nothing(self) -> tuple[str, ...]:
        if self._entries:
            return (f"None of {len(self._entries)} matches “{self._search}”; esc shows all.",)
        return ("reading…",) if self._left else NONE_YET

    def _draw_details(self) -> None:
        entry = self.selected
        known = self._details.get(self._at)
        current = known if known is not None and entry is not None and known[0] == entry else None
        panel = self.query_one("#session-details", DetailsPanel)
        panel.show(entry, current[1] if current else known[1] if known else None)
        if entry not in (None, self._asked) and current is None and self._asking is None:
            self._asking = self.set_timer(ASK_S, self._ask)

    def _ask(self) -> None:
        self._asking = None
        entry = self.selected
        if entry is not None and entry != self._asked:
            self._asked = entry
            self.post_message(self.Asked(entry.path))
