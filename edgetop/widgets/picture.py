"""The input picture in cells, two pixels each, with the boxes that detectors found drawn over it.

Where no colours are to be had, on sixteen of them or in ASCII, a picture is signs by their lightness instead. That
shows nothing in a few cells, hence such a picture is left out where it would be small.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Optional

from edgetop.protocol import Picture
from edgetop.widgets.boxes import LINES, Box, Found, boxes_in_cells, outline
from edgetop.widgets.braille import LETTERS
from edgetop.widgets.cells import Row, Span, cell_len, plain, spans_of
from edgetop.widgets.raster import Pixel, Raster, decoded, resampled

LEAST = (8, 5)
LEAST_SIGNS = (32, 10)
"""Columns and rows below which a picture shows nothing, in pixels and in signs."""
NAMED_FROM = 40
"""Columns from which a box is named; below it has its letters alone."""
RAMP = " .:-=+*#%@"
ASCII_LINES = "+-+|++#"
HALF = "▀"


class Painting:
    """Draws one picture; what was drawn is kept until the picture, its boxes or the size are others."""

    def __init__(self) -> None:
        self._raster: Optional[Raster] = None
        self._key: object = None
        self._rows: list[Row] = []

    def show(self, picture: Picture) -> None:
        """Take a picture; one that is damaged is none."""
        self._raster = decoded(picture)
        self._key = None

    def fitted(self, width: int, height: int, *, signs: bool) -> tuple[int, int]:
        """The largest size in proportion within ``width`` by ``height`` cells; (0, 0) where there is nothing to see."""
        if self._raster is None:
            return 0, 0
        columns, rows = size_within(self._raster.width, self._raster.height, width, height)
        least = LEAST_SIGNS if signs else LEAST
        return (columns, rows) if columns >= least[0] and rows >= least[1] else (0, 0)

    def rows(
        self, size: tuple[int, int], found: Sequence[Sequence[Found]], *, signs: bool = False, dark: bool = True
    ) -> list[Row]:
        """The picture in ``size`` cells with the boxes of each run; ``signs`` draws it without colours of its own."""
        if self._raster is None:
            return []
        key = (size, tuple(tuple(boxes) for boxes in found), signs, dark)
        if key != self._key:
            self._key = key
            pixels = resampled(self._raster, size[0], 2 * size[1])
            boxes = boxes_in_cells(found, (self._raster.width, self._raster.height), size)
            self._rows = [spans_of(row) for row in drawn(pixels, boxes, signs=signs, dark=dark)]
        return self._rows


def size_within(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """The cells, each two pixels high, of a picture in proportion within ``columns`` by ``rows``."""
    tall = min(rows, round(columns * height / width / 2))
    return min(columns, round(2 * tall * width / height)), tall


def drawn(pixels: Sequence[Sequence[Pixel]], boxes: Sequence[Box], *, signs: bool, dark: bool) -> list[list[Span]]:
    """The cells of twice as many rows of pixels; of boxes that cross, the first one is on top."""
    pairs = [list(zip(upper, lower)) for upper, lower in zip(pixels[0::2], pixels[1::2])]
    draw = (lambda pair: _sign(pair, dark)) if signs else _half
    cells = [[draw(pair) for pair in row] for row in pairs]
    for box in reversed(boxes):
        for x, y, char, owner in outline(box, ASCII_LINES if signs else LINES):
            cells[y][x] = (char, f"series-{owner + 1}" if signs else f"over-{owner + 1}-{_hex(_mean(pairs[y][x]))}")
    for box in reversed(boxes):
        _name(cells[box.top], box)
    return cells


def _half(pair: tuple[Pixel, Pixel]) -> Span:
    return HALF, f"half-{_hex(pair[0])}-{_hex(pair[1])}"


def _sign(pair: tuple[Pixel, Pixel], dark: bool) -> Span:
    red, green, blue = _mean(pair)
    light = (299 * red + 587 * green + 114 * blue) / 255_001
    return RAMP[int((light if dark else 0.999 - light) * len(RAMP))], "muted"


def _mean(pair: tuple[Pixel, Pixel]) -> Pixel:
    (red, green, blue), (red_below, green_below, blue_below) = pair
    return (red + red_below) // 2, (green + green_below) // 2, (blue + blue_below) // 2


def _hex(pixel: Pixel) -> str:
    return "{:02x}{:02x}{:02x}".format(*pixel)


def _name(cells: list[Span], box: Box) -> None:
    """Write the letters of a box's runs into its upper line, and where there is room what it is."""
    spans = [(LETTERS[owner % len(LETTERS)].upper(), f"tag-{owner + 1}") for owner in box.owners]
    label = plain(box.label)
    if len(cells) >= NAMED_FROM and cell_len(label) == len(label):  # a character a cell
        spans.append((f" {label} ", f"tag-{box.owners[0] + 1}"))
    marks = [(char, ink) for text, ink in spans for char in text]
    start = max(0, min(box.left, len(cells) - len(marks)))
    cells[start : start + len(marks)] = marks[: len(cells) - start]
