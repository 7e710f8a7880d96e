"""A picture's pixels at any size: decoded from its message, resampled with triangles."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

from edgetop.protocol import Picture

Pixel = tuple[int, int, int]
"""Red, green and blue, from 0 to 255."""
Weights = Sequence[tuple[int, Sequence[float]]]
"""For each pixel of a line, the first one it is made of, and the shares of that and those that follow."""


@dataclass(frozen=True)
class Raster:
    """Rows of pixels of one length, and the size of the picture they are a copy of."""

    width: int
    height: int
    rows: Sequence[Sequence[Pixel]]


def decoded(picture: Picture) -> Optional[Raster]:
    """The picture's pixels; None for one that has not as many as it says."""
    try:
        data = base64.b64decode(picture.rgb, validate=True)
    except ValueError:
        return None
    columns, rows = picture.columns, picture.rows
    if min(picture.width, picture.height, columns, rows) < 1 or len(data) != 3 * columns * rows:
        return None
    pixels: list[Pixel] = list(zip(data[0::3], data[1::3], data[2::3]))
    return Raster(
        picture.width, picture.height, [pixels[start : start + columns] for start in range(0, len(pixels), columns)]
    )


def resampled(raster: Raster, columns: int, rows: int) -> list[list[Pixel]]:
    """The picture in so many columns and rows."""
    across = weights(len(raster.rows[0]), columns)
    down = weights(len(raster.rows), rows)
    channels = [
        _lines([[pixel[channel] for pixel in row] for row in raster.rows], across, down) for channel in range(3)
    ]
    return [list(zip(*lines)) for lines in zip(*channels)]


def _lines(lines: list[list[int]], across: Weights, down: Weights) -> list[list[int]]:
    narrow = [
        [sum(map(float.__mul__, shares, map(float, line[at : at + len(shares)]))) for at, shares in across]
        for line in lines
    ]
    return [
        [round(sum(map(float.__mul__, shares, column[at : at + len(shares)]))) for column in zip(*narrow)]
        for at, shares in down
    ]


def weights(source: int, target: int) -> Weights:
    """How each of ``target`` pixels in a line is made of the ``source`` pixels that it covers."""
    scale = source / target
    reach = max(1.0, scale)
    found = []
    for place in range(target):
        centre = (place + 0.5) * scale - 0.5
        first, end = max(0, int(centre - reach) + 1 if centre >= reach else 0), min(source, int(centre + reach) + 1)
        shares = [max(0.0, 1 - abs(at - centre) / reach) for at in range(first, end)]
        total = sum(shares)
        found.append((first, [share / total for share in shares]))
    return found
