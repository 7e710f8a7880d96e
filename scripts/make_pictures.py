"""Makes the README's pictures from the program itself: runs it in a pseudo-terminal and draws what it shows.

    python scripts/make_pictures.py [SECONDS]

Needs the test tools (pyte), Pillow and a monospaced font; Debian has fonts-jetbrains-mono and fonts-dejavu-core.
Writes assets/screen.png: EfficientNet-Lite0 on the default frameworks, with a simulated power meter, at 120x40.
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
import termios
import time
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


def watch(command: list[str], seconds: float) -> pyte.Screen:
    """The screen of a command after so long; the command is ended then."""
    screen = pyte.Screen(COLUMNS, ROWS)
    stream = pyte.ByteStream(screen)
    pid, fd = pty.fork()
    if pid == 0:
        os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", LC_ALL="C.UTF-8")
        os.execv(command[0], command)
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", ROWS, COLUMNS, 0, 0))
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not select.select([fd], [], [], 0.1)[0]:
            continue
        data = os.read(fd, 65536)
        if b"\x1b[?2026$p" in data:
            os.write(fd, b"\x1b[?2026;2$y")
        stream.feed(_UNKNOWN_TO_PYTE.sub(b"", data))
    os.kill(pid, signal.SIGTERM)
    os.waitpid(pid, 0)
    return screen


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
    """Make all pictures."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 40.0
    edgetop = str(Path(sys.executable).with_name("edgetop"))
    command = [edgetop, "run", "efficientnet_lite0", "--no-record", "--ina219-bus", "simulated"]
    path = ROOT / "assets" / "screen.png"
    draw(watch(command, seconds)).quantize(192).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
