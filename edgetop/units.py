"""How a number is written: the one place where floats become text, with the digits that mean something and a unit."""

from __future__ import annotations

import math

from edgetop.readings import Figure, Missing

ABSENT = "–"
"""What stands in a cell whose value is missing; the reason is told elsewhere."""

_TIME = ((1e9, "s"), (1e6, "ms"), (1e3, "us"), (1.0, "ns"))
_BINARY = ((2.0**40, "TiB"), (2.0**30, "GiB"), (2.0**20, "MiB"), (2.0**10, "KiB"), (1.0, "B"))
_DECIMAL = ((1e9, "G"), (1e6, "M"), (1e3, "k"), (1.0, ""), (1e-3, "m"), (1e-6, "u"), (1e-9, "n"))


def significant(value: float, digits: int = 3) -> str:
    """``value`` with so many significant digits, never in exponent form below 1e15."""
    if value == 0 or value != value:
        return "0" if value == 0 else ABSENT
    magnitude = int(f"{abs(value):e}".split("e")[1])
    places = max(0, digits - 1 - magnitude)
    text = f"{value:.{places}f}"
    if len(text.replace("-", "").replace(".", "").lstrip("0")) > digits and places > 0:
        text = f"{value:.{places - 1}f}"  # 9.996 rounds up to 10.00: one digit too many
    return text


def _scaled(value: float, steps: tuple[tuple[float, str], ...], digits: int) -> str:
    size = abs(value)
    factor, unit = next(((f, u) for f, u in steps if size >= f * 0.9995), steps[-1])
    return f"{significant(value / factor, digits)} {unit}".rstrip()


def duration(value_ns: Figure, digits: int = 3) -> str:
    """Nanoseconds as ns, us, ms or s: ``3.87 ms``."""
    return ABSENT if isinstance(value_ns, Missing) else _scaled(value_ns, _TIME, digits)


def size(value_bytes: Figure, digits: int = 3) -> str:
    """Bytes in binary multiples: ``73.2 MiB``."""
    return ABSENT if isinstance(value_bytes, Missing) else _scaled(value_bytes, _BINARY, digits)


def _metric(value: Figure, unit: str, digits: int) -> str:
    if isinstance(value, Missing):
        return ABSENT
    if value == 0:
        return f"0 {unit}"
    text = _scaled(value, _DECIMAL, digits)
    return f"{text}{unit}" if not text[-1].isdigit() else f"{text} {unit}"


def power(value_w: Figure, digits: int = 3) -> str:
    """Watts: ``3.71 W``, ``412 mW``."""
    return _metric(value_w, "W", digits)


def energy(value_j: Figure, digits: int = 3) -> str:
    """Joules: ``16.6 mJ``."""
    return _metric(value_j, "J", digits)


def plus_minus(value: Figure, half: Figure, unit: str) -> str:
    """A value with half of its interval, to two digits of that: ``16.62 ±0.24 mJ``; without one where it is missing."""
    if isinstance(value, Missing) or isinstance(half, Missing) or not half > 0:
        return _metric(value, unit, 3)
    size = max(abs(value), half)
    factor, prefix = next(((f, p) for f, p in _DECIMAL if size >= f * 0.9995), _DECIMAL[-1])
    places = max(0, 1 - int(f"{half / factor:e}".split("e")[1]))
    return f"{value / factor:.{places}f} ±{half / factor:.{places}f} {prefix}{unit}"


def rate(value_ips: Figure, digits: int = 3) -> str:
    """Inferences per second: ``258 /s``."""
    return (
        ABSENT
        if isinstance(value_ips, Missing)
        else f"{_scaled(value_ips, _DECIMAL[:4], digits)}/s".replace(" /s", "/s")
    )


def percent(value: Figure, places: int = 0) -> str:
    """Per cent: ``98 %``."""
    return ABSENT if isinstance(value, Missing) else f"{value:.{places}f} %"


def share(value: Figure, places: int = 0) -> str:
    """A share of one in per cent: 0.98 is ``98 %``."""
    return percent(value if isinstance(value, Missing) else 100 * value, places)


def difference(value: Figure) -> str:
    """A small difference of outputs: ``3.0e-07``; 0 is exact."""
    if isinstance(value, Missing):
        return ABSENT
    return "exact" if value == 0 else f"{value:.1e}"


def ratio(value: float, low: float, high: float) -> tuple[str, str]:
    """A ratio and its interval, with three digits, or down to the first of its width: ``2.94``, ``2.91 to 2.97``."""
    width = high - low
    fewest = 0 if value >= 100 else 1 if value >= 10 else 2
    digits = 2 if width <= 0 else min(4, max(fewest, -math.floor(math.log10(width))))
    return f"{value:.{digits}f}", f"{low:.{digits}f} to {high:.{digits}f}"


def clock_time(t_ns: int) -> str:
    """A moment of a session: ``1:02.5``, ``1:00:02.5``."""
    tenths = t_ns // 100_000_000
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    seconds = f"{rest // 10:02d}.{rest % 10}"
    return f"{hours}:{minutes:02d}:{seconds}" if hours else f"{minutes}:{seconds}"


def quantity(value: Figure, unit: str) -> str:
    """A channel's value in its own unit."""
    if isinstance(value, Missing):
        return ABSENT
    if unit == "B":
        return size(value)
    if unit == "ns":
        return duration(value)
    if unit == "%":
        return percent(value)
    if unit == "°C":
        return f"{value:.1f} °C"
    return _metric(value, unit, 3) if unit else significant(value)


def printable(text: str) -> str:
    """A text from a file or a framework, its control characters shown as a sign: a terminal would obey them."""
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else " " if c in "\t\n" else "\N{REPLACEMENT CHARACTER}" for c in text)
