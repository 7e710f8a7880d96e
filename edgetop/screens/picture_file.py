"""What is on the screen as a picture in SVG: text that stays text, no font and no address in it."""

from __future__ import annotations

import io
import os
import re
import time
from collections.abc import Sequence
from html import escape

from rich.console import Console
from rich.segment import Segment
from textual.app import App
from textual.geometry import Region
from textual.strip import Strip

from edgetop.config import pictures_folder
from edgetop.errors import CannotWrite

_FORMAT = """\
<svg viewBox="0 0 {{terminal_width}} {{terminal_height}}" xmlns="http://www.w3.org/2000/svg" role="img">
<title>{title}</title>
<style>
.{{unique_id}}-matrix {{{{ font-family: "JetBrains Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {{char_height}}px; line-height: {{line_height}}px; white-space: pre; }}}}
{{styles}}
</style>
<defs>
<clipPath id="{{unique_id}}-clip-terminal">
<rect x="0" y="0" width="{{terminal_width}}" height="{{terminal_height}}"/></clipPath>
{{lines}}
</defs>
<rect width="100%" height="100%" fill="{background}"/>
<g clip-path="url(#{{unique_id}}-clip-terminal)">
{{backgrounds}}
<g class="{{unique_id}}-matrix">
{{matrix}}
</g>
</g>
</svg>
"""


def save_picture(app: App[None]) -> str:
    """Write the enlarged panel, or the whole screen where none is, into the folder of pictures; its path.

    Raises CannotWrite.
    """
    screen = app.screen
    panel = screen.maximized
    if panel is None:
        strips, title = screen._compositor.render_strips(), "edgetop"
    else:
        strips = panel.render_lines(Region(0, 0, *panel.size))
        title = str(getattr(panel, "title", "")) or "edgetop"
    return _write(svg(strips, title, app.current_theme.background or "#000000"), title)


def svg(strips: Sequence[Strip], title: str, background: str) -> str:
    """Rows of styled text as SVG, on a colour."""
    width = max((strip.cell_length for strip in strips), default=1)
    console = Console(
        width=width,
        height=len(strips),
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        record=True,
        legacy_windows=False,
    )
    for strip in strips:
        console.print(_Row(strip), end="")
    form = _FORMAT.format(title=escape(title).replace("{", "{{").replace("}", "}}"), background=background)
    return console.export_svg(title=title, code_format=form)


class _Row:
    """One row as rich prints it."""

    def __init__(self, strip: Strip) -> None:
        self._strip = strip

    def __rich_console__(self, console: Console, options: object) -> list[Segment]:
        return [*self._strip, Segment.line()]


def _write(text: str, title: str) -> str:
    folder = pictures_folder()
    name = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    stem = "edgetop" if name in ("", "edgetop") else f"edgetop-{name}"
    stem = os.path.join(folder, f"{stem}-{time.strftime('%Y%m%d-%H%M%S')}")
    try:
        os.makedirs(folder, exist_ok=True)
        for ending in ("", *(f"-{n}" for n in range(2, 100))):
            path = f"{stem}{ending}.svg"
            if not os.path.lexists(path):
                with open(path, "x", encoding="utf-8") as file:
                    file.write(text)
                return path
    except OSError as error:
        raise CannotWrite(f"Cannot write in {folder}: {error.strerror}", "Set XDG_PICTURES_DIR to a folder") from error
    raise CannotWrite(f"{stem}.svg and its like are all there", "Wait a second")
