"""The colours: edgetop's own themes, and the series colours that every other theme of Textual falls back on."""

from __future__ import annotations

from textual.theme import Theme

DEFAULT = "edgetop-dark"
SIXTEEN = "edgetop-16"
CYCLE = ("edgetop-dark", "edgetop-light", "edgetop-contrast")
"""The themes the key goes round; all others are in the palette."""


def _series(*colours: str) -> dict[str, str]:
    return {f"series-{n}": colour for n, colour in enumerate(colours, 1)}


SERIES_DARK = _series("#6ea8dc", "#e0a95c", "#82bd8a", "#c792d1", "#5fb9b3", "#dd8079")
SERIES_LIGHT = _series("#1f6fb2", "#a85f00", "#2d7a41", "#8a4aa5", "#0b7772", "#b03a38")
SERIES_OKABE_ITO = _series("#56b4e9", "#e69f00", "#009e73", "#f0e442", "#cc79a7", "#d55e00")
SERIES_16 = _series("#55ffff", "#ffff55", "#55ff55", "#ff55ff", "#5555ff", "#ff5555")

THEMES = (
    Theme(
        name="edgetop-dark",
        primary="#6ea8dc",
        secondary="#8b9eb3",
        accent="#e0a95c",
        success="#82bd8a",
        warning="#e0a95c",
        error="#e5746c",
        foreground="#d3dae3",
        background="#10141a",
        surface="#10141a",
        panel="#1b222c",
        boost="#202834",
        variables={
            **SERIES_DARK,
            "border": "#6ea8dc",
            "border-blurred": "#344151",
            "block-cursor-background": "#24425f",
            "block-cursor-foreground": "#eef3f8",
            "block-cursor-text-style": "none",
            "input-selection-background": "#24425f",
            "scrollbar": "#344151",
            "scrollbar-background": "#10141a",
            "footer-key-foreground": "#e0a95c",
        },
    ),
    Theme(
        name="edgetop-light",
        primary="#1f6fb2",
        secondary="#56687a",
        accent="#a85f00",
        success="#2d7a41",
        warning="#a85f00",
        error="#b3261e",
        foreground="#1c242d",
        background="#f7f8f9",
        surface="#f7f8f9",
        panel="#e8ecf0",
        boost="#dfe5ea",
        dark=False,
        variables={
            **SERIES_LIGHT,
            "border": "#1f6fb2",
            "border-blurred": "#c0c9d2",
            "block-cursor-background": "#cfe1f2",
            "block-cursor-foreground": "#10202f",
            "block-cursor-text-style": "none",
            "input-selection-background": "#cfe1f2",
            "scrollbar": "#c0c9d2",
            "scrollbar-background": "#f7f8f9",
            "footer-key-foreground": "#a85f00",
        },
    ),
    Theme(
        name="edgetop-contrast",
        primary="#56b4e9",
        secondary="#b8c4d0",
        accent="#f0e442",
        success="#009e73",
        warning="#e69f00",
        error="#ff7a33",
        foreground="#ffffff",
        background="#000000",
        surface="#000000",
        panel="#1c1c1c",
        boost="#262626",
        variables={
            **SERIES_OKABE_ITO,
            "border": "#56b4e9",
            "border-blurred": "#8a8a8a",
            "block-cursor-background": "#56b4e9",
            "block-cursor-foreground": "#000000",
            "block-cursor-text-style": "none",
            "scrollbar": "#8a8a8a",
            "scrollbar-background": "#000000",
            "footer-key-foreground": "#f0e442",
        },
    ),
    # Each colour is one of the sixteen, so that nothing is rounded to a neighbour.
    Theme(
        name=SIXTEEN,
        primary="#55ffff",
        secondary="#aaaaaa",
        accent="#ffff55",
        success="#55ff55",
        warning="#ffff55",
        error="#ff5555",
        foreground="#aaaaaa",
        background="#000000",
        surface="#000000",
        panel="#000000",
        boost="#000000",
        text_alpha=1.0,
        variables={
            **SERIES_16,
            "ink-border": "#555555",
            "ink-grid": "#555555",
            "border": "#00aaaa",
            "border-blurred": "#555555",
            "block-cursor-background": "#00aaaa",
            "block-cursor-foreground": "#000000",
            "block-cursor-text-style": "none",
            "text-muted": "#aaaaaa",
            "text-disabled": "#555555",
            "scrollbar": "#555555",
            "scrollbar-background": "#000000",
            "footer-key-foreground": "#ffff55",
        },
    ),
)


def series_for(dark: bool) -> dict[str, str]:
    """The variables ``series-1`` to ``series-6`` for a theme that has none of its own."""
    return SERIES_DARK if dark else SERIES_LIGHT


def theme_for(wanted: str, sixteen_colours: bool) -> str:
    """The theme to begin with: on a terminal of sixteen colours edgetop's own give way to one made for it."""
    return SIXTEEN if sixteen_colours and wanted in CYCLE else wanted
