"""Tell the layout of a picture, where a file does not: by which axis can be that of its channels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

NCHW, NHWC = "NCHW", "NHWC"
_CHANNELS = (1, 3)


def picture_layout(shape: Sequence[Any], usual: str) -> str:
    """``NCHW`` or ``NHWC``, the usual one of its format where either can be; empty for what is no picture."""
    if len(shape) != 4:
        return ""
    possible = [layout for layout, axis in ((NCHW, 1), (NHWC, 3)) if shape[axis] in _CHANNELS]
    if usual in possible:
        return usual
    return possible[0] if possible else ""
