"""The replay's timeline: a course over the session, position, length, pace, markers; a click or a drag goes there."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from textual.events import MouseDown, MouseMove, MouseUp
from textual.message import Message

from edgetop.protocol import Overview, Snapshot
from edgetop.units import clock_time
from edgetop.widgets.bars import block
from edgetop.widgets.cells import Row, Span, fit, plain, row_width, spans_of
from edgetop.widgets.lines import Lines
from edgetop.widgets.run_names import run_name

MARKS = {"error": "!", "throttle": "T", "marker": "M", "disk": "D", "sensor": "S", "clock": "C", "run": "'"}
"""The sign of a marker on the bar by its kind, the gravest first: one cell shows one."""
GRAVITY = {kind: place for place, kind in enumerate(MARKS)}
INKS = {"error": "bad", "throttle": "warn", "marker": "strong"}
PLAYING = {"running": (" ▶ ", "good"), "preparing": (" ▶ ", "good"), "reading": (" … ", "warn")}
LATENCY = "latency."
LEAST_BUCKETS = 20
"""Of the overview, in the closest view."""


class SeekTo(Message):
    """The user wants to see the session as it stood at ``t_ns`` since its start."""

    def __init__(self, t_ns: int) -> None:
        super().__init__()
        self.t_ns = t_ns


class Timeline(Lines):
    """Where the replay stands; above it, where there is a second line, the course of a latency or a channel."""

    DEFAULT_CSS = """
    Timeline { height: 1; width: 1fr; background: $panel; }
    """

    def __init__(self, id: Optional[str] = None) -> None:
        super().__init__(id=id)
        self._snapshot = Snapshot(0, "preparing")
        self._overview = Overview(0, 1, {})
        self._bar = range(0)
        """The cells of the bar."""
        self._marked_for: Optional[tuple[tuple[int, int], int]] = None
        self._marked: dict[int, str] = {}
        self._course = 0
        self._closeness = 0
        self._dragged: Optional[int] = None

    def know(self, overview: Overview) -> None:
        """Take in the whole session."""
        self._overview = overview
        self._marked_for = None
        self.redraw()

    def show(self, snapshot: Snapshot) -> None:
        """Draw the snapshot's moment."""
        self._snapshot = snapshot
        self.redraw()

    def next_course(self) -> None:
        """Show the next run or channel."""
        self._course += 1
        self.redraw()

    def zoom(self, step: int) -> None:
        """Show half of the time, around the present moment, or twice as much."""
        closest = self._overview.duration_ns // max(1, LEAST_BUCKETS * self._overview.width_ns)
        self._closeness = max(0, min(self._closeness + step, max(1, closest).bit_length() - 1))
        self.redraw()

    @property
    def span(self) -> tuple[int, int]:
        """The time that is shown, in nanoseconds since the start; pages of it, not to move with every moment."""
        whole = self._snapshot.duration_ns
        length = whole >> self._closeness
        step = max(1, length // 2)
        first = min(max(0, (self._snapshot.t_ns - step // 2) // step * step), whole - length)
        return first, first + length

    def draw(self, width: int, height: int) -> Sequence[Row]:
        """A course where there is room for it; play or pause, time, bar, length, pace."""
        left, right = self._left(), self._right()
        first = row_width(left)
        self._bar = range(first, max(first, width - row_width(right)))
        cells = len(self._bar)
        if cells < 2:
            return [(*left, *right)]
        line: Row = (*left, *self._line(cells), *right)
        return [line] if height < 2 else [self._course_row(first, cells), line]

    def _left(self) -> Row:
        now = self._snapshot
        return (PLAYING.get(now.state, (" ❚❚", "warn")), (f" {clock_time(now.t_ns)} ", "strong"))

    def _right(self) -> Row:
        """Where it ends, how fast it goes, what else there is to know."""
        now = self._snapshot
        known = f" {100 * now.known_ns // max(1, now.t_ns)} % read" if now.state == "reading" else ""
        kept = f" ({now.pace:.0f} kept)" if 0 < now.pace < 0.9 * now.speed else ""
        notes = f"{' loop' if now.repeats else ''}{f' zoom {1 << self._closeness}' if self._closeness else ''}"
        return (
            (f" {clock_time(self.span[1])} ", ""),
            (f"×{now.speed:g}{kept}{notes} ", "muted"),
            (f"{known} " if known else "", "warn"),
        )

    def _line(self, cells: int) -> Row:
        knob = self._cell(self._snapshot.t_ns, cells)
        bar: list[Span] = [("━", "bar") if place < knob else ("┈", "muted") for place in range(cells)]
        for place, kind in self._kinds_by_cell(cells).items():
            bar[place] = (MARKS[kind], INKS.get(kind, "muted"))
        if 0 <= knob < cells:
            bar[knob] = ("●", "strong")
        return spans_of(bar)

    def _kinds_by_cell(self, cells: int) -> dict[int, str]:
        """The gravest kind of marker in each cell; there may be ten thousand of them, and the bar moves each second."""
        if self._marked_for != (self.span, cells):
            self._marked_for, self._marked = (self.span, cells), {}
            graver_first = sorted((m for m in self._overview.markers if m.kind in MARKS), key=lambda m: GRAVITY[m.kind])
            for mark in graver_first:
                place = self._cell(mark.t_ns, cells)
                if 0 <= place < cells:
                    self._marked.setdefault(place, mark.kind)
        return self._marked

    def _cell(self, t_ns: int, cells: int) -> int:
        first, end = self.span
        return round((t_ns - first) / (end - first) * (cells - 1)) if end > first else 0

    def _course_row(self, indent: int, cells: int) -> Row:
        names = sorted(self._overview.courses, key=lambda name: not name.startswith(LATENCY))
        if not names:
            return ()
        name = names[self._course % len(names)]
        means = self._means(self._overview.courses[name], cells)
        known = [mean for mean in means if mean is not None]
        low, high = (min(known), max(known)) if known else (0.0, 0.0)
        heights = [None if mean is None else (mean - low) / (high - low or 1) for mean in means]
        signs = "".join(" " if share is None else block(share) for share in heights)
        if self.ascii:
            signs = "".join(" " if share is None else "_.-=^"[min(4, int(share * 5))] for share in heights)
        label = fit(f" {self._title(name)}", indent - 1) + " "
        return ((label, "muted"), (signs, "bar"))

    def _title(self, name: str) -> str:
        runs = {f"{LATENCY}{run.run}": run_name(run) for run in self._snapshot.runs}
        return plain(runs.get(name, name))

    def _means(self, course: Sequence[Optional[float]], cells: int) -> list[Optional[float]]:
        """One a cell of the time that is shown."""
        first, end = self.span
        width_ns = self._overview.width_ns
        edges = [(first + (end - first) * cell // cells) // width_ns for cell in range(cells + 1)]
        found: list[Optional[float]] = []
        for low, high in zip(edges, edges[1:]):
            values = [value for value in course[low : max(high, low + 1)] if value is not None]
            found.append(sum(values) / len(values) if values else None)
        return found

    def on_mouse_down(self, event: MouseDown) -> None:
        """Go to the moment under the pointer, and follow it."""
        offset = event.get_content_offset(self)
        if offset is not None and offset.x in self._bar and self._snapshot.duration_ns > 0:
            self.capture_mouse()
            self._drag_to(offset.x)

    def on_mouse_move(self, event: MouseMove) -> None:
        """Follow the pointer while it is held."""
        if self._dragged is not None and self._bar:
            self._drag_to(min(max(int(event.x), self._bar.start), self._bar.stop - 1))

    def on_mouse_up(self, event: MouseUp) -> None:
        """Let go."""
        self._dragged = None
        self.release_mouse()

    def _drag_to(self, x: int) -> None:
        if x == self._dragged:
            return
        self._dragged = x
        first, end = self.span
        share = (x - self._bar.start) / max(1, len(self._bar) - 1)
        self.post_message(SeekTo(round(first + share * (end - first))))
