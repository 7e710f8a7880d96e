"""A small copy of the input picture, for the screen and the session file."""

from __future__ import annotations

import base64

from edgetop.inputs.source import picture_pixels
from edgetop.protocol import Picture
from edgetop.samples import MAX_PICTURE


def thumbnail(source: str) -> Picture:
    """The picture of a source that shows something, at most MAX_PICTURE pixels in size; raises BadInput."""
    from PIL import Image

    pixels = picture_pixels(source)
    height, width = pixels.shape[:2]
    scale = min(1.0, MAX_PICTURE[0] / width, MAX_PICTURE[1] / height)
    columns, rows = max(1, round(width * scale)), max(1, round(height * scale))
    small = Image.fromarray(pixels).resize((columns, rows), Image.Resampling.BOX)
    return Picture(width, height, columns, rows, base64.b64encode(small.tobytes()).decode("ascii"))
