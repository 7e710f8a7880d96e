"""What moves from the measuring side to the recording and to the figures: samples, readings, events, batches.

Times are absolute nanoseconds of the monotonic clock. Everything a figure is made of passes through a
``Batch``, live or replayed, which is why both give the same figures.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Optional

import numpy as np
import numpy.typing as npt

Int64s = npt.NDArray[np.int64]

WARM_UP = 1
"""Flag of a sample taken before the run was warm: kept, shown apart, not in the statistics."""
SETTLING = 2
"""Flag of the first samples of a turn, whose caches another run has emptied: set aside likewise."""
CONTENDED = 4
"""Flag of a sample that waited for a core for more than 2 % of its time; stays in the statistics."""
SPARED = 8
"""Flag of an outlier recorded beyond a limit to samples, which spares none: shown, and not in the statistics, whose
samples are chosen whatever they took."""
SET_ASIDE = WARM_UP | SETTLING | SPARED
MAX_OPERATORS = 10_000
"""More are those of no network: a file that says so is forged, and to draw them would hold up the screen."""
MAX_PICTURE = (96, 72)
"""Columns and rows of a picture's small copy: about as many pixels as half-blocks show of it on a large terminal."""


def _empty() -> Int64s:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Samples:
    """Inferences of one run in order of time: four arrays of equal length."""

    start_ns: Int64s = field(default_factory=_empty)
    duration_ns: Int64s = field(default_factory=_empty)
    wait_ns: Int64s = field(default_factory=_empty)
    flags: Int64s = field(default_factory=_empty)

    def __len__(self) -> int:
        return len(self.start_ns)

    def __getitem__(self, part: slice) -> Samples:
        return Samples(self.start_ns[part], self.duration_ns[part], self.wait_ns[part], self.flags[part])


@dataclass(frozen=True)
class Readings:
    """Readings of one channel in order of time: ``ticks`` times the channel's scale is the value."""

    t_ns: Int64s = field(default_factory=_empty)
    ticks: Int64s = field(default_factory=_empty)

    def __len__(self) -> int:
        return len(self.t_ns)

    def __getitem__(self, part: slice) -> Readings:
        return Readings(self.t_ns[part], self.ticks[part])


SHOWN_ONCE = ("picture", "operators")
"""Kinds of events that a screen is told of once; what came last holds."""


@dataclass(frozen=True)
class Event:
    """Something that happened at a moment, to one run or to the session.

    Kinds: ``run`` (its state: status, message, version, load_ns …), ``outputs`` (labels, detections, agreement),
    ``turn`` (start_ns, end_ns, count), ``missing`` and ``back`` (channel, reason, hint), ``marker``
    (text: the user's), ``throttle`` (sign, on), ``clock`` (step_ns: the wall clock was set), ``disk`` (text: its room),
    ``cost`` (engine_cpu_percent, engine_peak_rss_bytes: edgetop's own),
    ``idle`` (start_ns, end_ns, state: ``cold`` or ``warm``), ``window`` (start_ns, end_ns, count: of energy),
    ``roof`` (of, gflops, intensity, gbps: what was known of the machine when the session began),
    ``alone`` (the same, of unbroken inferences before the turns),
    ``accuracy`` (pictures, pictures_of, top1, top5 or mean_ap …), ``log`` (line), ``lost`` (count),
    ``picture`` (a protocol.Picture's fields), ``operators``
    (a protocol.Operators's, or missing and hint). ``data`` holds JSON values only.
    """

    t_ns: int
    kind: str
    data: Mapping[str, Any]
    run: Optional[int] = None


