"""Makes the pictures of the README and of docs/ from the program itself: runs it in a pseudo-terminal, presses keys,
and draws what it shows.

    python scripts/make_pictures.py [NAME...]

Needs the test tools (pyte), Pillow and a monospaced font; Debian has fonts-jetbrains-mono and fonts-dejavu-core.
Without a name all are made. Most show the demo session, which ``make_demo.py`` records.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import tempfile
import termios
import time
from dataclasses import dataclass
from pathlib import Path

import pyte
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
COLUMNS, ROWS = 120, 40
CELL_W, CELL_H = 10, 20
FONTS = (
    "/usr/share/fonts/truetype/jetbrains-mono/JetBrainsMono-Regular.ttf",
    "/usr/share/fonts/truetype/dejavu/DejaVuSansMono.ttf",
)
FOREGROUND, BACKGROUND = "#cccccc", "#0c0c0c"
_UNKNOWN_TO_PYTE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*\$p|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
BRAILLE_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))


@dataclass(frozen=True)
class Picture:
    """A picture: where it goes below the project's folder, what is run, and what is done until it is taken."""

    path: str
    words: tuple[str, ...]
    doing: tuple[float | str, ...]
    """Seconds to wait, and keys to press."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""
        return Path(self.path).stem


_AT_A_MINUTE = (4.0, "g", 0.5, "1:00", 0.3, "\r", 4.0)
PICTURES = (
    Picture("assets/screen.png", ("run", "efficientnet_lite0", "--no-record", "--ina219-bus", "simulated"), (40.0,)),
    Picture("docs/pictures/first_run.png", (), (4.0,)),
    Picture("docs/pictures/picker.png", (), (4.0, "\r", 1.0)),
    Picture("docs/pictures/replay.png", ("replay", "demo"), _AT_A_MINUTE),
    Picture("docs/pictures/comparison.png", ("replay", "demo"), (4.0, "\x1b[F", 6.0, "c", 2.0)),
    Picture("docs/pictures/distribution.png", ("replay", "demo"), (4.0, "\x1b[F", 6.0, "d", 2.0)),
    Picture("docs/pictures/trade_off.png", ("replay", "demo"), (4.0, "\x1b[F", 6.0, "c", 2.0, "\t", 2.0)),
    Picture("docs/pictures/roofline.png", ("replay", "demo"), (4.0, "\x1b[F", 6.0, "c", 2.0, "\t", 1.0, "\t", 2.0)),
    Picture("docs/pictures/power.png", ("replay", "demo"), (*_AT_A_MINUTE, "5", 2.0)),
    Picture("docs/pictures/figures.png", ("replay", "demo"), (4.0, "\x1b[F", 6.0, "2", 2.0)),
    Picture("docs/pictures/operators.png", ("replay", "demo"), (3.0, "+++++", 6.0, "o", 2.0)),
)


def watch(picture: Picture) -> pyte.Screen:
    """The screen after all was done; the command is ended then."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    command = (str(Path(sys.executable).with_name("edgetop")), *picture.words)
    with tempfile.TemporaryDirectory() as home:
        pid, fd = pty.fork()
        if pid == 0:
            for name in ("XDG_STATE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME"):
                os.environ[name] = home
            os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
            os.execv(command[0], command)
        fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
        for step in picture.doing:
            if isinstance(step, str):
                os.write(fd, step.encode())
            else:
                _feed(stream, fd, step)
        os.kill(pid, signal.SIGTERM)
        os.waitpid(pid, 0)
    return screen


def _feed(stream: pyte.ByteStream, fd: int, seconds: float) -> None:
    """What the command shows in so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        data = os.read(fd, 65536)
        if b"\x1b[?2026$p" in data:
            os.write(fd, b"\x1b[?2026;2$y")
        stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))


def draw(screen: pyte.Screen) -> Image.Image:
    """The screen as a picture, cell by cell; braille is drawn dot by dot, so that no font is needed for it."""
    fonts = [ImageFont.truetype(path, 16) for path in FONTS if os.path.exists(path)]
    image = Image.new("RGB", (COLUMNS * CELL_W, ROWS * CELL_H), BACKGROUND)
    canvas = ImageDraw.Draw(image)
    for y in range(ROWS):
        for x in range(COLUMNS):
            cell = screen.buffer[y][x]
            fore, back = _colour(cell.fg, FOREGROUND), _colour(cell.bg, BACKGROUND)
            fore, back = (back, fore) if cell.reverse else (fore, back)
            left, top = x * CELL_W, y * CELL_H
            canvas.rectangle((left, top, left + CELL_W - 1, top + CELL_H - 1), fill=back)
            _draw_sign(canvas, left, top, cell.data[:1], fore, fonts)
    return image


def _draw_sign(
    canvas: ImageDraw.ImageDraw, left: int, top: int, sign: str, colour: str, fonts: list[ImageFont.FreeTypeFont]
) -> None:
    code = ord(sign or " ")
    if 0x2800 <= code <= 0x28FF:
        for bit, (across, down) in enumerate(BRAILLE_DOTS):
            if code - 0x2800 >> bit & 1:
                x, y = left + 1 + across * 5, top + 1 + down * 5
                canvas.ellipse((x, y, x + 3, y + 3), fill=colour)
    elif sign == "▀":
        canvas.rectangle((left, top, left + CELL_W - 1, top + CELL_H // 2 - 1), fill=colour)
    elif sign in "─━┈":
        canvas.line((left, top + CELL_H // 2, left + CELL_W, top + CELL_H // 2), fill=colour, width=1 + (sign == "━"))
    elif sign == "│":
        canvas.line((left + CELL_W // 2, top, left + CELL_W // 2, top + CELL_H), fill=colour)
    elif sign in "╭╮╰╯":
        _draw_corner(canvas, left, top, sign, colour)
    elif sign.strip():
        box_or_shape = 0x2190 <= code <= 0x27FF
        canvas.text((left, top - 1), sign, font=fonts[-1] if box_or_shape else fonts[0], fill=colour)


def _draw_corner(canvas: ImageDraw.ImageDraw, left: int, top: int, sign: str, colour: str) -> None:
    middle_x, middle_y = left + CELL_W // 2, top + CELL_H // 2
    canvas.line((middle_x, middle_y, left + CELL_W if sign in "╭╰" else left, middle_y), fill=colour)
    canvas.line((middle_x, middle_y, middle_x, top + CELL_H if sign in "╭╮" else top), fill=colour)


def _colour(name: str, default: str) -> str:
    if name == "default":
        return default
    return f"#{name}" if re.fullmatch("[0-9a-f]{6}", name) else name.replace("bright", "").replace("brown", "olive")


def main() -> None:
    """Make the pictures named, or all."""
    for picture in PICTURES:
        if len(sys.argv) > 1 and picture.name not in sys.argv:
            continue
        path = ROOT / picture.path
        path.parent.mkdir(exist_ok=True)
        draw(watch(picture)).quantize(64).save(path, optimize=True)
        print(f"{picture.path}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
