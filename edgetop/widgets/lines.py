"""The base of all widgets here: lines drawn from rows of spans, compared with the last ones, new cells repainted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from rich.console import COLOR_SYSTEMS
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.geometry import Region, Size
from textual.strip import Strip
from textual.widget import Widget

from edgetop.terminal.lifecycle import TerminalApp
from edgetop.terminal.pen import Codes, codes_of
from edgetop.widgets.cells import Row, ascii_only, changed_runs, cut, exactly
from edgetop.widgets.compositor import JOIN_CELLS

SERIES = 6
SERIES_FALLBACK = ("primary", "warning", "success", "secondary", "error", "foreground")
"""Theme variables that colour the series where a theme has no ``series-1`` to ``series-6``."""
INKS = {
    "muted": ("foreground", 0.6, False),
    "strong": ("foreground", 1.0, True),
    "good": ("success", 1.0, False),
    "warn": ("warning", 1.0, False),
    "bad": ("error", 1.0, False),
    "rec": ("error", 1.0, True),
    "border": ("foreground", 0.25, False),
    "focused": ("primary", 1.0, False),
    "title": ("foreground", 1.0, True),
    "grid": ("foreground", 0.15, False),
    "bar": ("primary", 1.0, False),
    "kind-1": ("primary", 1.0, False),
    "kind-1-pale": ("primary", 0.65, False),
    "kind-2": ("warning", 1.0, False),
    "kind-2-pale": ("warning", 0.65, False),
    "kind-3": ("success", 1.0, False),
    "kind-3-pale": ("success", 0.65, False),
    "kind-4": ("foreground", 0.6, False),
    "kind-4-pale": ("foreground", 0.4, False),
}
"""Name of an ink to the theme variable of its colour, its share over the background, and whether it is bold.

Component classes of the style sheet would say the same, at the price of a node of Textual's each, for each widget:
a tenth of the screen's memory.
"""
PAINTS = ("half", "over")
"""Kinds of inks that hold a picture's colours: ``half-<upper>-<lower>`` and ``over-<series>-<ground>``, in hexadecimal.

