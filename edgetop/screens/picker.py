"""The first screen: choose what to measure, on what, and how."""

from __future__ import annotations

import dataclasses
from typing import ClassVar

from textual import events, on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen
from textual.widgets import Input, Static

from edgetop.config import Settings
from edgetop.plan import Plan
from edgetop.protocol import Catalog, Hello
from edgetop.screens import picker_rows as rows
from edgetop.screens.keybar import KeyBar
from edgetop.screens.keys import ACTIONS, PICKER, Action, actions_of
from edgetop.screens.rows import RowList
from edgetop.screens.selection import (
    A_PATH,
    Selection,
    defaults,
    delegable,
    is_here,
    is_pending,
    model_of,
    plan_of,
    problem,
    summary,
    wanted,
    with_model,
    with_next_variant,
)


class Field(Horizontal):
    """A setting that is typed: it looks like a row of the list above it."""

    def __init__(self, name: str, placeholder: str) -> None:
        super().__init__(name=name, id=f"{name}-field")
        self.input = Input(id=name, placeholder=placeholder, compact=True)

    def compose(self) -> ComposeResult:
        """Its name, and the text."""
        yield Static((self.name or "").capitalize(), markup=False)
        yield self.input


class PickerScreen(Screen[None]):
    """Model, frameworks and settings in three lists; Enter starts from anywhere."""

    AUTO_FOCUS = "#models"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "leave(-1)", show=False),
        Binding("down", "leave(1)", show=False),
    ]
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-wide")]  # noqa: RUF012  as Textual declares it
    VERTICAL_BREAKPOINTS = [(0, "-short"), (20, "-tall")]  # noqa: RUF012

    class Chosen(Message):
        """The user wants this plan run."""

        def __init__(self, plan: Plan) -> None:
            super().__init__()
            self.plan = plan

    def __init__(self, settings: Settings, actions: tuple[Action, ...] = ACTIONS) -> None:
        super().__init__()
        self._actions = actions
        self._settings = settings
        self._catalog = Catalog((), (), (), 1, 1)
        self._selection: Selection | None = None
        self._waiting = False
        self._machine = ""
        self._ready = False  # whether there are widgets to show things in

    def compose(self) -> ComposeResult:
        """Lay out header, lists, explanation and keys."""
        with Vertical(id="form"):
            with Horizontal(id="head"):
                yield Static("edgetop", id="name")
                yield Static("  live profiler for inference", id="claim")
                yield Static("", id="machine", markup=False)
            with Horizontal(id="body"):
                yield RowList(id="models", title="Model", cursor_stays=True)
                with Vertical(id="right"):
                    yield RowList(id="frameworks", title="Frameworks", leads_on=True)
                    with Vertical(id="settings-panel") as panel:
                        panel.border_title = "Settings"
                        yield RowList(id="settings", title="", leads_on=True)
                        yield Field("path", "a picture or folder")
                        yield Field("delegate", "none")
            yield Static("", id="detail", markup=False)
            with Horizontal(id="start-line"):
                yield Static(" Enter  Start ", id="start", markup=False)
                yield Static("", id="summary", markup=False)
        yield KeyBar(actions_of(PICKER, self._actions))

    def on_mount(self) -> None:
        """Say what is awaited until the engine has spoken."""
        self._ready = True
        self.query_one("#machine", Static).update(self._machine)
        self._list("models").set_rows([(("  waiting for the engine…", "muted"),)])
        self._list("frameworks").set_rows([((" looking…", "muted"),)])
        self._show_catalog()

    # ---- from the engine

    def hello(self, hello: Hello) -> None:
        """Show on which board the engine runs."""
        self._machine = describe_machine(hello)
        if self._ready:
            self.query_one("#machine", Static).update(self._machine)

    def show_catalog(self, catalog: Catalog) -> None:
        """Show what can be picked, as far as it is known."""
        self._catalog = catalog
        if self._ready:
            self._show_catalog()

    def _show_catalog(self) -> None:
        catalog = self._catalog
        if self._selection is None and catalog.models:
            self._selection = defaults(self._settings.run, catalog)
            for field in self.query(Field):
                field.input.value = getattr(self._selection, field.name or "")
        self._draw()
        if self._selection is not None:
            names = [model.name for model in catalog.models]
            if self._selection.model in names:
                self._list("models").move_to(names.index(self._selection.model))
        if self._waiting:
            self.start()

    # ---- from the user

    @on(RowList.Moved)
    def _moved(self, message: RowList.Moved) -> None:
        if self._selection is None:
            return
        if message.rows.id == "models":
            model = self._catalog.models[message.rows.cursor].name
            self._take(with_model(self._selection, model, self._catalog))
        else:
            self._draw()

    @on(RowList.Chosen)
    def _chosen(self, message: RowList.Chosen) -> None:
        if message.rows.id == "frameworks":
            self._toggle(message.rows.cursor)
        elif message.rows.id == "settings":
            self._step(message.rows.cursor, 1)

    @on(RowList.Stepped)
    def _stepped(self, message: RowList.Stepped) -> None:
        if message.rows.id == "settings":
            self._step(message.rows.cursor, message.delta)
        elif message.rows.id == "frameworks" and self._step_variant(message.rows.cursor, message.delta):
            return
        elif (message.rows.id == "models") == (message.delta > 0):
            self._list("frameworks" if message.delta > 0 else "models").focus()

    @on(Input.Changed)
    def _typed(self, message: Input.Changed) -> None:
        name = message.input.id or ""
        if self._selection is not None and getattr(self._selection, name) != message.value:
            self._change(**{name: message.value})

    @on(Input.Submitted)
    def _submitted(self) -> None:
        self.start()

    def action_leave(self, delta: int) -> None:
        """Go from the end of a list or from a field to what is above or below in its column."""
        right = self.query_one("#right")
        column = [widget for widget in self.focus_chain if right in widget.ancestors]
        if self.focused in column:
            place = column.index(self.focused) + delta
            if 0 <= place < len(column):
                column[place].focus()

    def on_click(self, event: events.Click) -> None:
        """Start when the start block was clicked."""
        if event.widget is self.query_one("#start"):
            self.start()

    def on_descendant_focus(self) -> None:
        """Explain the row under the cursor of the list that has the focus."""
        self._draw()

    def on_resize(self) -> None:
        """Fit the rows to the new width."""
        self.call_after_refresh(self._draw)

    def _toggle(self, index: int) -> None:
        if self._selection is None or not self._catalog.frameworks:
            return
        entry = self._catalog.frameworks[index]
        if is_here(entry) or is_pending(entry):
            self._change(frameworks=self._selection.frameworks ^ {entry.name})

    def _step_variant(self, index: int, delta: int) -> bool:
        """Choose the framework's next variant; False where there is none in this direction."""
        if self._selection is None or not self._catalog.frameworks:
            return False
        selection = with_next_variant(self._selection, self._catalog.frameworks[index], delta)
        if selection is not None:
            self._take(selection)
        return selection is not None

    def _step(self, index: int, delta: int) -> None:
        if self._selection is None:
            return
        name = rows.SETTINGS[index]
        choices = rows.setting_choices(name, self._selection, self._catalog)
        now = choices.index(rows.setting_value(name, self._selection))
        chosen = choices[(now + delta) % len(choices)]
        values = {"threads": lambda: int(chosen), "record": lambda: chosen == "on"}
        self._change(**{name: values.get(name, lambda: chosen)()})

    def _change(self, **changes: object) -> None:
        if self._selection is not None:
            self._take(dataclasses.replace(self._selection, **changes))  # type: ignore[arg-type]

    def _take(self, selection: Selection) -> None:
        self._selection = selection
        self._waiting = False
        self._draw()

    def start(self) -> None:
        """Start the plan; when a chosen framework is still being looked for, as soon as it has answered."""
        if self._selection is None:
            self._waiting = True
        elif not problem(self._selection, self._catalog):
            self._waiting = any(is_pending(entry) for entry in wanted(self._selection, self._catalog))
            if not self._waiting:
                self.post_message(self.Chosen(plan_of(self._selection, self._catalog, self._settings)))
        else:
            self._waiting = False
            self.app.bell()
        self._draw()

    # ---- drawing

    def _list(self, id: str) -> RowList:
        return self.query_one(f"#{id}", RowList)

    def _draw(self) -> None:
        selection, catalog = self._selection, self._catalog
        if selection is None:
            return
        models, frameworks, settings = self._list("models"), self._list("frameworks"), self._list("settings")
        width = models.text_width
        models.set_rows([rows.model_row(m, selection, width) for m in catalog.models], rows.model_header(width))
        width = frameworks.text_width
        frameworks.set_rows([rows.framework_row(f, selection, width) for f in catalog.frameworks])
        width = settings.text_width
        settings.set_rows([rows.setting_row(name, selection, catalog, width) for name in rows.SETTINGS])
        self.query_one("#path-field").display = selection.input == A_PATH
        self.query_one("#delegate-field").display = bool(delegable(selection, catalog))
        self._draw_words(selection)

    def _draw_words(self, selection: Selection) -> None:
        trouble = problem(selection, self._catalog)
        line = self.query_one("#summary", Static)
        line.set_class(bool(trouble), "-trouble")
        self.query_one("#start").set_class(bool(trouble), "-trouble")
        waits = "starts as soon as the frameworks have answered…" if self._waiting else ""
        line.update(f" {trouble or waits or summary(selection, self._catalog)}")
        self.query_one("#detail", Static).update(self._detail(selection))

    def _detail(self, selection: Selection) -> str:
        focused = self.focused
        if isinstance(focused, RowList) and focused.id == "frameworks" and self._catalog.frameworks:
            return rows.framework_detail(self._catalog.frameworks[focused.cursor], selection)
        if isinstance(focused, RowList) and focused.id == "settings":
            return rows.SETTING_DETAILS[rows.SETTINGS[focused.cursor]]
        if isinstance(focused, Input) and focused.id == "delegate":
            return rows.delegate_detail(delegable(selection, self._catalog))
        if isinstance(focused, Input):
            return "A picture, or a folder of pictures; ~ is your home"
        model = model_of(selection, self._catalog)
        return rows.model_detail(model) if model else ""


def describe_machine(hello: Hello) -> str:
    """The board in a few words, from what the engine knows of it."""
    known = (str(hello.machine.get(key, "")) for key in ("board", "cpu"))
    name = next((text for text in known if text not in ("", "PC")), "")
    cores = hello.machine.get("cores", "")
    parts = [name, f"{cores} cores" if cores else ""]
    return " · ".join(part for part in parts if part)
