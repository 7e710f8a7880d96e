"""Which of a framework's variants a run is: by its name, its precision, the format of its file."""

from __future__ import annotations

from edgetop.backends.base import Backend, Variant
from edgetop.errors import UnknownName


def formats(backend: Backend) -> tuple[str, ...]:
    """The formats that any of its variants takes, the usual one first."""
    return tuple(dict.fromkeys(variant.format for variant in backend.variants))


def precisions(backend: Backend) -> tuple[str, ...]:
    """The precisions that any of its variants has."""
    return tuple(dict.fromkeys(p for variant in backend.variants for p in variant.precisions))


def choose(backend: Backend, name: str = "", *, precision: str = "", format: str = "") -> Variant:
    """The variant of that name, or the first with that precision and format; raises UnknownName.

    ``precision`` and ``format`` are not looked at where they are empty.
    """
    named = [variant for variant in backend.variants if name in ("", variant.name)]
    if not named:
        known = ", ".join(variant.name for variant in backend.variants)
        raise UnknownName(f"{backend.title} has no variant {name!r}", f"It has {known}")
    fitting = [v for v in named if precision in ("", *v.precisions) and format in ("", v.format)]
    if fitting:
        return fitting[0]
    what = f"{backend.title} {name}".rstrip()
    readable = [variant for variant in named if format in ("", variant.format)]
    if not readable:
        taken = ", ".join(dict.fromkeys(variant.format for variant in named))
        raise UnknownName(f"{what} cannot read {format} files", f"It takes {taken}")
    had = ", ".join(dict.fromkeys(p for variant in readable for p in variant.precisions))
    raise UnknownName(f"{what} has no {precision}", f"It has {had}")
