"""A moment of a session as a user writes it."""

from __future__ import annotations

from edgetop.units import clock_time

EXAMPLES = "1:23:45   90   +10   -1:00   50%   end"


def moment(text: str, now_ns: int, duration_ns: int) -> int:
    """Nanoseconds since the start, of ``1:23:45``, seconds, ``+`` or ``-`` from now, ``50%``, ``start``, ``end``.

    Raises ValueError, whose text says what to write.
    """
    said = text.strip().lower()
    if said in ("start", "end"):
        return duration_ns if said == "end" else 0
    try:
        if said.endswith("%"):
            t_ns = round(_number(said[:-1]) / 100 * duration_ns)
        else:
            span_ns = round(_seconds(said[1:] if said.startswith(("+", "-")) else said) * 1e9)
            t_ns = {"+": now_ns + span_ns, "-": now_ns - span_ns}.get(said[:1], span_ns)
    except ValueError:
        raise ValueError(f"{text.strip() or 'That'} is no moment: write {EXAMPLES}") from None
    if not 0 <= t_ns <= duration_ns:
        raise ValueError(f"The session goes from 0:00 to {clock_time(duration_ns)}")
    return t_ns


def _seconds(text: str) -> float:
    """Of hours, minutes and seconds between colons."""
    parts = [_number(part) for part in text.split(":")]
    if len(parts) > 3 or any(part >= 60 for part in parts[1:]) or any(part % 1 for part in parts[:-1]):
        raise ValueError(text)
    total = 0.0
    for part in parts:
        total = total * 60 + part
    return total


def _number(text: str) -> float:
    if not text.replace(".", "", 1).isdecimal() or not text.isascii() or len(text) > 12:
        raise ValueError(text)
    return float(text)
