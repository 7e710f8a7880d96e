"""The live screen: chart, figures, board, heat, power, outputs and log, laid out for the room there is."""

from __future__ import annotations

from dataclasses import replace
from time import monotonic
from typing import Optional

from textual.app import ComposeResult
from textual.timer import Timer
from textual.widget import Widget

from edgetop.protocol import Hello, LogLines, Picture, Snapshot
from edgetop.screens.keybar import KeyBar
from edgetop.screens.keys import ACTIONS, LIVE, REPLAY, Action, actions_of
from edgetop.screens.layouts import COLUMNS, PANELS, Layout, following, hiding, remember, remembered
from edgetop.screens.layouts import moved as moved_panel
from edgetop.screens.whole_screens import WholeScreens
from edgetop.widgets.brief import Brief
from edgetop.widgets.chart import Chart
from edgetop.widgets.cores import Cores
from edgetop.widgets.figures import Figures
from edgetop.widgets.heat import Heat
from edgetop.widgets.history import History
from edgetop.widgets.labels import Labels
from edgetop.widgets.log import Log
from edgetop.widgets.power import Power
from edgetop.widgets.run_view import RunView, sorted_anew
from edgetop.widgets.statusbar import StatusBar
from edgetop.widgets.time_view import TimeView, held, moved, zoomed
from edgetop.widgets.timeline import Timeline
from edgetop.widgets.too_small import NEEDED_COLUMNS, NEEDED_ROWS, TooSmall

LEAST_CHART = 10
"""Lines that a tall screen leaves to the chart in any case."""
TABLES_PERIOD_S = 0.45
"""The least time between two drawings of the tables while a run goes on."""


class Pane(Widget):
    """A part of the screen that its children cover: it draws nothing of its own."""

    BLANK = True


