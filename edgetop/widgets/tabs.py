"""The pages of a panel, by their names in a row; the one that is shown stands between brackets."""

from __future__ import annotations

from collections.abc import Sequence

from edgetop.widgets.cells import Row, Span


def tab(title: str, *, chosen: bool) -> tuple[Span, Span, Span]:
    """One page's name."""
    brackets = "‹›" if chosen else "  "
    return (brackets[0], "focused"), (title, "strong" if chosen else "muted"), (f"{brackets[1]}  ", "focused")


def tabs(titles: Sequence[str], chosen: int) -> Row:
    """All of them; ``chosen`` is the place of the one that is shown."""
    return tuple(span for place, title in enumerate(titles) for span in tab(title, chosen=place == chosen))