There may be thousands, hence they are kept in the lines alone.
"""
FAINT = 0.55
"""How far the colour of a band goes towards the background."""


class Lines(Widget):
    """A widget that gives its lines as rows; a subclass has ``draw``, its owner calls ``redraw``."""

    def __init__(self, id: Optional[str] = None, classes: Optional[str] = None) -> None:
        super().__init__(id=id, classes=classes)
        self._drawn_size: Optional[Size] = None
        self._rows: list[Row] = []
        """As drawn last."""
        self._cells: list[Row] = []
        """The same, dressed and cut to the width."""
        self._strips: list[Optional[Strip]] = []
        self._filters: Sequence[LineFilter] = ()
        self._background = Color(0, 0, 0)
        self._inks: dict[str, Style] = {}
        self._known_codes: dict[str, Codes] = {}

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """The rows to show in ``width`` by ``height`` cells; too few are filled up, too wide ones cut."""
        raise NotImplementedError

    @property
    def ascii(self) -> bool:
        """Whether only ASCII characters may be drawn."""
        return bool(getattr(self.app, "ascii", False))

    @property
    def few_colours(self) -> bool:
        """Whether the terminal has too few colours for a picture."""
        return self.ascii or self.app.console.color_system in ("standard", None)

    def dress(self, y: int, row: Row, size: Size) -> Row:
        """The row at ``y`` with what is drawn around it, as wide as ``size``; asked for changed rows only."""
        return exactly(row, size.width)

    def redraw(self) -> None:
        """Draw again and repaint the cells that differ; nothing is sent for those that do not."""
        app = self.app if self._drawn_size is not None and isinstance(self.app, TerminalApp) else None
        place = app.place_of(self) if app is not None else None
        if place is None and not self.is_on_screen:
            self._drawn_size = None
            return
        size = self.size if place is None else place.size
        if self._drawn_size != size:
            self.refresh()
            return
        rows = self._draw_rows(size)
        changed = [(y, row) for y, row in enumerate(rows) if row != self._rows[y]]
        changes = [(y, *run) for y, row in changed for run in self._change(y, self._finished(y, row, size))]
        self._rows = rows
        if app is None or place is None:
            if changes:
                self.refresh(*[Region(first, y, end - first, 1) for y, first, end in changes])
            return
        for y, first, end in changes:
            cells = cut(self._cells[y], first, end)
            app.pen.put(place.x + first, place.y + y, end - first, [(text, self._codes(ink)) for text, ink in cells])
        if changes:
            app.paint()

    def _change(self, y: int, cells: Row) -> list[tuple[int, int]]:
        """Have new cells in a line; where they differ from the old ones."""
        runs = changed_runs(self._cells[y], cells, JOIN_CELLS)
        self._cells[y], self._strips[y] = cells, None
        return runs

    def render_lines(self, crop: Region) -> list[Strip]:
        """The lines in ``crop``, as they were painted last; draws all of them when the size is new.

        Textual asks for every line of every widget in the box around all changes, so this is the screen's hot
        spot: the lines are kept as they go to the terminal. Hence border, padding and opacity of a style sheet
        have no effect on these widgets, background and colours have.
        """
        size, filters = self.size, self.get_line_filters()
        if self._drawn_size != size or self._filters != filters:
            self._forget()
            self._drawn_size, self._filters, self._background = size, filters, self.background_colors[1]
            self._rows = self._draw_rows(size)
            self._cells = [self._finished(y, row, size) for y, row in enumerate(self._rows)]
            self._strips = [None] * len(self._cells)
        first, end = crop.column_span
        return [self._strip(y).crop(first, end) for y in crop.line_range if y < len(self._strips)]

    def render_line(self, y: int) -> Strip:
        """The line ``y``."""
        return self.render_lines(Region(0, y, self.size.width, 1))[0]

    def ink(self, name: str) -> Style:
        """The style of a named ink, background included, so that no segment is without one."""
        style = self._inks.get(name)
        if style is None and name.startswith(PAINTS):
            return self._paint(*name.split("-"))
        if style is None:
            style = self._inks[name] = self._find_ink(name)
        return style

    def notify_style_update(self) -> None:
        """The style sheet or the theme has changed: inks and lines are made anew."""
        super().notify_style_update()
        self._forget()

    def on_mount(self) -> None:
        """Follow the theme's variables, which are not in the style sheet."""
        self.app.theme_changed_signal.subscribe(self, lambda _: self._repaint_all())

    def on_show(self) -> None:
        """Shown again: what was drawn before is stale."""
        self._repaint_all()

    def on_focus(self) -> None:
        """Its border tells that it has the focus."""
        self._repaint_all()

    on_blur = on_focus

    def _repaint_all(self) -> None:
        self._forget()
        self.refresh()

    def _forget(self) -> None:
        self._inks.clear()
        self._known_codes.clear()
        self._drawn_size = None

    def _draw_rows(self, size: Size) -> list[Row]:
        width, height = size
        rows = list(self.draw(width, height)) if width > 0 and height > 0 else []
        return [*rows[:height], *[()] * (height - len(rows))]

    def _finished(self, y: int, row: Row, size: Size) -> Row:
        row = self.dress(y, row, size)
        return tuple((ascii_only(text), ink) for text, ink in row) if self.ascii else row

    def _strip(self, y: int) -> Strip:
        """The line as Textual wants it; made when it is asked for."""
        strip = self._strips[y]
        if strip is None:
            cells = self._cells[y]
            strip = Strip([Segment(text, self.ink(name)) for text, name in cells])
            for line_filter in self._filters:
                strip = strip.apply_filter(line_filter, self._background)
            self._strips[y] = strip
        return strip

    def _codes(self, name: str) -> Codes:
        """The ink as the terminal is told."""
        codes = self._known_codes.get(name)
        if codes is None:
            segments = [Segment(" ", self.ink(name))]
            for line_filter in self._filters:
                segments = line_filter.apply(segments, self._background)
            colours = self.app.console.color_system or "truecolor"
            codes = codes_of(segments[0].style or Style(), COLOR_SYSTEMS[colours])
            if not name.startswith(PAINTS):
                self._known_codes[name] = codes
        return codes

    def _find_ink(self, name: str) -> Style:
        kind, _, number = name.partition("-")
        if kind in ("series", "faint"):
            return self.rich_style + Style(color=self._series_color(int(number), kind == "faint").rich_color)
        if kind == "tag":
            series = self._series_color(int(number), False)
            return Style(color=self._background.rich_color, bgcolor=series.rich_color, bold=True)
        if not name:
            return self.rich_style
        variable, share, bold = INKS["focused" if name == "border" and self.has_focus else name]
        variables = self.app.theme_variables
        own = variables.get(f"ink-{name}") if variable == "foreground" else None  # a theme's, instead of a share
        color = Color.parse(own) if own else self._background.blend(Color.parse(variables[variable]), share)
        return self.rich_style + Style(color=color.rich_color, bold=bold or None)

    def _paint(self, kind: str, upper: str, lower: str) -> Style:
        color = Color.parse(f"#{upper}") if kind == "half" else self._series_color(int(upper), False)
        return Style(color=color.rich_color, bgcolor=Color.parse(f"#{lower}").rich_color)

    def _series_color(self, number: int, faint: bool) -> Color:
        variables = self.app.theme_variables
        place = (number - 1) % SERIES
        named = variables.get(f"series-{place + 1}") or variables[SERIES_FALLBACK[place]]
        color = Color.parse(named)
        return color.blend(self._background, FAINT) if faint else color