class LiveScreen(WholeScreens):
    """Draws Snapshots; keys and commands are the app's, but for SeekTo of the timeline.

    Panels are ``#chart``, ``#figures``, ``#cores``, ``#heat``, ``#power``, ``#labels``, ``#log``, numbered 1 to 7,
    and take the focus; ``#operators``, ``#comparison`` and ``#distribution`` are made when they are first asked for,
    and have the whole screen or nothing. The classes ``-narrow``, ``-wide``, ``-low``, ``-middle``, ``-tall`` and
    ``-cramped`` follow the size.
    """

    HORIZONTAL_BREAKPOINTS = [  # noqa: RUF012  Textual types it as an instance's
        (0, "-cramped-columns"),
        (NEEDED_COLUMNS, "-narrow"),
        (100, "-wide"),
    ]
    VERTICAL_BREAKPOINTS = [  # noqa: RUF012  Textual types it as an instance's
        (0, "-cramped-rows"),
        (NEEDED_ROWS, "-low"),
        (22, "-middle"),
        (34, "-tall"),
    ]
    DEFAULT_CSS = """
    LiveScreen {
        layout: vertical;
        overflow: hidden;
        & .panes { layout: horizontal; height: 1fr; width: 1fr; }
        & .main-pane { width: 3fr; height: 1fr; }
        & .side-pane { width: 2fr; height: 1fr; display: none; }
        & #figures { height: 12; }
        & #cores { height: 7fr; }
        & #heat { height: 8fr; }
        & #power { height: 10fr; }
        & #labels { height: 8fr; }
        & #log { height: 5fr; }
        & KeyBar { dock: bottom; height: 1; }
        & .-hidden { display: none; }
        & .-hidden.-maximized { display: block; }
        & TooSmall, & Timeline, & .replay-keys, & .whole-screen { display: none; }
        & .whole-screen.-maximized { display: block; }
        &.-can-seek Timeline, &.-can-seek .replay-keys { display: block; }
        &.-can-seek .live-keys { display: none; }
        &.-middle Timeline, &.-tall Timeline { height: 2; }

        &.-low #figures { height: 8; }
        &.-low Brief { display: none; }
        &.-tall #figures { height: 21; }
        &.-no-chart #figures, &.-tall.-no-chart #figures { height: 1fr; }
        &.-wide.-tall .side-pane { display: block; }
        &.-wide.-tall.-no-side .side-pane { display: none; }
        &.-wide.-tall Brief { display: none; }
        &.-no-power #power { height: 7; }
        &.-no-labels #labels { height: 6; }
        & #figures.-maximized, & #power.-maximized, & #labels.-maximized { height: 1fr; }

        &.-cramped-columns, &.-cramped-rows {
            & .panes, & StatusBar, & Brief, & Timeline, & KeyBar { display: none; }
            & TooSmall { display: block; }
        }
    }
    """

    def __init__(self, actions: tuple[Action, ...] = ACTIONS) -> None:
        super().__init__()
        self._actions = actions
        self._history = History()
        self._since: Optional[int] = None
        self._layout = Layout()
        self._newest = Snapshot(0, "")
        self._drawn = False
        self._tables_s = 0.0
        self._late: Optional[Timer] = None
        self._figures_height = 0
        self.status = StatusBar()
        self.chart = Chart(self._history, id="chart")
        self.figures = Figures(id="figures")
        self.cores = Cores(id="cores")
        self.heat = Heat(self._history, id="heat")
        self.power = Power(self._history, id="power")
        self.labels = Labels(id="labels")
        self.log_panel = Log(id="log")
        self.brief = Brief()
        self.timeline = Timeline()
        self.too_small = TooSmall()

    def compose(self) -> ComposeResult:
        """Status above, panels in two columns, timeline and keys below."""
        yield self.status
        with Pane(classes="panes"):
            with Pane(classes="main-pane"):
                yield self.chart
                yield self.figures
            with Pane(classes="side-pane"):
                yield from (self.cores, self.heat, self.power, self.labels, self.log_panel)
        yield from (self.brief, self.timeline, self.too_small)
        yield KeyBar(actions_of(LIVE, self._actions)).add_class("live-keys")
        yield KeyBar(actions_of(REPLAY, self._actions)).add_class("replay-keys")

    def hello(self, hello: Hello) -> None:
        """Learn which board this is and whether the feed can seek."""
        self.set_class(hello.can_seek, "-can-seek")
        self.cores.name_machine(str(hello.machine.get("board", "")))

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot: every panel compares it with what it shows and repaints the cells that differ."""
        self.pass_over(snapshot)
        self._newest = snapshot
        self.status.show(snapshot, self._view.held)
        if not self._view.held:
            self._draw(snapshot)

    def _draw(self, snapshot: Snapshot) -> None:
        since, self._since = (self._since if self._drawn else None), None
        self._drawn = True
        self.chart.show(snapshot.runs, since, self._view, self.run_view.places(snapshot.runs))
        self.power.show(snapshot, since, self._view)
        self.set_class(not self.power.has_value, "-no-power")
        self.timeline.show(snapshot)
        self._show_tables(snapshot)

    # ---- which panels

    def on_mount(self) -> None:
        """Show the panels of the last time."""
        self._lay_out(remembered())

    def next_layout(self) -> str:
        """Show the panels of the next layout; its name."""
        self._lay_out(following(self._layout))
        remember(self._layout)
        return self._layout.preset

    def hide_focused(self) -> bool:
        """Hide the panel with the focus; False where there is none, or no other."""
        layout = hiding(self._layout, (self.focused.id or "") if self.focused is not None else "")
        if layout is None:
            return False
        self._lay_out(layout)
        remember(layout)
        return True

    def move_focused(self, step: int) -> bool:
        """Move the panel with the focus so many places down in its column; False where there is none, or no place."""
        layout = moved_panel(self._layout, (self.focused.id or "") if self.focused is not None else "", step)
        if layout is None:
            return False
        self._lay_out(layout)
        remember(layout)
        return True

    def _lay_out(self, layout: Layout) -> None:
        if layout.order != self._layout.order:
            for column in COLUMNS:
                panels = [self.query_one(f"#{name}") for name in layout.order if name in column]
                for panel, after in zip(panels[1:], panels):
                    pane = panel.parent
                    if isinstance(pane, Widget):
                        pane.move_child(panel, after=after)
        self._layout = layout
        for name in PANELS:
            self.query_one(f"#{name}").set_class(name not in layout.shown, "-hidden")
        side = self.query_one(".side-pane")
        self.set_class(all(panel.has_class("-hidden") for panel in side.children), "-no-side")
        self.set_class("chart" not in layout.shown, "-no-chart")

    # ---- which runs

    def sort_runs(self) -> str:
        """Sort the runs by the next figure; its name, empty for the order in which they started."""
        self._show_runs(sorted_anew(self.run_view, self._tables.runs))
        return self.run_view.sort

    def filter_runs(self, words: str) -> None:
        """Show the runs whose names hold these words."""
        self._show_runs(replace(self.run_view, words=words))

    def _show_runs(self, view: RunView) -> None:
        self.run_view = view
        places = view.places(self._newest.runs)
        self.chart.show(self._newest.runs, None, self._view, places)
        self._draw_tables()

    # ---- the view in time

    def hold(self) -> None:
        """Hold the panels as they are; again to go on with the newest."""
        self._look(replace(self._view, end=None) if self._view.held else held(self._view, self._history))

    def scroll_charts(self, columns: int) -> None:
        """Hold the panels and move the charts by so many columns; beyond the newest all goes on."""
        self._look(moved(self._view, columns, self._history))

    def zoom_charts(self, steps: int) -> None:
        """Draw so many steps more time in the charts."""
        self._look(zoomed(self._view, steps, self._history, self.chart.columns))

    def _look(self, view: TimeView) -> None:
        self._view, self._drawn = view, False
        self.status.show(self._newest, view.held)
        if view.held:
            self.chart.show(self._newest.runs, None, view, self.run_view.places(self._newest.runs))
            self.power.show(self._tables, None, view)
            self.heat.show(self._tables.gauges, view)
        else:
            self._draw(self._newest)

    # ---- tables

    def _show_tables(self, snapshot: Snapshot) -> None:
        """Numbers twice a second are as many as can be read; what is new in kind comes at once."""
        calm = not snapshot.reset and _kind(snapshot) == _kind(self._tables)
        self._tables = snapshot
        if not calm or monotonic() - self._tables_s >= TABLES_PERIOD_S:
            self._draw_tables()
        elif self._late is None:
            self._late = self.set_timer(TABLES_PERIOD_S, self._draw_tables)

    def _draw_tables(self) -> None:
        if self._late is not None:
            self._late.stop()
            self._late = None
        self._tables_s = monotonic()
        snapshot = self._tables
        self.figures.show(snapshot, self.run_view)
        self._make_room_for_notes()
        self.cores.show(snapshot.gauges)
        self.heat.show(snapshot.gauges, self._view)
        self.labels.show(snapshot.runs, snapshot.verdict)
        self.set_class(not self.labels.has_labels, "-no-labels")
        self.log_panel.know(tuple(run.run for run in snapshot.runs))
        self.brief.show(snapshot)
        self.too_small.show(snapshot.runs)
        self.draw_whole_screens()

    def _make_room_for_notes(self) -> None:
        """On a tall screen the table takes as many lines from the chart as its notes need: a cut reason tells nothing.

        It gives none back: a chart whose height changes to and fro cannot be read.
        """
        if self.has_class("-tall"):
            room = self.query_one(".main-pane").size.height - LEAST_CHART
            if (wanted := min(self.figures.wanted, room)) > self._figures_height:
                self._figures_height = wanted
                self.figures.styles.min_height = wanted
        elif self._figures_height:
            self._figures_height = 0
            self.figures.styles.min_height = None

    def show_log(self, log: LogLines) -> None:
        """Add lines a framework wrote."""
        self.log_panel.show(log)

    def show_picture(self, picture: Picture) -> None:
        """Show what the runs see."""
        self.labels.show_picture(picture)

    def pass_over(self, snapshot: Snapshot) -> None:
        """Keep the columns of a snapshot that is not drawn."""
        if snapshot.reset:
            self._history.clear()
            self._drawn = False
            self._view = replace(self._view, end=None)
        self._history.add(snapshot.columns)
        first = snapshot.columns.first
        self._since = first if self._since is None else min(self._since, first)


def _kind(snapshot: Snapshot) -> tuple[object, ...]:
    """What of a snapshot is worth showing at once: everything but the numbers."""
    return (snapshot.state, snapshot.turn, snapshot.verdict, [(run.status, run.message) for run in snapshot.runs])