_KINDS: Mapping[str, Mapping[str, Any]] = {
    "run": {},
    "outputs": {},
    "turn": {"start_ns": int, "end_ns": int, "count": int, "cpu_ns": int},
    "idle": {"start_ns": int, "end_ns": int, "state": str},
    "window": {"start_ns": int, "end_ns": int, "count": int},
    "alone": {"start_ns": int, "end_ns": int, "count": int},
    "missing": {"channel": int, "reason": str},
    "back": {"channel": int},
    "marker": {"text": str},
    "throttle": {"sign": str, "on": bool},
    "clock": {"step_ns": int},
    "disk": {"text": str},
    "cost": {"engine_cpu_percent": (int, float), "engine_peak_rss_bytes": int},
    "log": {"line": str},
    "lost": {"count": int},
    "operators": {},
    "roof": {},
    "accuracy": {"pictures": int, "pictures_of": int},
    "picture": {"width": int, "height": int, "columns": int, "rows": int, "rgb": str},
}
_OPTIONAL: Mapping[str, Any] = {
    **dict.fromkeys(
        ("status", "message", "note", "hint", "version", "weights", "precision", "disagrees", "missing"), str
    ),
    **dict.fromkeys(("load_ns", "first_ns", "decode_ns", "difference"), (int, float)),
    **dict.fromkeys(("rounds", "plain_p50_ns", "p50_ns", "mean_ns"), (int, float)),
    **dict.fromkeys(("gflops", "intensity", "gbps"), (int, float)),
    "of": str,
    "agrees_with": int,
    "sweep": int,
    **dict.fromkeys(("left_out", "top1", "top5", "label_pictures"), int),
    **dict.fromkeys(("mean_ap", "mean_ap50", "label_ns", "label_error_ns"), (int, float)),
    **dict.fromkeys(("data_set", "recipe"), str),
    **dict.fromkeys(("labels", "detections", "operators", "faults", "pairs"), list),
    "raw": bool,
}
_ROWS = {"labels": 1, "detections": 5, "faults": 0, "pairs": 4}
"""Lists of rows of a text and so many numbers."""
_LARGEST = 1 << 62
"""Of all numbers: what is more fits no array, and what is none (nan, inf) is not below it."""


def is_sound(event: Event) -> bool:
    """Whether an event from a file holds what its kind must: a file may come from anybody."""
    required = _KINDS.get(event.kind)
    if required is None or not all(_is_a(event.data.get(key), kind) for key, kind in required.items()):
        return False
    if not all(_is_a(event.data[key], kind) for key, kind in _OPTIONAL.items() if key in event.data):
        return False
    if event.kind == "picture" and not _is_picture(event.data):
        return False
    if event.kind == "roof" and not _is_roof(event.data):
        return False
    operators = event.data.get("operators", ())
    if len(operators) > MAX_OPERATORS or not all(map(_is_operator, operators)):
        return False
    return all(_is_row(row, numbers) for key, numbers in _ROWS.items() for row in event.data.get(key, ()))


def _is_a(value: Any, kind: Any) -> bool:
    """A bool is an int for Python, and no number here."""
    if isinstance(value, bool):
        return kind is bool
    return isinstance(value, kind) and (not isinstance(value, (int, float)) or abs(value) < _LARGEST)


def _is_picture(data: Mapping[str, Any]) -> bool:
    """Whether there are exactly the pixels that are said, and not too many of them."""
    columns, rows = int(data["columns"]), int(data["rows"])
    if min(data["width"], data["height"], columns, rows) < 1 or columns > MAX_PICTURE[0] or rows > MAX_PICTURE[1]:
        return False
    try:
        return len(base64.b64decode(data["rgb"], validate=True)) == 3 * columns * rows
    except ValueError:
        return False


def _is_roof(data: Mapping[str, Any]) -> bool:
    """Whether a product is told with its numbers, and all are above zero."""
    numbers = [data[key] for key in ("gflops", "intensity", "gbps") if key in data]
    return all(value > 0 for value in numbers) and ("of" not in data or {"gflops", "intensity"} <= set(data))


def _is_row(row: Any, numbers: int) -> bool:
    if not isinstance(row, (list, tuple)) or len(row) != 1 + numbers:
        return False
    return isinstance(row[0], str) and all(type(value) in (int, float) and abs(value) < _LARGEST for value in row[1:])


def _is_operator(row: Any) -> bool:
    """Whether it is a name, a type, a time, a number of calls, and a time or nothing."""
    if not isinstance(row, (list, tuple)) or len(row) != 5 or not all(isinstance(text, str) for text in row[:2]):
        return False
    numbers = row[2:4] if row[4] is None else row[2:]
    return type(row[3]) is int and all(type(value) in (int, float) and 0 <= value < _LARGEST for value in numbers)


@dataclass(frozen=True)
class Batch:
    """All that was measured up to a moment and not handed over before."""

    until_ns: int
    samples: Mapping[int, Samples] = field(default_factory=dict)
    readings: Mapping[int, Readings] = field(default_factory=dict)
    events: tuple[Event, ...] = ()


def join_samples(parts: Sequence[Samples]) -> Samples:
    """Successive stretches of one run's samples as one."""
    if len(parts) == 1:
        return parts[0]
    names = ("start_ns", "duration_ns", "wait_ns", "flags")
    return Samples(*(np.concatenate([getattr(part, name) for part in parts]) for name in names))


def join_readings(parts: Sequence[Readings]) -> Readings:
    """Successive stretches of one channel's readings as one."""
    if len(parts) == 1:
        return parts[0]
    return Readings(np.concatenate([p.t_ns for p in parts]), np.concatenate([p.ticks for p in parts]))
