"""The live screen: chart, figures, board, power, outputs and log, laid out for the room there is."""

from __future__ import annotations

from typing import Optional

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from edgetop.keys import LIVE, REPLAY, actions_of
from edgetop.protocol import Hello, LogLines, Snapshot
from edgetop.screens.keybar import KeyBar
from edgetop.widgets.brief import Brief
from edgetop.widgets.chart import Chart
from edgetop.widgets.cores import Cores
from edgetop.widgets.figures import Figures
from edgetop.widgets.history import History
from edgetop.widgets.labels import Labels
from edgetop.widgets.log import Log
from edgetop.widgets.power import Power
from edgetop.widgets.statusbar import StatusBar
from edgetop.widgets.timeline import Timeline
from edgetop.widgets.too_small import NEEDED_COLUMNS, NEEDED_ROWS, TooSmall


class LiveScreen(Screen[None]):
    """Draws Snapshots; keys and commands are the app's, but for SeekTo of the timeline.

    Panels are ``#chart``, ``#figures``, ``#cores``, ``#power``, ``#labels``, ``#log``, numbered 1 to 6, and take
    the focus. The classes ``-narrow``, ``-wide``, ``-low``, ``-middle``, ``-tall`` and ``-cramped`` follow the size.
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
        & #panels { height: 1fr; width: 1fr; }
        & #left { width: 3fr; height: 1fr; }
        & #right { width: 2fr; height: 1fr; display: none; }
        & #figures { height: 12; }
        & #cores { height: 2fr; }
        & #power { height: 3fr; }
        & #labels { height: 3fr; }
        & #log { height: 2fr; }
        & KeyBar { dock: bottom; height: 1; }
        & TooSmall, & Timeline, & .replay-keys { display: none; }
        &.-can-seek Timeline, &.-can-seek .replay-keys { display: block; }
        &.-can-seek .live-keys { display: none; }

        &.-low #figures { height: 8; }
        &.-low Brief { display: none; }
        &.-tall #figures { height: 20; }
        &.-wide.-tall #right { display: block; }
        &.-wide.-tall Brief { display: none; }

        &.-cramped-columns, &.-cramped-rows {
            & #panels, & StatusBar, & Brief, & Timeline, & KeyBar { display: none; }
            & TooSmall { display: block; }
        }
    }
    """

    def __init__(self) -> None:
        super().__init__()
        self._history = History()
        self._since: Optional[int] = None
        self._drawn = False
        self.status = StatusBar()
        self.chart = Chart(self._history, id="chart")
        self.figures = Figures(id="figures")
        self.cores = Cores(id="cores")
        self.power = Power(self._history, id="power")
        self.labels = Labels(id="labels")
        self.log_panel = Log(id="log")
        self.brief = Brief()
        self.timeline = Timeline()
        self.too_small = TooSmall()

    def compose(self) -> ComposeResult:
        """Status above, panels in two columns, timeline and keys below."""
        yield self.status
        with Horizontal(id="panels"):
            with Vertical(id="left"):
                yield self.chart
                yield self.figures
            with Vertical(id="right"):
                yield from (self.cores, self.power, self.labels, self.log_panel)
        yield from (self.brief, self.timeline, self.too_small)
        yield KeyBar(actions_of(LIVE)).add_class("live-keys")
        yield KeyBar(actions_of(REPLAY)).add_class("replay-keys")

    def hello(self, hello: Hello) -> None:
        """Learn which board this is and whether the feed can seek."""
        self.set_class(hello.can_seek, "-can-seek")
        self.cores.name_machine(str(hello.machine.get("model", "")))

    def show(self, snapshot: Snapshot) -> None:
        """Draw a snapshot: every panel compares it with what it shows and repaints the cells that differ."""
        self._take_columns(snapshot)
        since, self._since = (self._since if self._drawn else None), None
        self._drawn = True
        self.status.show(snapshot)
        self.chart.show(snapshot.runs, since)
        self.figures.show(snapshot.runs, snapshot.turn)
        self.cores.show(snapshot.gauges)
        self.power.show(snapshot.gauges, since)
        self.labels.show(snapshot.runs, snapshot.verdict)
        self.log_panel.know(tuple(run.run for run in snapshot.runs))
        self.brief.show(snapshot)
        self.timeline.show(snapshot)
        self.too_small.show(snapshot.runs)

    def show_log(self, log: LogLines) -> None:
        """Add lines a framework wrote."""
        self.log_panel.show(log)

    def _take_columns(self, snapshot: Snapshot) -> None:
        if snapshot.reset:
            self._history.clear()
            self._drawn = False
        self._history.add(snapshot.columns)
        first = snapshot.columns.first
        self._since = first if self._since is None else min(self._since, first)
